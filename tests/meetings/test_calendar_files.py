"""Reading the district's calendar, and writing a feed."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from meetrec.meetings.calendar_files import CalendarUnreadable, FeedEvent, read_calendar, write_feed

ZONE = "America/Chicago"
TEN = datetime(2026, 10, 14, 15, 0, tzinfo=UTC)  # ten in Chicago


def calendar(*lines: str, method: str = "PUBLISH") -> bytes:
    """One event with these lines."""
    event = ["BEGIN:VEVENT", "UID:a1", "DTSTAMP:20261001T000000Z", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"METHOD:{method}", *event, "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize(
    "start",
    [
        "DTSTART:20261014T150000Z",
        "DTSTART:20261014T100000",
        "DTSTART;TZID=America/Chicago:20261014T100000",
        "DTSTART;TZID=Central Standard Time:20261014T100000",
    ],
)
def test_time_is_read_in_every_way_calendars_write_it(start: str) -> None:
    event = read_calendar(calendar(start, "DURATION:PT1H", "SUMMARY:IEP  Mateo\\, Rivera", "LOCATION:Library"), ZONE)[0]
    assert (event.start, event.end) == (TEN, TEN + timedelta(hours=1))
    assert (event.uid, event.summary, event.location) == ("a1", "IEP Mateo, Rivera", "Library")


def test_local_time_that_exists_twice_is_the_later_one() -> None:
    event = read_calendar(calendar("DTSTART:20261101T013000", "DTEND:20261101T030000"), ZONE)[0]
    assert event.start == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("lines", [("DTSTART;VALUE=DATE:20261014",), ("SUMMARY:x",), ("DTSTART:garbage", "DTEND:garbage")])
def test_event_without_a_time_of_day_has_none(lines: tuple[str, ...]) -> None:
    event = read_calendar(calendar(*lines), ZONE)[0]
    assert event.start is None or event.end is None


@pytest.mark.parametrize(
    ("line", "organizer"),
    [
        ("ORGANIZER;CN=Laura Bennett:mailto:Laura.Bennett@district.org", "laura.bennett@district.org"),
        ("ORGANIZER:MAILTO:laura.bennett@district.org", "laura.bennett@district.org"),
        ("ORGANIZER:urn:uuid:1", None),
        ("ORGANIZER:mailto:", None),
        ("ORGANIZER:mailto:a@district.org\r\nORGANIZER:mailto:b@district.org", None),
        ("SUMMARY:x", None),
    ],
)
def test_who_organised_it_is_known_by_one_mail_address(line: str, organizer: str | None) -> None:
    assert read_calendar(calendar("DTSTART:20261014T150000Z", line), ZONE)[0].organizer == organizer


def test_series_changed_events_and_cancellations_are_told_apart() -> None:
    assert read_calendar(calendar("DTSTART:20261014T150000Z", "RRULE:FREQ=WEEKLY"), ZONE)[0].repeats
    changed = read_calendar(calendar("DTSTART:20261014T150000Z", "RECURRENCE-ID:20261007T150000Z"), ZONE)[0]
    assert changed.uid == "a1 20261007T150000Z"
    assert not changed.repeats
    assert read_calendar(calendar("STATUS:CANCELLED"), ZONE)[0].is_cancelled
    assert read_calendar(calendar(method="CANCEL"), ZONE)[0].is_cancelled


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", b"BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n"]
)
def test_what_is_no_calendar_gets_a_sentence(content: bytes) -> None:
    with pytest.raises(CalendarUnreadable, match="no calendar file"):
        read_calendar(content, ZONE)


def test_feed_reads_back_as_it_was_written() -> None:
    meeting = FeedEvent("m1@meetrec", TEN, TEN + timedelta(hours=1), "IEP meeting, M. R.", "Lincoln Elementary, Library", 2, TEN - timedelta(days=3), False)
    gone = FeedEvent("m2@meetrec", TEN, TEN + timedelta(hours=1), "IEP meeting, A. B.", None, 3, TEN, True)
    content = write_feed([meeting, gone], name="Meetings", now=TEN)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    first, second = Calendar.from_ical(content).events
    assert (str(first["UID"]), first["SEQUENCE"], first["LAST-MODIFIED"].dt, str(first["LOCATION"])) == (
        "m1@meetrec", 2, TEN - timedelta(days=3), "Lincoln Elementary, Library",
    )  # fmt: skip
    assert ("LOCATION" in second, str(second["STATUS"])) == (False, "CANCELLED")
    read = read_calendar(content, ZONE)
    assert [(one.start, one.is_cancelled) for one in read] == [(TEN, False), (TEN, True)]
