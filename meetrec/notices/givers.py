"""How whoever gave a notice stands to a meeting's pupil: shown before a person matches, and what mail, letters and receipts may tell (L-04, S-14)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.notices.models import Notice
from meetrec.people.models import Student
from meetrec.people.names import name_key
from meetrec.people.rights import RightsHolding, Standing, rights_on, weightiest
from meetrec.people.rights_models import Guardianship
from meetrec.people.rights_queries import guardianship_facts, papers_among, protected_among, student_facts


class Unentered(StrEnum):
    """Why whoever gave a notice has no standing of the rights towards a pupil."""

    NOT_ENTERED = "NOT_ENTERED"  # others are entered beside the pupil
    NOBODY_ENTERED = "NOBODY_ENTERED"


@dataclass(frozen=True)
class Giver:
    """How one giver stands to one pupil on a day: by the account, where the notice was given signed in; else by the name, which proves nothing."""

    standing: Standing | Unentered
    is_pupil_protected: bool  # S-14

    @property
    def needs_review(self) -> bool:
        """Whether a person should look before matching; until somebody did and the papers say otherwise, no place and no time is told."""
        return self.is_pupil_protected or self.standing not in (Standing.HOLDS, Unentered.NOBODY_ENTERED)

    @property
    def is_marked(self) -> bool:
        """The same for a long list of meetings, where most pupils have nothing to do with the notice."""
        return self.is_pupil_protected or (self.needs_review and self.standing is not Unentered.NOT_ENTERED)

    @property
    def is_told_nothing(self) -> bool:
        """Whether not even that something changed may be told: a paper takes the rights (L-04)."""
        return self.standing is Standing.REVOKED


def giver_of(session: Session, notice: Notice, student: Student, on: date) -> Giver:
    """How the giver of a notice stands to a pupil on a day of the district's calendar."""
    return givers_of(session, [(notice, student)], on)[notice.id, student.id]


def givers_of(session: Session, pairs: Iterable[tuple[Notice, Student]], on: date) -> dict[tuple[str, str], Giver]:
    """The same for many, by the ids of notice and pupil; the number of queries does not grow with them."""
    pairs = list(pairs)
    students = {student.id: student for _, student in pairs}
    if not students:
        return {}
    ties: dict[str, list[Guardianship]] = defaultdict(list)
    for tie in session.scalars(select(Guardianship).where(Guardianship.student_id.in_(students)).order_by(Guardianship.id)):
        ties[tie.student_id].append(tie)
    papers, protected = papers_among(session, students), protected_among(session, students)
    holdings = {
        student.id: rights_on(student_facts(student), [guardianship_facts(tie) for tie in ties[student.id]], papers.get(student.id, []), on)
        for student in students.values()
    }
    return {
        (notice.id, student.id): Giver(_standing(notice, student, ties[student.id], holdings[student.id]), student.id in protected) for notice, student in pairs
    }


def _standing(notice: Notice, student: Student, ties: Sequence[Guardianship], holdings: Sequence[RightsHolding]) -> Standing | Unentered:
    if not holdings:
        return Unentered.NOBODY_ENTERED
    people = {tie.guardian_id: (tie.guardian.account_id, tie.guardian.name) for tie in ties} | {student.id: (student.account_id, student.name)}
    own = [holding for holding in holdings if _is_giver(notice, *people[holding.holder_id])]
    return weightiest(own).standing if own else Unentered.NOT_ENTERED


def _is_giver(notice: Notice, account_id: str | None, name: str) -> bool:
    return account_id == notice.account_id if notice.account_id else name_key(name) == name_key(notice.recorder_name)
