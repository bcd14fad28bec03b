"""The forms of the collector: start a request, put somebody on the list, key in a paper, hand over a link, answer."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError

from meetrec.consents.actions import Heard
from meetrec.consents.collector import Answer
from meetrec.consents.signers import Signer, grown_up
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.people_forms import AFFILIATION_WORDS
from meetrec.people.identity_words import SEEN_WORDS
from meetrec.platform.form_validators import Needed, StorableText
from meetrec.platform.free_text import lines, one_line
from meetrec.platform.typed_fields import OneOfTheList, TypedDateField

LONGEST_PURPOSE = 500  # characters


class PurposeForm(FlaskForm):
    """To whom and what for; all that a parent who is signed in has to say."""

    purpose = TextAreaField(
        lazy_gettext("To whom you wish to pass the recording on, and what for"),
        [Needed(lazy_gettext("Write to whom and what for. Everybody who signs reads it.")), StorableText(LONGEST_PURPOSE)],
        filters=[lines],
    )


class RequestForm(FlaskForm):
    """Staff start a request for a parent: chosen from those at the table, or written."""

    asker = SelectField(lazy_gettext("Which parent asks"), validate_choice=False)
    asked_by = StringField(lazy_gettext("Or write the parent's name"), [StorableText(120)], filters=[one_line])
    purpose = TextAreaField(
        lazy_gettext("To whom the parent wishes to pass the recording on, and what for"),
        [Needed(lazy_gettext("Write to whom and what for. Everybody who signs reads it.")), StorableText(LONGEST_PURPOSE)],
        filters=[lines],
    )

    def __init__(self, askers: Sequence[tuple[str, str]], **keywords: Any) -> None:
        """`askers`: participants who may ask, by id and name."""
        self.askers = dict(askers)
        super().__init__(**keywords)
        self.asker.flags.sometimes_required = self.asked_by.flags.sometimes_required = True  # one of the two: the label of the second says so
        self.asker.choices = [SelectChoice("", _("Nobody of the list")), *(SelectChoice(one, name) for one, name in askers)]

    def validate_asker(self, field: SelectField) -> None:
        """One of the list, or nobody."""
        if field.data and field.data not in self.askers:
            raise ValidationError(_("Choose somebody of the list."))

    def validate_asked_by(self, field: StringField) -> None:
        """Needed where nobody was chosen."""
        if not self.asker.data and not field.data:
            raise ValidationError(_("Choose the parent, or write the name."))


class HeardForm(FlaskForm):
    """Somebody who can be heard and is not on the meeting's list."""

    name = StringField(lazy_gettext("Name"), [Needed(lazy_gettext("Write the name.")), StorableText(120)], filters=[one_line])
    affiliation = RadioField(
        lazy_gettext("Whom the person belongs to"),
        [OneOfTheList(lazy_gettext("Choose whom the person belongs to."))],
        choices=[SelectChoice(one.value, words) for one, words in AFFILIATION_WORDS.items()],
        validate_choice=False,
    )
    is_minor = BooleanField(lazy_gettext("This person is a child: a parent or guardian signs"))
    account = SelectField(lazy_gettext("Account, if the person signs in here"), validate_choice=False)

    def __init__(self, accounts: Sequence[tuple[str, str]], **keywords: Any) -> None:
        """`accounts`: staff, by id and name."""
        super().__init__(**keywords)
        self.account.choices = account_choices(accounts)

    def validate_account(self, field: SelectField) -> None:
        """One of the list, or none: families are offered none."""
        if field.data and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose somebody of the list."))

    def heard(self) -> Heard:
        """As typed; only of a valid form."""
        return Heard(self.name.data, Affiliation(self.affiliation.data), bool(self.is_minor.data), self.account.data or None)


class AccountForm(FlaskForm):
    """Whose account signs for the person."""

    account = SelectField(lazy_gettext("Account"), validate_choice=False)

    def __init__(self, accounts: Sequence[tuple[str, str]], **keywords: Any) -> None:
        """`accounts`: staff, by id and name."""
        super().__init__(**keywords)
        self.account.choices = account_choices(accounts)


class SignerForm(FlaskForm):
    """Who signs, where that is to be chosen or written: for a pupil one of the rights holders, for another child a grown-up."""

    signer = RadioField(lazy_gettext("Who signs"), validate_choice=False)
    grown_up = StringField(lazy_gettext("Name of the parent or guardian who signs"), [StorableText(120)], filters=[one_line])

    def __init__(self, signers: Sequence[Signer], *, is_name_needed: bool, **keywords: Any) -> None:
        """`signers`: who may sign today; with `is_name_needed` the name is written instead."""
        self.signers, self.is_name_needed = {one.key: one for one in signers}, is_name_needed
        super().__init__(**keywords)
        self.signer.choices = [SelectChoice(one.key, one.name) for one in signers]
        self.signer.flags.required = self.grown_up.flags.required = True

    def validate_signer(self, field: RadioField) -> None:
        """Needed where there is more than one."""
        if not self.is_name_needed and len(self.signers) > 1 and field.data not in self.signers:
            raise ValidationError(_("Choose who signs."))

    def validate_grown_up(self, field: StringField) -> None:
        """Needed for a child of whom nobody is entered."""
        if self.is_name_needed and not field.data:
            raise ValidationError(_("Write the name of the parent or guardian."))

    def who(self) -> Signer:
        """As chosen or written; only of a valid form."""
        if self.is_name_needed:
            return grown_up(self.grown_up.data)
        return self.signers[self.signer.data] if len(self.signers) > 1 else next(iter(self.signers.values()))


class PaperForm(SignerForm):
    """A signed paper, keyed in by staff."""

    answer = RadioField(
        lazy_gettext("What the paper says"),
        [OneOfTheList(lazy_gettext("Choose what the paper says."))],
        choices=[SelectChoice(Answer.SIGNED.value, lazy_gettext("Agrees")), SelectChoice(Answer.REFUSED.value, lazy_gettext("Does not agree"))],
        validate_choice=False,
    )
    signed_on = TypedDateField(lazy_gettext("Day on the paper"), [Needed(lazy_gettext("Write the day on which it was signed, such as 2026-10-14."))])
    kept_at = StringField(
        lazy_gettext("Where the paper lies"), [Needed(lazy_gettext("Write where the signed paper is kept.")), StorableText(120)], filters=[one_line]
    )


class LinkForm(SignerForm):
    """A private link, handed over in person (D-43.c)."""

    identity = RadioField(
        lazy_gettext("How you know who takes the link"),
        [OneOfTheList(lazy_gettext("Say how you know who takes the link. Without that, nothing signed there would count."))],
        choices=[SelectChoice(name, words) for name, words in SEEN_WORDS.items()],
        validate_choice=False,
    )


class AnswerForm(FlaskForm):
    """The answer itself. The hash says which words stood on the page, so that nothing else is signed."""

    answer = RadioField(
        lazy_gettext("Your answer"),
        [OneOfTheList(lazy_gettext("Choose one of the two."))],
        choices=[SelectChoice(Answer.SIGNED.value, lazy_gettext("I agree")), SelectChoice(Answer.REFUSED.value, lazy_gettext("I do not agree"))],
        validate_choice=False,
    )
    text_hash = HiddenField()


class LinkAnswerForm(AnswerForm):
    """The same behind a private link: the address is the key there, and no cookie counts."""

    class Meta:
        """No token."""

        csrf = False


def account_choices(accounts: Sequence[tuple[str, str]]) -> list[SelectChoice]:
    """Nobody's account, then everybody's."""
    return [SelectChoice("", _("None")), *(SelectChoice(one, name) for one, name in accounts)]
