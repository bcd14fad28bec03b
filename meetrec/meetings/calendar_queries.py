"""Reads of the calendar: what an import compares with, and what a feed tells its reader."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.meetings.calendar_files import FeedEvent
from meetrec.meetings.calendar_rules import KnownMeeting, Names
from meetrec.meetings.forms import KIND_WORDS
from meetrec.meetings.models import Meeting, Room
from meetrec.meetings.queries import may_lead
from meetrec.people.duty_models import CalendarFeed
from meetrec.people.models import Account, School, Student
from meetrec.people.rights_queries import protected_among
from meetrec.people.roles import CHAIR_ROLES, DESK_ROLES

LOOK_BACK, AHEAD = timedelta(days=30), timedelta(days=400)


def hash_of_address(address: str) -> str:
    """SHA-256 (hex): all that is stored of a feed's address."""
    return sha256(address.encode()).hexdigest()


def names(session: Session) -> Names:
    """The pupils, rooms and chairs that a calendar may name; of a closed school none."""
    pupils = session.execute(select(Student.id, Student.given_name, Student.family_name).where(Student.joined_to_id.is_(None)))
    rooms = session.execute(select(Room.id, School.name, Room.name).join(School, Room.school_id == School.id).where(School.closed_on.is_(None)))
    return Names.of(
        ((student_id, f"{given} {family}") for student_id, given, family in pupils),
        ((room_id, school, name) for room_id, school, name in rooms),
        ((account.id, account.email) for account in may_lead(session)),
    )


def known_meeting(session: Session, uid: str) -> KnownMeeting | None:
    """The meeting that an event of this UID became before."""
    found = session.scalars(select(Meeting).where(Meeting.calendar_uid == uid)).first() if uid else None
    if found is None:
        return None
    return KnownMeeting(found.id, found.student_id, found.room_id, found.start, found.planned_end, found.cancelled_at is not None)


def feeds_of(session: Session, account_id: str) -> Sequence[CalendarFeed]:
    """The feed addresses of an account that are in force."""
    return session.scalars(select(CalendarFeed).where(CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None))).all()


def account_of_feed(session: Session, address: str) -> Account | None:
    """Whose feed an address opens; None for an address that is not in force."""
    in_force = select(CalendarFeed.account_id).where(CalendarFeed.address_hash == hash_of_address(address), CalendarFeed.revoked_at.is_(None))
    account_id = session.scalars(in_force).first()
    return session.get(Account, account_id) if account_id else None


def feed_events(session: Session, now: datetime, account: Account) -> list[FeedEvent]:
    """What the account may see on its pages, as a feed tells it: initials alone, and no place where a pupil needs protection (S-14)."""
    held = {role.name for role in account.roles}
    if not held & set(CHAIR_ROLES):
        return []
    planned = select(Meeting).where(Meeting.start >= now - LOOK_BACK, Meeting.start < now + AHEAD).order_by(Meeting.start, Meeting.id)
    meetings = session.scalars(planned if held & set(DESK_ROLES) else planned.where(Meeting.chair_id == account.id)).all()
    protected = protected_among(session, {one.student_id for one in meetings})
    return [_event(one, is_protected=one.student_id in protected) for one in meetings]


def _event(meeting: Meeting, *, is_protected: bool) -> FeedEvent:
    place = None if is_protected else f"{meeting.room.school.name}, {meeting.room.name}"
    return FeedEvent(
        f"{meeting.id}@meetrec", meeting.start, meeting.planned_end, f"{KIND_WORDS[meeting.kind]}, {meeting.student.initials}", place,
        meeting.change_number, meeting.changed_at or meeting.created_at, meeting.cancelled_at is not None,
    )  # fmt: skip
