"""Any audio file, or several microphones' files side by side, as 16 kHz float32 sound that is decoded in stream."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from meetrec.platform.errors import MeetRecError

RATE = 16_000
BLOCK_SECONDS = 10

Samples = NDArray[np.float32]


class SoundError(MeetRecError):
    """A file cannot be read as sound."""


class SoundSource(Protocol):
    """Sound at 16 kHz that can be read from any place; reading forward is cheap, stepping back starts over."""

    @property
    def channels(self) -> int:
        """Number of channels; each may be one microphone."""

    @property
    def rate(self) -> int:
        """Frames per second, always 16 000."""

    @property
    def frames(self) -> int:
        """Length in frames at `rate`."""

    def read(self, start: int, frames: int) -> Samples:
        """Shape (frames, channels), full scale ±1; fewer frames only at the end. SoundError if it breaks off."""


class BlockReader(Protocol):
    """One decoder: the sound from its beginning, in blocks at 16 kHz, as often as it is asked."""

    @property
    def channels(self) -> int: ...

    @property
    def frames(self) -> int: ...

    def blocks(self) -> Iterator[Samples]: ...


class StreamedSound:
    """A SoundSource over a decoder: holds one block at a time, so memory does not grow with length."""

    def __init__(self, reader: BlockReader) -> None:
        self.channels = reader.channels
        self.frames = reader.frames
        self.rate = RATE
        self._reader = reader
        self._blocks: Iterator[Samples] = iter(())
        self._block = self._silence(0)
        self._block_start = 0
        self._rewind()

    def read(self, start: int, frames: int) -> Samples:
        """Samples from frame `start` on, float32, shape (frames, channels); fewer at the end."""
        if start < self._block_start:
            self._rewind()
        end = min(start + frames, self.frames)
        parts: list[Samples] = []
        while start < end:
            part = self._part(start, end)
            if not len(part):
                parts.append(self._silence(end - start))  # the decoder rounded the last few frames away
                break
            parts.append(part)
            start += len(part)
        return np.concatenate(parts) if parts else self._silence(0)

    def _part(self, start: int, end: int) -> Samples:
        while start >= self._block_start + len(self._block):
            following = next(self._blocks, None)
            if following is None:
                return self._silence(0)
            self._block_start += len(self._block)
            self._block = following
        return self._block[start - self._block_start : end - self._block_start]

    def _rewind(self) -> None:
        self._blocks, self._block, self._block_start = self._reader.blocks(), self._silence(0), 0

    def _silence(self, frames: int) -> Samples:
        return np.zeros((frames, self.channels), dtype=np.float32)


class MicrophonesSideBySide:
    """Several sources as the channels of one: how a recording's masters, one per microphone, are heard together."""

    def __init__(self, sources: Sequence[SoundSource]) -> None:
        self._sources = tuple(sources)
        self.channels = sum(source.channels for source in self._sources)
        self.frames = max(source.frames for source in self._sources)
        self.rate = RATE

    def read(self, start: int, frames: int) -> Samples:
        """Samples of all channels, shape (frames, channels); fewer where the sound ends before.

        `start` and `frames` count at RATE.
        """
        frames = max(0, min(frames, self.frames - start))
        heard = np.zeros((frames, self.channels), dtype=np.float32)
        channel = 0
        for source in self._sources:
            part = source.read(start, frames)  # a shorter microphone is silent after its end
            heard[: len(part), channel : channel + source.channels] = part
            channel += source.channels
        return heard


def mixed_to_one(sound: Samples) -> Samples:
    """All channels as one, by their mean; shape (frames,)."""
    return np.ascontiguousarray(sound.mean(axis=1, dtype=np.float32))


def resampled(blocks: Iterator[Samples], rate: int, channels: int) -> Iterator[Samples]:
    """Blocks at `rate` turned into blocks at 16 kHz, with no sample lost between blocks."""
    if rate == RATE:
        yield from blocks
        return
    resamplers = [_resampler() for _ in range(channels)]
    for block in blocks:
        yield _side_by_side([_through(one, block[:, n], rate) for n, one in enumerate(resamplers)])
    yield _side_by_side([_through(one, None, rate) for one in resamplers])


def _resampler() -> Any:
    from av.audio.resampler import AudioResampler

    # One mono resampler per channel: FFmpeg would otherwise read a meaning (front, rear) into channel numbers and mix.
    return AudioResampler(format="fltp", layout="mono", rate=RATE)


def _through(resampler: Any, samples: Samples | None, rate: int) -> Samples:
    from av.audio.frame import AudioFrame

    frame = None
    if samples is not None:
        if not len(samples):
            return np.zeros(0, dtype=np.float32)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples)[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = rate
    out = [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return np.concatenate(out) if out else np.zeros(0, dtype=np.float32)


def _side_by_side(columns: list[Samples]) -> Samples:
    length = min(len(column) for column in columns)
    return np.stack([column[:length] for column in columns], axis=1)


def frames_at_16k(frames: int, rate: int) -> int:
    """Length at 16 kHz of so many frames at `rate`, rounded up."""
    return -(-frames * RATE // rate)
