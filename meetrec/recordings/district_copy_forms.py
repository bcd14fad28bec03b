"""The two forms of a missing district copy: a reason, and what is said of a recording made on another device (G5.a)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from meetrec.meetings.form_fields import OneOfTheList, TypedDateField, TypedField, TypedTimeField, instant_of
from meetrec.meetings.lines import ToldMeeting
from meetrec.platform.clock import in_zone
from meetrec.platform.form_validators import NOT_KEPT, StorableText
from meetrec.platform.free_text import numbers_not_kept
from meetrec.recordings.district_copy_actions import UploadStatement
from meetrec.recordings.district_copy_rules import CHOICES, MOST_WORDS, NEAR_THE_MEETING, WORDS_NEEDED, CopyReason
from meetrec.recordings.district_copy_sentences import reason_words

LONGEST_DEVICE, LONGEST_FILE_NAME = 80, 200  # characters


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class ReasonForm(FlaskForm):
    """Why there is no copy from the room."""

    reason = RadioField(lazy_gettext("Reason"), [OneOfTheList(lazy_gettext("Choose a reason."))], validate_choice=False)
    words = TextAreaField(lazy_gettext("What happened"), [Length(max=MOST_WORDS)], filters=[_stripped])

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.words.flags.sometimes_required = True  # its hint says when
        self.reason.choices = [SelectChoice(reason.value, reason_words(reason)) for reason in CHOICES]

    def validate_words(self, field: Field) -> None:
        """Needed where the reason alone leaves the question open; never a number that is not kept (B-08, B-09)."""
        if not field.data and self.reason.data in {reason.value for reason in WORDS_NEEDED}:
            raise ValidationError(_("Say in a few words what happened."))
        if found := numbers_not_kept(field.data or ""):
            raise ValidationError(NOT_KEPT[found[0].kind])

    @property
    def chosen(self) -> CopyReason:
        """Of a valid form."""
        return CopyReason(self.reason.data)


class UploadForm(FlaskForm):
    """When the recording begins and what it was made on; the file itself never passes through this form."""

    day = TypedDateField(lazy_gettext("Day on which the recording begins"))
    start = TypedTimeField(lazy_gettext("Time at which the recording begins"))
    device = StringField(lazy_gettext("Recorded on"), [StorableText(LONGEST_DEVICE)], filters=[_stripped])

    def __init__(self, meeting: ToldMeeting, now: datetime, zone: str, fields: Mapping[str, str] | None = None) -> None:
        self.meeting, self.now, self.zone = meeting, now, zone
        start = in_zone(meeting.start, zone)
        super().__init__(formdata=fields, data={"day": start.date(), "start": start.time()})
        for field in (self.day, self.start, self.device):
            field.flags.required = True

    def validate_day(self, field: TypedField) -> None:
        """A date."""
        if field.data is None:
            raise ValidationError(_("Enter the day as month, day and year, such as %(example)s.", example=f"{in_zone(self.now, self.zone):%m/%d/%Y}"))

    def validate_start(self, field: TypedField) -> None:
        """A time that, with the day, lies near the meeting and not in the future."""
        if field.data is None:
            raise ValidationError(_("There is no such time. Write it like 2:30 PM."))
        if self.day.data is None:
            return
        begins = instant_of(self.day, field, self.zone)
        if begins > self.now:
            raise ValidationError(_("This moment has not come yet. Check day and time."))
        if not self.meeting.start - NEAR_THE_MEETING <= begins <= self.meeting.planned_end + NEAR_THE_MEETING:
            raise ValidationError(_("This is more than 12 hours from the meeting. Check day and time."))

    def validate_device(self, field: Field) -> None:
        """What it was made on stands in the record."""
        if not field.data:
            raise ValidationError(_("Say what it was recorded on, such as “the office's voice recorder”."))

    def statement(self, file_name: str) -> UploadStatement:
        """What was said; only of a valid form. Of a path that some browsers send, the name alone is kept."""
        name = file_name.replace("\\", "/").rsplit("/", 1)[-1]
        return UploadStatement(
            "".join(one for one in name if one.isprintable())[-LONGEST_FILE_NAME:], instant_of(self.day, self.start, self.zone), self.device.data
        )
