"""A notice that was matched to the wrong meeting is taken off and matched to the right one: the right room is armed once, the other stands down (A-05)."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from meetrec.installation import actions as installation
from meetrec.installation.district import one_hour
from meetrec.journal.models import JournalEntry
from meetrec.meetings.actions import plan_meeting
from meetrec.meetings.models import Room
from meetrec.notices.actions import District, MatchOutcome, match_notice, receive_notice, withdraw_notice
from meetrec.notices.models import Notice
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.unmatching import unmatch_notice
from meetrec.people.models import School, Student
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings import actions
from meetrec.recordings.models import Recording
from meetrec.recordings.queries import recording_states
from tests.notices.conftest import REAL_RECORDINGS, missouri, statement
from tests.recordings.deliveries import KioskClient, SealedRun

__all__ = ["missouri", "statement"]
Step = Callable[..., object]


@pytest.fixture
def other(database: Database, district: SimpleNamespace) -> str:
    """A meeting of another pupil in the same room on the same day, two hours later; its id."""
    with database.writing() as session:
        pupil = installation.create_student(session, clock.now(), session.get_one(School, district.school.id), "Ana", "Núñez")
        plan = one_hour(session.get_one(Student, pupil.id), session.get_one(Room, district.room.id), district.meeting.start + timedelta(hours=2))
        return plan_meeting(session, clock.now(), "user:laura", plan).id


@pytest.fixture
def give(app: Flask, database: Database, statement: Callable[..., NoticeStatement], missouri: District) -> Callable[[str], str]:
    """A notice with this device; its id."""

    def give(device: str) -> str:
        with app.test_request_context(), database.writing() as session:
            return receive_notice(session, clock.now(), "public", statement(device=device), new_nonce(), missouri).id

    return give


@pytest.fixture
def match(app: Flask, database: Database, missouri: District) -> Step:
    def match(notice_id: str, meeting_id: str) -> MatchOutcome:
        with app.test_request_context(), database.writing() as session:
            return match_notice(session, clock.now(), "user:laura", notice_id, meeting_id, missouri, REAL_RECORDINGS)

    return match


@pytest.fixture
def unmatch(app: Flask, database: Database, missouri: District) -> Step:
    def unmatch(notice_id: str) -> None:
        with app.test_request_context(), database.writing() as session:
            meeting_id = session.get_one(Notice, notice_id).meeting_id
            assert meeting_id is not None
            unmatch_notice(session, clock.now(), "user:laura", notice_id, missouri, recording_states(session, clock.now(), [meeting_id]).get(meeting_id))

    return unmatch


def told(database: Database) -> list[tuple[str, str]]:
    """What the journal says of arming and standing down: the verb, and the meeting whose recording it is."""
    with database.reading() as session:
        meetings = {f"recording:{one.id}": one.meeting_id for one in session.scalars(select(Recording)).unique()}
        entries = select(JournalEntry).where(JournalEntry.verb.startswith("room.")).order_by(JournalEntry.sequence)
        return [(one.verb.removeprefix("room."), meetings[one.subject]) for one in session.scalars(entries)]


def armed(database: Database, kiosk: KioskClient) -> list[tuple[str, str]]:
    """The meetings that the room's kiosk may begin, each with the device that the parent named."""
    listed = (kiosk.meetings().json or {})["meetings"]
    with database.reading() as session:
        return [(session.get_one(Recording, one["recording"]).meeting_id, one["device"]) for one in listed]


@pytest.mark.requirement("A-05")
@pytest.mark.requirement("G5.a")
def test_the_right_meeting_is_armed_once_and_the_wrong_one_stands_down(
    database: Database, kiosk: KioskClient, district: SimpleNamespace, other: str, give: Callable[[str], str], match: Step, unmatch: Step
) -> None:
    wrong, notice = district.meeting.id, give("a tablet")
    assert match(notice, wrong) is MatchOutcome.ARMED
    unmatch(notice)
    assert armed(database, kiosk) == []
    assert match(notice, other) is MatchOutcome.ARMED
    assert armed(database, kiosk) == [(other, "a tablet")]
    assert told(database) == [("armed", wrong), ("stood_down", wrong), ("armed", other)]


