"""The form that changes the district's rules. Nothing in it can refuse a parent: a late notice is accepted or looked at, and that is all (G0.2, A-04)."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, Form, RadioField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError

from meetrec.district import words
from meetrec.district.rules import Acknowledgement, InForce, ProfileChange
from meetrec.platform.form_validators import Needed, StorableText
from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticeRule, load_profile, profile_names
from meetrec.platform.typed_fields import OneOfTheList, TypedDateField

YES, NO = "yes", "no"


def _choices(said: dict[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(value.value if hasattr(value, "value") else YES if value else NO, text) for value, text in said.items()]


class Day:
    """Validator: a day that exists; `sentence` asks for it, and without one it may be left out."""

    def __init__(self, sentence: Any = None) -> None:
        self.sentence = sentence
        self.field_flags = {"required": True} if sentence else {}

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with a sentence."""
        if field.data is None and field.typed:
            raise ValidationError(_("There is no such date. Write month, day and year."))
        if field.data is None and self.sentence:
            raise ValidationError(self.sentence)


class RulesForm(FlaskForm):
    """Everything a district may decide by itself, from when on, why, and who looked at it."""

    base = SelectField(lazy_gettext("State profile"), [OneOfTheList(lazy_gettext("Choose the state profile."))], validate_choice=False)
    effective_from = TypedDateField(lazy_gettext("In force from"), [Day(lazy_gettext("Say from which day on."))])
    rule = RadioField(lazy_gettext("A notice is in time"), [OneOfTheList(lazy_gettext("Choose one."))], choices=_choices(words.RULES), validate_choice=False)
    late_policy = RadioField(
        lazy_gettext("When it comes later"), [OneOfTheList(lazy_gettext("Choose one."))], choices=_choices(words.LATE), validate_choice=False
    )
    acknowledgement = RadioField(
        lazy_gettext("Acknowledgement of the conditions"),
        [OneOfTheList(lazy_gettext("Choose one."))],
        choices=_choices(words.ACKNOWLEDGEMENTS),
        validate_choice=False,
    )
    objection_stops = RadioField(
        lazy_gettext("When a parent objects"), [OneOfTheList(lazy_gettext("Choose one."))], choices=_choices(words.OBJECTIONS), validate_choice=False
    )
    multi_student_rule = RadioField(
        lazy_gettext("When several pupils are on one recording"),
        [OneOfTheList(lazy_gettext("Choose one."))],
        choices=_choices(words.SEVERAL_PUPILS),
        validate_choice=False,
    )
    policy_pointer = StringField(lazy_gettext("Where recordings of other meetings are governed"), [StorableText(300)])
    attorney_name = StringField(lazy_gettext("Attorney who looked at it"), [StorableText(120)])
    attorney_date = TypedDateField(lazy_gettext("Day on which the attorney did"), [Day()])
    reason = TextAreaField(lazy_gettext("Why the rules change"), [Needed(lazy_gettext("Say why the rules change.")), StorableText(2000)])

    def __init__(self, rules: InForce, today: date, **keywords: Any) -> None:
        said = {
            "base": rules.base,
            "effective_from": today + timedelta(days=1),  # from a midnight on, so that families of one day are treated alike
            "rule": rules.notice.rule.value,
            "late_policy": rules.notice.late_policy.value,
            "acknowledgement": rules.acknowledgement.value,
            "objection_stops": YES if rules.recording.parent_objection_stops_district_initiated else NO,
            "multi_student_rule": rules.multi_student_rule.value,
            "policy_pointer": rules.policy_pointer,
        }
        super().__init__(data=said, **keywords)
        self.base.choices = [SelectChoice(name, load_profile(name).name) for name in profile_names()]

    def change(self) -> ProfileChange:
        """What was typed; only of a valid form."""
        return ProfileChange(
            base=self.base.data,
            effective_from=self.effective_from.data,
            rule=NoticeRule(self.rule.data),
            late_policy=LatePolicy(self.late_policy.data),
            acknowledgement=Acknowledgement(self.acknowledgement.data),
            objection_stops=self.objection_stops.data == YES,
            multi_student_rule=MultiStudentRule(self.multi_student_rule.data),
            policy_pointer=_words_in(self.policy_pointer),
            reason=self.reason.data.strip(),
            attorney_name=_words_in(self.attorney_name),
            attorney_date=self.attorney_date.data,
        )


def _words_in(field: Field) -> str | None:
    return (field.data or "").strip() or None
