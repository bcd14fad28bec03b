"""Levels in dBFS, clipping, silence, digital zero."""

import numpy as np
import pytest

from meetrec.capture.meter import LOWEST_DB, Meter


def test_a_full_scale_sine_reads_minus_3_db_rms() -> None:
    sine = (32_767 * np.sin(np.arange(4_800) / 10)).astype(np.int16)
    level = Meter().read(sine)
    assert level.level_db == pytest.approx(-3.0, abs=0.1)
    assert level.peak_db == pytest.approx(0.0, abs=0.1)
    assert level.clipped > 0


def test_the_most_negative_sample_is_a_peak_and_no_overflow() -> None:
    assert Meter().read(np.array([-32_768, 0], np.int16)).peak_db == 0.0


def test_zeros_of_a_line_that_nobody_is_on_are_neither_silence_nor_quiet() -> None:
    line = Meter(is_silent_when_idle=True)
    zeros, faint = np.zeros(4_800, np.int16), np.array([1, -1] * 2_400, np.int16)
    for _ in range(3):
        level = line.read(zeros)
    assert (level.level_db, level.zero_seconds, level.quiet_seconds) == (LOWEST_DB, 0.0, 0.0)
    assert line.read(faint).quiet_seconds == pytest.approx(0.1), "who speaks too faintly on the line is still told"


def test_zeros_and_silence_are_counted_until_sound_comes() -> None:
    meter = Meter()
    for _ in range(3):
        level = meter.read(np.zeros(4_800, np.int16))
    assert (level.level_db, level.zero_seconds, level.quiet_seconds) == (LOWEST_DB, pytest.approx(0.3), pytest.approx(0.3))
    faint = meter.read(np.array([1, -1] * 2_400, np.int16))
    assert (faint.zero_seconds, faint.quiet_seconds) == (0.0, pytest.approx(0.4))
    assert meter.read(np.full(4_800, 9_000, np.int16) * np.array([1, -1] * 2_400, np.int16)).quiet_seconds == 0.0


def test_a_constant_offset_is_not_sound() -> None:
    assert Meter().read(np.full(4_800, 700, np.int16)).level_db == LOWEST_DB


def seconds_of(loud: list[bool]) -> list[bool]:
    """Whether it clips again and again, after each second; a loud one has five clipped samples."""
    meter, said = Meter(), []
    for is_loud in loud:
        block = np.full(48_000, 100, np.int16)
        block[:5] = 32_767 if is_loud else 100
        said.append(meter.read(block).is_clipping)
    return said


def test_a_slammed_door_does_not_clip_but_shouting_for_three_seconds_does() -> None:
    assert not any(seconds_of([True, False, False, False, False, True]))
    assert seconds_of([True, False, True, False, True]) == [False, False, False, False, True]


def test_clipping_is_over_ten_seconds_after_it_was_heard() -> None:
    assert seconds_of([True] * 3 + [False] * 10)[-1] is False


def test_a_single_clipped_sample_here_and_there_is_nothing() -> None:
    meter, block = Meter(), np.zeros(48_000, np.int16)
    block[0] = 32_767
    assert not any(meter.read(block).is_clipping for _ in range(20))
