"""How loud a microphone is: peak and RMS in dBFS, clipping, silence and digital zero. Runs beside the writer, never in the callback."""

import math
from dataclasses import dataclass

import numpy as np

from meetrec.capture.pieces import RATE, Samples

FULL_SCALE = 32_768
CLIPPED_FROM = 32_700
SILENT_BELOW_DB = -65.0
LOWEST_DB = -120.0


@dataclass(frozen=True)
class Level:
    """One reading: levels in dBFS, clipped samples in the block, and for how long (s) the sound has been silent or exactly zero."""

    level_db: float
    peak_db: float
    clipped: int
    silent_seconds: float
    zero_seconds: float


class Meter:
    """Follows one microphone; silences are counted over successive blocks."""

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._silent_frames = 0
        self._zero_frames = 0

    def read(self, samples: Samples) -> Level:
        """Measure one block of int16 samples (at least one)."""
        wide = samples.astype(np.float32)
        peak = max(int(samples.max()), -int(samples.min()))
        level = _decibels(_rms_without_offset(wide))
        # A real microphone always has noise: exact zeros mean it is muted, or its cable is out.
        self._zero_frames = self._zero_frames + len(samples) if peak == 0 else 0
        self._silent_frames = self._silent_frames + len(samples) if level < SILENT_BELOW_DB else 0
        return Level(
            level_db=level,
            peak_db=_decibels(peak),
            clipped=int(np.count_nonzero(np.abs(wide) >= CLIPPED_FROM)),
            silent_seconds=self._silent_frames / self._rate,
            zero_seconds=self._zero_frames / self._rate,
        )


def _rms_without_offset(wide: np.ndarray) -> float:
    """Root mean square around the mean, so that a constant offset of a cheap microphone does not count as sound."""
    offset = float(wide.mean())
    return math.sqrt(max(float(wide @ wide) / len(wide) - offset * offset, 0.0))


def _decibels(amplitude: float) -> float:
    return round(max(20 * math.log10(amplitude / FULL_SCALE), LOWEST_DB), 1) if amplitude > 0 else LOWEST_DB
