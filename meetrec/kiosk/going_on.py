"""Whether a recording that broke off goes on by itself when the program starts again, as after a crash, the watchdog or a power cut (peers #4).

Nobody may be looking at the screen then. It goes on only when it broke off minutes ago while it was recording: what people had paused, taken off the
record, ended or objected to stays as it is until a person touches the screen.
"""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from meetrec.capture.boot import boot_of
from meetrec.capture.errors import CaptureError
from meetrec.capture.room_entries import entries_of, parse_entry
from meetrec.kiosk.interruptions import Interrupted
from meetrec.kiosk.room_news import DOES_NOT_READ
from meetrec.platform import clock
from meetrec.platform.durable_files import make_private_folder, write_durably

GO_ON_WITHIN = timedelta(minutes=10)
CLOCKS_DIFFER_SECONDS = 30.0
ENDED_BY_PEOPLE = ("paused", "off_the_record", "objection", "stopped", "closing", "end", "not_recorded")  # newest entry of a log that does not go on
RUNNING_FILE = "running.json"

log = structlog.get_logger()


@dataclass(frozen=True)
class RunningNote:
    """The run that was begun last: whether it was recording when the note was written, and when it began by both clocks (`since` counts from the boot)."""

    recording: str
    is_recording: bool
    began_at: datetime
    boot: str | None
    since: float


@dataclass(frozen=True)
class BrokenOff:
    """A recording that may go on by itself; `seconds` passed between its last sound and the start of this program, `looked` is when that was (monotonic)."""

    recording: str
    seconds: float
    looked: float

    @property
    def missing_seconds(self) -> float:
        """For how long nothing has been recorded by now."""
        return max(0.0, self.seconds) + time.monotonic() - self.looked

    @property
    def is_recent(self) -> bool:
        """A break that seems to lie ahead says that a clock was set: then nobody knows how long ago it was."""
        return self.seconds > -CLOCKS_DIFFER_SECONDS and self.missing_seconds < GO_ON_WITHIN.total_seconds()


class RunningNotes:
    """A small private file in `folder`. A note that cannot be written is removed: without it nothing goes on by itself."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RUNNING_FILE
        make_private_folder(folder)

    def begin(self, recording: str) -> None:
        """A run records from now on."""
        self._write(RunningNote(recording, True, clock.now(), boot_of(RUNNING_FILE), boot_seconds()))

    def say(self, *, is_recording: bool) -> None:
        """It was paused, or goes on."""
        if (known := self.read()) is not None:
            self._write(replace(known, is_recording=is_recording))

    def forget(self) -> None:
        """People have ended it."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self, note: RunningNote) -> None:
        try:
            write_durably(self._path, json.dumps({**asdict(note), "began_at": note.began_at.isoformat()}).encode())
        except OSError as error:
            log.warning("room.running_not_noted", error=error.strerror)
            self.forget()

    def read(self) -> RunningNote | None:
        """What was noted last; None when there is nothing, or it does not read."""
        try:
            told = json.loads(self._path.read_bytes())
            boot = None if told["boot"] is None else str(told["boot"])
            return RunningNote(str(told["recording"]), told["is_recording"] is True, _moment(told["began_at"]), boot, float(told["since"]))
        except (OSError, *DOES_NOT_READ):
            return None


def broken_off(notes: RunningNotes, found: Sequence[Interrupted], outbox_folder: Path, offset_now: float | None) -> BrokenOff | None:
    """The recording of `found` that may go on by itself, None when there is none. `offset_now` is seconds, server minus kiosk."""
    note = notes.read()
    one = next((one for one in found if note is not None and one.recording == note.recording), None)
    if note is None or one is None or not note.is_recording:
        return None
    try:
        lying = entries_of(outbox_folder / one.recording)
        newest = parse_entry(lying[-1].read_bytes()) if lying else None
    except (CaptureError, OSError):
        return None  # what people said last is not known, so it is for them to say
    if newest is not None and newest.kind in ENDED_BY_PEOPLE:
        return None
    seconds = _seconds_since(note, one.interrupted_at, newest.clock_offset if newest else None, offset_now)
    return BrokenOff(one.recording, seconds, time.monotonic())


def _seconds_since(note: RunningNote, broke_off_at: datetime, offset_then: float | None, offset_now: float | None) -> float:
    """By the clock that counts from the boot while it is the same boot, else by the wall clock, corrected by what was known then and is known now."""
    if note.boot is not None and note.boot == boot_of(RUNNING_FILE):
        return boot_seconds() - note.since - (broke_off_at - note.began_at).total_seconds()
    then, now = broke_off_at + timedelta(seconds=offset_then or 0.0), clock.now() + timedelta(seconds=offset_now or 0.0)
    return (now - then).total_seconds()


def boot_seconds() -> float:
    """Seconds since this machine was started, its sleep included: a clock that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
