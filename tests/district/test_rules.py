"""Which rules hold on a day, and which changes are refused (A-01, A-02, L-60, L-61)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from meetrec.district.rules import Acknowledgement, ProfileChange, VersionFacts, WhyNot, in_force, version_on, why_not
from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticeRule, load_profile

TODAY = date(2026, 10, 13)
MISSOURI = load_profile("missouri")
CHANGE = ProfileChange(
    base="missouri", effective_from=TODAY, rule=NoticeRule.START_TIME, late_policy=LatePolicy.REVIEW, acknowledgement=Acknowledgement.OPTIONAL,
    objection_stops=False, multi_student_rule=MultiStudentRule.FERPA_WHOLE_ITEM, policy_pointer=None, reason="The board wishes it.",
    attorney_name=None, attorney_date=None,
)  # fmt: skip
ATTORNEY = {"attorney_name": "The district's attorney", "attorney_date": TODAY}


def version(number: int, begins: date) -> VersionFacts:
    return VersionFacts(number, replace(CHANGE, effective_from=begins))


def test_without_a_version_of_its_own_the_state_profile_holds() -> None:
    rules = in_force(None, "missouri", MISSOURI)
    assert (rules.label, rules.notice, rules.acknowledgement) == ("missouri@1", MISSOURI.notice, Acknowledgement.OPTIONAL)


def test_a_version_holds_from_its_first_day_on() -> None:
    first = version(1, TODAY)
    assert version_on([first], TODAY - timedelta(days=1)) is None
    assert version_on([first], TODAY) is first


def test_the_newest_decision_replaces_one_that_was_to_begin_later() -> None:
    planned, newer = version(1, TODAY + timedelta(days=30)), version(2, TODAY)
    assert version_on([planned, newer], TODAY) is newer
    assert version_on([planned, newer], TODAY + timedelta(days=30)) is newer


def test_a_version_says_what_it_changes_and_leaves_the_rest_to_the_state() -> None:
    rules = in_force(VersionFacts(3, replace(CHANGE, objection_stops=True)), "missouri", MISSOURI)
    assert (rules.label, rules.base) == ("district@3", "missouri")
    assert rules.notice.late_policy is LatePolicy.REVIEW
    assert rules.recording.parent_objection_stops_district_initiated
    assert rules.recording.staff_may_start_alone is MISSOURI.recording.staff_may_start_alone


@pytest.mark.requirement("G1.b")
def test_counting_from_the_date_needs_the_attorneys_name_and_day() -> None:
    by_date = replace(CHANGE, rule=NoticeRule.DATE)
    assert why_not(by_date, MISSOURI, TODAY) == (WhyNot.DATE_NEEDS_ATTORNEY,)
    assert why_not(replace(by_date, attorney_name="The district's attorney"), MISSOURI, TODAY) == (WhyNot.DATE_NEEDS_ATTORNEY,)
    assert why_not(replace(by_date, attorney_date=TODAY), MISSOURI, TODAY) == (WhyNot.DATE_NEEDS_ATTORNEY,)
    assert why_not(replace(by_date, **ATTORNEY), MISSOURI, TODAY) == ()


@pytest.mark.requirement("NOTE.4")
def test_a_required_acknowledgement_needs_the_attorney_too() -> None:
    required = replace(CHANGE, acknowledgement=Acknowledgement.REQUIRED)
    assert why_not(required, MISSOURI, TODAY) == (WhyNot.REQUIRED_NEEDS_ATTORNEY,)
    assert why_not(replace(required, **ATTORNEY), MISSOURI, TODAY) == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"effective_from": TODAY - timedelta(days=1)}, WhyNot.BEGINS_IN_THE_PAST),
        ({"reason": "  "}, WhyNot.NO_REASON),
        ({"attorney_name": "x", "attorney_date": TODAY + timedelta(days=1)}, WhyNot.ATTORNEY_IN_THE_FUTURE),
    ],
)
def test_what_is_refused(changed: dict[str, object], expected: WhyNot) -> None:
    assert why_not(replace(CHANGE, **changed), MISSOURI, TODAY) == (expected,)  # type: ignore[arg-type]


def test_rules_never_begin_before_the_state_profile_does() -> None:
    day = MISSOURI.effective - timedelta(days=1)
    assert why_not(replace(CHANGE, effective_from=day), MISSOURI, day) == (WhyNot.BASE_NOT_IN_FORCE,)
