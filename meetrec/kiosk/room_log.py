"""Writes the room's log: one sealed, signed entry for each thing that people say and do, in one chain over all runs and restarts.

The log never holds up the sound. What the disk does not take waits in memory, in order and with its own time, and is written as soon as
the disk takes it; what a person has just typed is refused instead, so that they know and can type it again. One recording's log never
holds up another's, and what no log may say is counted in its place instead of being tried again for ever.
"""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from meetrec.capture import outbox
from meetrec.capture.entry_damage import copy_path, mend_log
from meetrec.capture.errors import CaptureError, EntryRefused
from meetrec.capture.files import make_folder, place_file
from meetrec.capture.room_contents import require_content
from meetrec.capture.room_entries import (
    ROOM_FOLDER,
    EntryHeader,
    district_key_fingerprint,
    entries_of,
    entry_path,
    name_of_entry,
    parse_entry,
    require_entry_signed,
    seal_entry,
)
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import sentences
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.waiting_entries import WaitingEntries, WaitingEntry
from meetrec.platform import clock

log = structlog.get_logger()


class LogIsOver(ActionRefused):
    """The log has its end; nothing is added."""


@dataclass(frozen=True)
class RunningRun:
    """The run that is being recorded: where it began on the recording's clock (seconds), and on the monotonic one."""

    recording: str
    run: str
    began_after: float
    began: float

    def elapsed(self) -> float:
        """Seconds on the recording's clock; the wall clock may be set meanwhile."""
        return max(0.0, self.began_after + time.monotonic() - self.began)


