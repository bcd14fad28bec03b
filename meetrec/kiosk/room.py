"""What the people in the room can do, and what stands in the room: start, pause, resume, stop, continue or finish what was interrupted."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from meetrec.capture import outbox, recovery
from meetrec.capture.errors import CaptureError
from meetrec.capture.pieces import parse_piece
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import sentences
from meetrec.kiosk.courier import Courier, pieces_in, pieces_waiting
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.faults import FaultBoard
from meetrec.kiosk.meetings_cache import ArmedMeeting, MeetingsCache
from meetrec.kiosk.recorder_port import RecorderPort, RecorderReading
from meetrec.platform import clock

log = structlog.get_logger()

HOLD_MILLISECONDS = 2000
LOOK_SECONDS = 0.25
HEARD_FOR_SECONDS = 3.0


@dataclass(frozen=True)
class Interrupted:
    """A recording without its closing: `meeting` is None when the server does not list it any more.

    `may_go_on` only where it may still be the meeting that is held now: another pupil's must not get into yesterday's recording.
    `is_damaged` when a file of it does not read; the rest is kept all the same.
    """

    recording: str
    interrupted_at: datetime
    meeting: ArmedMeeting | None
    may_go_on: bool
    is_damaged: bool


@dataclass(frozen=True)
class Delivery:
    """How far a stopped recording has come: pieces at the server, and pieces in all."""

    delivered: int
    pieces: int
    is_complete: bool


class Room:
    """The room of this kiosk. Safe for several threads: actions wait for each other, readings do not."""

    def __init__(
        self, outbox_folder: Path, recorder: RecorderPort, cache: MeetingsCache, courier: Courier, player: DemonstrationPlayer, signer: KioskSigner
    ) -> None:
        self.cache = cache
        self.courier = courier
        self.player = player
        self.faults = FaultBoard()
        self._outbox = outbox_folder
        self._signer = signer
        self._recorder = recorder
        self._acting = threading.Lock()
        self._heard_at: dict[str, float] = {}
        self.last_stopped: str | None = None

    def run(self, stopped: threading.Event) -> None:
        """Watch the microphones until `stopped`, whether or not a screen is looking; a thread of its own."""
        while not stopped.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:  # faults must go on being noted, whatever one reading brought
                log.exception("room.look_failed")

    def look(self) -> RecorderReading:
        """Read the recorder; note faults and who was heard."""
        reading = self._recorder.reading()
        self.faults.look(reading)
        for microphone in reading.microphones:
            if microphone.is_loud_as_a_voice:
                self._heard_at[microphone.id] = time.monotonic()
        return reading

    def is_heard(self, microphone: str) -> bool:
        """Whether the microphone heard something as loud as a voice in the last seconds."""
        return time.monotonic() - self._heard_at.get(microphone, -HEARD_FOR_SECONDS) < HEARD_FOR_SECONDS

    def start(self, recording: str) -> None:
        """Begin to record an armed meeting; a second press changes nothing. Raises ActionRefused or CaptureError."""
        with self._acting:
            if self._runs_already(recording):
                return
            if self.cache.news is None or self.cache.news.find(recording) is None:
                raise ActionRefused(sentences.NOT_ARMED)
            if self.delivery_of(recording) is not None:
                raise ActionRefused(sentences.ALREADY_RECORDED)
            self._begin(recording)

    def continue_interrupted(self, recording: str) -> None:
        """Begin a new run of an interrupted recording."""
        with self._acting:
            if self._runs_already(recording):
                return
            if not self._require_interrupted(recording).may_go_on:
                raise ActionRefused(sentences.NOT_OF_TODAY)
            self._begin(recording)

    def _runs_already(self, recording: str) -> bool:
        reading = self._recorder.reading()
        if reading.is_running and reading.recording != recording:
            raise ActionRefused(sentences.ANOTHER_RUNS)
        return reading.is_running

    def _begin(self, recording: str) -> None:
        self.faults.clear()
        self.last_stopped = None  # a stop that fails must not lead to the page of the recording before
        self.player.order("stop")
        try:
            self._recorder.start(recording)
        except Exception:
            self.player.order("idle")
            raise
        self.player.order("play")
        self._report(recording, "recording")

    def pause(self) -> None:
        """Hold on; the stretch will be stated as a pause."""
        with self._acting:
            recording = self._require_running()
            self._recorder.pause()
            self._report(recording, "paused")

    def resume(self) -> None:
        """Go on after a pause."""
        with self._acting:
            recording = self._require_running()
            self._recorder.resume()
            self._report(recording, "recording")

    def stop(self, held_milliseconds: int) -> str | None:
        """End the recording; the recording that was ended, None when none ran. Raises ActionRefused when the hold was too short (peers #1)."""
        _require_hold(held_milliseconds, sentences.HELD_TOO_SHORT)
        with self._acting:
            recording = self._recorder.reading().recording
            if recording is not None:
                self.player.order("stop", "idle")
                self._recorder.stop()
                self.last_stopped = recording
                self._report(recording, "stopped")
            return recording

    def finish_interrupted(self, recording: str, held_milliseconds: int) -> None:
        """Close an interrupted recording as it is, so that it is delivered as complete; for good, hence the hold as at the stop."""
        _require_hold(held_milliseconds, sentences.FINISH_HELD_TOO_SHORT)
        with self._acting:
            self._require_interrupted(recording)
            for run in outbox.runs_of(self._outbox / recording):
                for microphone in outbox.microphones_of(run):
                    recovery.end_as_interrupted(run, microphone, self._signer)
            recovery.finish(self._outbox, recording, self._signer)
            self._report(recording, "stopped")

    def interrupted(self, now: datetime) -> list[Interrupted]:
        """The recordings that a crash or a stopped program left without an end, latest first."""
        running = self._recorder.reading().recording
        folders = [self._outbox / name for name in outbox.recordings_in(self._outbox) if name != running]
        found = [self._interrupted_in(folder, now) for folder in folders if self._is_interrupted(folder)]
        return sorted(found, key=lambda one: one.interrupted_at, reverse=True)

    def part_of(self, recording: str | None) -> int:
        """Which uninterrupted part of its recording is running: 1, or more after an interruption."""
        return max(1, len(outbox.run_folders(self._outbox / recording))) if recording else 1

    @staticmethod
    def _is_interrupted(folder: Path) -> bool:
        return not (folder / outbox.CLOSING).exists() and any(folder.glob(f"*/{outbox.RUN_STATEMENT}"))

    def _interrupted_in(self, folder: Path, now: datetime) -> Interrupted:
        try:
            interrupted_at, is_damaged = max(map(_last_sound_of, outbox.runs_of(folder))), False
        except (CaptureError, OSError):  # a file that does not read must not take the screen away: the recording is still listed
            interrupted_at, is_damaged = datetime.fromtimestamp(folder.stat().st_mtime, UTC), True
        meeting = self.cache.news.find(folder.name) if self.cache.news else None
        return Interrupted(folder.name, interrupted_at, meeting, self._may_go_on(meeting, interrupted_at, now), is_damaged)

    def _may_go_on(self, meeting: ArmedMeeting | None, interrupted_at: datetime, now: datetime) -> bool:
        """While it is the meeting's day; also on the day of the interruption, when a meeting is held on another day than planned."""
        news = self.cache.news
        return news is not None and meeting is not None and (meeting in news.on_day_of(now) or news.is_same_day(interrupted_at, now))

    def delivery_of(self, recording: str) -> Delivery | None:
        """How far a stopped recording has come; None when this kiosk has stopped no such recording."""
        try:
            closing = outbox.read_closing(self._outbox, recording)
        except FileNotFoundError:  # the courier removed it just now
            closing = None
        if closing is not None:
            pieces = pieces_in(closing)
            return Delivery(max(0, pieces - pieces_waiting(self._outbox / recording)), pieces, is_complete=False)
        delivered = self.cache.delivered_pieces(recording)
        return None if delivered is None else Delivery(delivered, delivered, is_complete=True)

    def _require_running(self) -> str:
        recording = self._recorder.reading().recording
        if recording is None:
            raise ActionRefused(sentences.NOT_RECORDING)
        return recording

    def _require_interrupted(self, recording: str) -> Interrupted:
        found = next((one for one in self.interrupted(clock.now()) if one.recording == recording), None)
        if found is None:
            raise ActionRefused(sentences.NOTHING_TO_FINISH)
        return found

    def _report(self, recording: str, state: str) -> None:
        self.courier.report(recording, state, clock.now().isoformat())


def _require_hold(milliseconds: int, sentence: object) -> None:
    """What cannot be taken back needs a hold of two seconds: the page tells how long it was. Raises ActionRefused."""
    if milliseconds < HOLD_MILLISECONDS:
        raise ActionRefused(sentence)


def _last_sound_of(run: Path) -> datetime:
    """The last moment a run has sound of, to within the ten seconds of an open piece."""
    statement = outbox.statement_of(run)
    newest = [outbox.newest_piece(run, microphone) for microphone in outbox.microphones_of(run)]
    reached = [parse_piece(piece.path.read_bytes()).header for piece in newest if piece is not None]
    seconds = max((header.first_frame + (header.frames or 0) for header in reached), default=0) / statement["rate"]
    return datetime.fromisoformat(statement["started_at"]) + timedelta(seconds=seconds)
