"""The parent's notice form (G1.a): six questions, three more that are optional, and a box to tick. No answer makes a notice count less."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from meetrec.meetings.form_fields import ClockTime, DayToCome, OneOfTheList, TypedDateField, TypedTimeField
from meetrec.notices.models import RecorderRole
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.words import ROLES
from meetrec.platform.form_validators import Needed, StorableText
from meetrec.platform.free_text import lines, one_line

FILLED_BY_A_PROGRAM = lazy_gettext("Your browser filled in a line that nobody should see. It is empty again. Please check your notice and send it once more.")
OPEN_TOO_LONG = lazy_gettext("The page was open for a long time, or you signed in meanwhile. Everything you typed is still here. Please send it once more.")
OTHER_PLACE = "other"  # kept as the school's name when the parent does not know it or the meeting is elsewhere
LONGEST_TEXT = 2000  # characters


def _line_field(label: str, longest: int, *validators: object) -> StringField:
    return StringField(label, [*validators, StorableText(longest)], filters=[one_line])


def _text_field(label: str) -> TextAreaField:
    return TextAreaField(label, [StorableText(LONGEST_TEXT)], filters=[lines])


class NoticeForm(FlaskForm):
    """Who records, whose meeting, when and where; device, reason and needs are optional and change nothing (G2, G6.b)."""

    recorder_name = _line_field(lazy_gettext("Your name"), 120, Needed(lazy_gettext("Enter your name.")))
    recorder_role = RadioField(
        lazy_gettext("Who are you to the pupil?"),
        [OneOfTheList(lazy_gettext("Choose who you are. A recording by the family is made by a parent, a legal guardian or a student who is 18 or older."))],
        choices=[SelectChoice(role.value, words) for role, words in ROLES.items()],
        validate_choice=False,
    )  # fmt: skip
    student_name = _line_field(lazy_gettext("The pupil's name"), 160, Needed(lazy_gettext("Enter the pupil's name.")))
    school = SelectField(
        lazy_gettext("School where the meeting takes place"),
        [OneOfTheList(lazy_gettext("Choose a school, or the last line if you are not sure."))],
        validate_choice=False,
    )
    meeting_date = TypedDateField(lazy_gettext("Date of the meeting"), [DayToCome()])
    meeting_time = TypedTimeField(lazy_gettext("Time the meeting starts"), [ClockTime()])
    device = _line_field(lazy_gettext("What you will record with"), 120)
    reason = _text_field(lazy_gettext("Why you would like to record"))
    accommodation_request = _text_field(lazy_gettext("An interpreter or anything else you need for the meeting"))
    needs_recording_to_understand = BooleanField(lazy_gettext("I need the recording to understand the meeting"))
    nonce = HiddenField()
    website = StringField(lazy_gettext("Leave this line empty"))  # no person sees it; programs that fill in forms do

    def __init__(self, now: datetime, zone: str, schools: Sequence[str], nonce: str, **keywords: Any) -> None:
        self.now, self.zone = now, zone
        super().__init__(**keywords)
        self.school.choices = [
            SelectChoice("", _("Choose a school")),
            *(SelectChoice(name, name) for name in schools),
            SelectChoice(OTHER_PLACE, _("Another place, or I am not sure")),
        ]
        self.nonce.data = self.nonce.data or nonce

    def validate_on_submit(self, **keywords: Any) -> bool:
        """Whether everything is right; what is wrong without a visible field of its own stands in `form_errors`."""
        is_right = bool(self.validate(**keywords))
        if self.website.data:
            self.website.data = ""
            self.form_errors.append(FILLED_BY_A_PROGRAM)
        form_token = getattr(self, "csrf_token", None)
        if form_token is not None and form_token.errors:
            form_token.errors = []
            self.form_errors.append(OPEN_TOO_LONG)
        return is_right and not self.form_errors

    def statement(self, language: str) -> NoticeStatement:
        """What the parent says; only of a valid form."""
        return NoticeStatement(
            recorder_name=self.recorder_name.data,
            recorder_role=RecorderRole(self.recorder_role.data),
            student_name=self.student_name.data,
            school_name=self.school.data,
            meeting_date=self.meeting_date.data,
            meeting_time=self.meeting_time.data,
            device=self.device.data,
            reason=self.reason.data or None,
            accommodation_request=self.accommodation_request.data or None,
            needs_recording_to_understand=self.needs_recording_to_understand.data,
            language=language,
        )
