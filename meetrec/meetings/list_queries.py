"""The list of all meetings, to come and past: by day, school and pupil, a page at a time. Who leads meetings finds their own alone (G2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting, Room
from meetrec.meetings.typed_times import day_begins
from meetrec.people.models import School, Student
from meetrec.people.names import name_parts

PAGE = 50  # meetings


@dataclass(frozen=True)
class Sought:
    """What somebody looks for. Without a day: what is to come from today, or what is past."""

    day: date | None
    school: str  # its name; empty means all
    pupil: str  # some words of the name
    past: bool
    chair_id: str | None  # the meetings that this person leads; None means all


@dataclass(frozen=True)
class MeetingPage:
    """Some of the meetings, and how many there are in all."""

    rows: Sequence[Meeting]
    found: int
    number: int  # counted from 1

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.found > self.number * PAGE


def meeting_page(session: Session, sought: Sought, today: date, zone: str, number: int) -> MeetingPage:
    """The meetings sought, in order of their start; past ones the newest first. Cancelled ones too."""
    wanted = select(Meeting).join(Meeting.room).join(Room.school).join(Meeting.student).where(*_conditions(sought, today, zone))
    found = session.scalar(select(func.count()).select_from(wanted.with_only_columns(Meeting.id).subquery())) or 0
    order = (Meeting.start.desc(), Meeting.id) if sought.past and sought.day is None else (Meeting.start, Meeting.id)
    return MeetingPage(session.scalars(wanted.order_by(*order).limit(PAGE).offset((number - 1) * PAGE)).all(), found, number)


def _conditions(sought: Sought, today: date, zone: str) -> list[ColumnElement[bool]]:
    conditions = [Student.name_key.contains(part, autoescape=True) for part in name_parts(sought.pupil)]
    if sought.school:
        conditions.append(School.name == sought.school)
    if sought.chair_id is not None:
        conditions.append(Meeting.chair_id == sought.chair_id)
    return [*conditions, *_days(sought, today, zone)]


def _days(sought: Sought, today: date, zone: str) -> list[ColumnElement[bool]]:
    if sought.day is not None:
        return [Meeting.start >= day_begins(sought.day, zone), Meeting.start < day_begins(sought.day + timedelta(days=1), zone)]
    return [Meeting.start < day_begins(today, zone) if sought.past else Meeting.start >= day_begins(today, zone)]
