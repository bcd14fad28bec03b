"""Reads of meetings, and of the pupils, rooms and schools that a meeting is made of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting, Room
from meetrec.people.models import School, Student


def meetings_between(session: Session, begin: datetime, end: datetime) -> Sequence[Meeting]:
    """Meetings that start at or after `begin` and before `end`, in order of their start."""
    return session.scalars(select(Meeting).where(Meeting.start >= begin, Meeting.start < end).order_by(Meeting.start, Meeting.id)).all()


def meetings_from_today(session: Session, now: datetime, begin: datetime, end: datetime) -> Sequence[Meeting]:
    """Meetings that start at or after `begin` – or before it and last still – and before `end`, in order of their start."""
    is_of_today = or_(Meeting.start >= begin, Meeting.planned_end >= now)
    return session.scalars(select(Meeting).where(is_of_today, Meeting.start < end).order_by(Meeting.start, Meeting.id)).all()


def school_names(session: Session) -> Sequence[str]:
    """The district's schools by name."""
    return session.scalars(select(School.name).order_by(School.name)).all()


def student_choices(session: Session) -> list[tuple[str, str]]:
    """Id and wording of every pupil, by family name: “Rivera, Mateo · Lincoln Elementary”."""
    students = session.scalars(select(Student).order_by(Student.family_name, Student.given_name, Student.id))
    return [(student.id, f"{student.family_name}, {student.given_name} · {student.school.name}") for student in students]


def room_choices(session: Session) -> list[tuple[str, str]]:
    """Id and wording of every room, by school: “Lincoln Elementary · Conference Room A”."""
    rooms = session.scalars(select(Room).join(Room.school).order_by(School.name, Room.name))
    return [(room.id, f"{room.school.name} · {room.name}") for room in rooms]
