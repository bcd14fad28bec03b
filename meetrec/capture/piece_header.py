"""What a piece says of itself in clear: whose it is, where it stands in its chain and on the clock, what is missing before it (see pieces.py)."""

import json
import re
from dataclasses import dataclass
from typing import Any

from meetrec.capture.canonical import canonical_json
from meetrec.capture.errors import PieceRefused
from meetrec.capture.run_keys import MICROPHONE_ID

MAGIC = b"MEETREC2"
LENGTH_BYTES = 4
KINDS = ("flac", "journal", "end", "damaged")
WITHOUT_SOUND = ("end", "damaged")
END_REASONS = ("stopped", "interrupted")
GAP_KINDS = ("pause", "off_the_record", "device_lost", "stall", "overflow", "late_start", "power", "interrupted")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST_NUMBER = 1 << 53


@dataclass(frozen=True)
class Gap:
    """A stretch that is missing: position and length in frames, why (one of GAP_KINDS), and what noticed it."""

    first_frame: int
    frames: int
    kind: str
    noticed_by: str

    def as_json(self) -> dict[str, Any]:
        return {"first_frame": self.first_frame, "frames": self.frames, "kind": self.kind, "noticed_by": self.noticed_by}


@dataclass(frozen=True)
class PieceHeader:
    """What a piece says of itself. Only a flac has `frames`, `reason` is set only for an end, `stands_for` only for a damaged one.

    `first_frame` is the run's frame by count, `heard_at` by the clock (None where nothing was heard).
    """

    recording: str
    run: str
    microphone: str
    index: int
    kind: str
    first_frame: int
    frames: int | None
    rate: int
    previous: str
    gaps: tuple[Gap, ...] = ()
    reason: str | None = None
    heard_at: int | None = None
    stands_for: str | None = None

    @property
    def name(self) -> str:
        """How errors and lists call this piece."""
        return f"Piece {self.index:06d} of microphone {self.microphone}"

    def to_bytes(self) -> bytes:
        """Magic, length and canonical JSON: all that precedes the ciphertext."""
        always = ("recording", "run", "microphone", "index", "kind", "first_frame", "rate", "previous")
        header = {name: getattr(self, name) for name in always}
        header["gaps"] = [gap.as_json() for gap in self.gaps]
        header.update({name: value for name in ("frames", "reason", "heard_at", "stands_for") if (value := getattr(self, name)) is not None})
        encoded = canonical_json(header)
        return MAGIC + len(encoded).to_bytes(LENGTH_BYTES, "big") + encoded


def header_from(encoded: bytes) -> PieceHeader:
    """A header out of its JSON. Raises PieceRefused for whatever this format never writes."""
    try:
        fields = json.loads(encoded)
        gaps = tuple(Gap(**gap) for gap in fields.pop("gaps"))
        header = PieceHeader(gaps=gaps, **{"frames": None, **fields})
        _require_plausible(header)
        header.to_bytes()  # half a character reads as JSON, and cannot be written
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise PieceRefused("A piece was altered: its header does not read as a header of format 2.") from None
    return header


def _require_plausible(header: PieceHeader) -> None:
    """Refuse, by ValueError, whatever this format never writes; so no later step meets a text where a number belongs."""
    numbers = [header.index, header.first_frame, header.rate, *(number for number in (header.frames, header.heard_at) if number is not None)]
    numbers += [number for gap in header.gaps for number in (gap.first_frame, gap.frames)]
    texts = [header.recording, header.run, *(gap.noticed_by for gap in header.gaps)]
    if not all(isinstance(text, str) for text in texts) or any(type(number) is not int for number in numbers):
        raise ValueError("wrong type")
    if any(not 0 <= number < _LARGEST_NUMBER for number in numbers):
        raise ValueError("no such position")
    if header.kind not in KINDS or any(gap.kind not in GAP_KINDS for gap in header.gaps):
        raise ValueError("unknown kind")
    if (header.kind == "end") != (header.reason in END_REASONS) or (header.kind == "flac" and header.frames is None):
        raise ValueError("unknown end")
    if header.kind in WITHOUT_SOUND and (header.heard_at, header.frames) != (None, None):
        raise ValueError("nothing is heard there")
    if header.stands_for is not None and (header.kind != "damaged" or not _SHA256.fullmatch(header.stands_for)):
        raise ValueError("nothing to stand for")
    if not MICROPHONE_ID.fullmatch(header.microphone) or not _SHA256.fullmatch(header.previous):
        raise ValueError("unknown name")
