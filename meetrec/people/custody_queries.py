"""Who is custodian of the district's and of a school's records, and who may decide about a pupil's (B-03, B-04, B-05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetrec.people.models import Account, Role, RoleGrant, School
from meetrec.people.roles import DISTRICT_CUSTODIAN, SITE_CUSTODIAN
from meetrec.people.roster_models import SchoolEnrolment


@dataclass(frozen=True)
class Office:
    """One office of a custodian: of the district (no school) or of a school, and who holds it now."""

    school: School | None
    holder: Account | None

    @property
    def role(self) -> str:
        """The role that its holder has."""
        return SITE_CUSTODIAN if self.school else DISTRICT_CUSTODIAN

    @property
    def subject(self) -> str:
        """How the journal names it: “district” or “school:<id>”."""
        return f"school:{self.school.id}" if self.school else "district"


def holders_of(session: Session, role: str, school_id: str | None) -> Sequence[RoleGrant]:
    """The grants of an office that did not end; more than one only from before the rule."""
    held = select(RoleGrant).join(Role).where(Role.name == role, RoleGrant.ended_at.is_(None), RoleGrant.school_id == school_id)
    return session.scalars(held.order_by(RoleGrant.given_at)).all()


def offices(session: Session) -> tuple[Office, ...]:
    """The district's office and that of each school that is open, in the schools' order by name. Two queries."""
    named = Role.name.in_((DISTRICT_CUSTODIAN, SITE_CUSTODIAN))
    rows = session.execute(
        select(Role.name, RoleGrant.school_id, Account)
        .join(Role, Role.id == RoleGrant.role_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(named, RoleGrant.ended_at.is_(None), Account.deactivated_at.is_(None), Account.active)
        .order_by(RoleGrant.given_at.desc())
    )
    holders = {(role, school_id): account for role, school_id, account in rows}
    schools = session.scalars(select(School).where(School.closed_on.is_(None)).order_by(School.name))
    of_schools = [Office(school, holders.get((SITE_CUSTODIAN, school.id))) for school in schools]
    return (Office(None, holders.get((DISTRICT_CUSTODIAN, None))), *of_schools)


def gaps(session: Session) -> tuple[Office, ...]:
    """The offices that nobody holds (B-03, B-04): each raises an alarm."""
    return tuple(office for office in offices(session) if office.holder is None)


def may_decide_for(session: Session, account: Account, student_id: str, on: date) -> bool:
    """Whether this account decides about a pupil's records on a day (B-05): the custodian of the pupil's school alone, the district's where there is none."""
    enrolled = select(SchoolEnrolment.school_id).where(
        SchoolEnrolment.student_id == student_id,
        or_(SchoolEnrolment.begins_on.is_(None), SchoolEnrolment.begins_on <= on),
        or_(SchoolEnrolment.ends_on.is_(None), SchoolEnrolment.ends_on > on),
    )
    of_school = {office.holder.id for office in offices(session) if office.school and office.holder and office.school.id in set(session.scalars(enrolled))}
    if of_school:
        return account.id in of_school
    of_district = offices(session)[0].holder
    return of_district is not None and of_district.id == account.id
