"""What the player needs, derived from the masters as they lie in the store: all microphones mixed, and the outline of the waveform.

The copy is MP3 at a constant rate: of all formats the one that every browser in a school plays and seeks in by a mere range of
bytes, and that can be written from front to back. It is for listening; the masters stay untouched.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from meetrec.capture.pieces import RATE, Samples
from meetrec.recordings.errors import AssemblyFailed

MEDIA_TYPE = "audio/mpeg"
COPY_RATE = 24_000
COPY_BITS = 48_000  # per second
BLOCK_FRAMES = 10 * RATE
PEAKS_A_SECOND = 20
MOST_PEAKS = 20_000


class MastersReadBack:
    """Decodes the stored masters side by side, mixes them, takes their peaks, and hashes each, so that what was stored is proved."""

    def __init__(self, masters: Sequence[BinaryIO], frames: int) -> None:
        """`masters` are the opened FLAC objects, all of the same length in frames."""
        self._masters, self._frames = masters, frames
        self._hashes = [hashlib.sha256() for _ in masters]
        self.peaks = Peaks(frames)

    def mixed(self) -> Iterator[Samples]:
        """Mono blocks of all microphones together."""
        import soundfile

        decoders = [soundfile.SoundFile(master) for master in self._masters]
        try:
            for start in range(0, self._frames, BLOCK_FRAMES):
                mix = _mixed(self._blocks(decoders, min(BLOCK_FRAMES, self._frames - start)))
                self.peaks.add(mix)
                yield mix
        finally:
            for decoder in decoders:
                decoder.close()

    def _blocks(self, decoders: Sequence[Any], frames: int) -> list[Samples]:
        blocks = [decoder.read(frames, dtype="int16") for decoder in decoders]
        for block, hashed in zip(blocks, self._hashes, strict=True):
            if len(block) != frames:
                raise AssemblyFailed("A master in the store is shorter than what was joined. The delivered pieces were kept.")
            hashed.update(np.ascontiguousarray(block, "<i2").tobytes())
        return blocks

    def require(self, sha256s: Sequence[str]) -> None:
        """After `mixed` ran to its end: each master must decode to exactly the sound that was joined. Raises AssemblyFailed."""
        if [hashed.hexdigest() for hashed in self._hashes] != list(sha256s):
            raise AssemblyFailed("A master in the store does not decode to the sound that was joined. The delivered pieces were kept.")


def _mixed(blocks: Sequence[Samples]) -> Samples:
    """The sum over the root of their number: one voice before one microphone stays loud, four at once rarely clip."""
    total = np.sum(blocks, axis=0, dtype=np.float32) / math.sqrt(len(blocks))
    return np.asarray(np.clip(total, -32768, 32767), np.int16)


class Peaks:
    """The outline of the waveform: the loudest sample (0 to 1) of each of about twenty stretches a second, at most 20,000 in all."""

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._step = max(RATE // PEAKS_A_SECOND, math.ceil(frames / MOST_PEAKS))
        self._values: list[float] = []
        self._rest = np.zeros(0, np.int16)

    def add(self, block: Samples) -> None:
        """The next samples."""
        waiting = np.concatenate([self._rest, block])
        whole = len(waiting) // self._step * self._step
        self._values += self._loudest(waiting[:whole].reshape(-1, self._step))
        self._rest = waiting[whole:]

    def as_json(self) -> dict[str, Any]:
        """What wavesurfer takes: one channel of values, and the seconds that they span."""
        last = self._loudest(self._rest[np.newaxis]) if len(self._rest) else []
        return {"duration": self._frames / RATE, "data": [self._values + last]}

    def _loudest(self, stretches: Samples) -> list[float]:
        return [round(float(value), 3) for value in np.abs(stretches.astype(np.int32)).max(axis=1) / 32768]


def listening_copy(sound: Iterable[Samples]) -> Iterator[bytes]:
    """MP3, mono, of int16 blocks at 48 kHz, in parts from front to back."""
    import av

    sink = _Sink()
    container = av.open(sink, "w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"})
    stream: Any = container.add_stream("libmp3lame", rate=COPY_RATE, layout="mono", options={"compression_level": "7"})
    stream.bit_rate = COPY_BITS
    resampler = av.AudioResampler(format=stream.format, layout="mono", rate=COPY_RATE)
    for frame in _frames(sound):
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        yield sink.taken()
    for part in resampler.resample(None):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))
    container.close()
    yield sink.taken()


def _frames(sound: Iterable[Samples]) -> Iterator[Any]:
    import av

    position = 0
    for block in sound:
        frame = av.AudioFrame.from_ndarray(block[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, position
        position += len(block)
        yield frame


class _Sink:
    """A file that can only be written; what was written waits to be taken."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, content: bytes) -> int:
        self._waiting += bytes(content)
        return len(content)

    def taken(self) -> bytes:
        part = bytes(self._waiting)
        self._waiting.clear()
        return part
