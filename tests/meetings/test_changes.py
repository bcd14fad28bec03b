"""Moving a meeting, changing its room, cancelling it, and taking that back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.installation import actions as installation
from meetrec.installation.district import one_hour
from meetrec.journal.models import JournalEntry
from meetrec.meetings import events
from meetrec.meetings.actions import (
    MeetingNotChanged,
    MeetingPlan,
    Move,
    WishOf,
    cancel_meeting,
    change_room,
    move_meeting,
    name_chair,
    note_family_told,
    plan_meeting,
    restore_meeting,
)
from meetrec.meetings.events import MeetingChange
from meetrec.meetings.models import Meeting, MeetingMove
from meetrec.meetings.table_models import MeetingRoomChange
from meetrec.people.models import School
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.web import NotFound

MakeMove = Callable[..., Move]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, MeetingChange]]:
    """What listeners were told."""
    told: list[tuple[str, MeetingChange]] = []

    def listener(_session: Session, _now: datetime, _actor: str, meeting: Meeting, change: MeetingChange) -> None:
        told.append((meeting.id, change))

    monkeypatch.setattr(events, "_LISTENERS", {"test": listener})
    return told


@pytest.fixture
def move(district: SimpleNamespace) -> MakeMove:
    """Two hours later, by the district, announced just now; keywords change it."""
    start = district.meeting.start + timedelta(hours=2)
    made = Move(clock.now(), WishOf.DISTRICT, start, start + timedelta(hours=1))
    return lambda **changed: replace(made, **changed)


@pytest.fixture
def entered_last_month(database: Database, district: SimpleNamespace) -> None:
    """The meeting was planned long before it is moved."""
    with database.writing() as session:
        session.get_one(Meeting, district.meeting.id).created_at = clock.now() - timedelta(days=30)


@pytest.fixture
def other_room(database: Database, district: SimpleNamespace) -> str:
    """A second room of the school."""
    with database.writing() as session:
        return installation.create_room(session, session.get_one(School, district.school.id), "Library").id


def verbs(session: Session, meeting_id: str) -> list[str]:
    return list(session.scalars(select(JournalEntry.verb).where(JournalEntry.subject == f"meeting:{meeting_id}").order_by(JournalEntry.sequence)))


def an_hour_for(session: Session, meeting_id: str, start: datetime) -> MeetingPlan:
    """Another meeting of the same pupil in the same room."""
    known = session.get_one(Meeting, meeting_id)
    return one_hour(known.student, known.room, start)


@pytest.mark.usefixtures("entered_last_month")
@pytest.mark.requirement("G1.b")
def test_move_is_kept_with_who_wished_it_and_when_it_was_announced(
    database: Database, district: SimpleNamespace, move: MakeMove, heard: list[tuple[str, MeetingChange]]
) -> None:
    announced, now = clock.now() - timedelta(hours=5), clock.now()
    with database.writing() as session:
        move_meeting(session, now, "user:x", district.meeting.id, move(announced_at=announced, by=WishOf.PARENT))
    with database.reading() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        kept = session.scalars(select(MeetingMove)).one()
        assert (kept.announced_at, kept.by, kept.new_start, kept.entered_at, kept.entered_by) == (announced, "parent", meeting.start, now, "user:x")
        assert (meeting.first_start, meeting.start) == (district.meeting.start, district.meeting.start + timedelta(hours=2))
        assert (meeting.change_number, meeting.changed_at) == (1, now)
        assert verbs(session, meeting.id)[-1] == "meeting.moved"
        told = session.scalars(select(JournalEntry.body).where(JournalEntry.verb == "meeting.moved")).one()
    assert json.loads(told)["details"]["announced_at"] == announced.isoformat(timespec="minutes")
    assert heard == [(district.meeting.id, MeetingChange.MOVED)]


@pytest.mark.requirement("G1.b")
def test_no_move_was_announced_before_the_meeting_was_entered(database: Database, district: SimpleNamespace, move: MakeMove) -> None:
    """Else a timely notice could be made late afterwards, by a day on which nobody can have told the family (RN-05)."""
    with database.writing() as session:
        entered, now = session.get_one(Meeting, district.meeting.id).created_at, clock.now()
        with pytest.raises(MeetingNotChanged, match="This meeting was entered here later than that"):
            move_meeting(session, now, "user:x", district.meeting.id, move(announced_at=entered - timedelta(days=2)))
        move_meeting(session, now, "user:x", district.meeting.id, move(announced_at=None))
        with pytest.raises(MeetingNotChanged, match="This meeting was entered here later than that"):
            note_family_told(session, now, "user:x", district.meeting.id, entered - timedelta(days=2))
        note_family_told(session, now, "user:x", district.meeting.id, entered.replace(second=0, microsecond=0))  # as it is typed, to the minute


@pytest.mark.usefixtures("entered_last_month")
def test_move_that_cannot_be_is_refused_with_the_reason(database: Database, district: SimpleNamespace, move: MakeMove) -> None:
    now, meeting = clock.now(), district.meeting
    with database.writing() as session:
        for impossible, sentence in (
            (move(new_planned_end=meeting.start), "must end after it starts"),
            (move(new_start=meeting.start, new_planned_end=meeting.planned_end), "at this time already"),
            (move(announced_at=now + timedelta(minutes=1)), "announced in the future"),
        ):
            with pytest.raises(MeetingNotChanged, match=sentence):
                move_meeting(session, now, "user:x", meeting.id, impossible)
        move_meeting(session, now, "user:x", meeting.id, move(announced_at=now))
        with pytest.raises(MeetingNotChanged, match="An earlier change of this meeting was announced after that"):
            move_meeting(session, now, "user:x", meeting.id, move(announced_at=now - timedelta(hours=1), new_start=meeting.start))
        with pytest.raises(NotFound):
            move_meeting(session, now, "user:x", "nobody", move())


def test_meeting_may_move_over_its_own_time_but_not_over_another(database: Database, district: SimpleNamespace, move: MakeMove) -> None:
    now, meeting = clock.now(), district.meeting
    half = meeting.start + timedelta(minutes=30)
    with database.writing() as session:
        move_meeting(session, now, "user:x", meeting.id, move(new_start=half, new_planned_end=half + timedelta(hours=1)))
        plan = an_hour_for(session, meeting.id, half + timedelta(hours=1))
        plan_meeting(session, now, "user:x", plan)
        with pytest.raises(MeetingNotChanged, match="Another meeting is planned in this room"):
            move_meeting(session, now, "user:x", meeting.id, move())


@pytest.mark.requirement("G5.a")
def test_change_of_room_is_kept_and_told(database: Database, district: SimpleNamespace, other_room: str, heard: list[tuple[str, MeetingChange]]) -> None:
    with database.writing() as session:
        meeting = change_room(session, clock.now(), "user:x", district.meeting.id, other_room)
        assert (meeting.room_id, meeting.room.name) == (other_room, "Library")
        kept = session.scalars(select(MeetingRoomChange)).one()
        assert (kept.from_room_id, kept.to_room_id) == (district.room.id, other_room)
        with pytest.raises(MeetingNotChanged, match="in this room already"):
            change_room(session, clock.now(), "user:x", district.meeting.id, other_room)
    assert heard == [(district.meeting.id, MeetingChange.ROOM_CHANGED)]


def test_room_that_is_taken_is_refused(database: Database, district: SimpleNamespace, other_room: str) -> None:
    with database.writing() as session:
        known = session.get_one(Meeting, district.meeting.id)
        plan = replace(an_hour_for(session, known.id, known.start), room_id=other_room)
        plan_meeting(session, clock.now(), "user:x", plan)
        with pytest.raises(MeetingNotChanged, match="Another meeting is planned in this room"):
            change_room(session, clock.now(), "user:x", known.id, other_room)


def test_cancelled_meeting_stays_cancelled_moves_no_more_and_can_come_back(
    database: Database, district: SimpleNamespace, move: MakeMove, other_room: str, heard: list[tuple[str, MeetingChange]]
) -> None:
    now = clock.now()
    with database.writing() as session:
        for _twice in range(2):
            meeting = cancel_meeting(session, now, "user:x", district.meeting.id, WishOf.PARENT)
        assert (meeting.cancelled_at, meeting.cancelled_by, meeting.change_number) == (now, "parent", 1)
        with pytest.raises(MeetingNotChanged, match="was cancelled"):
            move_meeting(session, now, "user:x", meeting.id, move())
        with pytest.raises(MeetingNotChanged, match="was cancelled"):
            change_room(session, now, "user:x", meeting.id, other_room)
        restore_meeting(session, now, "user:x", meeting.id)
        assert (meeting.cancelled_at, meeting.cancelled_by, meeting.change_number) == (None, None, 2)
        assert verbs(session, meeting.id) == ["meeting.planned", "meeting.cancelled", "meeting.restored"]
    assert [change for _, change in heard] == [MeetingChange.CANCELLED, MeetingChange.RESTORED]


def test_listener_who_refuses_undoes_the_change(database: Database, district: SimpleNamespace, other_room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_told: object) -> None:
        raise MeetingNotChanged("no")

    monkeypatch.setattr(events, "_LISTENERS", {"test": refuse})
    with pytest.raises(MeetingNotChanged), database.writing() as session:
        change_room(session, clock.now(), "user:x", district.meeting.id, other_room)
    with database.reading() as session:
        assert session.get_one(Meeting, district.meeting.id).room_id == district.room.id
        assert "meeting.room_changed" not in verbs(session, district.meeting.id)


@pytest.mark.requirement("G2")
def test_who_leads_a_meeting_is_named_and_taken_back(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        for chair in (district.coordinator.id, district.coordinator.id, None):
            assert name_chair(session, clock.now(), "user:x", district.meeting.id, chair).chair_id == chair
        assert verbs(session, district.meeting.id).count("meeting.chair_named") == 2
        with pytest.raises(NotFound):
            name_chair(session, clock.now(), "user:x", district.meeting.id, "nobody")
