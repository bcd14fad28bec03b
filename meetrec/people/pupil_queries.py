"""Reads for the pages of pupils: the list, one pupil with who holds rights and why, and choices for the forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from meetrec.people.identity_queries import Person, codes_of, is_withheld_anywhere
from meetrec.people.models import Account, Role, RoleGrant, School, Student
from meetrec.people.names import name_parts
from meetrec.people.rights import RightsHolding
from meetrec.people.rights_models import Guardian, Guardianship, IdentityCode, ProtectionFlag, RightsRestriction
from meetrec.people.rights_queries import is_protected, rights_holders_of, ties_of
from meetrec.people.roles import RIGHTS_ROLES, SITE_CUSTODIAN
from meetrec.people.roster_models import SchoolEnrolment
from meetrec.platform.web import NotFound

PAGE = 50  # pupils
CODES_SHOWN = 10


@dataclass(frozen=True)
class PupilPage:
    """Some of the pupils, and how many there are in all."""

    rows: Sequence[Student]
    found: int
    number: int  # counted from 1

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.found > self.number * PAGE


@dataclass(frozen=True)
class Beside:
    """One grown-up beside a pupil, with how they stand today."""

    tie: Guardianship
    holding: RightsHolding
    is_address_withheld: bool  # beside any pupil, not only this one: a person has one address (L-55)


@dataclass(frozen=True)
class PupilDetail:
    """One pupil as the page shows them."""

    student: Student
    own: RightsHolding | None  # of an eligible student
    beside: tuple[Beside, ...]
    restrictions: Sequence[RightsRestriction]
    enrolments: Sequence[SchoolEnrolment]
    is_protected: bool
    codes: Sequence[tuple[str, IdentityCode]]  # made to prove who somebody is, with that person's name; the newest first


def schools_of_reader(session: Session, account: Account) -> frozenset[str] | None:
    """The schools whose pupils somebody may see; None means all. A custodian of a school sees that school's alone (B-04)."""
    if {role.name for role in account.roles} & (set(RIGHTS_ROLES) - {SITE_CUSTODIAN}):
        return None
    held = select(RoleGrant.school_id).join(Role).where(RoleGrant.account_id == account.id, Role.name == SITE_CUSTODIAN, RoleGrant.ended_at.is_(None))
    return frozenset(school for school in session.scalars(held) if school)


def pupil_page(session: Session, schools: frozenset[str] | None, typed: str, number: int) -> PupilPage:
    """Pupils whose name holds every word typed, by name."""
    wanted = select(Student).where(Student.joined_to_id.is_(None), *(Student.name_key.contains(part, autoescape=True) for part in name_parts(typed)))
    if schools is not None:
        wanted = wanted.where(Student.school_id.in_(schools))
    found = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.order_by(Student.family_name, Student.given_name, Student.id)
    return PupilPage(session.scalars(ordered.limit(PAGE).offset((number - 1) * PAGE)).all(), found, number)


def pupil_with(session: Session, student_id: str, schools: frozenset[str] | None) -> Student:
    """A pupil; of two entries that were joined the one that is kept. Raises NotFound, also for one whom the reader's office does not reach."""
    student = session.get(Student, student_id)
    if student is not None and student.joined_to_id:
        student = session.get_one(Student, student.joined_to_id)
    if student is None or (schools is not None and student.school_id not in schools):
        raise NotFound
    return student


def joined_with(session: Session, student_id: str) -> Sequence[Student]:
    """The entries that were joined with a pupil's, the newest first."""
    return session.scalars(select(Student).where(Student.joined_to_id == student_id).order_by(Student.joined_at.desc())).all()


def entries_alike(session: Session, student: Student, schools: frozenset[str] | None) -> Sequence[Student]:
    """Other entries under a pupil's name that may be the same pupil; those alone whose pupils the reader may see."""
    alike = select(Student).where(Student.name_key == student.name_key, Student.id != student.id, Student.joined_to_id.is_(None))
    if schools is not None:
        alike = alike.where(Student.school_id.in_(schools))
    return session.scalars(alike.order_by(Student.id).limit(50)).all()


