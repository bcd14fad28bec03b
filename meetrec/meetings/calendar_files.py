"""Read the district's calendar and write a feed (iCalendar, RFC 5545). Pure: bytes in, plain events out, and the other way round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from meetrec.platform.errors import MeetRecError

if TYPE_CHECKING:
    from icalendar import Calendar, Component

LONGEST_UID = 255  # characters; the column `meeting.calendar_uid`
MOST_EVENTS = 5000


def N_(text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


NO_CALENDAR = N_("This is no calendar file that can be read. Export it from the calendar as iCalendar (.ics).")
TOO_MANY = N_("This calendar holds more than 5,000 events. Export a shorter time, such as one school year.")  # MOST_EVENTS
PRODUCT = "-//MeetRec//meetings//EN"


class CalendarUnreadable(MeetRecError):
    """What was given is no calendar that can be read; the sentence says so."""


@dataclass(frozen=True)
class CalendarEvent:
    """One event as the calendar tells it. `start` and `end` are aware (UTC); None where there is none, or none that says a time of day."""

    uid: str  # and the RECURRENCE-ID, where one event of a series was changed
    summary: str
    location: str
    start: datetime | None
    end: datetime | None
    is_all_day: bool = False
    is_cancelled: bool = False
    repeats: bool = False
    organizer: str | None = None  # the mail address, in small letters


@dataclass(frozen=True)
class FeedEvent:
    """One meeting as a feed tells it: no name, and no place where a pupil needs protection (S-14)."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    location: str | None
    change_number: int
    changed_at: datetime
    is_cancelled: bool


def read_calendar(content: bytes, zone: str) -> tuple[CalendarEvent, ...]:
    """The events of a calendar file, in its order. A time without a zone is one of the school's (IANA `zone`). Raises CalendarUnreadable."""
    calendar = _parsed(content)
    events = calendar.events
    if len(events) > MOST_EVENTS:
        raise CalendarUnreadable(TOO_MANY)
    is_cancellation = str(calendar.get("METHOD", "")).upper() == "CANCEL"
    return tuple(_event(one, zone, is_cancellation) for one in events)


def write_feed(events: Iterable[FeedEvent], *, name: str, now: datetime) -> bytes:
    """A calendar that other programs subscribe to; times in UTC."""
    from icalendar import Calendar

    calendar = Calendar()
    for key, value in (("PRODID", PRODUCT), ("VERSION", "2.0"), ("CALSCALE", "GREGORIAN"), ("METHOD", "PUBLISH"), ("X-WR-CALNAME", name)):
        calendar.add(key, value)
    for one in events:
        calendar.add_component(_written(one, now))
    return bytes(calendar.to_ical())


def _parsed(content: bytes) -> "Calendar":
    from icalendar import Calendar

    try:
        found = Calendar.from_ical(content)
    except (ValueError, RecursionError) as error:
        raise CalendarUnreadable(NO_CALENDAR) from error
    if found.name != "VCALENDAR":
        raise CalendarUnreadable(NO_CALENDAR)
    return found


def _event(event: "Component", zone: str, is_cancellation: bool) -> CalendarEvent:
    begins, ends = _moment(event, "start"), _moment(event, "end")
    is_all_day = isinstance(begins, date) and not isinstance(begins, datetime)
    status = str(event.get("STATUS", "")).upper()
    return CalendarEvent(
        uid=_uid(event),
        summary=_text(event, "SUMMARY"),
        location=_text(event, "LOCATION"),
        start=_instant(begins, zone),
        end=None if is_all_day else _instant(ends, zone),
        is_all_day=is_all_day,
        is_cancelled=is_cancellation or status == "CANCELLED",
        repeats=any(key in event for key in ("RRULE", "RDATE")),
        organizer=_address(event.get("ORGANIZER")),
    )


def _address(organizer: Any) -> str | None:
    """The mail address of “mailto:laura.bennett@district.org”; None for any other kind of address, or several."""
    scheme, _colon, address = ("" if isinstance(organizer, list) else str(organizer or "")).partition(":")
    return address.strip().lower() or None if scheme.strip().lower() == "mailto" else None


def _uid(event: "Component") -> str:
    """A changed event of a series shares its UID; its RECURRENCE-ID tells it apart."""
    uid, one_of = _text(event, "UID"), event.get("RECURRENCE-ID")
    return f"{uid} {one_of.to_ical().decode()}" if uid and hasattr(one_of, "to_ical") else uid


def _text(event: "Component", key: str) -> str:
    return " ".join(str(event.get(key, "")).split())


def _moment(event: "Component", key: str) -> Any:
    """What the library makes of start or end; None where it cannot be read."""
    try:
        return getattr(event, key)
    except (ValueError, TypeError, AttributeError):
        return None


def _instant(moment: Any, zone: str) -> datetime | None:
    """In UTC; a local time that exists twice or never is read as the later instant, in favour of the parent (RN-04)."""
    if not isinstance(moment, datetime):
        return None
    local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    try:
        return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)).replace(microsecond=0)
    except (OverflowError, ValueError):
        return None


def _written(one: FeedEvent, now: datetime) -> "Component":
    from icalendar import Event

    event = Event()
    for key, value in (("UID", one.uid), ("DTSTAMP", now), ("DTSTART", one.start), ("DTEND", one.end), ("SUMMARY", one.summary)):
        event.add(key, value)
    event.add("SEQUENCE", one.change_number)
    event.add("LAST-MODIFIED", one.changed_at)
    event.add("STATUS", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    if one.location:
        event.add("LOCATION", one.location)
    return event
