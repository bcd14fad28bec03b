"""Reads of the people at a meeting's table, and of whom the page offers to put there."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetrec.meetings.coverage import COVERED, WHO_RECORDS
from meetrec.meetings.models import Meeting
from meetrec.meetings.table_models import Participant
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.roster_models import StaffMember
from meetrec.platform.database import among
from meetrec.platform.web import NotFound

IN_ORDER = (Participant.entered_at, Participant.name, Participant.id)


def people_at(session: Session, meeting_id: str) -> Sequence[Participant]:
    """Who is at the table, in the order of entering; not those who were taken off the list."""
    there = select(Participant).where(Participant.meeting_id == meeting_id, Participant.removed_at.is_(None))
    return session.scalars(there.order_by(*IN_ORDER)).all()


def participant_at(session: Session, meeting_id: str, participant_id: str, *, to_change: bool = False) -> Participant:
    """One person of a meeting's list, also one taken off it; `to_change` holds the row. Raises NotFound when nobody of that id is at this meeting."""
    found = session.get(Participant, participant_id, with_for_update={"of": Participant} if to_change else None)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound(_("This person is not on the list of the meeting."))
    return found


def uncovered_people(session: Session, meeting_ids: Sequence[str]) -> Mapping[str, tuple[Participant, ...]]:
    """Of each meeting (by id) that has any, the people whom the district's own notice does not cover (NOTE.1). One query."""
    told = {one.value for one in (*COVERED, WHO_RECORDS)}
    others = select(Participant).where(
        among(Participant.meeting_id, meeting_ids), Participant.removed_at.is_(None), Participant.affiliation.not_in(told)
    )  # fmt: skip
    found: dict[str, tuple[Participant, ...]] = {}
    for one in session.scalars(others.order_by(*IN_ORDER)):
        found[one.meeting_id] = (*found.get(one.meeting_id, ()), one)
    return found


def staff_to_offer(session: Session, meeting: Meeting) -> Sequence[StaffMember]:
    """Who works at the pupil's school, at the meeting's, or for the whole district, and has not left."""
    schools = {meeting.student.school_id, meeting.room.school_id}
    at_hand = or_(StaffMember.school_id.in_(schools), StaffMember.school_id.is_(None))
    found = select(StaffMember).where(at_hand, StaffMember.left_on.is_(None))
    return session.scalars(found.order_by(StaffMember.family_name, StaffMember.given_name, StaffMember.id)).all()


def guardians_to_offer(session: Session, meeting: Meeting, on: date) -> Sequence[Guardian]:
    """The grown-ups entered for the pupil on that day, whatever their rights: who sits at a table is not who decides."""
    until = or_(Guardianship.ends_on.is_(None), Guardianship.ends_on > on)
    of_pupil = select(Guardianship.guardian_id).where(Guardianship.student_id == meeting.student_id, until)
    return session.scalars(select(Guardian).where(Guardian.id.in_(of_pupil)).order_by(Guardian.family_name, Guardian.given_name, Guardian.id)).all()
