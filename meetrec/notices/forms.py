"""The family's forms. Nine questions make a notice, on one screen (G1.a); what else may be said is asked once it counts. No answer makes it count less."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from meetrec.meetings.form_fields import ClockTime, DayToCome, OneOfTheList, TypedDateField, TypedField, TypedTimeField
from meetrec.notices.models import Notice, RecorderRole
from meetrec.notices.opened_forms import OpenedForm
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.words import ROLES
from meetrec.platform.form_validators import MailAddress, Needed, StorableText
from meetrec.platform.free_text import lines, one_line

FILLED_BY_A_PROGRAM = lazy_gettext("Your browser filled in a line that nobody should see. It is empty again. Please check your notice and send it once more.")
SENT_TOO_QUICKLY = lazy_gettext("This came faster than a person can write. Everything you typed is still here. Please send it once more.")
OPEN_TOO_LONG = lazy_gettext("The page was open for a long time, or you signed in meanwhile. Everything you typed is still here. Please send it once more.")
OTHER_PLACE = "other"  # kept as the school's name when the parent does not know it or the meeting is elsewhere
LONGEST_TEXT = 2000  # characters
QUESTIONS = (
    "recorder_name", "recorder_role", "student_name", "school", "meeting_date", "meeting_time", "device", "accommodation_request", "email",
)  # fmt: skip


def line_field(label: str, longest: int, *validators: object) -> StringField:
    """One line of text, at most so many characters."""
    return StringField(label, [*validators, StorableText(longest)], filters=[one_line])


def text_field(label: str) -> TextAreaField:
    """A text of several lines."""
    return TextAreaField(label, [StorableText(LONGEST_TEXT)], filters=[lines])


class DayOfMeeting(DayToCome):
    """Validator: a day to come, or the one the notice names already, which may have passed when it is corrected."""

    def __call__(self, form: Any, field: TypedField) -> None:
        """Raises ValidationError with a sentence; `form` knows `day_said`."""
        if field.data is None or field.data != form.day_said:
            super().__call__(form, field)


class StatementForm(FlaskForm):
    """The nine questions: who records, whose meeting, when and where; device, help and mail address are optional and change nothing (G6.b, G8)."""

    recorder_name = line_field(lazy_gettext("Your name"), 120, Needed(lazy_gettext("Enter your name.")))
    recorder_role = RadioField(
        lazy_gettext("Who are you to the pupil?"),
        [OneOfTheList(lazy_gettext("Choose who you are. A recording by the family is made by a parent, a legal guardian or a student who is 18 or older."))],
        choices=[SelectChoice(role.value, words) for role, words in ROLES.items()],
        validate_choice=False,
    )  # fmt: skip
    student_name = line_field(lazy_gettext("The pupil's name"), 160, Needed(lazy_gettext("Enter the pupil's name.")))
    school = SelectField(
        lazy_gettext("School where the meeting takes place"),
        [OneOfTheList(lazy_gettext("Choose a school, or the last line if you are not sure."))],
        validate_choice=False,
    )
    meeting_date = TypedDateField(lazy_gettext("Date of the meeting"), [DayOfMeeting()])
    meeting_time = TypedTimeField(lazy_gettext("Time the meeting starts"), [ClockTime()])
    device = line_field(lazy_gettext("What you will record with"), 120)
    accommodation_request = text_field(lazy_gettext("An interpreter or anything else you need for the meeting"))
    email = EmailField(lazy_gettext("Your e-mail address"), [MailAddress(), StorableText(255)], filters=[one_line])

    def __init__(self, now: datetime, zone: str, schools: Sequence[str], day_said: date | None = None, **keywords: Any) -> None:
        self.now, self.zone, self.day_said = now, zone, day_said
        super().__init__(**keywords)
        self.school.choices = [
            SelectChoice("", _("Choose a school")),
            *(SelectChoice(name, name) for name in schools),
            SelectChoice(OTHER_PLACE, _("Another place, or I am not sure")),
        ]

    def statement(self, language: str, before: Notice | None = None) -> NoticeStatement:
        """What the parent says; only of a valid form. What this form does not ask stays as the notice `before` has it."""
        return NoticeStatement(
            recorder_name=self.recorder_name.data,
            recorder_role=RecorderRole(self.recorder_role.data),
            student_name=self.student_name.data,
            school_name=self.school.data,
            meeting_date=self.meeting_date.data,
            meeting_time=self.meeting_time.data,
            device=self.device.data,
            reason=before.reason if before else None,
            accommodation_request=self.accommodation_request.data or None,
            needs_recording_to_understand=bool(before and before.needs_recording_to_understand),
            language=language,
        )


class NoticeForm(StatementForm):
    """The nine questions on the public page, guarded against programs without a puzzle for people."""

    nonce = HiddenField()
    website = StringField(lazy_gettext("Leave this line empty"))  # no person sees it; programs that fill in forms do

    def __init__(self, now: datetime, zone: str, schools: Sequence[str], opened: OpenedForm, **keywords: Any) -> None:
        super().__init__(now, zone, schools, **keywords)
        self.opened = opened.sent_back(self.nonce.data, now) if self.is_submitted() else opened
        self.nonce.data = self.opened.text

    def says_what(self, notice: Notice) -> bool:
        """Whether nothing that was sent differs from a notice; what is empty may be what a browser does not bring back. Who, when and where are all needed."""
        told = {name: getattr(notice, "school_name" if name == "school" else name) for name in QUESTIONS}
        sent = {name: self[name].data for name in QUESTIONS if self[name].data}
        return {"recorder_name", "recorder_role", "school", "meeting_date", "meeting_time"} <= sent.keys() and all(
            value == told[name] for name, value in sent.items()
        )

    def validate_on_submit(self, **keywords: Any) -> bool:
        """Whether everything is right; what is wrong without a visible field of its own stands in `form_errors`."""
        is_right = bool(self.validate(**keywords))
        if self.website.data:
            self.website.data = ""
            self.form_errors.append(FILLED_BY_A_PROGRAM)
        elif self.opened.is_too_quick:
            self.form_errors.append(SENT_TOO_QUICKLY)
        form_token = getattr(self, "csrf_token", None)
        if form_token is not None and form_token.errors:
            form_token.errors = []
            self.form_errors.append(OPEN_TOO_LONG)
        return is_right and not self.form_errors


class CorrectionForm(StatementForm):
    """The same questions of a notice that was given. Its address is the key, so that it needs no token and no cookie."""

    class Meta:
        csrf = False

    @classmethod
    def of(cls, notice: Notice, now: datetime, zone: str, schools: Sequence[str]) -> "CorrectionForm":
        """Filled with what the notice says; its own school can be chosen also if there is none of that name any more."""
        known = schools if notice.school_name in (OTHER_PLACE, *schools) else [notice.school_name, *schools]
        said = {name: getattr(notice, name) for name in QUESTIONS if name != "school"}
        return cls(now, zone, known, notice.meeting_date, data={**said, "school": notice.school_name, "recorder_role": notice.recorder_role.value})


class MoreForm(FlaskForm):
    """What may be said once the notice counts; each is optional, and leaving it empty changes nothing (G2, G0.1, NOTE.4)."""

    class Meta:
        csrf = False

    reason = text_field(lazy_gettext("Why you would like to record"))
    needs_recording_to_understand = BooleanField(lazy_gettext("I need the recording to understand the meeting"))
    acknowledged = BooleanField(lazy_gettext("I have read what the district says about recordings by families"))

    def statement(self, before: Notice) -> NoticeStatement:
        """The notice's statement with the answers of this form."""
        said: dict[str, Any] = {name: getattr(before, name) for name in NoticeStatement.__dataclass_fields__}
        return NoticeStatement(**{**said, "reason": self.reason.data or None, "needs_recording_to_understand": self.needs_recording_to_understand.data})


def questions_of(form: FlaskForm) -> tuple[Field, ...]:
    """The fields that a person sees and answers."""
    return tuple(field for field in form if field.name not in ("nonce", "website", "csrf_token"))
