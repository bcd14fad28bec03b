"""What the desk shows at a given moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask

from meetrec.installation.actions import create_student
from meetrec.meetings.actions import MeetingPlan, plan_meeting
from meetrec.meetings.models import Kiosk, Meeting, MeetingKind
from meetrec.notices.actions import District, NoticeStatement, match_notice, receive_notice
from meetrec.notices.matching import Agreement
from meetrec.notices.models import Notice
from meetrec.notices.queries import Desk, desk, notice_by_token
from meetrec.notices.references import new_nonce
from meetrec.platform.database import Database
from meetrec.recordings.models import KioskCopy, Recording
from meetrec.recordings.rules import RecordingState
from tests.notices.conftest import REAL_RECORDINGS

Statement = Callable[..., NoticeStatement]


@pytest.fixture
def desk_at(app: Flask, database: Database, missouri: District, set_clock: Callable[[datetime], None]) -> Callable[[datetime], Desk]:
    """The desk as it is at a moment."""

    def desk_at(moment: datetime) -> Desk:
        set_clock(moment)
        with app.test_request_context(), database.reading() as session:
            return desk(session, moment, missouri.zone, REAL_RECORDINGS.states, REAL_RECORDINGS.copies)

    return desk_at


@pytest.fixture
def matched(database: Database, district: SimpleNamespace, statement: Statement, missouri: District) -> Notice:
    """A notice that was matched a day before the meeting, so that the room is armed."""
    at = district.meeting.start - timedelta(hours=25)
    with database.writing() as session:
        notice = receive_notice(session, at, "public", statement(), new_nonce(), missouri)
        match_notice(session, at, "user:laura", notice.id, district.meeting.id, missouri, REAL_RECORDINGS)
    return notice


def test_waiting_notice_stands_with_its_meeting_and_the_reasons(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, desk_at: Callable[[datetime], Desk]
) -> None:
    at = district.meeting.start - timedelta(hours=25)
    with database.writing() as session:
        receive_notice(session, at, "public", statement(student_name="Rivera, Matéo"), new_nonce(), missouri)
    (waiting,) = desk_at(at).waiting
    (offer,) = waiting.offers
    assert offer.meeting.id == district.meeting.id
    assert offer.suggestion.agreements[:2] == (Agreement.SAME_PUPIL, Agreement.SAME_DAY)


def test_matched_notice_waits_no_more_and_stands_in_its_row(matched: Notice, district: SimpleNamespace, desk_at: Callable[[datetime], Desk]) -> None:
    shown = desk_at(district.meeting.start - timedelta(hours=24))
    assert shown.waiting == ()
    (row,) = shown.rows
    assert [notice.id for notice in row.notices] == [matched.id]
    assert row.recording is not None
    assert (row.recording.kind, row.lacks_district_copy) == ("armed", False)


@pytest.mark.requirement("G5.a")
def test_meeting_that_is_over_without_the_districts_copy_is_told_for_weeks(
    matched: Notice, district: SimpleNamespace, desk_at: Callable[[datetime], Desk]
) -> None:
    end = district.meeting.planned_end
    assert not desk_at(end - timedelta(minutes=1)).rows[0].lacks_district_copy
    assert desk_at(end).rows[0].lacks_district_copy
    weeks_later = desk_at(end + timedelta(days=20))
    assert weeks_later.rows == ()
    assert [row.meeting.id for row in weeks_later.missing_copies] == [district.meeting.id]


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(("state", "is_missing"), [(RecordingState.STORED, False), (RecordingState.RECORDING, False), (RecordingState.BROKEN, True)])
def test_copy_is_missing_at_once_only_where_nothing_usable_came_from_the_room(
    matched: Notice, database: Database, district: SimpleNamespace, desk_at: Callable[[datetime], Desk], state: RecordingState, is_missing: bool
) -> None:
    with database.writing() as session:
        session.query(Recording).one().state = state
    assert desk_at(district.meeting.planned_end).rows[0].lacks_district_copy is is_missing


@pytest.mark.requirement("G5.a")
def test_recording_whose_kiosk_fell_silent_stays_on_the_desk_as_a_missing_copy(
    matched: Notice, database: Database, district: SimpleNamespace, desk_at: Callable[[datetime], Desk]
) -> None:
    end = district.meeting.planned_end
    with database.writing() as session:
        session.query(Recording).one().state = RecordingState.RECORDING
        session.get_one(Kiosk, district.kiosk.id).last_seen_at = end
    assert not desk_at(end + timedelta(minutes=30)).rows[0].lacks_district_copy
    (row,) = desk_at(end + timedelta(minutes=31)).rows
    assert row.recording is not None
    assert (row.recording.kind, row.lacks_district_copy) == ("not_heard_from", True)
    (days_later,) = desk_at(end + timedelta(days=5)).missing_copies
    assert days_later.meeting.id == district.meeting.id


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize("closing", [None, {"runs": {}}], ids=["never closed", "closed"])
def test_pieces_that_lie_on_a_living_kiosk_for_more_than_a_day_are_a_missing_copy(
    matched: Notice, database: Database, district: SimpleNamespace, desk_at: Callable[[datetime], Desk], closing: dict[str, object] | None
) -> None:
    day_later = district.meeting.planned_end + timedelta(days=1)
    with database.writing() as session:
        recording = session.query(Recording).one()
        recording.state = RecordingState.RECORDING
        copy = KioskCopy(kiosk_id=district.kiosk.id, state=RecordingState.RECORDING, started_at=district.meeting.start, closing=closing)
        recording.copies.append(copy)
        session.get_one(Kiosk, district.kiosk.id).last_seen_at = day_later
    assert not desk_at(day_later).missing_copies
    assert len(desk_at(day_later + timedelta(minutes=1)).missing_copies) == 1


def test_meeting_without_a_parents_recording_lacks_nothing(district: SimpleNamespace, desk_at: Callable[[datetime], Desk]) -> None:
    (row,) = desk_at(district.meeting.planned_end).rows
    assert (row.notices, row.recording, row.lacks_district_copy) == ((), None, False)


def test_desk_reaches_from_todays_midnight_to_the_end_of_the_seventh_day(
    database: Database, district: SimpleNamespace, now: datetime, desk_at: Callable[[datetime], Desk]
) -> None:
    midnight = datetime.fromisoformat("2026-10-13T05:00:00+00:00")  # in Chicago
    starts = {
        "yesterday": midnight - timedelta(hours=1),
        "today": midnight,
        "last": midnight + timedelta(days=8, hours=-2),
        "beyond": midnight + timedelta(days=8),
    }
    with database.writing() as session:
        student = create_student(session, now, district.school, "Sofia", "Ortega").id
        for start in starts.values():
            plan_meeting(session, now, "user:x", MeetingPlan(MeetingKind.IEP, student, district.room.id, start, start + timedelta(minutes=30)))
    assert [row.meeting.start for row in desk_at(now).rows] == [starts["today"], starts["last"]]


def test_meeting_that_lasts_over_midnight_stays_on_the_desk_until_it_is_over(
    database: Database, district: SimpleNamespace, desk_at: Callable[[datetime], Desk]
) -> None:
    midnight, minute = datetime.fromisoformat("2026-10-13T05:00:00+00:00"), timedelta(minutes=1)
    with database.writing() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        meeting.start, meeting.planned_end = midnight - 20 * minute, midnight + 40 * minute
    assert [len(desk_at(midnight + length).rows) for length in (-minute, minute, 41 * minute)] == [1, 1, 0]


def test_withdrawn_notice_neither_waits_nor_stands(matched: Notice, database: Database, district: SimpleNamespace, desk_at: Callable[[datetime], Desk]) -> None:
    with database.writing() as session:
        session.get_one(Notice, matched.id).status = "withdrawn"
    (row,) = desk_at(district.meeting.planned_end).rows
    assert (row.notices, row.lacks_district_copy) == ((), False)


def test_notice_is_found_by_its_token_alone(database: Database, statement: Statement, missouri: District, now: datetime) -> None:
    token = new_nonce()
    with database.writing() as session:
        notice = receive_notice(session, now, "public", statement(), token, missouri)
    with database.reading() as session:
        found = notice_by_token(session, token)
        assert found is not None
        assert found.id == notice.id
        assert notice_by_token(session, notice.link_hash) is None
        assert notice_by_token(session, notice.reference) is None
