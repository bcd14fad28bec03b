"""Enter and change pupils, the grown-ups beside them, papers about rights, and particular protection. Rows end; none is deleted (D-17, L-04, S-14)."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.models import School, Student
from meetrec.people.names import name_key
from meetrec.people.rights import Effect, RightsHolderKind
from meetrec.people.rights_models import Guardian, Guardianship, ProtectionFlag, RightsRestriction
from meetrec.people.roster_models import SchoolEnrolment
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError

HAND = "hand"  # the source of what a person entered; no roster ends it


class RightsRefused(MeetRecError):
    """Something about a pupil cannot be entered as it was asked for; the sentence says why."""


@dataclass(frozen=True)
class PupilSaid:
    """What a form says of a pupil."""

    given_name: str
    family_name: str
    birth_date: date | None
    postsecondary_from: date | None = None
    postsecondary_until: date | None = None  # the first day without
    address: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class GuardianSaid:
    """What a form says of a grown-up."""

    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    address: str | None
    language: str


@dataclass(frozen=True)
class Evidence:
    """The paper that shows a guardianship: what it is, what it says, where it lies, and whether somebody looked at it."""

    kind: str | None
    words: str | None
    kept_at: str | None
    is_seen: bool


@dataclass(frozen=True)
class Paper:
    """A paper about rights. Without a guardian it concerns everybody who holds rights for the pupil."""

    guardian_id: str | None
    effect: Effect
    authority: str
    words: str
    kept_at: str
    begins_on: date | None
    ends_on: date | None


def enter_student(session: Session, now: datetime, actor: str, school_id: str, said: PupilSaid) -> Student:
    """Enter a pupil of a school. Raises `RightsRefused` when there is one of that name and birth date there already."""
    key = name_key(f"{said.given_name} {said.family_name}")
    same = select(Student.id).where(
        Student.school_id == school_id, Student.name_key == key, Student.birth_date == said.birth_date, Student.joined_to_id.is_(None)
    )
    if session.scalars(same).first():
        raise RightsRefused(_("A pupil of this name and birth date is entered at this school already."))
    student = Student(id=new_id(), school_id=school_id, given_name=said.given_name, family_name=said.family_name)
    _take_over(student, said)
    session.add_all([student, SchoolEnrolment(id=new_id(), student_id=student.id, school_id=school_id, source=HAND)])
    session.flush()
    journal.append(session, now, actor, "student.entered", f"student:{student.id}")
    return student


def change_student(session: Session, now: datetime, actor: str, student: Student, said: PupilSaid) -> None:
    """Change what is known of a pupil; who holds rights follows from it on the day it is asked (D-13)."""
    _take_over(student, said)
    session.flush()
    journal.append(session, now, actor, "student.changed", f"student:{student.id}")


def _take_over(student: Student, said: PupilSaid) -> None:
    for column, value in vars(said).items():
        setattr(student, column, value)
    student.name_key = name_key(student.name)


def enter_guardian(session: Session, now: datetime, actor: str, said: GuardianSaid) -> Guardian:
    """Enter a grown-up; what they are to whom comes with `enter_guardianship`."""
    guardian = Guardian(id=new_id(), **vars(said))
    session.add(guardian)
    session.flush()
    journal.append(session, now, actor, "guardian.entered", f"guardian:{guardian.id}")
    return guardian


def with_address(said: GuardianSaid, address: str | None) -> GuardianSaid:
    """The same with the address that is on file: where it is withheld, a form cannot show it (L-55)."""
    return replace(said, address=address)


def change_guardian(session: Session, now: datetime, actor: str, guardian: Guardian, said: GuardianSaid) -> None:
    """Change a grown-up's name, address and language."""
    for column, value in vars(said).items():
        setattr(guardian, column, value)
    session.flush()
    journal.append(session, now, actor, "guardian.changed", f"guardian:{guardian.id}")


def enter_guardianship(
    session: Session, now: datetime, actor: str, student: Student, guardian: Guardian, kind: RightsHolderKind, begins_on: date | None, evidence: Evidence
) -> Guardianship:
    """Enter what a grown-up is to a pupil (D-17). Raises `RightsRefused` when the same is entered already and has not ended."""
    same = select(Guardianship.id).where(Guardianship.student_id == student.id, Guardianship.guardian_id == guardian.id, Guardianship.ends_on.is_(None))
    if session.scalars(same.where(Guardianship.kind == kind.value)).first():
        raise RightsRefused(_("This is entered already."))
    tie = Guardianship(id=new_id(), student_id=student.id, guardian_id=guardian.id, kind=kind.value, begins_on=begins_on, source=HAND)
    session.add(tie)
    _note(tie, evidence, now, actor)
    session.flush()
    subject = f"student:{student.id}"
    journal.append(session, now, actor, "guardianship.entered", subject, guardian=guardian.id, kind=kind.value, seen=evidence.is_seen)
    return tie


