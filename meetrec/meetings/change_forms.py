"""Forms that change a meeting: another time, another room, cancellation, and who leads it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField, ValidationError

from meetrec.meetings.actions import Move, WishOf
from meetrec.meetings.form_fields import ClockTime, DayToCome, OneOfTheList, TypedDateField, TypedField, TypedTimeField, instant_of
from meetrec.meetings.models import Meeting
from meetrec.platform.clock import in_zone

WISH_WORDS = {
    WishOf.DISTRICT: lazy_gettext("The district"),
    WishOf.PARENT: lazy_gettext("The parent"),
}
WISHES = [SelectChoice(wish.value, words) for wish, words in WISH_WORDS.items()]


class DayTold:
    """Validator: a day that exists and has come, by the calendar of the district."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Any, field: TypedField) -> None:
        """Raises ValidationError with a sentence; `form` knows `now` and `zone`."""
        if field.data is None:
            raise ValidationError(_("Enter the day on which the family was told."))
        if field.data > in_zone(form.now, form.zone).date():
            raise ValidationError(_("The change cannot have been announced in the future. Check date and time."))


class MoveForm(FlaskForm):
    """New day, start and end; at whose wish; when the family was told, empty where nobody told it yet. The rule of 24 hours looks at the last two (RN-05)."""

    day = TypedDateField(lazy_gettext("New date"), [DayToCome()])
    start = TypedTimeField(lazy_gettext("Starts at"), [ClockTime()])
    end = TypedTimeField(lazy_gettext("Planned to end at"), [ClockTime()])
    by = RadioField(
        lazy_gettext("Who wished for the change?"), [OneOfTheList(lazy_gettext("Choose who wished for it."))], choices=WISHES, validate_choice=False
    )
    announced_day = TypedDateField(lazy_gettext("The family was told on"))
    announced_time = TypedTimeField(lazy_gettext("At what time"))

    def __init__(self, now: datetime, zone: str, meeting: Meeting, **keywords: Any) -> None:
        """Filled in with the meeting's time, until something is sent. Who wished for it and when the family was told are for a person to say."""
        self.now, self.zone = now, zone
        start, end = (in_zone(moment, zone) for moment in (meeting.start, meeting.planned_end))
        super().__init__(data={"day": start.date(), "start": start.time(), "end": end.time()}, **keywords)

    def validate_end(self, field: TypedField) -> None:
        """Later than the start, on the same day."""
        if self.start.data and field.data and field.data <= self.start.data:
            raise ValidationError(_("The meeting must end after it starts."))

    def validate_announced_day(self, field: TypedField) -> None:
        """A day that exists and has come; or neither day nor time."""
        if field.typed or self.announced_time.typed:
            DayTold()(self, field)

    def validate_announced_time(self, field: TypedField) -> None:
        """With the day, and only with it."""
        if field.typed or self.announced_day.typed:
            ClockTime()(self, field)

    def move(self, meeting: Meeting) -> Move:
        """As typed; only of a valid form."""
        announced = _told_at(self, meeting) if self.announced_day.data else None
        start, end = (instant_of(self.day, clock_time, self.zone) for clock_time in (self.start, self.end))
        return Move(announced, WishOf(self.by.data), start, end)


class ToldForm(FlaskForm):
    """When the family was told of the last move, entered afterwards."""

    announced_day = TypedDateField(lazy_gettext("The family was told on"), [DayTold()])
    announced_time = TypedTimeField(lazy_gettext("At what time"), [ClockTime()])

    def __init__(self, now: datetime, zone: str, **keywords: Any) -> None:
        self.now, self.zone = now, zone
        super().__init__(**keywords)

    def told_at(self, meeting: Meeting) -> datetime:
        """As typed; only of a valid form."""
        return _told_at(self, meeting)


def _told_at(form: MoveForm | ToldForm, meeting: Meeting) -> datetime:
    """Typed to the minute: within the minute of now, or of an earlier move, it is that moment."""
    announced = instant_of(form.announced_day, form.announced_time, form.zone)
    for moment in (form.now, *(one.announced_at for one in meeting.moves if one.announced_at)):
        if timedelta(0) <= moment - announced < timedelta(minutes=1):
            announced = moment
    return announced


class RoomForm(FlaskForm):
    """Another room."""

    room = SelectField(lazy_gettext("Room"), [OneOfTheList(lazy_gettext("Choose the room."))], validate_choice=False)

    def __init__(self, rooms: Sequence[tuple[str, str]], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.room.choices = [SelectChoice("", _("Choose a room")), *(SelectChoice(*room) for room in rooms)]


class CancelForm(FlaskForm):
    """At whose wish."""

    by = RadioField(lazy_gettext("Who cancels the meeting?"), [OneOfTheList(lazy_gettext("Choose who cancels it."))], choices=WISHES, validate_choice=False)


class ChairForm(FlaskForm):
    """Who leads the meeting; empty: not decided."""

    chair = SelectField(lazy_gettext("Who leads the meeting"), validate_choice=False)

    def __init__(self, chairs: Sequence[tuple[str, str]], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.chair.choices = [SelectChoice("", _("Not decided yet")), *(SelectChoice(*chair) for chair in chairs)]

    def validate_chair(self, field: SelectField) -> None:
        """One of the list, or nobody."""
        if field.data and field.data not in [value for value, *_rest in field.choices]:
            raise ValidationError(_("Choose somebody of the list."))
