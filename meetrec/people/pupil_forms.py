"""Forms about pupils, the grown-ups beside them, papers about rights, protection and schools."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Optional

from meetrec.people.account_forms import DayOrNothing, RealDay
from meetrec.people.rights import Effect, RightsHolderKind
from meetrec.people.rights_actions import Evidence, GuardianSaid, Paper, PupilSaid
from meetrec.people.rights_words import AUTHORITY_WORDS, EFFECT_WORDS, EVIDENCE_WORDS, HOLDER_WORDS, PROTECTION_WORDS
from meetrec.platform.form_validators import MailAddress, Needed, StorableText
from meetrec.platform.free_text import lines, one_line
from meetrec.platform.languages import LANGUAGES
from meetrec.platform.typed_fields import OneOfTheList, TypedDateField, TypedField

Choices = Sequence[tuple[str, str]]
LEFT = "left"  # no school of the district, in the list of schools
OLDEST = 100  # years


def _line(label: str, longest: int, *validators: object) -> StringField:
    return StringField(label, [*validators, StorableText(longest)], filters=[one_line])


def _lines(label: str, *validators: object) -> TextAreaField:
    return TextAreaField(label, [*validators, StorableText(1000)], filters=[lines])


def _one_of(label: str, choices: Choices, first: str, sentence: str | None = None) -> SelectField:
    validators = [OneOfTheList(sentence)] if sentence else [Optional()]
    return SelectField(label, validators, choices=[SelectChoice("", first), *(SelectChoice(*choice) for choice in choices)], validate_choice=False)


class PupilForm(FlaskForm):
    """What is known of a pupil: no more than meetings and rights need (W-01)."""

    given_name = _line(lazy_gettext("Given name"), 80, Needed(lazy_gettext("Enter the given name.")))
    family_name = _line(lazy_gettext("Family name"), 80, Needed(lazy_gettext("Enter the family name.")))
    birth_date = TypedDateField(lazy_gettext("Birth date"), [DayOrNothing()])
    postsecondary_from = TypedDateField(lazy_gettext("Attends a postsecondary institution from"), [DayOrNothing()])
    postsecondary_until = TypedDateField(lazy_gettext("First day without the postsecondary institution"), [DayOrNothing()])
    address = _lines(lazy_gettext("The student's own address, once rights have moved"))
    email = _line(lazy_gettext("The student's own e-mail address, once rights have moved"), 255, MailAddress())

    def __init__(self, today: date, **keywords: Any) -> None:
        self.today = today
        super().__init__(**keywords)

    def validate_birth_date(self, field: TypedField) -> None:
        """A day on which somebody at school can be born."""
        if field.data and not self.today.year - OLDEST <= field.data.year <= self.today.year:
            raise ValidationError(_("Nobody at school was born on this day."))

    def said(self) -> PupilSaid:
        """The pupil as typed; only of a valid form."""
        days = {name: self[name].data for name in ("birth_date", "postsecondary_from", "postsecondary_until")}
        return PupilSaid(self.given_name.data, self.family_name.data, **days, address=self.address.data or None, email=self.email.data or None)


class NewPupilForm(PupilForm):
    """A pupil, with the school."""

    school = SelectField(lazy_gettext("School"), [OneOfTheList(lazy_gettext("Choose the school."))], validate_choice=False)

    def __init__(self, today: date, schools: Choices, **keywords: Any) -> None:
        super().__init__(today, **keywords)
        self.school.choices = [SelectChoice("", _("Choose a school")), *(SelectChoice(*school) for school in schools)]


class GuardianForm(FlaskForm):
    """A grown-up's name, and how to reach them."""

    given_name = _line(lazy_gettext("Given name"), 80, Needed(lazy_gettext("Enter the given name.")))
    family_name = _line(lazy_gettext("Family name"), 80, Needed(lazy_gettext("Enter the family name.")))
    phone = _line(lazy_gettext("Telephone"), 40)
    email = _line(lazy_gettext("E-mail address"), 255, MailAddress())
    address = _lines(lazy_gettext("Address on file"))
    language = SelectField(lazy_gettext("Language of letters"), choices=[SelectChoice(*language) for language in LANGUAGES.items()], default="en")

    def said(self) -> GuardianSaid:
        """The grown-up as typed; only of a valid form."""
        reach = (self.email.data or None, self.phone.data or None, self.address.data or None)
        return GuardianSaid(self.given_name.data, self.family_name.data, *reach, self.language.data)


class ExistingGuardianForm(FlaskForm):
    """Somebody who is entered already."""

    guardian = SelectField(lazy_gettext("Who"), [OneOfTheList(lazy_gettext("Choose the person."))], validate_choice=False)


class TieForm(FlaskForm):
    """What a grown-up is to the pupil."""

    kind = _one_of(
        lazy_gettext("What they are to the pupil"),
        [(kind.value, words) for kind, words in HOLDER_WORDS.items() if kind is not RightsHolderKind.ELIGIBLE_STUDENT],
        lazy_gettext("Choose"),
        lazy_gettext("Choose what they are to the pupil."),
    )
    begins_on = TypedDateField(lazy_gettext("Holds from"), [DayOrNothing()])


