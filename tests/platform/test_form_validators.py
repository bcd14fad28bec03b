"""What every form asks of what is typed: one sentence for an empty field."""

from wtforms import Form, StringField
from wtforms.validators import Email

from meetrec.platform.form_validators import Needed, StorableText


class AddressForm(Form):
    """One field that is asked three things."""

    address = StringField("Address", [Needed("Enter the address."), Email("This is no e-mail address."), StorableText(255)])


def told(typed: str) -> list[str]:
    form = AddressForm(data={"address": typed})
    form.validate()
    return list(form.address.errors)


def test_of_an_empty_field_one_sentence_is_said_and_of_a_wrong_one_what_is_wrong() -> None:
    assert told("") == ["Enter the address."]
    assert told("nobody") == ["This is no e-mail address."]
    assert told("nobody@example.org") == []
