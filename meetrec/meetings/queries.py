"""Reads of meetings, and of the pupils, rooms, schools and leaders that a meeting is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting, Room
from meetrec.meetings.table_models import MeetingRoomChange
from meetrec.people.models import STAFF, Account, Role, RoleGrant, School, Student
from meetrec.people.names import name_parts
from meetrec.people.roles import CHAIR_ROLES
from meetrec.platform.web import NotFound

MOST_PUPILS = 200  # in one list of the form; in a larger district the name is sought first


def meetings_between(session: Session, begin: datetime, end: datetime) -> Sequence[Meeting]:
    """Meetings that start at or after `begin` and before `end`, in order of their start; cancelled ones too."""
    return session.scalars(select(Meeting).where(Meeting.start >= begin, Meeting.start < end).order_by(Meeting.start, Meeting.id)).all()


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


@dataclass(frozen=True)
class PupilsToChoose:
    """The pupils from whom the form lets choose: all of a small district, else those of the name that was sought, and who is chosen already."""

    choices: Sequence[tuple[str, str]]  # id and wording, by family name: “Rivera, Mateo · Lincoln Elementary”
    must_seek: bool  # too many for one list
    sought: str  # as typed
    is_more: bool  # than the list shows: the name has to be longer


def pupils_to_choose(session: Session, sought: str, chosen: str) -> PupilsToChoose:
    """For the form's list. `sought`: parts of a name; `chosen`: a pupil's id or nothing."""
    stands, parts = Student.joined_to_id.is_(None), name_parts(sought)
    must_seek = (session.scalar(select(func.count(Student.id)).where(stands)) or 0) > MOST_PUPILS
    of_name = and_(*(Student.name_key.contains(part, autoescape=True) for part in parts)) if parts else false()
    wanted = or_(of_name, Student.id == chosen) if must_seek else true()
    columns = select(Student.id, Student.family_name, Student.given_name, School.name).join(Student.school).where(stands, wanted)
    rows = session.execute(columns.order_by(Student.family_name, Student.given_name, Student.id).limit(MOST_PUPILS + 1)).all()
    choices = [(student, f"{family}, {given} · {school}") for student, family, given, school in rows[:MOST_PUPILS]]
    return PupilsToChoose(choices, must_seek, sought, must_seek and len(rows) > MOST_PUPILS)


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
