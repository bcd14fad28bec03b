"""The form that enters a meeting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, ValidationError

from meetrec.meetings.actions import MeetingPlan
from meetrec.meetings.calendar_files import LONGEST_UID
from meetrec.meetings.form_fields import ClockTime, DayToCome, OneOfTheList, TypedDateField, TypedField, TypedTimeField, instant_of
from meetrec.meetings.models import MeetingKind

Choices = Sequence[tuple[str, str]]

KIND_WORDS = {
    MeetingKind.IEP: lazy_gettext("IEP meeting"),
    MeetingKind.SECTION_504: lazy_gettext("Section 504 meeting"),
}
# For anything else the district's recording policy speaks, not this page (G0.3).
ONLY_TWO_KINDS = lazy_gettext("Choose IEP or Section 504. Other meetings are not recorded here; see the district's recording policy.")


class MeetingForm(FlaskForm):
    """Kind, pupil, room, day, start and planned end, and who leads it, if that is known."""

    kind = RadioField(
        lazy_gettext("Kind of meeting"),
        [OneOfTheList(ONLY_TWO_KINDS)],
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()],
        validate_choice=False,
    )
    student = SelectField(lazy_gettext("Pupil"), [OneOfTheList(lazy_gettext("Choose the pupil."))], validate_choice=False)
    room = SelectField(lazy_gettext("Room"), [OneOfTheList(lazy_gettext("Choose the room."))], validate_choice=False)
    day = TypedDateField(lazy_gettext("Date"), [DayToCome()])
    start = TypedTimeField(lazy_gettext("Starts at"), [ClockTime()])
    end = TypedTimeField(lazy_gettext("Planned to end at"), [ClockTime()])
    chair = SelectField(lazy_gettext("Who leads the meeting"), validate_choice=False)
    calendar_uid = HiddenField()  # of the event of the district's calendar that this meeting is

    def __init__(self, now: datetime, zone: str, students: Choices, rooms: Choices, chairs: Choices = (), **keywords: Any) -> None:
        self.now, self.zone = now, zone
        super().__init__(**keywords)
        self.student.choices = [SelectChoice("", _("Choose a pupil")), *(SelectChoice(*student) for student in students)]
        self.room.choices = [SelectChoice("", _("Choose a room")), *(SelectChoice(*room) for room in rooms)]
        self.chair.choices = [SelectChoice("", _("Not decided yet")), *(SelectChoice(*chair) for chair in chairs)]

    def validate_chair(self, field: SelectField) -> None:
        """One of the list, or nobody."""
        if field.data and field.data not in [value for value, *_rest in field.choices]:
            raise ValidationError(_("Choose somebody of the list."))

    def validate_end(self, field: TypedField) -> None:
        """Later than the start, on the same day."""
        if self.start.data and field.data and field.data <= self.start.data:
            raise ValidationError(_("The meeting must end after it starts."))

    def plan(self) -> MeetingPlan:
        """The meeting as typed; only of a valid form."""
        start, end = (instant_of(self.day, clock_time, self.zone) for clock_time in (self.start, self.end))
        uid = self.calendar_uid.data or ""
        known_by = uid if 0 < len(uid) <= LONGEST_UID else None
        return MeetingPlan(MeetingKind(self.kind.data), self.student.data, self.room.data, start, end, self.chair.data or None, known_by)
