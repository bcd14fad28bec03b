"""Meetings as long lists tell them: a line of columns each, since a page that shows hundreds reads whole meetings, pupils and rooms too slowly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting, MeetingKind, MeetingMove, Room
from meetrec.people.models import School, Student


class ToldMeeting(Protocol):
    """What lists tell of a meeting, whether it was read as a line or whole."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> MeetingKind: ...

    @property
    def start(self) -> datetime: ...

    @property
    def planned_end(self) -> datetime: ...

    @property
    def cancelled_at(self) -> datetime | None: ...

    @property
    def student_name(self) -> str: ...

    @property
    def school_name(self) -> str: ...

    @property
    def room_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One meeting in a list: its pupil, its room and the room's school by name."""

    id: str
    kind: MeetingKind
    start: datetime
    planned_end: datetime
    cancelled_at: datetime | None
    is_moved: bool
    room_id: str
    room_name: str
    school_name: str
    student_name: str


def meeting_lines(session: Session, *which: ColumnElement[bool]) -> Sequence[MeetingLine]:
    """These meetings in order of their start."""
    is_moved = exists(select(MeetingMove.id).where(MeetingMove.meeting_id == Meeting.id))
    own = (Meeting.id, Meeting.kind, Meeting.start, Meeting.planned_end, Meeting.cancelled_at, is_moved, Meeting.room_id)
    told = select(*own, Room.name, School.name, Student.given_name, Student.family_name)
    rows = session.execute(_with_places(told).where(*which).order_by(Meeting.start, Meeting.id)).all()
    return [
        MeetingLine(meeting, kind, start, end, cancelled, moved, room_id, room, school, f"{given} {family}")
        for meeting, kind, start, end, cancelled, moved, room_id, room, school, given, family in rows
    ]


def _with_places(told: Any) -> Any:
    joined = told.join(Student, Student.id == Meeting.student_id).join(Room, Room.id == Meeting.room_id)
    return joined.join(School, School.id == Room.school_id)


def lines_from_today(session: Session, now: datetime, begin: datetime, end: datetime) -> Sequence[MeetingLine]:
    """Meetings that start at or after `begin` – or before it and last still – and before `end`, in order of their start."""
    return meeting_lines(session, or_(Meeting.start >= begin, Meeting.planned_end >= now), Meeting.start < end)
