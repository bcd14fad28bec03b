"""Whom the district's own notice covers (NOTE.1), and how far that reaches (NOTE.2)."""

import pytest

from meetrec.meetings.coverage import NOTE_SCOPE, Affiliation, coverage_of


@pytest.mark.requirement("NOTE.1")
@pytest.mark.parametrize("affiliation", [Affiliation.DISTRICT_EMPLOYEE, Affiliation.DISTRICT_REPRESENTATIVE])
def test_who_belongs_to_the_district_is_covered(affiliation: Affiliation) -> None:
    assert coverage_of([("a", affiliation)]).covered == ("a",)


@pytest.mark.requirement("NOTE.1")
@pytest.mark.parametrize("affiliation", [Affiliation.OUTSIDE_AGENCY, Affiliation.PARENTS_GUEST, Affiliation.STUDENT, Affiliation.INTERPRETER])
def test_nobody_else_is_covered(affiliation: Affiliation) -> None:
    found = coverage_of([("a", Affiliation.DISTRICT_EMPLOYEE), ("b", affiliation)])
    assert (found.covered, found.uncovered) == (("a",), ("b",))


@pytest.mark.requirement("NOTE.1")
def test_parent_who_records_stands_in_neither_list() -> None:
    found = coverage_of([("a", Affiliation.PARENT)])
    assert (found.covered, found.uncovered) == ((), ())


@pytest.mark.requirement("NOTE.2")
def test_consent_reaches_the_parents_own_understanding_alone() -> None:
    assert coverage_of([]).scope == NOTE_SCOPE == "PARENT_PERSONAL_UNDERSTANDING"
