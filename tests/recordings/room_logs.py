"""A kiosk's room log by hand: entries sealed and signed with capture's own format, one after the other, and their delivery."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from werkzeug.test import TestResponse

from meetrec.capture.room_entries import NO_ENTRY_BEFORE, EntryHeader, district_key_fingerprint, seal_entry
from meetrec.capture.signing import KioskSigner
from tests.recordings.deliveries import START, KioskClient

OPENING = {
    "parent_records": "yes", "asked_by": "Laura Bennett", "device": "my telephone", "device_as_in_notice": True, "in_plain_sight": True,
    "present": [{"role": "parent", "where": "table", "count": 1}, {"role": "psychologist", "where": "line", "count": 1}], "everyone_told": True,
}  # fmt: skip
PREFLIGHT = {
    "microphones": [
        {"id": "table-1", "seat": "Head of the table", "heard": True, "level_db": -31.5}, {"id": "table-2", "seat": "Window", "heard": False, "level_db": None},
    ],
    "started_without": ["table-2"], "reason": "Nobody sits at the window.",
}  # fmt: skip
ALARM = {"number": 1, "alarm": "lost", "microphone": "table-1", "seat": "Head of the table"}
CLOSING = {"in_plain_sight": "yes", "notes": "The telephone lay beside the water jug.", "district_copy_complete": True}
NOTE = "The parent's telephone rang."


@dataclass
class RoomLog:
    """The log of one recording. `clock_offset`: seconds that the kiosk's clock is behind the server's, None if never measured."""

    recording: str
    kiosk: str
    district_public_key: bytes
    signer: KioskSigner
    clock_offset: float | None = 90.0
    entries: list[bytes] = field(default_factory=list)

    def add(self, kind: str, content: dict[str, Any] | None = None, *, elapsed: float | None = None, run: str | None = None, **changed: Any) -> bytes:
        """Seal the next entry; `changed` replaces fields of its header. The n-th entry is written n seconds after START."""
        index = len(self.entries)
        at = (START.astimezone(UTC) + timedelta(seconds=index)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        previous = sha256(self.entries[-1]).hexdigest() if self.entries else NO_ENTRY_BEFORE
        named = {
            "recording": self.recording, "kiosk": self.kiosk, "index": index, "kind": kind, "at": at, "clock_offset": self.clock_offset,
            "elapsed": elapsed, "run": run, "previous": previous, "district_key": district_key_fingerprint(self.district_public_key),
        }  # fmt: skip
        self.entries.append(seal_entry(EntryHeader(**{**named, **changed}), content or {}, self.district_public_key, self.signer))
        return self.entries[-1]

    def add_meeting(self, run: str | None = None) -> "RoomLog":
        """An ordinary meeting from the opening to the end."""
        self.add("opening", OPENING)
        self.add("preflight", PREFLIGHT)
        self.add("started", elapsed=0.0, run=run)
        self.add("bookmark", {"label": "spoken_opening"}, elapsed=0.1, run=run)
        self.add("note", {"text": NOTE}, elapsed=0.5, run=run)
        for kind in ("alarm", "alarm_answered", "alarm_over"):
            self.add(kind, ALARM, elapsed=0.6, run=run)
        self.add("stopped", elapsed=0.75, run=run)
        self.add("closing", CLOSING)
        self.add("end", {"confirmed": True})
        return self


def room_time_of(index: int, clock_offset: float | None = 90.0) -> datetime:
    """When the n-th entry of such a log was written, by the server's clock."""
    return START + timedelta(seconds=index + (clock_offset or 0.0))


def put_entry(kiosk: KioskClient, log: RoomLog, index: int, content: bytes | None = None, token: str | None = None) -> TestResponse:
    """Deliver one entry, or other bytes in its place."""
    return kiosk.put(f"{log.recording}/room/{index}", log.entries[index] if content is None else content, token)


def deliver_log(kiosk: KioskClient, log: RoomLog) -> None:
    """Deliver the whole log and expect every answer to be good."""
    for index in range(len(log.entries)):
        answer = put_entry(kiosk, log, index)
        assert answer.status_code == 200, answer.json


def statement(meeting: str, **changed: Any) -> dict[str, Any]:
    """What a parent says on the kiosk."""
    said = {
        "meeting": meeting, "recorder_name": "Ana Rivera", "recorder_role": "legal_guardian", "device": "a tablet", "language": "es",
        "reason": "I was not told before.", "stated_at": "2026-10-13T13:58:00+00:00",
    }  # fmt: skip
    return {**said, **changed}
