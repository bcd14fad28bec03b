"""Whom the district's own notice of recording covers, of those at the table (NOTE.1). Pure: plain data in, ids out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# What that consent reaches: the parent's own use, to understand the meeting. It is no consent to publish and none to disclose (NOTE.2).
NOTE_SCOPE = "PARENT_PERSONAL_UNDERSTANDING"


class Affiliation(StrEnum):
    """Whom somebody at the table belongs to."""

    DISTRICT_EMPLOYEE = "district_employee"
    DISTRICT_REPRESENTATIVE = "district_representative"
    OUTSIDE_AGENCY = "outside_agency"
    PARENT = "parent"
    PARENTS_GUEST = "parents_guest"
    STUDENT = "student"
    INTERPRETER = "interpreter"


COVERED = frozenset({Affiliation.DISTRICT_EMPLOYEE, Affiliation.DISTRICT_REPRESENTATIVE})
WHO_RECORDS = Affiliation.PARENT  # needs nobody's consent to their own voice in their own recording


@dataclass(frozen=True)
class Coverage:
    """Ids of those whom the district's notice covers and of those it does not; the parent stands in neither."""

    covered: tuple[str, ...]
    uncovered: tuple[str, ...]
    scope: str = NOTE_SCOPE


def is_covered(affiliation: Affiliation) -> bool:
    """Only who is employed by the district or represents it (NOTE.1)."""
    return affiliation in COVERED


def coverage_of(people: Sequence[tuple[str, Affiliation]]) -> Coverage:
    """Part people, each given by id and affiliation, by the district's own notice; their order is kept."""
    heard = [(who, affiliation) for who, affiliation in people if affiliation is not WHO_RECORDS]
    covered, uncovered = (tuple(who for who, affiliation in heard if is_covered(affiliation) is wanted) for wanted in (True, False))
    return Coverage(covered, uncovered)
