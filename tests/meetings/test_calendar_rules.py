"""What an event of the district's calendar means: entered, moved, cancelled, asked or left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from meetrec.meetings.calendar_files import CalendarEvent
from meetrec.meetings.calendar_rules import CalendarStep, KnownMeeting, Names, Step, Why, what_to_do

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 10, 14, 15, 0, tzinfo=UTC)
NAMES = Names.of(
    [("mateo", "Mateo Rivera"), ("ana", "Ana Rivera"), ("ana-maria", "Ana Maria Rivera"), ("núñez", "José Núñez")],
    [("a", "Lincoln Elementary", "Conference Room A"), ("lib-l", "Lincoln Elementary", "Library"), ("lib-w", "Washington Middle", "Library")],
)
EVENT = CalendarEvent("u1", "IEP Mateo Rivera", "Conference Room A", TEN, TEN + timedelta(hours=1))
KNOWN = KnownMeeting("m", "mateo", "a", TEN, TEN + timedelta(hours=1), is_cancelled=False)


def asked(event: CalendarEvent, known: KnownMeeting | None = None) -> CalendarStep:
    return what_to_do(event, known, NAMES, NOW)


@pytest.mark.parametrize("summary", ["IEP Mateo Rivera", "rivera, MATEO – annual iep", "504: Mateo Rivera"])
def test_plain_event_is_entered(summary: str) -> None:
    step = asked(replace(EVENT, summary=summary))
    assert (step.step, step.student_id, step.room_id, step.start) == (Step.ENTER, "mateo", "a", TEN)
    assert step.kind == ("SECTION_504" if "504" in summary else "IEP")


@pytest.mark.parametrize(("location", "room"), [("Conference Room A", "a"), ("Lincoln Elementary, Library", "lib-l"), ("Library (Washington Middle)", "lib-w")])
def test_room_is_known_by_its_name_or_with_its_school(location: str, room: str) -> None:
    assert asked(replace(EVENT, location=location)).room_id == room


@pytest.mark.parametrize(
    ("organizer", "chair"), [("laura@district.org", "laura"), ("two@district.org", None), ("parent@families.org", None), (None, None), ("", None)]
)
def test_who_organised_it_leads_it_where_one_account_has_that_address(organizer: str | None, chair: str | None) -> None:
    names = Names.of(
        [("mateo", "Mateo Rivera")],
        [("a", "Lincoln", "Conference Room A")],
        [("laura", "Laura@district.org"), ("x", "two@district.org"), ("y", "Two@district.org")],
    )
    event = replace(EVENT, organizer=organizer)
    assert what_to_do(event, None, names, NOW).chair_id == chair
    assert what_to_do(event, KNOWN, names, NOW).chair_id == chair
    assert what_to_do(replace(event, is_cancelled=True), KNOWN, names, NOW).chair_id is None


@pytest.mark.requirement("G0.3")
@pytest.mark.parametrize("summary", ["Staff lunch", "Discipline hearing Mateo Rivera", "Room 5041"])
def test_other_kinds_are_turned_away(summary: str) -> None:
    assert asked(replace(EVENT, summary=summary)) == CalendarStep(Step.REFUSE, (Why.OTHER_KIND,))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"summary": "IEP"}, Why.NO_PUPIL),
        ({"summary": "IEP M. Rivera"}, Why.NO_PUPIL),
        ({"summary": "IEP Ana Maria Rivera"}, Why.SEVERAL_PUPILS),
        ({"summary": "IEP and 504 Mateo Rivera"}, Why.BOTH_KINDS),
        ({"location": "Library"}, Why.NO_ROOM),
        ({"location": ""}, Why.NO_ROOM),
        ({"is_all_day": True, "start": None, "end": None}, Why.ALL_DAY),
        ({"end": None}, Why.NO_TIME),
        ({"end": TEN}, Why.NO_TIME),
    ],
)
def test_what_is_not_plain_is_asked(change: dict[str, object], why: Why) -> None:
    step = asked(replace(EVENT, **change))
    assert (step.step, step.why) == (Step.ASK, (why,))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"uid": ""}, Why.NO_UID),
        ({"uid": "u" * 256}, Why.NO_UID),
        ({"repeats": True}, Why.REPEATS),
        ({"is_cancelled": True}, Why.UNKNOWN_CANCELLED),
        ({"start": NOW - timedelta(hours=2), "end": NOW}, Why.OVER),
    ],
)
def test_what_cannot_be_entered_is_refused_with_the_reason(change: dict[str, object], why: Why) -> None:
    assert asked(replace(EVENT, **change)) == CalendarStep(Step.REFUSE, (why,))


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({}, Step.SAME),
        ({"summary": "renamed"}, Step.SAME),
        ({"start": TEN + timedelta(minutes=5)}, Step.MOVE),
        ({"end": TEN + timedelta(hours=2)}, Step.MOVE),
        ({"location": "Lincoln Elementary, Library"}, Step.CHANGE_ROOM),
        ({"start": TEN + timedelta(minutes=5), "location": "Lincoln Elementary, Library"}, Step.MOVE_AND_CHANGE_ROOM),
        ({"is_cancelled": True}, Step.CANCEL),
        ({"summary": "IEP José Núñez"}, Step.ASK),
        ({"end": None}, Step.ASK),
        ({"location": ""}, Step.SAME),
    ],
)
def test_event_that_became_a_meeting_moves_changes_room_or_is_cancelled(change: dict[str, object], step: Step) -> None:
    assert asked(replace(EVENT, **change), KNOWN).step is step


def test_place_that_names_no_room_keeps_the_meetings_room_and_says_so() -> None:
    step = asked(replace(EVENT, location="By telephone", start=TEN + timedelta(minutes=5)), KNOWN)
    assert (step.step, step.why, step.room_id) == (Step.MOVE, (Why.ROOM_KEPT,), "a")


def test_meeting_cancelled_here_does_not_come_back_by_the_calendar() -> None:
    gone = replace(KNOWN, is_cancelled=True)
    assert asked(EVENT, gone) == CalendarStep(Step.SAME, (Why.CANCELLED_HERE,))
    assert asked(replace(EVENT, is_cancelled=True), gone) == CalendarStep(Step.SAME)
