"""Who signs for a person who can be heard, on the day: they themselves, and for a pupil whoever holds the rights then (D-13, L-44)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.consents.collector import SignsAs
from meetrec.consents.models import RecordedPerson
from meetrec.people.models import Student
from meetrec.people.rights import RightsHolderKind
from meetrec.people.rights_models import Guardian
from meetrec.people.rights_queries import rights_holders_of


@dataclass(frozen=True)
class Signer:
    """Somebody who may sign. `key` tells them apart in a form."""

    key: str
    name: str
    signs_as: SignsAs
    guardian_id: str | None = None


def signers_of(session: Session, person: RecordedPerson, on: date) -> tuple[Signer, ...]:
    """Who may sign on that day. Empty for a child of whom nobody is entered: then the grown-up's name is written down."""
    if person.student_id:
        return _signers_of_pupil(session, person.student_id, on)
    return () if person.is_minor else (Signer("themself", person.name, SignsAs.THEMSELF),)


def signer_of_account(session: Session, person: RecordedPerson, account_id: str, on: date) -> Signer | None:
    """As whom a family's account signs for a pupil on that day: the guardian who holds the rights, or the student of age. None: not at all."""
    if not person.student_id:
        return None
    guardians = set(session.scalars(select(Guardian.id).where(Guardian.account_id == account_id)))
    is_own = session.get_one(Student, person.student_id).account_id == account_id
    found = signers_of(session, person, on)
    return next((one for one in found if one.guardian_id in guardians or (is_own and one.signs_as is SignsAs.ELIGIBLE_STUDENT)), None)


def is_name_needed(person: RecordedPerson) -> bool:
    """Whether the grown-up who signs is written down by name: for a child who is no pupil entered here."""
    return person.is_minor and not person.student_id


def grown_up(name: str) -> Signer:
    """A parent or guardian of a child who is no pupil entered here."""
    return Signer("grown_up", name, SignsAs.RIGHTS_HOLDER)


def _signers_of_pupil(session: Session, student_id: str, on: date) -> tuple[Signer, ...]:
    held = [holding for holding in rights_holders_of(session, student_id, on) if holding.is_held]
    if any(holding.kind is RightsHolderKind.ELIGIBLE_STUDENT for holding in held):
        return (Signer("student", session.get_one(Student, student_id).name, SignsAs.ELIGIBLE_STUDENT),)
    guardians = [session.get_one(Guardian, holder) for holder in dict.fromkeys(holding.holder_id for holding in held)]
    return tuple(Signer(f"guardian-{one.id}", one.name, SignsAs.RIGHTS_HOLDER, one.id) for one in guardians)
