"""What every form asks of what is typed: that it is there, that it may be stored, that it is an address."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Field, Form, ValidationError
from wtforms.validators import StopValidation

from meetrec.platform.free_text import NumberKind, holds_whole_number, numbers_not_kept
from meetrec.platform.mail_addresses import is_public_address

# What is said of each number that is not kept; a test holds it complete.
NOT_KEPT: dict[NumberKind, Any] = {
    NumberKind.SOCIAL_SECURITY: lazy_gettext("This looks like a social security number. The district does not ask for it. Please take it out."),
    NumberKind.LAST_FOUR: lazy_gettext("This looks like a social security number. The district does not ask for it. Please take it out."),
    NumberKind.ALIEN_REGISTRATION: lazy_gettext("This looks like a number of immigration papers. The district does not ask for it. Please take it out."),
}


class Needed:
    """Validator: something must be typed; `sentence` says what. Of an empty field nothing else is said."""

    field_flags = {"required": True}  # noqa: RUF012 – WTForms reads it from the class

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        """Raises StopValidation with the sentence."""
        if not field.data:
            raise StopValidation(self.sentence)


class StorableText:
    """Validator: not longer than `longest` characters, and without a number that is never kept (B-08, B-09).

    `required_by_law`: the citation that makes the district keep such a number in this one field; it must name a law, and no form of ours has one.
    """

    def __init__(self, longest: int, *, required_by_law: str | None = None) -> None:
        if required_by_law is not None and not required_by_law.strip():
            raise ValueError("name the law that requires the number")
        self.longest, self.required_by_law = longest, required_by_law

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with a sentence; nothing has been stored by then."""
        text = field.data or ""
        if len(text) > self.longest:
            raise ValidationError(_("This is longer than %(longest)s characters. Please shorten it.", longest=self.longest))
        if not self.required_by_law and (kind := _kind_not_kept(field, text)):
            raise ValidationError(NOT_KEPT[kind])


class MailAddress:
    """Validator: empty, or one mail address. Whether anybody reads it, only a mail can tell."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with a sentence."""
        if field.data and not is_public_address(field.data):
            raise ValidationError(_("This is not an e-mail address. Write it like name@example.org, or leave it empty."))


def _kind_not_kept(field: Field, text: str) -> NumberKind | None:
    """The first number of a text that is never kept. A mail address is looked at for a whole number alone: digits in it are ordinary (A-04)."""
    if any(isinstance(validator, MailAddress) for validator in field.validators):
        return NumberKind.SOCIAL_SECURITY if holds_whole_number(text) else None
    found = numbers_not_kept(text)
    return found[0].kind if found else None
