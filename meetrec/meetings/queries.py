"""Reads of meetings, and of the pupils, rooms, schools and leaders that a meeting is made of."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from meetrec.meetings.models import Meeting, Room
from meetrec.meetings.table_models import MeetingRoomChange
from meetrec.people.models import STAFF, Account, Role, RoleGrant, School, Student
from meetrec.people.roles import CHAIR_ROLES
from meetrec.platform.web import NotFound

# For long lists: the school told of a meeting is its room's, so that of the pupil's enrolment need not be read with each.
WITHOUT_ENROLMENT = joinedload(Meeting.student).lazyload(Student.school)


def meetings_between(session: Session, begin: datetime, end: datetime) -> Sequence[Meeting]:
    """Meetings that start at or after `begin` and before `end`, in order of their start; cancelled ones too."""
    return session.scalars(select(Meeting).where(Meeting.start >= begin, Meeting.start < end).order_by(Meeting.start, Meeting.id)).all()


def meetings_from_today(session: Session, now: datetime, begin: datetime, end: datetime) -> Sequence[Meeting]:
    """Meetings that start at or after `begin` – or before it and last still – and before `end`, in order of their start."""
    is_of_today = or_(Meeting.start >= begin, Meeting.planned_end >= now)
    found = select(Meeting).options(WITHOUT_ENROLMENT).where(is_of_today, Meeting.start < end)
    return session.scalars(found.order_by(Meeting.start, Meeting.id)).all()


def meeting_by_id(session: Session, meeting_id: str) -> Meeting:
    """The meeting. Raises NotFound."""
    found = session.get(Meeting, meeting_id)
    if found is None:
        raise NotFound(_("There is no such meeting."))
    return found


def room_changes(session: Session, meeting_id: str) -> list[tuple[MeetingRoomChange, Room, Room]]:
    """Every change of a meeting's room with the room before and after, the newest first."""
    changes = select(MeetingRoomChange).where(MeetingRoomChange.meeting_id == meeting_id).order_by(MeetingRoomChange.changed_at.desc())
    found = session.scalars(changes).all()
    return [(one, session.get_one(Room, one.from_room_id), session.get_one(Room, one.to_room_id)) for one in found]


def school_names(session: Session) -> Sequence[str]:
    """The district's schools by name."""
    return session.scalars(select(School.name).order_by(School.name)).all()


def student_choices(session: Session) -> list[tuple[str, str]]:
    """Id and wording of every pupil, by family name: “Rivera, Mateo · Lincoln Elementary”."""
    columns = select(Student.id, Student.family_name, Student.given_name, School.name).join(Student.school).where(Student.joined_to_id.is_(None))
    found = session.execute(columns.order_by(Student.family_name, Student.given_name, Student.id))
    return [(student, f"{family_name}, {given_name} · {school}") for student, family_name, given_name, school in found]


def room_choices(session: Session) -> list[tuple[str, str]]:
    """Id and wording of every room, by school: “Lincoln Elementary · Conference Room A”."""
    rooms = session.scalars(select(Room).join(Room.school).order_by(School.name, Room.name))
    return [(room.id, f"{room.school.name} · {room.name}") for room in rooms]


def may_lead(session: Session) -> Sequence[Account]:
    """Every account in use that may lead a meeting, by name."""
    leads = select(RoleGrant.account_id).join(RoleGrant.role).where(RoleGrant.ended_at.is_(None), Role.name.in_(CHAIR_ROLES))
    in_use = select(Account).where(Account.kind == STAFF, Account.active, Account.deactivated_at.is_(None), Account.id.in_(leads))
    return session.scalars(in_use.order_by(Account.name, Account.id)).all()


def chair_choices(session: Session) -> list[tuple[str, str]]:
    """Id and name of everybody who may lead a meeting."""
    return [(account.id, account.name) for account in may_lead(session)]
