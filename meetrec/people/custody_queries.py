"""Who is custodian of the district's and of a school's records, and who may decide about a pupil's (B-03, B-04, B-05)."""

from collections import defaultdict
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
    """One office of a custodian: of the district (no school) or of a school, and who was given it and did not give it up."""

    school: School | None
    holders: tuple[Account, ...]  # more than one only from before the rule

    @property
    def holder(self) -> Account | None:
        """The one person who holds it; nobody where it is empty or where several were given it."""
        return self.holders[0] if len(self.holders) == 1 else None

    @property
    def is_in_order(self) -> bool:
        """Whether one person holds it, who for the district is certificated (B-03, B-04)."""
        return self.holder is not None and (self.school is not None or self.holder.certificated)

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
        .order_by(RoleGrant.given_at)
    )
    holders: dict[tuple[str, str | None], dict[str, Account]] = defaultdict(dict)
    for role, school_id, account in rows:
        holders[role, school_id][account.id] = account
    schools = session.scalars(select(School).where(School.closed_on.is_(None)).order_by(School.name))
    of_schools = [Office(school, tuple(holders[SITE_CUSTODIAN, school.id].values())) for school in schools]
    return (Office(None, tuple(holders[DISTRICT_CUSTODIAN, None].values())), *of_schools)


def gaps(session: Session) -> tuple[Office, ...]:
    """The offices that nobody holds, or several, or the district's where the holder is not certificated (B-03, B-04): each raises an alarm."""
    return tuple(office for office in offices(session) if not office.is_in_order)


def may_decide_for(session: Session, account: Account, student_id: str, on: date) -> bool:
    """Whether this account decides about a pupil's records on a day (B-05): the custodian of the pupil's school alone, the district's where there is none.

    Of an office that several hold nobody decides, until one of them is named.
    """
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
