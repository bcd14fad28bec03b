"""Who holds rights for a pupil on a day: age, postsecondary attendance, papers, evidence."""

from datetime import date
from typing import Any

import pytest

from meetrec.people.rights import (
    EVIDENCE_NEEDED,
    Effect,
    GuardianshipFacts,
    RestrictionFacts,
    RightsHolderKind,
    Standing,
    StudentFacts,
    eighteenth_birthday,
    is_eligible,
    rights_on,
    weightiest,
)

TODAY = date(2026, 10, 13)
PUPIL = StudentFacts("pupil", date(2015, 3, 4), None, None)
ADULT = StudentFacts("pupil", date(2008, 10, 13), None, None)


def tie(guardian: str = "mother", kind: RightsHolderKind = RightsHolderKind.PARENT, **changes: Any) -> GuardianshipFacts:
    return GuardianshipFacts(**{"guardian_id": guardian, "kind": kind, "begins_on": None, "ends_on": None, "is_checked": False, **changes})


def paper(effect: Effect, guardian: str | None = "mother", **changes: Any) -> RestrictionFacts:
    return RestrictionFacts(**{"guardian_id": guardian, "effect": effect, "begins_on": None, "ends_on": None, "is_lifted": False, **changes})


def standings(student: StudentFacts, ties: list[GuardianshipFacts], papers: list[RestrictionFacts], on: date = TODAY) -> dict[str, Standing]:
    return {holding.holder_id: holding.standing for holding in rights_on(student, ties, papers, on)}


@pytest.mark.requirement("D-13")
@pytest.mark.parametrize(
    ("born", "of_age"),
    [(date(2008, 10, 13), date(2026, 10, 13)), (date(2008, 2, 29), date(2026, 3, 1)), (date(2010, 3, 1), date(2028, 3, 1))],
)
def test_full_age_begins_on_the_eighteenth_birthday(born: date, of_age: date) -> None:
    assert eighteenth_birthday(born) == of_age
    student = StudentFacts("pupil", born, None, None)
    assert [is_eligible(student, date.fromordinal(of_age.toordinal() + days)) for days in (-1, 0, 1)] == [False, True, True]


@pytest.mark.requirement("D-13")
def test_rights_move_to_the_student_on_the_day_and_not_before() -> None:
    day_before = date(2026, 10, 12)
    assert standings(ADULT, [tie()], [], day_before) == {"mother": Standing.HOLDS}
    assert standings(ADULT, [tie()], []) == {"pupil": Standing.HOLDS, "mother": Standing.TRANSFERRED}


@pytest.mark.requirement("D-13")
def test_attending_a_postsecondary_institution_moves_rights_while_it_lasts() -> None:
    student = StudentFacts("pupil", date(2010, 1, 1), date(2026, 9, 1), date(2026, 12, 20))
    moved = [is_eligible(student, on) for on in (date(2026, 8, 31), date(2026, 9, 1), date(2026, 12, 19), date(2026, 12, 20))]
    assert moved == [False, True, True, False]
    reasons = {(reason.row, reason.word) for holding in rights_on(student, [tie()], [], TODAY) for reason in holding.reasons}
    assert reasons == {("D-13", "postsecondary")}


@pytest.mark.requirement("D-13")
def test_unknown_birth_date_never_says_eighteen() -> None:
    assert not is_eligible(StudentFacts("pupil", None, None, None), date(2099, 1, 1))


@pytest.mark.requirement("L-04")
def test_either_parent_holds_full_rights() -> None:
    assert standings(PUPIL, [tie("mother"), tie("father")], []) == {"mother": Standing.HOLDS, "father": Standing.HOLDS}


@pytest.mark.requirement("L-04")
@pytest.mark.requirement("L-36")
def test_only_a_paper_that_names_it_takes_a_right_and_only_from_whom_it_names() -> None:
    assert standings(PUPIL, [tie("mother"), tie("father")], [paper(Effect.REVOKED, "father")]) == {"mother": Standing.HOLDS, "father": Standing.REVOKED}
    assert standings(PUPIL, [tie()], [paper(Effect.REVOKED, is_lifted=True)]) == {"mother": Standing.HOLDS}
    assert standings(PUPIL, [tie()], [paper(Effect.REVOKED, begins_on=date(2026, 10, 14))]) == {"mother": Standing.HOLDS}
    assert standings(PUPIL, [tie()], [paper(Effect.REVOKED, ends_on=TODAY)]) == {"mother": Standing.HOLDS}


@pytest.mark.requirement("L-04")
def test_papers_that_contradict_each_other_go_before_one_that_revokes() -> None:
    papers = [paper(Effect.REVOKED), paper(Effect.CONFLICT, None)]
    assert standings(PUPIL, [tie("mother"), tie("father")], papers) == {"mother": Standing.CONFLICT, "father": Standing.CONFLICT}


@pytest.mark.requirement("L-55")
def test_withheld_address_takes_no_right() -> None:
    assert standings(PUPIL, [tie()], [paper(Effect.ADDRESS_WITHHELD)]) == {"mother": Standing.HOLDS}


@pytest.mark.requirement("L-04")
def test_a_paper_about_the_grown_ups_takes_nothing_from_the_eligible_student() -> None:
    assert standings(ADULT, [], [paper(Effect.CONFLICT, None)]) == {"pupil": Standing.HOLDS}


@pytest.mark.requirement("B-R3")
@pytest.mark.requirement("B-R10")
@pytest.mark.requirement("D-17")
@pytest.mark.parametrize("kind", sorted(EVIDENCE_NEEDED))
def test_who_acts_in_a_parents_place_holds_rights_once_the_paper_was_seen(kind: RightsHolderKind) -> None:
    assert standings(PUPIL, [tie(kind=kind)], []) == {"mother": Standing.EVIDENCE_MISSING}
    assert standings(PUPIL, [tie(kind=kind, is_checked=True)], []) == {"mother": Standing.HOLDS}


@pytest.mark.requirement("D-17")
def test_guardianship_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    during = tie(begins_on=date(2026, 10, 13), ends_on=date(2026, 10, 15))
    days = [date(2026, 10, day) for day in (12, 13, 14, 15)]
    assert [standings(PUPIL, [during], [], on)["mother"] for on in days] == [
        Standing.NOT_IN_FORCE,
        Standing.HOLDS,
        Standing.HOLDS,
        Standing.NOT_IN_FORCE,
    ]


def test_of_two_ties_between_the_same_people_the_one_that_holds_counts() -> None:
    holdings = rights_on(PUPIL, [tie(kind=RightsHolderKind.FOSTER_PARENT), tie(kind=RightsHolderKind.LEGAL_GUARDIAN)], [], TODAY)
    assert weightiest(holdings).standing is Standing.HOLDS
