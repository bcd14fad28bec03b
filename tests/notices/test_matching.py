"""Which meetings are suggested for a notice, in which order, why, and how sure that is."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from meetrec.notices.matching import (
    HIGHEST_SCORE,
    LEAST_SCORE,
    MOST_SUGGESTIONS,
    WEIGHTS,
    Agreement,
    Degree,
    MatchingIndex,
    Occasion,
    Planned,
    Suggestion,
    agreements_of,
    suggestions,
)

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


def test_confidence_says_how_much_agrees_and_is_never_certain() -> None:
    (best,) = suggestions(SAID, [("m1", planned())], ZONE)
    (nearly,) = suggestions(SAID, [("m1", planned("Matteo Rivera", "Washington Middle", timedelta(hours=3)))], ZONE)
    (hour,) = suggestions(SAID, [("m1", planned("Sofia Ortega"))], ZONE)
    assert [(round(one.confidence, 2), one.degree) for one in (best, nearly, hour)] == [
        (0.99, Degree.STRONG),
        (0.6, Degree.POSSIBLE),
        (0.47, Degree.WEAK),
    ]


def test_highest_score_is_everything_that_can_agree_at_once() -> None:
    everything = (Agreement.SAME_PUPIL, Agreement.SAME_DAY, Agreement.SAME_TIME, Agreement.SAME_SCHOOL)
    assert sum(WEIGHTS[one] for one in everything) == HIGHEST_SCORE


GIVEN = ("Mateo", "Sofia", "Liam", "Noah", "Emma", "Ava", "Diego", "Camila", "Owen", "Nora", "Ruth", "Ivan")
FAMILY = ("Rivera", "Ortega", "Marsh", "Bennett", "Cho", "Ruiz", "Adams", "Clark", "Lopez", "Young", "Hall", "Ward", "Price", "Reed")


def _everything_compared(said: Occasion, meetings: list[Planned]) -> list[tuple[int, str]]:
    """As if every meeting were looked at."""
    found = []
    for one in meetings:
        agreements = agreements_of(said, Occasion(" ".join(one.parts), one.school, one.start), ZONE)
        score = sum(WEIGHTS[agreement] for agreement in agreements)
        if score >= LEAST_SCORE:
            found.append((-score, abs(one.start - said.start), one.meeting_id))
    return [(-negative, meeting_id) for negative, _apart, meeting_id in sorted(found)[:MOST_SUGGESTIONS]]


def test_index_suggests_what_looking_at_every_meeting_would() -> None:
    chance = random.Random(4)  # noqa: S311 – names, not secrets
    schools = ("Lincoln Elementary", "Washington Middle")

    def occasion(days: int) -> Occasion:
        name = f"{chance.choice(GIVEN)} {chance.choice(GIVEN)[:1]} {chance.choice(FAMILY)}"
        return Occasion(name, chance.choice(schools), START + timedelta(days=chance.randrange(days), hours=chance.randrange(6)))

    meetings = [Planned.of(f"m{number}", occasion(180)) for number in range(600)]
    index = MatchingIndex.of(meetings, ZONE)
    for _notice in range(40):
        said = occasion(180)
        assert [(one.score, one.meeting_id) for one in index.suggestions(said)] == _everything_compared(said, meetings)


def test_degree_falls_with_the_score() -> None:
    assert [Suggestion("m", score, ()).degree for score in (12, 8, 7)] == [Degree.STRONG, Degree.POSSIBLE, Degree.WEAK]
