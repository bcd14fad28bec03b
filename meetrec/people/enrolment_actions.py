"""A pupil comes to a school: the enrolment, and with it the custodian of the pupil's records (B-04)."""

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.models import Student
from meetrec.people.roster_models import SchoolEnrolment
from meetrec.platform.database import new_id

HAND = "hand"


def enrol(session: Session, now: datetime, actor: str, student: Student, school_id: str, on: date) -> bool:
    """Let a pupil attend a school from a day on; False when the pupil attends it already. Custody moves with it, and the journal says so."""
    current = open_enrolment(session, student.id, on)
    if current is not None and current.school_id == school_id:
        return False
    left = student.school_id
    if current is not None:
        current.ends_on = on
    session.add(SchoolEnrolment(id=new_id(), student_id=student.id, school_id=school_id, begins_on=on, source=HAND))
    student.school_id = school_id
    session.flush()
    session.expire(student, ["school"])
    if left != school_id:
        journal.append(session, now, actor, "custody.moved", f"student:{student.id}", from_school=left, to_school=school_id)
    return True


def leave(session: Session, now: datetime, actor: str, student: Student, on: date) -> bool:
    """End a pupil's enrolment; the school where the records lie stays. False when there is none to end."""
    current = open_enrolment(session, student.id, on)
    if current is None:
        return False
    current.ends_on = on
    session.flush()
    journal.append(session, now, actor, "student.changed", f"student:{student.id}", enrolled=False)
    return True


def open_enrolment(session: Session, student_id: str, on: date) -> SchoolEnrolment | None:
    """The enrolment that has not ended by that day."""
    not_ended = or_(SchoolEnrolment.ends_on.is_(None), SchoolEnrolment.ends_on > on)
    return session.scalars(select(SchoolEnrolment).where(SchoolEnrolment.student_id == student_id, not_ended)).first()
