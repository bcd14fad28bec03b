"""Training is valid through the same day of the next year, to the day, and what is outdated closes content and warns on pages."""

from datetime import date, timedelta

import pytest

from meetrec.people.roles import BOARD_MEMBER, CHAIR, CONTRACTOR, COORDINATOR, ROLES, VOLUNTEER
from meetrec.people.training import MODULES_OF, Gate, TrainingModule, TrainingPolicy, gate_for, training_standing, valid_until

CONFIDENTIALITY = TrainingModule.CONFIDENTIALITY


def standing_after(days: int, completed_on: date) -> bool:
    """Whether a volunteer is current so many days after the completion."""
    return training_standing([VOLUNTEER], {CONFIDENTIALITY: completed_on}, completed_on + timedelta(days=days)).is_current


@pytest.mark.requirement("W-20")
def test_day_365_is_the_last_day_of_a_training_and_day_366_is_too_late() -> None:
    completed_on = date(2025, 3, 1)
    assert [standing_after(days, completed_on) for days in (0, 364, 365, 366)] == [True, True, True, False]


@pytest.mark.requirement("W-20")
def test_over_a_leap_day_the_year_has_366_days() -> None:
    completed_on = date(2027, 3, 1)  # 29 February 2028 lies between
    assert [standing_after(days, completed_on) for days in (365, 366, 367)] == [True, True, False]


@pytest.mark.requirement("W-20")
def test_training_completed_on_a_leap_day_ends_on_28_february() -> None:
    assert valid_until(date(2028, 2, 29)) == date(2029, 2, 28)
    assert [standing_after(days, date(2028, 2, 29)) for days in (365, 366)] == [True, False]


@pytest.mark.requirement("W-07")
def test_everybody_learns_about_confidentiality_contractors_volunteers_and_board_members_too() -> None:
    assert set(MODULES_OF) == set(ROLES)
    assert all(CONFIDENTIALITY in modules for modules in MODULES_OF.values())
    assert MODULES_OF[VOLUNTEER] == MODULES_OF[BOARD_MEMBER] == {CONFIDENTIALITY}
    assert TrainingModule.SENSITIVE_INFORMATION in MODULES_OF[CONTRACTOR]


@pytest.mark.requirement("W-19")
@pytest.mark.requirement("B-07")
def test_the_modules_follow_from_the_roles_and_each_must_be_current() -> None:
    day = date(2026, 10, 13)
    done = {CONFIDENTIALITY: day, TrainingModule.SENSITIVE_INFORMATION: date(2025, 10, 12)}
    standing = training_standing([CHAIR], done, day)
    assert standing.missing == (TrainingModule.SENSITIVE_INFORMATION, TrainingModule.RECORDING_ROOM)
    assert (standing.is_current, standing.ends_on) == (False, None)
    assert training_standing([CHAIR, COORDINATOR], dict.fromkeys(TrainingModule, day), day).ends_on == date(2027, 10, 13)


def test_whoever_holds_no_role_needs_no_training_and_a_day_to_come_is_no_completion() -> None:
    day = date(2026, 10, 13)
    assert training_standing([], {}, day).is_current
    assert not training_standing([VOLUNTEER], {CONFIDENTIALITY: day + timedelta(days=1)}, day).is_current


@pytest.mark.requirement("W-20")
def test_outdated_training_closes_content_and_warns_on_pages_unless_the_district_says_otherwise() -> None:
    outdated, current = (training_standing([VOLUNTEER], {CONFIDENTIALITY: done}, date(2026, 10, 13)) for done in (date(2025, 10, 12), date(2025, 10, 13)))
    policy = TrainingPolicy()
    assert gate_for(outdated, is_content=True, policy=policy) is Gate.BLOCK
    assert gate_for(outdated, is_content=False, policy=policy) is Gate.WARN
    assert gate_for(current, is_content=True, policy=policy) is Gate.OPEN
    strict = TrainingPolicy(content=Gate.WARN, pages=Gate.BLOCK)
    assert [gate_for(outdated, is_content=is_content, policy=strict) for is_content in (True, False)] == [Gate.WARN, Gate.BLOCK]
