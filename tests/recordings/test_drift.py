"""A microphone's drift: measured through late arrivals, corrected, and taken back bit for bit."""

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.capture.pieces import PIECE_FRAMES, RATE, Samples
from meetrec.recordings.delivered_runs import SealedPiece
from meetrec.recordings.drift import CORRECTED_FROM, MOST_STRAY, ClockLine, captured_sound, line_through, offset_with, places
from meetrec.recordings.stretches import Stretch

pytestmark = pytest.mark.requirement("G5.b")
TWO_HOURS = 720  # pieces


def heard(parts_per_million: float, pieces: int = TWO_HOURS, late: float = 0.2, wander: float = 0.0001, seed: int = 1) -> tuple[list[int], list[int]]:
    """Where pieces of ten seconds are heard: a wandering lower edge (seconds), and a share `late` of them up to 80 ms too late."""
    chance = np.random.default_rng(seed)
    counted = np.arange(pieces) * PIECE_FRAMES
    lateness = chance.uniform(-wander, wander, pieces) + np.where(chance.random(pieces) < late, chance.uniform(0.002, 0.08, pieces), 0)
    return counted.tolist(), np.round(-counted * parts_per_million / 1e6 + lateness * RATE).astype(int).tolist()


@pytest.mark.parametrize("parts_per_million", [-300, -100, -3, 0, 17, 100, 300])
def test_speed_of_a_clock_is_found_to_a_tenth_of_a_part_per_million_in_two_hours(parts_per_million: float) -> None:
    line = line_through(*heard(parts_per_million))
    assert line is not None
    assert line.parts_per_million == pytest.approx(parts_per_million, abs=0.1)
    assert abs(line.offset) < RATE / 1000


def test_half_of_all_arrivals_being_late_moves_nothing() -> None:
    line = line_through(*heard(100, late=0.5, seed=7))
    assert line is not None
    assert line.parts_per_million == pytest.approx(100, abs=0.3)
    assert abs(line.offset) < RATE / 1000


def test_clock_that_keeps_time_is_left_as_it_was_heard() -> None:
    line = line_through(*heard(0.0, late=0.3, seed=3))
    assert line is not None
    assert abs(line.slope * TWO_HOURS * PIECE_FRAMES) < CORRECTED_FROM


def test_stretch_of_less_than_two_minutes_is_not_measured_by_itself() -> None:
    assert line_through(*heard(300, pieces=11)) is None
    assert line_through(*heard(300, pieces=12)) is not None
    assert line_through([], []) is None
    assert offset_with(0.0, [], []) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_a_short_stretch_on_a_busy_machine_is_not_taken_for_a_fast_clock(seed: int) -> None:
    line = line_through(*heard(0.0, pieces=20, late=0.5, seed=seed))
    assert line is not None
    assert abs(line.slope * 20 * PIECE_FRAMES) < 3 * CORRECTED_FROM


def test_stray_that_no_crystal_shows_is_not_believed() -> None:
    line = line_through(*heard(1.5e6 * MOST_STRAY))
    assert line is not None
    assert (line.is_believed, line.slope, abs(line.offset) < CORRECTED_FROM) == (False, 0.0, True)


def test_places_are_spread_evenly_over_the_stretch() -> None:
    found = places(1_000_000, -4)
    assert found.tolist() == [125_000, 375_000, 625_000, 875_000]
    assert len(places(1_000_000, 0)) == 0


class SoundInMemory(SealedPiece):
    """A double of a sealed piece: what was captured lies in memory."""

    sounds: ClassVar[dict[int, Samples]] = {}

    def samples(self) -> Samples:
        return self.sounds[id(self)]


def stretch_of(sounds: list[Samples], parts_per_million: float) -> Stretch:
    pieces = []
    for sound in sounds:
        piece = SoundInMemory(None, None, len(sound), b"")  # type: ignore[arg-type]
        SoundInMemory.sounds[id(piece)] = sound
        pieces.append(piece)
    return Stretch(tuple(pieces), ClockLine(0.0, -parts_per_million / 1e6))


def as_ledger(stretch: Stretch, first_frame: int) -> dict[str, object]:
    return {"stretches": [{"microphone": "table-1", "first_frame": first_frame, **stretch.as_json()}]}


@settings(deadline=None, max_examples=60)
@given(
    parts_per_million=st.floats(-300, 300),
    lengths=st.lists(st.integers(1, 400_000), min_size=1, max_size=6),
    block=st.integers(700, 500_000),
    silence=st.integers(0, 5_000),
    is_quiet=st.booleans(),
    seed=st.integers(0, 1 << 20),
)
def test_correcting_and_taking_it_back_is_nothing(parts_per_million: float, lengths: list[int], block: int, silence: int, is_quiet: bool, seed: int) -> None:
    chance = np.random.default_rng(seed)
    loudest = 1 if is_quiet else 32767
    sounds = [chance.integers(-loudest - 1, loudest, length, dtype=np.int16) for length in lengths]
    stretch = stretch_of(sounds, parts_per_million)
    master = np.concatenate([np.zeros(silence, np.int16), *stretch.sound(), np.zeros(silence, np.int16)])
    assert len(master) == 2 * silence + stretch.frames
    blocks = [master[start : start + block] for start in range(0, len(master), block)]
    back = np.concatenate(list(captured_sound(blocks, as_ledger(stretch, silence), "table-1")))
    assert np.array_equal(back, np.concatenate(sounds))


@pytest.mark.parametrize("parts_per_million", [-300, 300])
def test_correction_moves_each_sample_to_within_half_a_step_of_where_it_was_heard(parts_per_million: float) -> None:
    sounds = [np.random.default_rng(piece).integers(-9_000, 9_000, PIECE_FRAMES, dtype=np.int16) for piece in range(12)]
    for number, sound in enumerate(sounds):
        sound[1_234] = 30_000 + number  # a click that can be found again
    stretch = stretch_of(sounds, parts_per_million)
    master = np.concatenate(list(stretch.sound()))
    assert abs(stretch.changes) == round(12 * PIECE_FRAMES * 300e-6)
    for number in range(12):
        where = int(np.flatnonzero(master == 30_000 + number)[0])
        heard_at = (number * PIECE_FRAMES + 1_234) * (1 - parts_per_million / 1e6)
        assert abs(where - heard_at) <= 2


def test_changed_samples_are_the_quietest_near_their_places() -> None:
    sound = np.full(1_000_000, 5_000, np.int16)
    sound[::300] = 2
    stretch = stretch_of([sound], 300)
    said = stretch.as_json()
    assert said["change"] == "left_out"
    assert said["samples"] == 300
    assert set(said["values"]) == {2}
    assert stretch_of([sound], -300).as_json()["values"] == []


def test_stretch_that_strays_by_less_than_five_milliseconds_is_not_touched() -> None:
    sound = np.random.default_rng(4).integers(-9_000, 9_000, 700_000, dtype=np.int16)
    stretch = stretch_of([sound], 300)
    assert stretch.changes == 0
    assert np.array_equal(np.concatenate(list(stretch.sound())), sound)
    assert stretch.as_json()["change"] is None
