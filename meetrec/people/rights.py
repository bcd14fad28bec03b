"""Who holds rights for a pupil on a day, and why (D-13, D-17, L-04, L-36, B-R3, B-R10). Pure: no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FULL_AGE = 18  # years (D-13)


class RightsHolderKind(StrEnum):
    """What somebody is to a pupil (D-17)."""

    PARENT = "PARENT"
    LEGAL_GUARDIAN = "LEGAL_GUARDIAN"
    FOSTER_PARENT = "FOSTER_PARENT"
    SURROGATE = "SURROGATE"
    CAREGIVER_AFFIDAVIT = "CAREGIVER_AFFIDAVIT"
    ACTING_PARENT = "ACTING_PARENT"
    ELIGIBLE_STUDENT = "ELIGIBLE_STUDENT"


# A parent and a guardian are taken at their word until somebody shows otherwise (L-36); these need a paper that somebody looked at (B-R3, B-R10).
EVIDENCE_NEEDED = frozenset({RightsHolderKind.FOSTER_PARENT, RightsHolderKind.SURROGATE, RightsHolderKind.CAREGIVER_AFFIDAVIT, RightsHolderKind.ACTING_PARENT})


class Effect(StrEnum):
    """What a paper about rights does."""

    REVOKED = "revoked"  # it takes the rights by name (L-04)
    CONFLICT = "conflict"  # papers contradict each other: the attorney decides (L-04)
    ADDRESS_WITHHELD = "address_withheld"  # the right stays, an address is left out (L-55)


class Standing(StrEnum):
    """How somebody stands towards a pupil on a day. Only `HOLDS` opens anything."""

    HOLDS = "HOLDS"
    REVOKED = "REVOKED"
    CONFLICT = "CONFLICT"
    EVIDENCE_MISSING = "EVIDENCE_MISSING"
    TRANSFERRED = "TRANSFERRED"
    NOT_IN_FORCE = "NOT_IN_FORCE"


# The most telling first: of several ties between the same two people, the one that counts.
BY_WEIGHT = (Standing.HOLDS, Standing.CONFLICT, Standing.REVOKED, Standing.TRANSFERRED, Standing.EVIDENCE_MISSING, Standing.NOT_IN_FORCE)


@dataclass(frozen=True)
class Reason:
    """Why: the row of the law or requirement, and a word that pages turn into a sentence."""

    row: str
    word: str


@dataclass(frozen=True)
class StudentFacts:
    """What decides whether a pupil holds their own rights. `postsecondary_until`: the first day without."""

    id: str
    birth_date: date | None
    postsecondary_from: date | None
    postsecondary_until: date | None


@dataclass(frozen=True)
class GuardianshipFacts:
    """One tie between a grown-up and a pupil. `ends_on`: the first day on which it no longer holds."""

    guardian_id: str
    kind: RightsHolderKind
    begins_on: date | None
    ends_on: date | None
    is_checked: bool  # somebody saw the paper that shows it


@dataclass(frozen=True)
class RestrictionFacts:
    """One paper. Without a guardian it concerns every grown-up who holds rights for the pupil, never the eligible student."""

    guardian_id: str | None
    effect: Effect
    begins_on: date | None
    ends_on: date | None
    is_lifted: bool


@dataclass(frozen=True)
class RightsHolding:
    """How one person stands towards a pupil. `holder_id` is the guardian's id, of an eligible student the student's."""

    holder_id: str
    kind: RightsHolderKind
    standing: Standing
    reasons: tuple[Reason, ...]

    @property
    def is_held(self) -> bool:
        """Whether the rights may be used on that day."""
        return self.standing is Standing.HOLDS


def eighteenth_birthday(birth_date: date) -> date:
    """The first day of full age; who was born on 29 February comes of age on 1 March."""
    try:
        return birth_date.replace(year=birth_date.year + FULL_AGE)
    except ValueError:  # no such day in that year
        return date(birth_date.year + FULL_AGE, 3, 1)


def is_eligible(student: StudentFacts, on: date) -> bool:
    """Whether the pupil holds their own rights on that day: 18, or attending a postsecondary institution (D-13). An unknown birth date never says 18."""
    return bool(_why_eligible(student, on))


def rights_on(
    student: StudentFacts, guardianships: Sequence[GuardianshipFacts], restrictions: Sequence[RestrictionFacts], on: date
) -> tuple[RightsHolding, ...]:
    """How each person stands towards the pupil on a day, one holding for each guardianship; the eligible student first."""
    why_eligible = _why_eligible(student, on)
    own = (RightsHolding(student.id, RightsHolderKind.ELIGIBLE_STUDENT, Standing.HOLDS, why_eligible),) if why_eligible else ()
    in_force = [paper for paper in restrictions if not paper.is_lifted and _holds_on(paper.begins_on, paper.ends_on, on)]
    return own + tuple(_holding_of(tie, in_force, why_eligible, on) for tie in guardianships)


def weightiest(holdings: Sequence[RightsHolding]) -> RightsHolding:
    """Of several ties between the same two people the one that counts: whoever holds rights by one of them holds them."""
    return min(holdings, key=lambda holding: BY_WEIGHT.index(holding.standing))


def _why_eligible(student: StudentFacts, on: date) -> tuple[Reason, ...]:
    by_age = student.birth_date is not None and on >= eighteenth_birthday(student.birth_date)
    by_school = student.postsecondary_from is not None and _holds_on(student.postsecondary_from, student.postsecondary_until, on)
    return tuple(Reason("D-13", word) for holds, word in ((by_age, "eighteen"), (by_school, "postsecondary")) if holds)


def _holds_on(begins_on: date | None, ends_on: date | None, on: date) -> bool:
    return (begins_on is None or begins_on <= on) and (ends_on is None or on < ends_on)


def _holding_of(tie: GuardianshipFacts, papers: Sequence[RestrictionFacts], why_eligible: tuple[Reason, ...], on: date) -> RightsHolding:
    standing, reasons = _standing_of(tie, {paper.effect for paper in papers if paper.guardian_id in (None, tie.guardian_id)}, why_eligible, on)
    return RightsHolding(tie.guardian_id, tie.kind, standing, reasons)


def _standing_of(tie: GuardianshipFacts, effects: set[Effect], why_eligible: tuple[Reason, ...], on: date) -> tuple[Standing, tuple[Reason, ...]]:
    """A conflict goes before a paper that revokes: which of the papers counts is the very question (L-04)."""
    if not _holds_on(tie.begins_on, tie.ends_on, on):
        return Standing.NOT_IN_FORCE, (Reason("D-17", "not_in_force"),)
    if why_eligible:
        return Standing.TRANSFERRED, why_eligible
    if Effect.CONFLICT in effects:
        return Standing.CONFLICT, (Reason("L-04", "papers_conflict"),)
    if Effect.REVOKED in effects:
        return Standing.REVOKED, (Reason("L-04", "revoked"),)
    if tie.kind in EVIDENCE_NEEDED and not tie.is_checked:
        return Standing.EVIDENCE_MISSING, (Reason(_row_of(tie.kind), "paper_not_seen"),)
    return Standing.HOLDS, (Reason(_row_of(tie.kind), "paper_seen" if tie.is_checked else "presumed"),)


def _row_of(kind: RightsHolderKind) -> str:
    if kind in (RightsHolderKind.PARENT, RightsHolderKind.LEGAL_GUARDIAN):
        return "L-36"
    return "B-R10" if kind is RightsHolderKind.CAREGIVER_AFFIDAVIT else "B-R3" if kind is not RightsHolderKind.ACTING_PARENT else "D-17"
