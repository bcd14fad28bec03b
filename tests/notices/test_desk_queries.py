"""What the desk shows at a given moment, and that its queries do not grow with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import event, inspect

from meetrec.installation.actions import create_student
from meetrec.meetings.actions import MeetingPlan, plan_meeting
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.models import Kiosk, Meeting, MeetingKind, MeetingMove
from meetrec.meetings.room_standing import RoomStanding
from meetrec.meetings.table_models import Participant
from meetrec.notices.actions import District, match_notice, receive_notice
from meetrec.notices.desk_moves import MoveEffect, Why
from meetrec.notices.desk_queries import PAGE, Desk, DeskView, desk
from meetrec.notices.holding import hold_again
from meetrec.notices.matching import Agreement
from meetrec.notices.models import Notice
from meetrec.notices.planned_meetings import PlannedMeetings
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings.models import KioskCopy, Recording
from meetrec.recordings.rules import RecordingState
from tests.notices.conftest import REAL_RECORDINGS

Statement = Callable[..., NoticeStatement]
DeskAt = Callable[..., Desk]
EVERYTHING = DeskView()


@pytest.fixture
def desk_at(app: Flask, database: Database, missouri: District, set_clock: Callable[[datetime], None]) -> DeskAt:
    """The desk as it is at a moment."""

    def desk_at(moment: datetime, view: DeskView = EVERYTHING) -> Desk:
        set_clock(moment)
        with app.test_request_context(), database.reading() as session:
            return desk(session, moment, missouri.zone, REAL_RECORDINGS, PlannedMeetings(missouri.zone), view)

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
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, desk_at: DeskAt
) -> None:
    at = district.meeting.start - timedelta(hours=25)
    with database.writing() as session:
        receive_notice(session, at, "public", statement(student_name="Rivera, Matéo"), new_nonce(), missouri)
    (waiting,) = desk_at(at).waiting
    (offer,) = waiting.offers
    assert offer.meeting.id == district.meeting.id
    assert offer.suggestion.agreements[:2] == (Agreement.SAME_PUPIL, Agreement.SAME_DAY)


def test_matched_notice_waits_no_more_and_stands_in_its_row(matched: Notice, district: SimpleNamespace, desk_at: DeskAt) -> None:
    shown = desk_at(district.meeting.start - timedelta(hours=24))
    assert shown.waiting == ()
    (row,) = shown.rows
    assert [notice.id for notice in row.notices] == [matched.id]
    assert row.recording is not None
    assert (row.recording.kind, row.lacks_district_copy) == ("armed", False)


@pytest.mark.requirement("G2")
def test_the_desk_does_not_even_read_a_reason(matched: Notice, district: SimpleNamespace, desk_at: DeskAt) -> None:
    (row,) = desk_at(district.meeting.start - timedelta(hours=24)).rows
    assert "reason" in inspect(row.notices[0]).unloaded
    assert "status" not in inspect(row.notices[0]).unloaded


@pytest.mark.requirement("G5.a")
def test_meeting_that_is_over_without_the_districts_copy_is_told_for_weeks(matched: Notice, district: SimpleNamespace, desk_at: DeskAt) -> None:
    end = district.meeting.planned_end
    assert not desk_at(end - timedelta(minutes=1)).rows[0].lacks_district_copy
    assert desk_at(end).rows[0].lacks_district_copy
    weeks_later = desk_at(end + timedelta(days=20))
    assert weeks_later.rows == ()
    assert [row.meeting.id for row in weeks_later.missing_copies] == [district.meeting.id]


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(("state", "is_missing"), [(RecordingState.STORED, False), (RecordingState.RECORDING, False), (RecordingState.BROKEN, True)])
def test_copy_is_missing_at_once_only_where_nothing_usable_came_from_the_room(
    matched: Notice, database: Database, district: SimpleNamespace, desk_at: DeskAt, state: RecordingState, is_missing: bool
) -> None:
    with database.writing() as session:
        session.query(Recording).one().state = state
    assert desk_at(district.meeting.planned_end).rows[0].lacks_district_copy is is_missing


@pytest.mark.requirement("G5.a")
def test_recording_whose_kiosk_fell_silent_stays_on_the_desk_as_a_missing_copy(
    matched: Notice, database: Database, district: SimpleNamespace, desk_at: DeskAt
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
    matched: Notice, database: Database, district: SimpleNamespace, desk_at: DeskAt, closing: dict[str, object] | None
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


def test_meeting_without_a_parents_recording_lacks_nothing(district: SimpleNamespace, desk_at: DeskAt) -> None:
    (row,) = desk_at(district.meeting.planned_end).rows
    assert (row.notices, row.recording, row.lacks_district_copy) == ((), None, False)


def test_desk_reaches_from_todays_midnight_to_the_end_of_the_seventh_day(database: Database, district: SimpleNamespace, now: datetime, desk_at: DeskAt) -> None:
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


def test_withdrawn_notice_neither_waits_nor_stands(matched: Notice, database: Database, district: SimpleNamespace, desk_at: DeskAt) -> None:
    with database.writing() as session:
        session.get_one(Notice, matched.id).status = "withdrawn"
    (row,) = desk_at(district.meeting.planned_end).rows
    assert (row.notices, row.lacks_district_copy) == ((), False)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Every statement that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def test_queries_do_not_grow_with_meetings_notices_and_recordings(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, now: datetime, desk_at: DeskAt
) -> None:
    def fill(first: int, last: int) -> None:
        with database.writing() as session:
            for number in range(first, last):
                start = now + timedelta(hours=number)
                student = create_student(session, now, district.school, "Sofia", f"Ortega{number}").id
                plan = MeetingPlan(MeetingKind.IEP, student, district.room.id, start, start + timedelta(minutes=30))
                meeting = plan_meeting(session, now, "user:x", plan)
                help_needed = statement(student_name=f"Sofia Ortega{number}", accommodation_request="Large print")
                given = [receive_notice(session, now - timedelta(days=2), "public", help_needed, new_nonce(), missouri) for _ in range(2)]
                match_notice(session, now, "user:laura", given[0].id, meeting.id, missouri, REAL_RECORDINGS)

    fill(0, 6)
    with counted(database) as few:
        assert len(desk_at(now + timedelta(hours=3)).rows) == 6
    fill(6, 30)
    with counted(database) as many:
        shown = desk_at(now + timedelta(hours=3))
    assert (len(shown.rows), shown.waiting_count, len(shown.missing_copies)) == (30, 30, 3)
    assert len(many) == len(few) <= 40


def test_waiting_notices_come_by_pages_the_nearest_meeting_first(
    database: Database, statement: Statement, missouri: District, now: datetime, desk_at: DeskAt
) -> None:
    days = [now.date() + timedelta(days=ahead) for ahead in range(PAGE + 3)]
    with database.writing() as session:
        for day in reversed(days):
            receive_notice(session, now, "public", statement(meeting_date=day), new_nonce(), missouri)
    first, second = desk_at(now), desk_at(now, DeskView(page=2))
    assert (first.waiting_count, first.pages, second.pages) == (PAGE + 3, 2, 2)
    beyond = desk_at(now, DeskView(page=9))  # what stood there was matched meanwhile
    assert (beyond.view.page, [one.notice.id for one in beyond.waiting]) == (2, [one.notice.id for one in second.waiting])
    assert [one.notice.meeting_date for one in (*first.waiting, *second.waiting)] == days


def test_one_school_shows_its_own_meetings_and_notices_alone(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, now: datetime, desk_at: DeskAt
) -> None:
    at = district.meeting.start - timedelta(hours=20)
    with database.writing() as session:
        for school in (district.school.name, "Washington Middle"):
            receive_notice(session, at, "public", statement(school_name=school), new_nonce(), missouri)
    own, other = desk_at(at, DeskView(school=district.school.name)), desk_at(at, DeskView(school="Washington Middle"))
    assert (len(own.rows), own.waiting_count, own.late_count) == (1, 1, 1)
    assert (len(other.rows), other.waiting_count, other.late_count) == (0, 1, 1)


@pytest.mark.requirement("G0.1")
def test_needs_of_the_coming_days_stand_together_in_time_or_late_matched_or_not(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, matched: Notice, desk_at: DeskAt
) -> None:
    at = district.meeting.start - timedelta(hours=2)
    with database.writing() as session:
        session.get_one(Notice, matched.id).accommodation_request = "A Spanish interpreter"
        late = receive_notice(session, at, "public", statement(needs_recording_to_understand=True), new_nonce(), missouri)
    shown = desk_at(at)
    assert {one.id for one in shown.needs} == {matched.id, late.id}
    assert [one.id for one in shown.late] == [late.id]
    assert [one.id for one in desk_at(district.meeting.planned_end).needs] == [late.id]


@pytest.mark.requirement("G5.a")
def test_room_whose_kiosk_is_silent_is_told_the_day_before_its_meeting(database: Database, district: SimpleNamespace, desk_at: DeskAt) -> None:
    start = district.meeting.start
    with database.writing() as session:
        session.get_one(Kiosk, district.kiosk.id).last_seen_at = start - timedelta(hours=30)
    assert desk_at(start - timedelta(hours=25)).rooms == ()
    (told,) = desk_at(start - timedelta(hours=24)).rooms
    assert (told.standing, told.next_meeting.id) == (RoomStanding.SILENT, district.meeting.id)
    with database.writing() as session:
        session.get_one(Kiosk, district.kiosk.id).revoked_at = start - timedelta(hours=30)
    assert [one.standing for one in desk_at(start - timedelta(hours=30)).rooms] == [RoomStanding.REVOKED_ONLY]


@pytest.mark.requirement("NOTE.1")
def test_people_whom_the_districts_notice_does_not_cover_stand_with_their_meeting(database: Database, district: SimpleNamespace, desk_at: DeskAt) -> None:
    before = district.meeting.start - timedelta(hours=2)
    with database.writing() as session:
        for name, affiliation in (("Laura Bennett", Affiliation.DISTRICT_EMPLOYEE), ("Helen Marsh", Affiliation.OUTSIDE_AGENCY)):
            entered = {"entered_at": before, "entered_by": "user:laura"}
            session.add(Participant(meeting_id=district.meeting.id, name=name, affiliation=affiliation.value, **entered))
    (told,) = desk_at(before).uncovered
    assert [person.name for person in told.people] == ["Helen Marsh"]
    assert desk_at(district.meeting.planned_end).uncovered == ()


@pytest.mark.requirement("G1.b")
def test_notice_late_by_the_districts_move_alone_says_why_it_is_in_time(
    database: Database, district: SimpleNamespace, matched: Notice, settings: Settings, desk_at: DeskAt
) -> None:
    announced_at = district.meeting.start - timedelta(hours=3)
    with database.writing() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        meeting.start -= timedelta(hours=2)
        session.add(MeetingMove(meeting_id=meeting.id, announced_at=announced_at, by="district", new_start=meeting.start))
        hold_again(session, announced_at, "user:laura", meeting, settings)
    (row,) = desk_at(announced_at).rows
    assert row.notices[0].status == "timely"
    assert row.moves == {matched.id: MoveEffect(Why.DISTRICT_MOVED)}


def test_a_notice_that_names_the_time_before_a_move_still_finds_its_meeting(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, desk_at: DeskAt
) -> None:
    at = district.meeting.start - timedelta(days=2)
    with database.writing() as session:
        receive_notice(session, at, "public", statement(), new_nonce(), missouri)
        session.get_one(Meeting, district.meeting.id).start += timedelta(days=1, hours=3)
    ((waiting,), ((offer,),)) = (desk_at(at).waiting, [one.offers for one in desk_at(at).waiting])
    assert waiting.offers[0].meeting.id == offer.meeting.id == district.meeting.id
    assert {Agreement.SAME_PUPIL, Agreement.SAME_DAY, Agreement.SAME_TIME} <= set(offer.suggestion.agreements)


def test_planned_meetings_are_read_anew_when_one_was_entered_and_only_then(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District
) -> None:
    planned, at = PlannedMeetings(missouri.zone), district.meeting.start - timedelta(days=1)
    with database.writing() as session:
        first = planned.index(session, at)
        receive_notice(session, at, "public", statement(), new_nonce(), missouri)
        assert planned.index(session, at) is first
        student = create_student(session, at, district.school, "Sofia", "Ortega").id
        plan_meeting(session, at, "user:x", MeetingPlan(MeetingKind.IEP, student, district.room.id, at, at + timedelta(minutes=30)))
        assert planned.index(session, at) is not first
