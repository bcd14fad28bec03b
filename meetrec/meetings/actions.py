"""Enter a meeting into the district's plan."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings.models import Meeting, MeetingKind, Room
from meetrec.people.models import Student
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError


class MeetingNotPlanned(MeetRecError):
    """The meeting cannot be entered as it was typed; the sentence says what to change."""


@dataclass(frozen=True)
class MeetingPlan:
    """A meeting as the coordinator typed it: ids of pupil and room, aware start and planned end."""

    kind: MeetingKind
    student_id: str
    room_id: str
    start: datetime
    planned_end: datetime


def plan_meeting(session: Session, now: datetime, actor: str, plan: MeetingPlan) -> Meeting:
    """Enter a meeting. The same meeting sent twice is entered once. Raises `MeetingNotPlanned`."""
    if same := _same_meeting(session, plan):
        return same
    _refuse_what_cannot_be(session, plan)
    meeting = Meeting(
        id=new_id(), kind=plan.kind, student_id=plan.student_id, room_id=plan.room_id, created_at=now,
        first_start=plan.start, start=plan.start, planned_end=plan.planned_end,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    journal.append(session, now, actor, "meeting.planned", f"meeting:{meeting.id}", kind=plan.kind.value, room=plan.room_id)
    return meeting


def _same_meeting(session: Session, plan: MeetingPlan) -> Meeting | None:
    return session.scalars(
        select(Meeting).where(
            Meeting.student_id == plan.student_id,
            Meeting.room_id == plan.room_id,
            Meeting.kind == plan.kind,
            Meeting.start == plan.start,
            Meeting.planned_end == plan.planned_end,
        )
    ).first()


def _refuse_what_cannot_be(session: Session, plan: MeetingPlan) -> None:
    if plan.planned_end <= plan.start:
        raise MeetingNotPlanned(_("The meeting must end after it starts."))
    if session.get(Student, plan.student_id) is None or session.get(Room, plan.room_id) is None:
        raise MeetingNotPlanned(_("That pupil or room is no longer there. Choose again."))
    # One kiosk cannot record two meetings at once.
    overlapping = select(Meeting).where(Meeting.room_id == plan.room_id, Meeting.start < plan.planned_end, Meeting.planned_end > plan.start)
    if session.scalars(overlapping).first():
        raise MeetingNotPlanned(_("Another meeting is planned in this room at that time. Choose another time or room."))
