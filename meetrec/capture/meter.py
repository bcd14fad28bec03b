"""How loud a microphone is: peak and RMS in dBFS, clipping, silence and digital zero. Runs beside the writer, never in the callback."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from meetrec.capture.pieces import RATE, Samples

FULL_SCALE = 32_768
CLIPPED_FROM = 32_700
QUIET_BELOW_DB = -50.0  # a voice at the far end of the table still reaches -45
LEAST_CLIPPED = 3  # samples in one block; a single one is nothing
CLIPPING_SECONDS = 3  # different seconds of the last ten: a slammed door is one
CLIPPING_WITHIN_SECONDS = 10
LOWEST_DB = -120.0


@dataclass(frozen=True)
class Level:
    """One reading: levels in dBFS, clipped samples in the block, whether it clips again and again, and since when (s) it is quiet or zero."""

    level_db: float
    peak_db: float
    clipped: int
    quiet_seconds: float
    zero_seconds: float
    is_clipping: bool = False


class Meter:
    """Follows one microphone; quiet, zeros and clipping are counted over successive blocks.

    `is_silent_when_idle`: exact zeros say that nobody is on the line, and are neither silence nor quiet.
    """

    def __init__(self, rate: int = RATE, *, is_silent_when_idle: bool = False) -> None:
        self._rate = rate
        self._is_silent_when_idle = is_silent_when_idle
        self._frames = 0
        self._quiet_frames = 0
        self._zero_frames = 0
        self._clipped_in: deque[int] = deque()

    def read(self, samples: Samples) -> Level:
        """Measure one block of int16 samples (at least one)."""
        wide = samples.astype(np.float32)
        peak = max(int(samples.max()), -int(samples.min()))
        level = _decibels(_rms_without_offset(wide))
        # A real microphone always has noise: exact zeros mean it is muted, or its cable is out.
        is_idle = peak == 0 and self._is_silent_when_idle
        self._zero_frames = self._zero_frames + len(samples) if peak == 0 and not is_idle else 0
        self._quiet_frames = self._quiet_frames + len(samples) if level < QUIET_BELOW_DB and not is_idle else 0
        clipped = int(np.count_nonzero(np.abs(wide) >= CLIPPED_FROM)) if peak >= CLIPPED_FROM else 0
        self._frames += len(samples)
        return Level(
            level_db=level,
            peak_db=_decibels(peak),
            clipped=clipped,
            quiet_seconds=self._quiet_frames / self._rate,
            zero_seconds=self._zero_frames / self._rate,
            is_clipping=self._clips_again_and_again(clipped),
        )

    def _clips_again_and_again(self, clipped: int) -> bool:
        second = self._frames // self._rate
        if clipped >= LEAST_CLIPPED and (not self._clipped_in or self._clipped_in[-1] != second):
            self._clipped_in.append(second)
        while self._clipped_in and self._clipped_in[0] <= second - CLIPPING_WITHIN_SECONDS:
            self._clipped_in.popleft()
        return len(self._clipped_in) >= CLIPPING_SECONDS


def _rms_without_offset(wide: np.ndarray) -> float:
    """Root mean square around the mean, so that a constant offset of a cheap microphone does not count as sound."""
    offset = float(wide.mean())
    return math.sqrt(max(float(wide @ wide) / len(wide) - offset * offset, 0.0))


def _decibels(amplitude: float) -> float:
    return round(max(20 * math.log10(amplitude / FULL_SCALE), LOWEST_DB), 1) if amplitude > 0 else LOWEST_DB
