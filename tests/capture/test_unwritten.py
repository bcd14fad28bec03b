"""Time in which nothing is written is no recorded time."""

import pytest

from meetrec.capture.unwritten import UnwrittenTime

pytestmark = pytest.mark.requirement("G5.a")
FULL, ONE_WRITES, LOST = ["disk_full"] * 2, ["disk_full", "recording"], ["lost", "failed"]


def recorded(*told: tuple[float, bool, list[str]], of: float) -> float:
    unwritten = UnwrittenTime()
    for now, is_wanted, states in told:
        unwritten.note(now, is_wanted, states)
    return unwritten.recorded_of(of)


@pytest.mark.parametrize("states", [FULL, LOST])
def test_recorded_time_stands_still_while_no_microphone_writes_and_runs_on_afterwards(states: list[str]) -> None:
    assert recorded((10.0, True, states), (14.0, True, states), of=14.0) == 10.0
    assert recorded((10.0, True, states), (14.0, True, states), (14.5, True, ONE_WRITES), (20.0, True, ONE_WRITES), of=20.0) == 16.0


def test_one_microphone_that_writes_is_enough_for_the_time_to_run() -> None:
    assert recorded((10.0, True, ONE_WRITES), (14.0, True, ONE_WRITES), of=14.0) == 14.0


def test_pause_on_a_full_disk_is_not_taken_off_twice() -> None:
    assert recorded((10.0, True, FULL), (12.0, True, FULL), (12.5, False, FULL), (60.0, False, FULL), (61.0, True, FULL), of=12.5) == 10.5
