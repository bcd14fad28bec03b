"""The form in which staff key in a notice: what the family said, how it came, and when it reached the district (G1.a)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, EmailField, Field, Form, HiddenField, RadioField, SelectChoice, SelectField, ValidationError

from meetrec.meetings.form_fields import ClockTime, DayToCome, OneOfTheList, TypedDateField, TypedField, TypedTimeField, instant_of
from meetrec.notices.desk_words import CHANNEL_CHOICES
from meetrec.notices.forms import OTHER_PLACE, QUESTIONS, StatementForm, line_field, text_field
from meetrec.notices.keyed_in import OLDEST, why_not_received_at
from meetrec.notices.rules import NoticeChannel
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.words import ROLES
from meetrec.platform.clock import in_zone
from meetrec.platform.form_validators import MailAddress, Needed, StorableText
from meetrec.platform.free_text import one_line
from meetrec.platform.languages import LANGUAGES

ON_THE_PAGE = ("channel", "received_date", "received_time", *QUESTIONS, "reason", "needs_recording_to_understand", "language")


class DayOfTheMeeting(DayToCome):
    """Validator: a day to come, or one of the last thirty: a letter may be found after the meeting."""

    def __call__(self, form: Any, field: TypedField) -> None:
        """Raises ValidationError with a sentence; `form` knows `now` and `zone`."""
        today = in_zone(form.now, form.zone).date()
        if field.data is None or not today - OLDEST <= field.data < today:
            super().__call__(form, field)


class DayOfReceipt:
    """Validator: a date. Whether the notice can have come on it is judged with the time."""

    field_flags = {"required": True}  # noqa: RUF012 – WTForms reads it from the class

    def __call__(self, form: Form, field: TypedField) -> None:
        """Raises ValidationError with a sentence."""
        if field.data is None:
            raise ValidationError(_("Enter the day on which the notice reached the district."))


class KeyInForm(StatementForm):
    """The family's nine questions as staff ask them, what the family may have added, and the way and the moment of receipt."""

    recorder_name = line_field(lazy_gettext("Name of who will record"), 120, Needed(lazy_gettext("Enter the name of who will record.")))
    recorder_role = RadioField(
        lazy_gettext("Who are they to the pupil?"),
        [OneOfTheList(lazy_gettext("Choose who they are. A recording by the family is made by a parent, a legal guardian or a student who is 18 or older."))],
        choices=[SelectChoice(role.value, words) for role, words in ROLES.items()],
        validate_choice=False,
    )  # fmt: skip
    device = line_field(lazy_gettext("What they will record with"), 120)
    accommodation_request = text_field(lazy_gettext("An interpreter or anything else they need for the meeting"))
    email = EmailField(lazy_gettext("Their e-mail address"), [MailAddress(), StorableText(255)], filters=[one_line])
    meeting_date = TypedDateField(lazy_gettext("Date of the meeting"), [DayOfTheMeeting()])
    reason = text_field(lazy_gettext("Why they would like to record, if they said so"))
    needs_recording_to_understand = BooleanField(lazy_gettext("They need the recording to understand the meeting"))
    channel = RadioField(
        lazy_gettext("How did the notice come?"),
        [OneOfTheList(lazy_gettext("Choose how the notice came."))],
        choices=[SelectChoice(value, words) for value, words in CHANNEL_CHOICES],
        validate_choice=False,
    )  # fmt: skip
    received_date = TypedDateField(lazy_gettext("Day on which it reached the district"), [DayOfReceipt()])
    received_time = TypedTimeField(lazy_gettext("Time at which it reached the district"), [ClockTime()])
    language = SelectField(lazy_gettext("Language of the receipt"), choices=[SelectChoice(*one) for one in LANGUAGES.items()])
    nonce = HiddenField()

    def __init__(self, now: datetime, zone: str, schools: Sequence[str], nonce: str, language: str, **keywords: Any) -> None:
        here = in_zone(now, zone)
        given = {"received_date": here.date(), "received_time": time(here.hour, here.minute), "language": language, "nonce": nonce}
        super().__init__(now, zone, schools, data=given, **keywords)
        self.school.choices = [*self.school.choices[:-1], SelectChoice(OTHER_PLACE, _("Another place, or they are not sure"))]

    def __iter__(self) -> Iterator[Field]:
        """The fields as they stand on the page, so that the list of what is wrong has their order."""
        return iter(sorted(super().__iter__(), key=lambda field: ON_THE_PAGE.index(field.name) if field.name in ON_THE_PAGE else len(ON_THE_PAGE)))

    def validate_received_date(self, field: TypedField) -> None:
        """Not to come, and at most thirty days ago, as far as the day alone tells."""
        if field.data is not None and (sentence := why_not_received_at(datetime.combine(field.data, in_zone(self.now, self.zone).timetz()), self.now)):
            raise ValidationError(sentence)

    def validate_received_time(self, field: TypedField) -> None:
        """Not to come, and at most thirty days ago, on a day that can be."""
        if (
            field.data is not None
            and self.received_date.data is not None
            and not self.received_date.errors
            and (sentence := why_not_received_at(self.received_at, self.now))
        ):
            raise ValidationError(sentence)

    @property
    def received_at(self) -> datetime:
        """The moment of receipt (UTC); of valid fields only."""
        return instant_of(self.received_date, self.received_time, self.zone)

    @property
    def way(self) -> NoticeChannel:
        """How it came; only of a valid form."""
        return NoticeChannel(self.channel.data)

    def said(self) -> NoticeStatement:
        """What the family said; only of a valid form."""
        said = self.statement(self.language.data)
        return replace(said, reason=self.reason.data or None, needs_recording_to_understand=bool(self.needs_recording_to_understand.data))
