"""Reads of proofs of identity: whom a code may be made for, whose a code is, and whose account follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.people.duty_queries import is_deactivated, state_of_account
from meetrec.people.identity import CodeFacts, CodeStanding, code_standing
from meetrec.people.models import Account, Student
from meetrec.people.rights import RightsHolderKind, RightsHolding, Standing, weightiest
from meetrec.people.rights_models import Guardian, Guardianship, IdentityCode
from meetrec.people.rights_queries import is_address_withheld, is_eligible_student, rights_holders_of, ties_of
from meetrec.people.standing import AccountState

Person = Guardian | Student  # who holds rights: a grown-up beside a pupil, or the eligible student


@dataclass(frozen=True)
class Holder:
    """Somebody beside a pupil, or the student, as the page of identities shows them."""

    person: Person
    holding: RightsHolding
    is_address_withheld: bool  # L-55
    account: Account | None  # not one that was closed
    account_state: AccountState | None
    codes: Sequence[tuple[IdentityCode, CodeStanding]]  # the newest first


def holders_of(session: Session, student: Student, now: datetime) -> tuple[Holder, ...]:
    """Everybody who was ever entered beside a pupil, and the student who holds their own rights. `now` on the district's clock."""
    holdings = rights_holders_of(session, student.id, now.date())
    people: dict[str, Person] = {student.id: student, **{tie.guardian_id: tie.guardian for tie in ties_of(session, student.id)}}
    found = {holder_id: [one for one in holdings if one.holder_id == holder_id] for holder_id in people}
    if student.account_id and not found[student.id]:  # attended a college once, and no longer
        found[student.id] = [RightsHolding(student.id, RightsHolderKind.ELIGIBLE_STUDENT, Standing.NOT_IN_FORCE, ())]
    return tuple(_holder(session, people[holder_id], weightiest(of), now) for holder_id, of in found.items() if of)


def person_of(session: Session, code: IdentityCode) -> Person:
    """Whom a code was made for."""
    return session.get_one(Guardian, code.guardian_id) if code.guardian_id else session.get_one(Student, code.student_id)


def pupils_of(session: Session, person: Person) -> list[Student]:
    """The pupils beside whom a grown-up was ever entered; of a student, the student."""
    if isinstance(person, Student):
        return [person]
    beside = select(Student).join(Guardianship, Guardianship.student_id == Student.id).where(Guardianship.guardian_id == person.id)
    return list(session.scalars(beside.order_by(Student.given_name, Student.id)).unique())


def holds_rights(session: Session, person: Person, on: date) -> bool:
    """Whether somebody holds rights for any pupil on a day; of a student, their own."""
    if isinstance(person, Student):
        return is_eligible_student(session, person.id, on)
    held = (holding for pupil in pupils_of(session, person) for holding in rights_holders_of(session, pupil.id, on))
    return any(holding.holder_id == person.id and holding.is_held for holding in held)


def is_withheld_anywhere(session: Session, person: Person, on: date) -> bool:
    """Whether a court withholds the person's address beside any pupil: a letter would show it (L-55). A student's own is never among them."""
    return isinstance(person, Guardian) and any(is_address_withheld(session, pupil.id, person.id, on) for pupil in pupils_of(session, person))


def open_account_of(session: Session, person: Person) -> Account | None:
    """The person's own account; one that was closed counts no more, so that a new one can follow it."""
    account = session.get(Account, person.account_id) if person.account_id else None
    return None if account is None or is_deactivated(account) else account


def was_closed_since(session: Session, person: Person, moment: datetime) -> bool:
    """Whether the person's account was closed after a moment: a code of before must not open the next one."""
    account = session.get(Account, person.account_id) if person.account_id else None
    return account is not None and account.deactivated_at is not None and account.deactivated_at >= moment


def is_somebody_elses(session: Session, account: Account, person: Person) -> bool:
    """Whether an account belongs to another person already (W-10: one account, one person)."""
    others: list[str] = list(session.scalars(select(Guardian.id).where(Guardian.account_id == account.id)))
    others += session.scalars(select(Student.id).where(Student.account_id == account.id))
    return any(other != person.id for other in others)


def standing_of_code(code: IdentityCode, now: datetime) -> CodeStanding:
    """How a code of the table stands at a moment."""
    return code_standing(CodeFacts(code.expires_at, code.used_at, code.revoked_at), now)


def codes_of(session: Session, person: Person) -> Sequence[IdentityCode]:
    """Every code that was made for somebody, the newest first."""
    of_person = IdentityCode.guardian_id == person.id if isinstance(person, Guardian) else IdentityCode.student_id == person.id
    return session.scalars(select(IdentityCode).where(of_person).order_by(IdentityCode.made_at.desc(), IdentityCode.id)).all()


def _holder(session: Session, person: Person, holding: RightsHolding, now: datetime) -> Holder:
    account = open_account_of(session, person)
    state = state_of_account(session, account, now) if account else None
    codes = [(code, standing_of_code(code, now)) for code in codes_of(session, person)]
    return Holder(person, holding, is_withheld_anywhere(session, person, now.date()), account, state, codes)
