"""Whose voice it is: the loudest seat's, two at once each their own, leakage nobody's."""

import numpy as np
import pytest
from scipy.ndimage import maximum_filter1d

from meetrec.transcripts.decoders import open_sound
from meetrec.transcripts.seats import FRAME, FRAMES_PER_SECOND, _widened, gated, gates_of, own_frames, powers_of, stretches_of
from tests.transcripts.conftest import GREETING

LEAK = 10 ** (-12 / 10)  # what one seat's voice loses on its way to the next microphone, in power
SECOND = FRAMES_PER_SECOND


def room(voices: np.ndarray, seed: int = 0) -> np.ndarray:
    """Microphone powers for seats' voice powers (frames, seats): own voice whole, others' by leakage, and a noise floor."""
    seats = voices.shape[1]
    mixing = np.full((seats, seats), LEAK) + (1 - LEAK) * np.eye(seats)
    flutter = np.random.default_rng(seed).uniform(0.7, 1.4, voices.shape)
    return (voices * flutter) @ mixing.T + 1e-6


def taking_turns() -> np.ndarray:
    """Three seats speak 6 s each with a pause of 3 s after; then seats 0 and 2 speak at once for 3 s."""
    voices = np.zeros((33 * SECOND, 3))
    for seat in range(3):
        voices[seat * 9 * SECOND : (seat * 9 + 6) * SECOND, seat] = 0.01
    voices[28 * SECOND : 31 * SECOND, [0, 2]] = 0.01
    return voices


def test_each_seat_owns_what_it_said_and_not_what_leaked() -> None:
    voices = taking_turns()
    own = own_frames(room(voices))
    apart = np.abs(own.astype(int) - (voices > 0)).sum(axis=0)
    assert (apart <= 8).all()  # a few frames at the edges, by smoothing


def test_two_who_speak_at_once_both_own_their_words() -> None:
    own = own_frames(room(taking_turns()))
    both = own[29 * SECOND : 30 * SECOND]
    assert both.mean(axis=0) == pytest.approx([1.0, 0.0, 1.0], abs=0.1)


def test_nobody_owns_the_pause() -> None:
    own = own_frames(room(taking_turns()))
    assert not own[7 * SECOND : 8 * SECOND].any()


@pytest.mark.parametrize("share", [0.05, 0.2, 0.6])
def test_a_pause_filled_with_exact_zeros_changes_nothing_around_it(share: float) -> None:
    powers = room(taking_turns())
    zeros = np.zeros((int(share * len(powers) / (1 - share)), powers.shape[1]))
    middle = 7 * SECOND  # between two turns
    paused = own_frames(np.concatenate([powers[:middle], zeros, powers[middle:]]))
    assert not paused[middle + SECOND : middle + len(zeros) - SECOND].any()
    around = np.concatenate([paused[:middle], paused[middle + len(zeros) :]])
    assert (around != own_frames(powers)).sum() <= 4


def test_a_dead_microphone_owns_nothing() -> None:
    powers = np.concatenate([room(taking_turns()), np.zeros((33 * SECOND, 1))], axis=1)
    assert not own_frames(powers)[:, 3].any()


def test_a_short_pause_stays_open_unless_another_spoke_in_it() -> None:
    own = np.zeros((10 * SECOND, 2), dtype=bool)
    own[SECOND : 2 * SECOND, 0] = own[3 * SECOND : 4 * SECOND, 0] = True
    assert gates_of(own)[SECOND : 4 * SECOND, 0].all()
    own[int(2.4 * SECOND) : int(2.6 * SECOND), 1] = True
    assert not gates_of(own)[int(2.4 * SECOND) : int(2.6 * SECOND), 0].any()


def test_a_long_pause_is_closed() -> None:
    own = np.zeros((20 * SECOND, 1), dtype=bool)
    own[SECOND, 0] = own[15 * SECOND, 0] = True
    assert not gates_of(own)[5 * SECOND : 10 * SECOND].any()


def test_widening_equals_scipys_maximum_filter() -> None:
    flags = np.random.default_rng(3).random(500) > 0.97
    assert np.array_equal(_widened(flags, 6), maximum_filter1d(flags.astype(int), 13, mode="constant") > 0)


def test_gate_silences_outside_and_keeps_inside() -> None:
    track = np.ones(3 * FRAME + 7, dtype=np.float32)
    heard = gated(track, np.array([False, True, False, False]))
    assert heard.sum() == FRAME
    assert heard[FRAME : 2 * FRAME].all()
    assert len(heard) == len(track)


def test_powers_cover_every_frame_whatever_the_block() -> None:
    source = open_sound(GREETING)
    powers = powers_of(source, block_seconds=5)
    assert powers.shape == (-(-source.frames // FRAME), 4)
    assert np.allclose(powers, powers_of(source, block_seconds=60))


def test_two_hours_are_cut_without_a_hole_into_at_most_four_minutes_each() -> None:
    powers = np.random.default_rng(5).random((2 * 3600 * SECOND, 4))
    stretches = stretches_of(powers)
    assert max(stretch.end - stretch.start for stretch in stretches) <= 240 * SECOND
    assert [stretch.start for stretch in stretches] == [0, *(stretch.end for stretch in stretches[:-1])]
    assert stretches[-1].end == len(powers)


def test_a_cut_falls_into_the_pause() -> None:
    powers = np.ones((300 * SECOND, 2))
    powers[200 * SECOND : 202 * SECOND] = 0.0
    cut = stretches_of(powers)[0].end
    assert 200 * SECOND <= cut <= 202 * SECOND
