"""FLAC written from front to back, for a store that takes no second thoughts: the header is right before the first frame is encoded.

libsndfile writes the header first and corrects it at the end. Here length and MD5 are known beforehand, so they are put in at once,
and what the encoder would have corrected is held against them. Browsers need the length to seek.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from meetrec.capture.pieces import RATE, Samples
from meetrec.recordings.errors import AssemblyFailed

HEADER_BYTES = 42  # "fLaC", block header, STREAMINFO
FRAME_SIZES = slice(12, 18)  # least and greatest frame in bytes; zeros mean “not known”
RATE_AND_TOTAL = slice(18, 26)
MD5 = slice(26, 42)
TOTAL_BITS = 36


@dataclass(frozen=True)
class SoundFacts:
    """What is known of a track before it is encoded: frames, MD5 and SHA-256 of its samples (int16, little-endian)."""

    frames: int
    md5: bytes
    sha256: str


def flac_stream(sound: Iterable[Samples], facts: SoundFacts, rate: int = RATE) -> Iterator[bytes]:
    """16 bit mono FLAC in parts. Raises AssemblyFailed when the sound is not what `facts` say."""
    import soundfile

    sink = _Sink()
    with soundfile.SoundFile(sink, "w", rate, 1, subtype="PCM_16", format="FLAC") as encoder:
        yield from _encoded(encoder, sink, sound, facts)
    _require_agreement(bytes(sink.header), facts)
    yield sink.taken()


def _encoded(encoder: "object", sink: "_Sink", sound: Iterable[Samples], facts: SoundFacts) -> Iterator[bytes]:
    is_begun = False
    for block in sound:
        encoder.write(block)  # type: ignore[attr-defined]
        if not is_begun and len(sink.waiting):
            yield _completed(bytes(sink.header), facts)
            is_begun = True
        if is_begun:
            yield sink.taken()
    if not is_begun:  # so short that the encoder still holds everything back
        yield _completed(bytes(sink.header), facts)


def _completed(header: bytes, facts: SoundFacts) -> bytes:
    """The encoder's first header with length and MD5 filled in."""
    packed = int.from_bytes(header[RATE_AND_TOTAL], "big") >> TOTAL_BITS << TOTAL_BITS | facts.frames
    return header[: FRAME_SIZES.start] + bytes(6) + packed.to_bytes(8, "big") + facts.md5


def _require_agreement(header: bytes, facts: SoundFacts) -> None:
    frames = int.from_bytes(header[RATE_AND_TOTAL], "big") & (1 << TOTAL_BITS) - 1
    if frames != facts.frames or header[MD5] != facts.md5:
        raise AssemblyFailed("The encoder received other sound than was announced; nothing of it was kept.")


class _Sink:
    """What libsndfile takes for a file: the header stays here, everything after it waits to be taken."""

    def __init__(self) -> None:
        self.header = bytearray(HEADER_BYTES)
        self.waiting = bytearray()
        self._position = self._end = 0

    def write(self, content: bytes) -> int:
        """Take what the encoder gives; how many bytes."""
        plain = bytes(content)
        into_header = max(0, min(HEADER_BYTES - self._position, len(plain)))
        self.header[self._position : self._position + into_header] = plain[:into_header]
        rest = plain[into_header:]
        if rest and self._position + into_header != self._end:
            raise OSError("the encoder wanted to change what was given away already")
        self.waiting += rest
        self._position += len(plain)
        self._end = max(self._end, self._position)
        return len(plain)

    def read(self, _size: int = -1) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def taken(self) -> bytes:
        """What has been encoded since the last call."""
        part = bytes(self.waiting)
        self.waiting.clear()
        return part
