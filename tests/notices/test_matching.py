"""Which meetings are suggested for a notice, in which order, and why."""

from datetime import UTC, datetime, timedelta

import pytest

from meetrec.notices.matching import MOST_SUGGESTIONS, Agreement, Occasion, agreements_of, suggestions

ZONE = "America/Chicago"
START = datetime(2026, 10, 14, 15, 0, tzinfo=UTC)
SAID = Occasion("Mateo Rivera", "Lincoln Elementary", START)


def planned(name: str = "Mateo Rivera", school: str = "Lincoln Elementary", later: timedelta = timedelta()) -> Occasion:
    return Occasion(name, school, START + later)


def test_same_pupil_day_time_and_school_is_the_strongest() -> None:
    (best,) = suggestions(SAID, [("m1", planned())], ZONE)
    assert best.agreements == (Agreement.SAME_PUPIL, Agreement.SAME_DAY, Agreement.SAME_TIME, Agreement.SAME_SCHOOL)
    assert best.is_strong


@pytest.mark.parametrize("name", ["mateo rivera", "Rivera, Mateo", "Matéo RIVERA", "  Mateo   Rivera "])
def test_case_accents_and_order_of_a_name_do_not_matter(name: str) -> None:
    assert Agreement.SAME_PUPIL in agreements_of(SAID, planned(name), ZONE)


@pytest.mark.parametrize("name", ["Mateo Rivera Lopez", "Matteo Rivera", "Mateo Riviera"])
def test_nearly_the_same_name_is_only_similar(name: str) -> None:
    assert Agreement.SIMILAR_PUPIL in agreements_of(SAID, planned(name), ZONE)


@pytest.mark.parametrize("name", ["Mateo", "Sofia Rivera", "Helen Marsh", "", "—"])
def test_another_name_is_no_agreement(name: str) -> None:
    assert not {Agreement.SAME_PUPIL, Agreement.SIMILAR_PUPIL} & set(agreements_of(SAID, planned(name), ZONE))


def test_day_is_the_day_at_the_school() -> None:
    late = Occasion("Mateo Rivera", "Lincoln Elementary", datetime(2026, 10, 15, 3, 0, tzinfo=UTC))  # 22:00 on the 14th
    assert Agreement.SAME_DAY in agreements_of(SAID, late, ZONE)
    assert Agreement.NEXT_DAY in agreements_of(SAID, planned(later=timedelta(days=1)), ZONE)


def test_better_fitting_meeting_comes_first_and_no_more_than_a_few() -> None:
    meetings = [(f"m{days}", planned(later=timedelta(days=days))) for days in range(10)]
    found = suggestions(SAID, reversed(meetings), ZONE)
    assert [one.meeting_id for one in found] == ["m0", "m1", "m2"]
    assert len(found) == MOST_SUGGESTIONS


def test_misspelt_pupil_at_the_right_hour_is_suggested() -> None:
    (found,) = suggestions(SAID, [("m1", planned("Mathew Rivers"))], ZONE)
    assert found.agreements == (Agreement.SIMILAR_PUPIL, Agreement.SAME_DAY, Agreement.SAME_TIME, Agreement.SAME_SCHOOL)


def test_another_pupil_on_another_day_is_never_suggested() -> None:
    assert suggestions(SAID, [("m1", planned("Sofia Ortega", later=timedelta(days=1))), ("m2", planned("Sofia Ortega", later=timedelta(hours=4)))], ZONE) == ()


def test_another_pupil_at_the_very_hour_and_school_is_shown_but_not_strong() -> None:
    (found,) = suggestions(SAID, [("m1", planned("Sofia Ortega"))], ZONE)
    assert not found.is_strong
