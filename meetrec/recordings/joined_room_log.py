"""Opens the delivered room logs of a recording and lays their entries on its clock: one object inside the record's encryption (G5.b, G6, G7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.errors import CaptureError
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.room_entries import EntryHeader, open_entry, require_follows
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.incoming import entry_path
from meetrec.recordings.room_time import room_time
from meetrec.recordings.timeline import Timeline

FORMAT = 1


@dataclass(frozen=True)
class NotedLog:
    """What the server noted of one kiosk's log: the kiosk and its raw public key (32 bytes), and the SHA-256 (hex) of each entry in order."""

    kiosk_id: str
    public_key: bytes
    entries: tuple[str, ...]


@dataclass(frozen=True)
class RoomEntryRead:
    """One entry, verified and opened."""

    header: EntryHeader
    content: Mapping[str, Any]


def open_room_logs(incoming: Path, recording_id: str, logs: Sequence[NotedLog], district_key: X25519PrivateKey) -> list[RoomEntryRead]:
    """Verify and open all entries, one log after the other. Raises AssemblyFailed naming the entry and what is wrong with it."""
    return [entry for log in logs for entry in _opened(incoming, recording_id, log, district_key)]


def on_the_recordings_clock(entries: Sequence[RoomEntryRead], timeline: Timeline) -> dict[str, Any]:
    """The room log as JSON. `place` is in seconds on the record's common clock, None for what was said before the recording began."""
    shift, told = 0.0, []
    for entry in entries:
        shift = timeline.shifts.get(entry.header.run or "", shift)  # what is noted between two runs stays with the one before
        told.append(_as_json(entry, _place(entry.header, shift, timeline.seconds)))
    return {"format": FORMAT, "entries": told}


def _opened(incoming: Path, recording_id: str, log: NotedLog, district_key: X25519PrivateKey) -> Iterator[RoomEntryRead]:
    previous: bytes | None = None
    for index, sha256 in enumerate(log.entries):
        name = f"Entry {index:06d} of the room’s log"
        try:
            entry = entry_path(incoming, recording_id, log.kiosk_id, index).read_bytes()
            if sha256_hex(entry) != sha256:
                raise AssemblyFailed(f"{name} is not what was delivered: it was altered since.")
            yield RoomEntryRead(require_follows(previous, entry, log.public_key), open_entry(entry, district_key))
        except FileNotFoundError:
            raise AssemblyFailed(f"{name} was delivered and is missing now.") from None
        except CaptureError as error:
            raise AssemblyFailed(str(error)) from error
        previous = entry


def _place(header: EntryHeader, shift: float, seconds: float) -> float | None:
    return None if header.elapsed is None else round(min(max(header.elapsed + shift, 0.0), seconds), 3)


def _as_json(entry: RoomEntryRead, place: float | None) -> dict[str, Any]:
    """Both clocks stay: the kiosk's own word, and the moment by the server's clock."""
    header = entry.header
    return {
        "kiosk": header.kiosk, "index": header.index, "kind": header.kind, "content": dict(entry.content), "run": header.run, "place": place,
        "at": header.at, "clock_offset": header.clock_offset, "elapsed": header.elapsed, "moment": room_time(header).isoformat(timespec="seconds"),
    }  # fmt: skip