@pytest.mark.requirement("A-05")
def test_back_and_forth_arms_nothing_twice(
    database: Database, kiosk: KioskClient, district: SimpleNamespace, other: str, give: Callable[[str], str], match: Step, unmatch: Step
) -> None:
    first, notice = district.meeting.id, give("a tablet")
    for meeting in (first, other):
        assert match(notice, meeting) is MatchOutcome.ARMED
        unmatch(notice)
    assert match(notice, first) is MatchOutcome.ARMED
    assert armed(database, kiosk) == [(first, "a tablet")]
    assert told(database) == [("armed", first), ("stood_down", first), ("armed", other), ("stood_down", other), ("armed", first)]
    with database.reading() as session:
        assert sorted(one.meeting_id for one in session.scalars(select(Recording)).unique()) == sorted([first, other])


@pytest.mark.requirement("A-05")
@pytest.mark.requirement("G6.b")
def test_another_notice_of_the_wrong_meeting_keeps_it_armed_by_its_own_words(
    database: Database, kiosk: KioskClient, district: SimpleNamespace, other: str, give: Callable[[str], str], match: Step, unmatch: Step
) -> None:
    first, second = give("a tablet"), give("a telephone")
    match(first, district.meeting.id)
    assert match(second, district.meeting.id) is MatchOutcome.ATTACHED
    unmatch(first)
    match(first, other)
    assert armed(database, kiosk) == [(district.meeting.id, "a telephone"), (other, "a tablet")]
    assert told(database) == [("armed", district.meeting.id), ("armed", other)]


@pytest.mark.requirement("A-05")
def test_a_room_that_stood_down_is_armed_by_the_next_notice_in_its_own_name(
    app: Flask, database: Database, kiosk: KioskClient, district: SimpleNamespace, other: str, give: Callable[[str], str], match: Step, unmatch: Step
) -> None:
    meeting, first, second, third = district.meeting.id, give("a tablet"), give("a telephone"), give("a recorder")
    match(first, meeting)
    unmatch(first)
    match(first, other)
    assert match(second, meeting) is MatchOutcome.ARMED
    assert armed(database, kiosk) == [(meeting, "a telephone"), (other, "a tablet")]
    with app.test_request_context(), database.writing() as session:
        withdraw_notice(session, clock.now(), "public", session.get_one(Notice, second))
    assert armed(database, kiosk) == [(other, "a tablet")]
    assert match(third, meeting) is MatchOutcome.ARMED
    assert armed(database, kiosk) == [(meeting, "a recorder"), (other, "a tablet")]
    assert [verb for verb, of in told(database) if of == meeting] == ["armed", "stood_down", "armed", "stood_down", "armed"]


@pytest.mark.requirement("A-05")
def test_arming_again_looks_for_a_notice_of_this_very_meeting(
    app: Flask,
    database: Database,
    kiosk: KioskClient,
    district: SimpleNamespace,
    other: str,
    give: Callable[[str], str],
    match: Step,
    unmatch: Step,
    make_run: Callable[..., SealedRun],
    recording_id: str,
) -> None:
    """The kiosk began without a network, before it heard that the notice belongs elsewhere; then the meeting goes on."""
    with database.reading() as session:
        notice = session.get_one(Recording, recording_id).notice_id
    unmatch(notice)
    match(notice, other)
    kiosk.deliver(make_run())
    match(give("a telephone"), district.meeting.id)
    with app.test_request_context(), database.writing() as session:
        again = actions.arm_again(session, clock.now(), "user:laura", recording_id, "America/Chicago")
        assert again.meeting_id == district.meeting.id
    assert [meeting for meeting, _device in armed(database, kiosk)] == [district.meeting.id, other]
    with database.reading() as session:
        begun = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"recording:{recording_id}", JournalEntry.verb == "room.stood_down")).one()
        assert json.loads(begun.body)["details"]["why"] == "unmatched"