class RoomLog:
    """The logs of all recordings in the outbox. Safe for several threads."""

    def __init__(self, outbox_folder: Path, cache: MeetingsCache, signer: KioskSigner) -> None:
        self._outbox = outbox_folder
        self._cache = cache
        self._signer = signer
        self._lock = threading.RLock()
        self._held_up: set[str] = set()  # recordings; an entry that is just being written waits for nothing: the screen is not to flicker
        self._waiting = WaitingEntries()
        self._running: RunningRun | None = None

    @property
    def is_held_up(self) -> bool:
        """Whether something waits for the disk."""
        return bool(self._held_up)

    def require(self, recording: str, kind: str, content: dict[str, Any]) -> None:
        """Write an entry now. Raises ActionRefused when that is impossible; then nothing of it is kept."""
        with self._lock:
            self._write_waiting_of(recording)
            if recording in self._held_up:
                raise ActionRefused(sentences.ENTRY_NOT_KEPT)
            try:
                self._write(self._entry(recording, kind, content))
            except (OSError, CaptureError) as error:
                log.warning("room_log.entry_refused", kind=kind, error=type(error).__name__)
                raise ActionRefused(sentences.ENTRY_NOT_KEPT) from error

    def tell(self, recording: str, kind: str, content: dict[str, Any]) -> None:
        """Write an entry of something that has happened already, now or as soon as the disk takes it; after the end there is nothing to tell."""
        with self._lock:
            entry = self._entry(recording, kind, content)
            try:
                require_content(kind, content)
                self._waiting.add(entry)
            except EntryRefused:  # tried again it would be refused again, and everything behind it would wait for ever
                log.error("room_log.entry_left_out", recording=recording, kind=kind)
                self._waiting.leave_out(entry)
            self._write_waiting_of(recording)

    def write_waiting(self) -> None:
        """Write what waits, each recording's in order, as far as the disk takes it."""
        with self._lock:
            for recording in self._waiting:
                self._write_waiting_of(recording)

    def _write_waiting_of(self, recording: str) -> None:
        waiting = self._waiting.of(recording)
        while waiting:
            try:
                self._write(waiting[0])
            except LogIsOver:
                log.info("room_log.after_the_end", kind=waiting[0].kind)
            except (OSError, CaptureError, ActionRefused) as error:
                if recording not in self._held_up:  # said once: the system's own log lies on the same disk
                    log.warning("room_log.entry_waits", recording=recording, kind=waiting[0].kind, error=type(error).__name__)
                self._held_up.add(recording)
                return
            waiting.popleft()
        self._held_up.discard(recording)

    def has_begun(self, recording: str) -> bool:
        """Whether the recording has a log on this machine."""
        return bool(entries_of(self._outbox / recording))

    def has_ended(self, recording: str) -> bool:
        """Whether the log on this machine has its end. Raises EntryRefused, ActionRefused or OSError when it can neither be read nor mended."""
        newest = self._newest(recording)
        return newest is not None and parse_entry(newest).kind == "end"

    def length(self, recording: str) -> int:
        """How many entries of the log were written so far, those included that the server has."""
        lying = entries_of(self._outbox / recording)
        return int(lying[-1].stem) + 1 if lying else 0

    def newest_at(self, recording: str) -> datetime | None:
        """When the newest entry that lies here was told. Raises EntryRefused, ActionRefused or OSError when it can neither be read nor mended."""
        newest = self._newest(recording)
        return datetime.fromisoformat(parse_entry(newest).at) if newest is not None else None

    def mend(self, recording: str) -> list[int]:
        """Mend what the disk did not keep of a log; the indices of the entries that are lost. Raises OSError, CaptureError or ActionRefused."""
        with self._lock:
            lost = mend_log(self._outbox / recording, self._kiosk(), self._district_key(), self._signer)
        if lost:
            log.warning("room_log.entries_lost", recording=recording, entries=lost)
        return lost

    def run_began(self, recording: str) -> None:
        """A run has just begun: from now on the monotonic clock tells how far the recording is."""
        self._running = None
        try:
            runs = outbox.runs_of(self._outbox / recording)
            starts = [_started_at(run) for run in runs]
        except (OSError, CaptureError) as error:  # an earlier run that does not read costs the elapsed time, and nothing else
            log.warning("room_log.run_unreadable", error=type(error).__name__)
            return
        if runs:
            after = max(0.0, (starts[-1] - starts[0]).total_seconds())
            self._running = RunningRun(recording, runs[-1].name, after, time.monotonic() + (starts[-1] - clock.now()).total_seconds())

    def run_ended(self) -> None:
        """Nothing is being recorded any more."""
        self._running = None

    def _entry(self, recording: str, kind: str, content: dict[str, Any]) -> WaitingEntry:
        now, running = clock.now(), self._running
        run = running.run if running is not None and running.recording == recording else None
        elapsed = running.elapsed() if running is not None and run is not None else self._elapsed_between_runs(recording, now)
        return WaitingEntry(recording, kind, content, now, self._cache.clock_offset, elapsed if elapsed is None else round(elapsed, 3), run)

    def _elapsed_between_runs(self, recording: str, now: datetime) -> float | None:
        """By the wall clock, which is all there is after a restart; None before there is a run that reads."""
        try:
            runs = outbox.runs_of(self._outbox / recording)
            return max(0.0, (now - _started_at(runs[0])).total_seconds()) if runs else None
        except (OSError, CaptureError):
            return None

    def _write(self, entry: WaitingEntry) -> None:
        """Put an entry behind the newest one. Raises OSError, CaptureError or ActionRefused; then nothing is on the disk."""
        folder = self._outbox / entry.recording
        header = self._header(entry, self._newest(entry.recording))
        sealed = seal_entry(header, entry.content, self._district_key(), self._signer)
        make_folder(folder / ROOM_FOLDER)
        path = entry_path(folder, header.index)
        place_file(path, sealed)
        with suppress(OSError):  # the entry is there; a full disk costs its second copy alone
            place_file(copy_path(path), sealed)

    def _newest(self, recording: str) -> bytes | None:
        """The newest entry that lies here. One that the disk did not keep is mended first, so that the log goes on behind it."""
        with self._lock:
            lying = entries_of(self._outbox / recording)
            try:
                newest = lying[-1].read_bytes() if lying else None
                if newest is not None:
                    require_entry_signed(newest, self._signer.public_bytes)
            except (OSError, CaptureError):
                self.mend(recording)
                newest = lying[-1].read_bytes()
            return newest

    def _header(self, entry: WaitingEntry, newest: bytes | None) -> EntryHeader:
        before = parse_entry(newest) if newest is not None else None
        if before is not None and before.kind == "end":
            raise LogIsOver(sentences.NO_CLOSING_DUE)
        return EntryHeader(
            recording=entry.recording, kiosk=before.kiosk if before else self._kiosk(), index=before.index + 1 if before else 0, kind=entry.kind,
            at=outbox.utc_text(entry.at), clock_offset=entry.clock_offset, elapsed=entry.elapsed, run=entry.run,
            previous=name_of_entry(newest), district_key=district_key_fingerprint(self._district_key()),
        )  # fmt: skip

    def _kiosk(self) -> str:
        if self._cache.news is None:
            raise ActionRefused(sentences.NO_DISTRICT_KEY)
        return self._cache.news.kiosk

    def _district_key(self) -> bytes:
        if self._cache.district_public_key is None:
            raise ActionRefused(sentences.NO_DISTRICT_KEY)
        return self._cache.district_public_key


def log_has_ended(recording_folder: Path) -> bool:
    """Whether the newest entry that lies here is the log's end. Raises EntryRefused or OSError when it does not read."""
    lying = entries_of(recording_folder)
    return bool(lying) and parse_entry(lying[-1].read_bytes()).kind == "end"


def _started_at(run: Path) -> datetime:
    return datetime.fromisoformat(outbox.statement_of(run)["started_at"])
