"""A device at its own rate gives a 48 kHz stream: as long as it was heard, without a shift, a click or a lost block."""

import numpy as np
import pytest

from meetrec.capture.pieces import RATE
from meetrec.capture.resampling import Resampler

HELD_BACK = 100  # samples at 48 kHz: two milliseconds


def tone(rate: int, seconds: float) -> np.ndarray:
    return (10_000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


@pytest.mark.parametrize("rate", [8_000, 16_000, 32_000, 44_100, 96_000])
def test_time_is_neither_lost_nor_added_over_many_uneven_blocks(rate: int) -> None:
    resampler, sound, sizes = Resampler(rate), tone(rate, 20), np.random.default_rng(1).integers(1, rate // 10, 5_000)
    parts, place = [], 0
    for size in sizes:
        if place >= len(sound):
            break
        parts.append(resampler.take(sound[place : place + size]))
        place += size
    made = np.concatenate(parts)
    assert 0 <= 20 * RATE - len(made) <= HELD_BACK
    wanted = tone(RATE, 20)[: len(made)].astype(int)
    assert np.abs(made.astype(int) - wanted)[500:-500].max() <= 40
