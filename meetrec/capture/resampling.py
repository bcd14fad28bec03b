"""Turns the sound of a device that refuses 48 kHz into the masters' rate, without losing or adding time."""

from typing import Any

import numpy as np

from meetrec.capture.pieces import RATE, Samples


class Resampler:
    """Carries a mono int16 stream over from `rate` Hz to 48 kHz, block by block.

    It holds back about a millisecond, always the same, so the stream neither drifts nor shifts. FFmpeg's resampler (PyAV) is loaded only
    here: a microphone that delivers 48 kHz pays nothing for it.
    """

    def __init__(self, rate: int) -> None:
        import av

        self._rate = rate
        self._frame_of = av.AudioFrame.from_ndarray
        self._resampler: Any = av.AudioResampler(format="s16", layout="mono", rate=RATE)

    def take(self, samples: Samples) -> Samples:
        """What the given samples (int16, mono) add to the stream at 48 kHz; may be empty at the very beginning."""
        frame = self._frame_of(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self._rate
        made = [part.to_ndarray()[0] for part in self._resampler.resample(frame)]
        return np.concatenate(made) if made else np.zeros(0, np.int16)
