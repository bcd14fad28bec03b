"""A meeting that moved: its notices are held against the rule again, and a family loses nothing by the district's own change."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.meetings.actions import Move, WishOf, move_meeting, note_family_told
from meetrec.meetings.events import MeetingChange, tell_meeting_changed
from meetrec.meetings.models import Meeting, MeetingMove
from meetrec.notices.actions import District, match_notice, receive_notice
from meetrec.notices.holding import hold_again
from meetrec.notices.models import Notice
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.notices.conftest import REAL_RECORDINGS

HOUR = timedelta(hours=1)
Statement = Callable[..., NoticeStatement]
GivenAt = Callable[[int], Notice]
Moved = Callable[..., int]


@pytest.fixture
def given(database: Database, district: SimpleNamespace, statement: Statement, missouri: District) -> GivenAt:
    """A notice received so many hours before the meeting, and matched."""

    def given(hours: int) -> Notice:
        at = district.meeting.start - hours * HOUR
        with database.writing() as session:
            notice = receive_notice(session, at, "public", statement(), new_nonce(), missouri)
            match_notice(session, at, "user:laura", notice.id, district.meeting.id, missouri, REAL_RECORDINGS)
        return notice

    return given


@pytest.fixture
def moved(database: Database, district: SimpleNamespace, settings: Settings) -> Moved:
    """Move the meeting by so many hours, announced so many hours before its first start; how many notices changed their status."""

    def moved(hours: int, by: str = "district", announced: int = 2) -> int:
        announced_at = district.meeting.start - announced * HOUR
        with database.writing() as session:
            meeting = session.get_one(Meeting, district.meeting.id)
            meeting.start, meeting.planned_end = meeting.start + hours * HOUR, meeting.planned_end + hours * HOUR
            session.add(MeetingMove(meeting_id=meeting.id, announced_at=announced_at, by=by, new_start=meeting.start))
            return hold_again(session, announced_at, "user:laura", meeting, settings)

    return moved


def status_of(database: Database, notice: Notice) -> str:
    with database.reading() as session:
        return session.get_one(Notice, notice.id).status


@pytest.mark.requirement("G1.b")
def test_notice_that_only_the_districts_own_move_would_make_late_stays_in_time(
    database: Database, district: SimpleNamespace, given: GivenAt, moved: Moved
) -> None:
    notice = given(25)
    assert moved(-4) == 0
    with database.reading() as session:
        held = session.get_one(Notice, notice.id)
    assert held.status == "timely"
    assert held.deadline == district.meeting.start - 28 * HOUR < held.received_at


@pytest.mark.requirement("G1.b")
def test_an_earlier_start_that_nobody_told_the_family_makes_no_notice_late_until_it_is_told(
    app: Flask, database: Database, district: SimpleNamespace, given: GivenAt
) -> None:
    start, notice = district.meeting.start, given(30)
    with app.test_request_context(), database.writing() as session:
        session.get_one(Meeting, district.meeting.id).created_at = start - 40 * HOUR  # no move was told before that
        earlier = Move(None, WishOf.DISTRICT, start - 8 * HOUR, start - 7 * HOUR)
        move_meeting(session, start - 29 * HOUR, "user:laura", district.meeting.id, earlier)
    assert status_of(database, notice) == "timely"
    with app.test_request_context(), database.writing() as session:
        note_family_told(session, start - 28 * HOUR, "user:laura", district.meeting.id, start - 33 * HOUR)
    assert status_of(database, notice) == "late_accepted", "they were told more than a day before the new start, and gave notice after that"


@pytest.mark.requirement("G1.b")
@pytest.mark.parametrize(("hours", "by", "before", "after"), [(24, "district", "late_accepted", "timely"), (-4, "parent", "timely", "late_accepted")])
def test_move_that_changes_a_status_is_journalled_from_what_to_what(
    database: Database, given: GivenAt, moved: Moved, hours: int, by: str, before: str, after: str
) -> None:
    notice = given(25 if before == "timely" else 20)
    assert status_of(database, notice) == before
    assert moved(hours, by) == 1
    with database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "notice.held_again")).one()
    assert status_of(database, notice) == after
    assert f'"before":"{before}"'.encode() in entry.body.replace(b": ", b":")


def test_withdrawn_notice_stays_withdrawn(database: Database, given: GivenAt, moved: Moved) -> None:
    notice = given(20)
    with database.writing() as session:
        session.get_one(Notice, notice.id).status = "withdrawn"
    assert moved(24) == 0
    assert status_of(database, notice) == "withdrawn"


@pytest.mark.requirement("G5.a")
def test_running_application_listens_to_every_move(app: Flask, database: Database, district: SimpleNamespace, given: GivenAt) -> None:
    notice = given(20)
    with database.writing() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        announced_at, meeting.start = meeting.start - HOUR, meeting.start + 24 * HOUR
        session.add(MeetingMove(meeting_id=meeting.id, announced_at=announced_at, by="district", new_start=meeting.start))
        tell_meeting_changed(session, announced_at, "user:laura", meeting, MeetingChange.MOVED)
    assert status_of(database, notice) == "timely"