class EvidenceForm(FlaskForm):
    """The paper that shows a guardianship."""

    evidence_kind = _one_of(lazy_gettext("Paper that shows it"), list(EVIDENCE_WORDS.items()), lazy_gettext("No paper"))
    evidence_words = _lines(lazy_gettext("What the paper says"))
    evidence_kept_at = _line(lazy_gettext("Where the paper lies"), 120)
    is_seen = BooleanField(lazy_gettext("I have seen this paper"))

    def validate_evidence_kind(self, field: SelectField) -> None:
        """One of the list, or none."""
        if field.data and field.data not in EVIDENCE_WORDS:
            raise ValidationError(_("Choose which paper it is."))

    def validate_is_seen(self, field: BooleanField) -> None:
        """Whoever has seen a paper can say which, and where it lies."""
        if field.data and not (self.evidence_kind.data and self.evidence_kept_at.data):
            raise ValidationError(_("Choose which paper it is, and say where it lies."))

    def evidence(self) -> Evidence:
        """The paper as typed; only of a valid form."""
        return Evidence(self.evidence_kind.data or None, self.evidence_words.data or None, self.evidence_kept_at.data or None, self.is_seen.data)


class KinForm(ExistingGuardianForm, TieForm, EvidenceForm):
    """Somebody who is entered already, and what they are to the pupil."""

    def __init__(self, people: Choices, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.guardian.choices = [SelectChoice("", _("Choose a person")), *(SelectChoice(*person) for person in people)]


class NewGuardianForm(GuardianForm, TieForm, EvidenceForm):
    """Somebody new, and what they are to the pupil."""


class EnrolmentForm(FlaskForm):
    """The school that a pupil attends, from when."""

    school = SelectField(lazy_gettext("School"), [OneOfTheList(lazy_gettext("Choose the school."))], validate_choice=False)
    on = TypedDateField(lazy_gettext("From"), [RealDay(lazy_gettext("Enter the first day."), past=True)])

    def __init__(self, today: date, schools: Choices, **keywords: Any) -> None:
        self.today = today
        super().__init__(**keywords)
        listed = [SelectChoice(*school) for school in schools]
        self.school.choices = [SelectChoice("", _("Choose a school")), *listed, SelectChoice(LEFT, _("Left the district's schools"))]


class RestrictionForm(FlaskForm):
    """A paper about rights (L-04, L-55)."""

    guardian = SelectField(lazy_gettext("Whom it concerns"), [Optional()], validate_choice=False)
    effect = RadioField(
        lazy_gettext("What the paper does"),
        [OneOfTheList(lazy_gettext("Choose what the paper does."))],
        choices=[SelectChoice(effect.value, words) for effect, words in EFFECT_WORDS.items()],
        validate_choice=False,
    )
    authority = _one_of(lazy_gettext("What it is"), list(AUTHORITY_WORDS.items()), lazy_gettext("Choose"), lazy_gettext("Choose what kind of paper it is."))
    words = _lines(lazy_gettext("What it takes, in its own words"), Needed(lazy_gettext("Write what the paper takes. Nothing is taken that it does not name.")))
    kept_at = _line(lazy_gettext("Where the paper lies"), 120, Needed(lazy_gettext("Say where the paper lies.")))
    begins_on = TypedDateField(lazy_gettext("Holds from"), [DayOrNothing()])
    ends_on = TypedDateField(lazy_gettext("First day on which it no longer holds"), [DayOrNothing()])

    def __init__(self, people: Choices, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.guardian.choices = [SelectChoice("", _("Everybody who holds rights for the pupil")), *(SelectChoice(*person) for person in people)]

    def validate_guardian(self, field: SelectField) -> None:
        """One of the pupil's people, or everybody."""
        if field.data and field.data not in [value for value, *_ in field.choices]:
            raise ValidationError(_("Choose the person."))

    def paper(self) -> Paper:
        """The paper as typed; only of a valid form."""
        days = (self.begins_on.data, self.ends_on.data)
        return Paper(self.guardian.data or None, Effect(self.effect.data), self.authority.data, self.words.data, self.kept_at.data, *days)


class ProtectionForm(FlaskForm):
    """Why a pupil needs particular protection; seen by few (S-14)."""

    reason = RadioField(
        lazy_gettext("Why"),
        [OneOfTheList(lazy_gettext("Choose the reason."))],
        choices=[SelectChoice(reason, words) for reason, words in PROTECTION_WORDS.items()],
        validate_choice=False,
    )
    words = _lines(lazy_gettext("What to take care of"))


class SchoolForm(FlaskForm):
    """A school's name."""

    name = _line(lazy_gettext("Name of the school"), 120, Needed(lazy_gettext("Enter the school's name.")))
