"""Who holds rights for whom, read on the day it is asked and never stored (D-13): the facts of the tables, held to the rules of `rights.py`."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.people.models import Student
from meetrec.people.rights import (
    Effect,
    GuardianshipFacts,
    Reason,
    RestrictionFacts,
    RightsHolderKind,
    RightsHolding,
    Standing,
    StudentFacts,
    is_eligible,
    rights_on,
    weightiest,
)
from meetrec.people.rights_models import Guardian, Guardianship, ProtectionFlag, RightsRestriction


def rights_holders_of(session: Session, student_id: str, on: date) -> tuple[RightsHolding, ...]:
    """How everybody who was ever entered beside a pupil stands on that day; only `is_held` opens anything. Empty for a pupil who is not there."""
    student = session.get(Student, student_id)
    if student is None:
        return ()
    return rights_on(student_facts(student), [guardianship_facts(tie) for tie in ties_of(session, student_id)], papers_of(session, student_id), on)


def students_of_account(session: Session, account_id: str, on: date) -> tuple[tuple[Student, RightsHolding], ...]:
    """The pupils of a family's account, with how its owner stands to each on that day, by name; whatever the standing, so that a page can say why not."""
    found = [*_wards_of(session, account_id, on), *_own_of(session, account_id, on)]
    return tuple(sorted(found, key=lambda pair: (pair[0].given_name, pair[0].family_name, pair[0].id)))


def is_eligible_student(session: Session, student_id: str, on: date) -> bool:
    """Whether a pupil holds their own rights on that day (D-13)."""
    student = session.get(Student, student_id)
    return student is not None and is_eligible(student_facts(student), on)


def is_protected(session: Session, student_id: str) -> bool:
    """Whether a pupil needs particular protection now (S-14); never why."""
    return bool(protected_among(session, [student_id]))


def protected_among(session: Session, student_ids: Iterable[str]) -> frozenset[str]:
    """Those of the pupils who need particular protection now, in one query (S-14)."""
    standing = select(ProtectionFlag.student_id).where(ProtectionFlag.student_id.in_(list(student_ids)), ProtectionFlag.ended_at.is_(None))
    return frozenset(session.scalars(standing))


def is_address_withheld(session: Session, student_id: str, guardian_id: str | None, on: date) -> bool:
    """Whether a court leaves this guardian's address out of what the pupil's other parent gets (L-55); pages and letters then leave it out too."""
    withheld = (paper for paper in papers_of(session, student_id) if paper.effect is Effect.ADDRESS_WITHHELD and not paper.is_lifted)
    return any(
        paper.guardian_id in (None, guardian_id) and (paper.begins_on is None or paper.begins_on <= on) and (paper.ends_on is None or on < paper.ends_on)
        for paper in withheld
    )


def student_facts(student: Student) -> StudentFacts:
    """What the rules ask of a pupil."""
    return StudentFacts(student.id, student.birth_date, student.postsecondary_from, student.postsecondary_until)


def guardianship_facts(tie: Guardianship) -> GuardianshipFacts:
    """What the rules ask of a guardianship."""
    return GuardianshipFacts(tie.guardian_id, RightsHolderKind(tie.kind), tie.begins_on, tie.ends_on, tie.checked_at is not None)


def ties_of(session: Session, student_id: str) -> Sequence[Guardianship]:
    """Every guardianship of a pupil, also ended ones, by the guardian's name."""
    beside = select(Guardianship).join(Guardianship.guardian).where(Guardianship.student_id == student_id)
    return session.scalars(beside.order_by(Guardian.family_name, Guardian.given_name, Guardianship.id)).all()


def papers_of(session: Session, student_id: str) -> list[RestrictionFacts]:
    """What the rules ask of every paper about a pupil's rights."""
    return papers_among(session, [student_id]).get(student_id, [])


def papers_among(session: Session, student_ids: Iterable[str]) -> dict[str, list[RestrictionFacts]]:
    """The same of many pupils, by their ids, in one query."""
    found: dict[str, list[RestrictionFacts]] = {}
    for row in session.scalars(select(RightsRestriction).where(RightsRestriction.student_id.in_(list(student_ids)))):
        found.setdefault(row.student_id, []).append(_paper_facts(row))
    return found


def _paper_facts(row: RightsRestriction) -> RestrictionFacts:
    return RestrictionFacts(row.guardian_id, Effect(row.effect), row.begins_on, row.ends_on, row.lifted_at is not None)


def _wards_of(session: Session, account_id: str, on: date) -> list[tuple[Student, RightsHolding]]:
    """The pupils beside whom the account's owner was entered as a grown-up."""
    beside = select(Guardianship).join(Guardianship.guardian).where(Guardian.account_id == account_id)
    ties = session.scalars(beside).all()
    students = {tie.student_id: tie.student for tie in ties}
    found = []
    for student in students.values():
        own_ties = [guardianship_facts(tie) for tie in ties if tie.student_id == student.id]
        holdings = rights_on(student_facts(student), own_ties, papers_of(session, student.id), on)
        found.append((student, weightiest([holding for holding in holdings if holding.holder_id != student.id])))
    return found


def _own_of(session: Session, account_id: str, on: date) -> list[tuple[Student, RightsHolding]]:
    """The account's owner as an eligible student; who is not eligible that day holds nothing of their own."""
    found = []
    for student in session.scalars(select(Student).where(Student.account_id == account_id)):
        own = [holding for holding in rights_on(student_facts(student), [], [], on) if holding.holder_id == student.id]
        nothing = RightsHolding(student.id, RightsHolderKind.ELIGIBLE_STUDENT, Standing.NOT_IN_FORCE, (Reason("D-13", "not_eligible"),))
        found.append((student, own[0] if own else nothing))
    return found