def pupil_detail(session: Session, student: Student, on: date) -> PupilDetail:
    """A pupil with everybody beside them and how each stands on that day."""
    holdings = rights_holders_of(session, student.id, on)
    own = next((holding for holding in holdings if holding.holder_id == student.id), None)
    ties = ties_of(session, student.id)
    of_ties = [holding for holding in holdings if holding.holder_id != student.id]
    beside = [Beside(tie, holding, is_withheld_anywhere(session, tie.guardian, on)) for tie, holding in zip(ties, of_ties, strict=True)]
    papers = select(RightsRestriction).where(RightsRestriction.student_id == student.id).order_by(RightsRestriction.entered_at.desc())
    enrolments = (
        select(SchoolEnrolment).where(SchoolEnrolment.student_id == student.id).order_by(SchoolEnrolment.ends_on.is_not(None), SchoolEnrolment.ends_on.desc())
    )
    return PupilDetail(
        student, own, tuple(beside), session.scalars(papers).all(), session.scalars(enrolments).all(), is_protected(session, student.id),
        _codes_made(session, [student, *dict.fromkeys(tie.guardian for tie in ties)]),
    )  # fmt: skip


def _codes_made(session: Session, people: Sequence[Person]) -> Sequence[tuple[str, IdentityCode]]:
    made = [(person.name, code) for person in people for code in codes_of(session, person)]
    return sorted(made, key=lambda pair: pair[1].made_at, reverse=True)[:CODES_SHOWN]


def open_school_choices(session: Session, schools: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """Id and name of every school that is open, by name; of those alone where some are named."""
    wanted = select(School.id, School.name).where(School.closed_on.is_(None))
    if schools is not None:
        wanted = wanted.where(School.id.in_(schools))
    return [(school_id, name) for school_id, name in session.execute(wanted.order_by(School.name))]


def all_schools(session: Session) -> list[tuple[School, int]]:
    """Every school with the number of its pupils, by name, closed ones last."""
    pupils = select(func.count()).select_from(Student).where(Student.school_id == School.id, Student.joined_to_id.is_(None)).scalar_subquery()
    ordered = select(School, pupils).order_by(School.closed_on.is_not(None), School.name)
    return [(school, number) for school, number in session.execute(ordered)]


def people_beside(session: Session, student_id: str) -> list[tuple[str, str]]:
    """Id and name of everybody who was ever entered beside a pupil."""
    return list(dict.fromkeys((tie.guardian_id, tie.guardian.name) for tie in ties_of(session, student_id)))


def kin_choices(session: Session, student: Student, schools: frozenset[str] | None) -> list[tuple[str, str]]:
    """Id and name of those who may be kin: entered beside pupils of the same family name, or of that name themselves.

    `schools`: those whose pupils the reader may see. Nobody is offered who stands beside no pupil of these, or beside one of another (B-04).
    """
    of_name = select(Guardianship.guardian_id).join(Guardianship.student).where(Student.family_name == student.family_name)
    wanted = select(Guardian).where(or_(Guardian.family_name == student.family_name, Guardian.id.in_(of_name)))
    if schools is not None:
        beside = select(Guardianship.guardian_id).join(Guardianship.student)
        here, elsewhere = beside.where(Student.school_id.in_(schools)), beside.where(Student.school_id.not_in(schools))
        wanted = wanted.where(Guardian.id.in_(here), Guardian.id.not_in(elsewhere))
    ordered = session.scalars(wanted.order_by(Guardian.given_name, Guardian.family_name).limit(200))
    return [(guardian.id, guardian.name) for guardian in ordered]


def stands_elsewhere(session: Session, guardian_id: str, schools: frozenset[str] | None) -> bool:
    """Whether somebody was ever entered beside a pupil whom the reader's office does not reach: what is theirs is then not for this office alone (B-04)."""
    if schools is None:
        return False
    beside = select(Guardianship.id).join(Guardianship.student).where(Guardianship.guardian_id == guardian_id, Student.school_id.not_in(schools))
    return session.scalars(beside.limit(1)).first() is not None


def standing_flag(session: Session, student_id: str) -> ProtectionFlag | None:
    """The protection that stands, with its reason: for the few who may see it (S-14)."""
    standing = select(ProtectionFlag).where(ProtectionFlag.student_id == student_id, ProtectionFlag.ended_at.is_(None))
    return session.scalars(standing.limit(1)).first()
