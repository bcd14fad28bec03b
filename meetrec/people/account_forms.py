"""Forms about accounts: a new one, its roles, training, agreement, closing, suspension, custody and vendors."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Form, RadioField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Email, Optional

from meetrec.people.standing import SuspensionKind
from meetrec.people.training import TrainingModule
from meetrec.people.vendor_actions import Agreement
from meetrec.people.words import DEACTIVATION_REASONS, MODULE_WORDS, ROLE_WORDS, SUSPENSION_WORDS
from meetrec.platform.form_validators import Needed, StorableText
from meetrec.platform.free_text import lines, one_line
from meetrec.platform.languages import LANGUAGES
from meetrec.platform.typed_fields import OneOfTheList, TypedDateField, TypedField, TypedTimeField, instant_of

EVERYBODY = "everybody"
DISTRICT = "district"  # the office of the district's custodian, in a list whose other values are schools

Choices = Sequence[tuple[str, str]]


class RealDay:
    """Validator: a date that exists, not after today where `past` is asked."""

    def __init__(self, sentence: str, *, past: bool = False) -> None:
        self.sentence, self.past = sentence, past
        self.field_flags: ClassVar[dict[str, bool]] = {"required": True}  # type: ignore[misc]

    def __call__(self, form: Form, field: TypedField) -> None:
        """Raises ValidationError with a sentence; `form` knows `today`."""
        if field.data is None:
            raise ValidationError(_("There is no such date. Write month, day and year.") if field.typed else self.sentence)
        if self.past and field.data > form.today:
            raise ValidationError(_("This day has not come yet."))


class DayOrNothing:
    """Validator: empty, or a date that exists."""

    def __call__(self, form: Form, field: TypedField) -> None:
        """Raises ValidationError with a sentence."""
        if field.typed and field.data is None:
            raise ValidationError(_("There is no such date. Write month, day and year."))


def _line(label: str, longest: int, *validators: object) -> StringField:
    return StringField(label, [*validators, StorableText(longest)], filters=[one_line])


def _text(label: str, needed: str) -> TextAreaField:
    return TextAreaField(label, [Needed(needed), StorableText(1000)], filters=[lines])


def _with_a_first_line(first: str, choices: Choices) -> list[SelectChoice]:
    return [SelectChoice("", first), *(SelectChoice(*choice) for choice in choices)]


class PersonForm(FlaskForm):
    """What an account says of its person."""

    name = _line(lazy_gettext("Given and family name"), 120, Needed(lazy_gettext("Enter the person's name.")))
    language = SelectField(lazy_gettext("Language of mails"), choices=[SelectChoice(*language) for language in LANGUAGES.items()], default="en")
    certificated = BooleanField(lazy_gettext("Certificated employee of the district"))


class AccountForm(PersonForm):
    """A new account: one person, one address, and the first role."""

    email = EmailField(
        lazy_gettext("The person's own e-mail address"),
        [Needed(lazy_gettext("Enter the e-mail address.")), Email(lazy_gettext("This is no e-mail address.")), StorableText(255)],
        filters=[lambda text: one_line(text).lower() if text else text],
    )
    role = SelectField(lazy_gettext("Role"), [OneOfTheList(lazy_gettext("Choose the role."))], validate_choice=False)
    school = SelectField(lazy_gettext("School, for the custodian of a school"), [Optional()], validate_choice=False)

    def __init__(self, schools: Choices, **keywords: Any) -> None:
        super().__init__(**keywords)
        _fill_roles(self.role, self.school, schools)


class RoleForm(FlaskForm):
    """A further role of an account."""

    role = SelectField(lazy_gettext("Role"), [OneOfTheList(lazy_gettext("Choose the role."))], validate_choice=False)
    school = SelectField(lazy_gettext("School, for the custodian of a school"), [Optional()], validate_choice=False)

    def __init__(self, schools: Choices, **keywords: Any) -> None:
        super().__init__(**keywords)
        _fill_roles(self.role, self.school, schools)


def _fill_roles(role: SelectField, school: SelectField, schools: Choices) -> None:
    role.choices = _with_a_first_line(_("Choose a role"), [(name, words) for name, words in ROLE_WORDS.items()])
    school.flags.sometimes_required = True  # its label says when
    school.choices = _with_a_first_line(_("No school"), schools)


class ClosingForm(FlaskForm):
    """Why an account is closed (W-26)."""

    because = RadioField(
        lazy_gettext("Why the account is closed"),
        [OneOfTheList(lazy_gettext("Choose why the account is closed."))],
        choices=[SelectChoice(*reason) for reason in DEACTIVATION_REASONS.items()],
        validate_choice=False,
    )


class TrainingForm(FlaskForm):
    """A module that a person completed (W-20)."""

    module = SelectField(
        lazy_gettext("Training"),
        [OneOfTheList(lazy_gettext("Choose the training."))],
        choices=[SelectChoice(module.value, words) for module, words in MODULE_WORDS.items()],
        validate_choice=False,
    )
    completed_on = TypedDateField(lazy_gettext("Completed on"), [RealDay(lazy_gettext("Enter the day of the training."), past=True)])
    words = _line(lazy_gettext("Who taught it, or where the list lies"), 200)

    def __init__(self, today: date, **keywords: Any) -> None:
        self.today = today
        super().__init__(**keywords)

    @property
    def chosen(self) -> TrainingModule:
        """The module; only of a valid form."""
        return TrainingModule(self.module.data)


class AgreementForm(FlaskForm):
    """The agreement a contractor signed (W-05)."""

    vendor = SelectField(lazy_gettext("Vendor"), [OneOfTheList(lazy_gettext("Choose the vendor."))], validate_choice=False)
    reference = _line(lazy_gettext("Number of the agreement, or where it lies"), 120, Needed(lazy_gettext("Enter the number or the place.")))
    signed_on = TypedDateField(lazy_gettext("Signed on"), [RealDay(lazy_gettext("Enter the day it was signed."), past=True)])
    ends_on = TypedDateField(lazy_gettext("Last day"), [DayOrNothing()])
    no_redisclosure = BooleanField(lazy_gettext("It forbids passing on what the person learns of pupils"))

    def __init__(self, today: date, vendors: Choices, **keywords: Any) -> None:
        self.today = today
        super().__init__(**keywords)
        self.vendor.choices = _with_a_first_line(_("Choose a vendor"), vendors)

    def agreement(self) -> Agreement:
        """What was typed; only of a valid form."""
        return Agreement(self.reference.data, self.signed_on.data, self.ends_on.data, self.no_redisclosure.data)


class SuspensionForm(FlaskForm):
    """One person or everybody, how long, and why (W-33, W-34)."""

    whom = SelectField(lazy_gettext("Whom"), [OneOfTheList(lazy_gettext("Choose whom."))], validate_choice=False)
    kind = RadioField(
        lazy_gettext("How long"),
        [OneOfTheList(lazy_gettext("Choose how long the suspension lasts."))],
        choices=[SelectChoice(kind.value, words) for kind, words in SUSPENSION_WORDS.items()],
        validate_choice=False,
    )
    day = TypedDateField(lazy_gettext("Last day, for a temporary suspension"), [DayOrNothing()])
    time = TypedTimeField(lazy_gettext("Time at which a temporary suspension ends"))
    reason = _text(lazy_gettext("Reason"), lazy_gettext("Enter the reason."))

    def __init__(self, zone: str, people: Choices, **keywords: Any) -> None:
        self.zone = zone
        super().__init__(**keywords)
        self.day.flags.sometimes_required = self.time.flags.sometimes_required = True  # their labels say when
        self.whom.choices = _with_a_first_line(_("Choose"), [(EVERYBODY, _("Everybody but me")), *people])

    def validate_time(self, field: TypedField) -> None:
        """A temporary suspension names day and time; the others name none."""
        is_temporary = self.kind.data == SuspensionKind.TEMPORARY
        if is_temporary and (field.data is None or self.day.data is None):
            raise ValidationError(_("A temporary suspension needs a day and a time to come at which it ends."))

    def until(self) -> datetime | None:
        """The moment of its end (UTC); only of a valid form."""
        return instant_of(self.day, self.time, self.zone) if self.kind.data == SuspensionKind.TEMPORARY else None


class HandOverForm(FlaskForm):
    """An office of custodian, and who holds it from now on (B-03, B-04)."""

    office = SelectField(lazy_gettext("Office"), [OneOfTheList(lazy_gettext("Choose the office."))], validate_choice=False)
    account = SelectField(lazy_gettext("Who holds it from now on"), [OneOfTheList(lazy_gettext("Choose the person."))], validate_choice=False)

    def __init__(self, schools: Choices, people: Choices, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.office.choices = _with_a_first_line(_("Choose an office"), [(DISTRICT, _("The district")), *schools])
        self.account.choices = _with_a_first_line(_("Choose a person"), people)


class VendorForm(FlaskForm):
    """A firm whose people work here."""

    name = _line(lazy_gettext("Name of the firm"), 120, Needed(lazy_gettext("Enter the name.")))
    words = _line(lazy_gettext("What it does for the district"), 300)


class VendorEndForm(FlaskForm):
    """Why the work with a vendor ends (W-31)."""

    words = _text(lazy_gettext("Why the work with this vendor ends"), lazy_gettext("Enter why."))