def note_evidence(session: Session, now: datetime, actor: str, tie: Guardianship, evidence: Evidence) -> None:
    """Note the paper that shows a guardianship, and who looked at it (B-R3, B-R10)."""
    _note(tie, evidence, now, actor)
    session.flush()
    journal.append(session, now, actor, "guardian.changed", f"guardian:{tie.guardian_id}", seen=evidence.is_seen)


def _note(tie: Guardianship, evidence: Evidence, now: datetime, actor: str) -> None:
    tie.evidence_kind, tie.evidence_words, tie.evidence_kept_at = evidence.kind, evidence.words, evidence.kept_at
    if evidence.is_seen:
        tie.checked_at, tie.checked_by = now, actor


def end_guardianship(session: Session, now: datetime, actor: str, tie: Guardianship, on: date) -> None:
    """End what a grown-up is to a pupil: from that day on it no longer holds, whatever a roster goes on saying.

    Raises `RightsRefused` for what has ended: who held rights on a day of the past stays as it was.
    """
    if tie.ends_on is not None and tie.ends_on <= on:
        raise RightsRefused(_("This has ended already. Nothing was changed."))
    tie.ends_on, tie.ended_by = on, actor
    session.flush()
    journal.append(session, now, actor, "guardianship.ended", f"student:{tie.student_id}", guardian=tie.guardian_id)


def restrict(session: Session, now: datetime, actor: str, student: Student, paper: Paper) -> RightsRestriction:
    """Enter a paper that takes a right, contradicts another, or withholds an address (L-04, L-55)."""
    restriction = RightsRestriction(id=new_id(), student_id=student.id, entered_at=now, entered_by=actor, **{**vars(paper), "effect": paper.effect.value})
    session.add(restriction)
    session.flush()
    journal.append(session, now, actor, "rights.restricted", f"student:{student.id}", guardian=paper.guardian_id, effect=paper.effect.value)
    return restriction


def lift(session: Session, now: datetime, actor: str, restriction: RightsRestriction) -> None:
    """Lift a paper: it counts no more; the row stays."""
    if restriction.lifted_at is None:
        restriction.lifted_at, restriction.lifted_by = now, actor
        session.flush()
        journal.append(session, now, actor, "rights.restored", f"student:{restriction.student_id}", guardian=restriction.guardian_id)


def protect(session: Session, now: datetime, actor: str, student: Student, reason: str, words: str | None) -> ProtectionFlag:
    """Set particular protection; one that stood before ends by it. The journal never says why (S-14)."""
    end_protection(session, now, actor, student)
    flag = ProtectionFlag(id=new_id(), student_id=student.id, reason=reason, words=words, set_at=now, set_by=actor)
    session.add(flag)
    session.flush()
    journal.append(session, now, actor, "protection.set", f"student:{student.id}")
    return flag


def end_protection(session: Session, now: datetime, actor: str, student: Student) -> None:
    """End particular protection, if it stands."""
    standing = session.scalars(select(ProtectionFlag).where(ProtectionFlag.student_id == student.id, ProtectionFlag.ended_at.is_(None))).all()
    for flag in standing:
        flag.ended_at, flag.ended_by = now, actor
    if standing:
        session.flush()
        journal.append(session, now, actor, "protection.ended", f"student:{student.id}")


def enter_school(session: Session, now: datetime, actor: str, name: str) -> School:
    """Enter a school. Raises `RightsRefused` when there is one of that name."""
    if session.scalars(select(School.id).where(School.name == name)).first():
        raise RightsRefused(_("There is a school of this name already."))
    school = School(id=new_id(), name=name)
    session.add(school)
    session.flush()
    journal.append(session, now, actor, "school.entered", f"school:{school.id}")
    return school


def close_school(session: Session, now: datetime, actor: str, school: School, on: date) -> None:
    """Close a school; its name and everything of it stay."""
    if school.closed_on is None:
        school.closed_on = on
        session.flush()
        journal.append(session, now, actor, "school.closed", f"school:{school.id}")
