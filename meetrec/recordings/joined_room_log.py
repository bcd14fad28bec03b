"""Opens the delivered room logs of a recording and lays their entries on its clock: one object inside the record's encryption (G5.b, G6, G7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.errors import CaptureError, EntryRefused
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.room_entries import EntryHeader, open_entry, require_entry_signed, require_follows
from meetrec.recordings.incoming import entry_path
from meetrec.recordings.room_time import room_time
from meetrec.recordings.timeline import Timeline

FORMAT = 1


@dataclass(frozen=True)
class NotedEntry:
    """What the server noted of one entry when it came: what its header says of kind, times and run, and its SHA-256 (hex)."""

    kind: str
    at: datetime
    clock_offset: float | None
    elapsed: float | None
    run: str | None
    sha256: str


@dataclass(frozen=True)
class NotedLog:
    """What the server noted of one kiosk's log: the kiosk and its raw public key (32 bytes), and each entry in order."""

    kiosk_id: str
    public_key: bytes
    entries: tuple[NotedEntry, ...]


@dataclass(frozen=True)
class RoomEntryRead:
    """One entry, verified and opened; of kind "damaged" where it was lost, on the kiosk's disk or while it waited here."""

    header: EntryHeader
    content: Mapping[str, Any]


def open_room_logs(incoming: Path, recording_id: str, logs: Sequence[NotedLog], district_key: X25519PrivateKey) -> list[RoomEntryRead]:
    """Verify and open all entries, one log after the other. One that does not read is stated in its place: no note outweighs the sound (G5.b)."""
    return [entry for log in logs for entry in _opened(incoming, recording_id, log, district_key)]


def on_the_recordings_clock(entries: Sequence[RoomEntryRead], timeline: Timeline) -> dict[str, Any]:
    """The room log as JSON. `place` is in seconds on the record's common clock, None for what was said before the recording began."""
    shift, told = 0.0, []
    for entry in entries:
        shift = timeline.shifts.get(entry.header.run or "", shift)  # what is noted between two runs stays with the one before
        told.append(_as_json(entry, _place(entry.header, shift, timeline.seconds)))
    return {"format": FORMAT, "entries": told}


def _opened(incoming: Path, recording_id: str, log: NotedLog, district_key: X25519PrivateKey) -> Iterator[RoomEntryRead]:
    """What was noted when each entry came says what must lie here; behind one that is lost, the signature alone is left to be checked."""
    before: bytes | None = None
    is_chained = True
    for index, noted in enumerate(log.entries):
        try:
            entry = _as_delivered(entry_path(incoming, recording_id, log.kiosk_id, index), noted, index)
            header = require_follows(before, entry, log.public_key) if is_chained else require_entry_signed(entry, log.public_key)
            read = RoomEntryRead(header, open_entry(entry, district_key))
            before, is_chained = entry, True
        except CaptureError as error:
            read, is_chained = _lost(recording_id, log.kiosk_id, index, noted, str(error)), False
        yield read


def _as_delivered(path: Path, noted: NotedEntry, index: int) -> bytes:
    name = f"Entry {index:06d} of the room’s log"
    try:
        entry = path.read_bytes()
    except OSError as error:
        raise EntryRefused(f"{name} was delivered and cannot be read now: {error.strerror}.") from None
    if sha256_hex(entry) != noted.sha256:
        raise EntryRefused(f"{name} is not what was delivered: it was altered since.")
    return entry


def _lost(recording_id: str, kiosk_id: str, index: int, noted: NotedEntry, reason: str) -> RoomEntryRead:
    """In the place of an entry that does not read any more: when it was told and of which kind it was, as noted when it came."""
    header = EntryHeader(recording_id, kiosk_id, index, "damaged", noted.at.isoformat(), noted.clock_offset, noted.elapsed, noted.run, "", "")
    return RoomEntryRead(header, {"reason": reason, "sha256": noted.sha256, "was": noted.kind})


def _place(header: EntryHeader, shift: float, seconds: float) -> float | None:
    return None if header.elapsed is None else round(min(max(header.elapsed + shift, 0.0), seconds), 3)


def _as_json(entry: RoomEntryRead, place: float | None) -> dict[str, Any]:
    """Both clocks stay: the kiosk's own word, and the moment by the server's clock."""
    header = entry.header
    return {
        "kiosk": header.kiosk, "index": header.index, "kind": header.kind, "content": dict(entry.content), "run": header.run, "place": place,
        "at": header.at, "clock_offset": header.clock_offset, "elapsed": header.elapsed, "moment": room_time(header).isoformat(timespec="seconds"),
    }  # fmt: skip
