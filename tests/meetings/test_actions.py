"""Entering meetings."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.dialects import postgresql

from meetrec.journal.models import JournalEntry
from meetrec.meetings.actions import (
    MeetingNotChanged,
    MeetingNotPlanned,
    MeetingPlan,
    Move,
    WishOf,
    cancel_meeting,
    change_room,
    move_meeting,
    plan_meeting,
    restore_meeting,
)
from meetrec.meetings.models import Meeting, MeetingKind, Room
from meetrec.platform.database import Database


@pytest.fixture
def plan(district: SimpleNamespace, now: datetime) -> MeetingPlan:
    """A 504 meeting in three days."""
    start = now + timedelta(days=3)
    return MeetingPlan(MeetingKind.SECTION_504, district.student.id, district.room.id, start, start + timedelta(hours=1))


def test_meeting_is_entered_with_its_journal_entry(database: Database, now: datetime, plan: MeetingPlan) -> None:
    with database.writing() as session:
        meeting_id = plan_meeting(session, now, "user:x", plan).id
    with database.reading() as session:
        meeting = session.get_one(Meeting, meeting_id)
        assert (meeting.kind, meeting.first_start, meeting.start, meeting.planned_end) == (plan.kind, plan.start, plan.start, plan.planned_end)
        entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"meeting:{meeting_id}")).one()
        assert (entry.verb, entry.actor) == ("meeting.planned", "user:x")


def test_same_meeting_sent_twice_is_entered_once(database: Database, now: datetime, plan: MeetingPlan) -> None:
    with database.writing() as session:
        first = plan_meeting(session, now, "user:x", plan).id
    with database.writing() as session:
        assert plan_meeting(session, now, "user:x", plan).id == first
        assert session.scalar(select(func.count()).where(JournalEntry.subject == f"meeting:{first}")) == 1


def test_two_meetings_in_one_room_at_one_time_are_refused(database: Database, now: datetime, plan: MeetingPlan) -> None:
    later = replace(plan, start=plan.start + timedelta(minutes=30), planned_end=plan.planned_end + timedelta(minutes=30))
    with database.writing() as session:
        plan_meeting(session, now, "user:x", plan)
        with pytest.raises(MeetingNotPlanned, match="Another meeting is planned in this room"):
            plan_meeting(session, now, "user:x", later)


def test_meetings_may_follow_each_other_without_a_break(database: Database, now: datetime, plan: MeetingPlan) -> None:
    next_one = replace(plan, start=plan.planned_end, planned_end=plan.planned_end + timedelta(hours=1))
    with database.writing() as session:
        assert plan_meeting(session, now, "user:x", plan).id != plan_meeting(session, now, "user:x", next_one).id


def test_meeting_that_ends_before_it_starts_is_refused(database: Database, now: datetime, plan: MeetingPlan) -> None:
    with database.writing() as session, pytest.raises(MeetingNotPlanned, match="must end after it starts"):
        plan_meeting(session, now, "user:x", replace(plan, planned_end=plan.start))


def test_meeting_of_an_unknown_pupil_is_refused(database: Database, now: datetime, plan: MeetingPlan) -> None:
    with database.writing() as session, pytest.raises(MeetingNotPlanned, match="Choose again"):
        plan_meeting(session, now, "user:x", replace(plan, student_id="nobody"))


@pytest.mark.requirement("G5.a")
def test_cancelled_meeting_takes_no_room(database: Database, now: datetime, plan: MeetingPlan) -> None:
    with database.writing() as session:
        first = plan_meeting(session, now, "user:x", plan)
        cancel_meeting(session, now, "user:x", first.id, WishOf.DISTRICT)
        again = plan_meeting(session, now, "user:x", plan)
        assert again.id != first.id
        with pytest.raises(MeetingNotChanged, match="Another meeting is planned in this room"):
            restore_meeting(session, now, "user:x", first.id)


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize("change", ["plan", "move", "another room", "restore"])
def test_room_is_held_before_it_is_looked_at(database: Database, now: datetime, plan: MeetingPlan, change: str) -> None:
    """PostgreSQL lets two people look before either writes: whoever comes second must wait until the first has planned."""
    later = plan.start + timedelta(hours=3)
    with database.writing() as session:
        meeting_id = plan_meeting(session, now, "user:x", plan).id
        if change == "restore":
            cancel_meeting(session, now, "user:x", meeting_id, WishOf.DISTRICT)
        library = Room(id="library", name="Library", school_id=session.get_one(Room, plan.room_id).school_id)
        session.add(library)
    asked: list[str] = []
    with database.write_session() as session, session.begin():
        event.listen(session, "do_orm_execute", lambda state: asked.append(str(state.statement.compile(dialect=postgresql.dialect()))))
        if change == "plan":
            plan_meeting(session, now, "user:x", replace(plan, start=later, planned_end=later + timedelta(hours=1)))
        elif change == "move":
            move_meeting(session, now, "user:x", meeting_id, Move(now, WishOf.DISTRICT, later, later + timedelta(hours=1)))
        elif change == "another room":
            change_room(session, now, "user:x", meeting_id, "library")
        else:
            restore_meeting(session, now, "user:x", meeting_id)
    of_the_room = [sql for sql in asked if sql.endswith("FOR NO KEY UPDATE") and sql.startswith("SELECT room.id")]
    looked = [sql for sql in asked if "meeting.planned_end >" in sql]
    assert looked
    assert asked.index(of_the_room[0]) < asked.index(looked[0])
    assert "JOIN" not in of_the_room[0]
