"""What the people in the room can do, and what stands in the room: start, pause, resume, stop, continue or finish what was interrupted."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from meetrec.capture import outbox, recovery
from meetrec.capture.errors import CaptureError
from meetrec.capture.room_contents import OBJECTORS
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import sentences
from meetrec.kiosk.courier import Courier, pieces_in, pieces_waiting
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.errors import ActionRefused, KioskError
from meetrec.kiosk.going_on import GO_ON_WITHIN, BrokenOff, RunningNotes, broken_off
from meetrec.kiosk.interruptions import Interrupted, interrupted_in
from meetrec.kiosk.logged_room import LoggedRoom, preflight_of
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.opening import Opening
from meetrec.kiosk.parts import EarlierParts
from meetrec.kiosk.recorder_port import RecorderPort, RecorderReading
from meetrec.platform import clock

log = structlog.get_logger()

HOLD_MILLISECONDS = 2000
LOOK_SECONDS = 0.25
HEARD_FOR_SECONDS = 3.0
GO_ON_AGAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Delivery:
    """How far a stopped recording has come: pieces at the server, and pieces in all."""

    delivered: int
    pieces: int
    is_complete: bool


class Room(LoggedRoom):
    """The room of this kiosk. Safe for several threads: actions wait for each other, readings do not."""

    def __init__(
        self, outbox_folder: Path, recorder: RecorderPort, cache: MeetingsCache, courier: Courier, player: DemonstrationPlayer, signer: KioskSigner
    ) -> None:
        super().__init__(outbox_folder, recorder, cache, courier, signer)
        self.player = player
        self._signer = signer
        self._earlier = EarlierParts(outbox_folder)
        self._heard_at: dict[str, float] = {}
        self._running = RunningNotes(cache.folder)
        self._broken_off = broken_off(self._running, self.interrupted(clock.now()), outbox_folder, cache.clock_offset)
        self._tried_at = 0.0
        self.last_stopped: str | None = None
        self.is_stopping = False

    def run(self, stopped: threading.Event) -> None:
        """Watch the microphones until `stopped`, whether or not a screen is looking; a thread of its own."""
        while not stopped.wait(LOOK_SECONDS):
            try:
                self.tend(self.look())
                self.go_on_by_itself()
            except Exception:  # faults must go on being noted, whatever one reading brought
                log.exception("room.look_failed")

    def look(self) -> RecorderReading:
        """Read the recorder; note faults and who was heard."""
        with self._watching:
            reading = self._recorder.reading()
            self.note_alarms(reading.recording, self.faults.look(reading))
        self.tell_alarms()
        for microphone in reading.microphones:
            if microphone.is_loud_as_a_voice:
                self._heard_at[microphone.id] = time.monotonic()
        return reading

    def is_heard(self, microphone: str) -> bool:
        """Whether the microphone heard something as loud as a voice in the last seconds."""
        return time.monotonic() - self._heard_at.get(microphone, -HEARD_FOR_SECONDS) < HEARD_FOR_SECONDS

    def start(self, recording: str, started_without: str | None = None) -> None:
        """Begin to record an armed meeting once its opening is complete, on the reserve kiosk without one (G6.a); a second press changes nothing.

        `started_without` is why it starts although a microphone never heard a voice. Raises ActionRefused or CaptureError.
        """
        with self._acting:
            if self._runs_already(recording):
                return
            self._require_armed(recording)
            if self.delivery_of(recording) is not None:
                raise ActionRefused(sentences.ALREADY_RECORDED)
            opening = None if self.asks_nothing(recording) else self._require_opened(recording)
            preflight = preflight_of(self._recorder.reading().microphones, started_without, has_people_on_line=opening is None or opening.has_people_on_line)
            started = {} if opening is None or opening.parent_is_recording else {"parent_wants_copy": True}
            self._begin(recording, ("preflight", preflight), ("started", started))

    def continue_interrupted(self, recording: str) -> None:
        """Begin a new run of an interrupted recording; its log goes on, and nothing is asked twice."""
        with self._acting:
            if self._runs_already(recording):
                return
            interrupted = self._require_interrupted(recording)
            if not interrupted.may_go_on:
                raise ActionRefused(sentences.NOT_OF_TODAY)
            missing = clock.now() - interrupted.interrupted_at
            self._begin(recording, ("started", {}))
            if missing > GO_ON_WITHIN:  # whoever pressed the button need not know since when
                self._note_interruption(recording, missing.total_seconds())

    def note_opening(self, recording: str, opening: Opening) -> None:
        """Keep what the chair asked and was told; whoever opens a meeting has seen what broke off, and decided."""
        super().note_opening(recording, opening)
        self._broken_off = None

    def go_on_by_itself(self) -> None:
        """Take up again what broke off minutes ago, as soon as a microphone is there (peers #4); whatever a person does meanwhile wins."""
        broken, reading = self._broken_off, self._recorder.reading()
        if broken is None or reading.is_running or not broken.is_recent:
            self._broken_off = None
        elif any(one.is_ready for one in reading.microphones) and time.monotonic() - self._tried_at > GO_ON_AGAIN_SECONDS:
            self._tried_at = time.monotonic()
            with self._acting, suppress(KioskError, CaptureError, OSError):  # it is tried again, and the screen has the button
                self._go_on(broken)

    def _go_on(self, broken: BrokenOff) -> None:
        if self._broken_off is None or self._runs_already(broken.recording) or not self._require_interrupted(broken.recording).may_go_on:
            return
        self._begin(broken.recording, ("started", {"after_interruption": True}))
        missing = max(0.0, broken.missing_seconds - self._recorder.reading().elapsed)
        log.warning("room.went_on_by_itself", recording=broken.recording, missing_seconds=round(missing, 1))
        self._note_interruption(broken.recording, missing)

    def _note_interruption(self, recording: str, missing: float) -> None:
        with self._watching:
            self.note_alarms(recording, self.faults.note_interruption(missing))
        self.tell_alarms()

    def _runs_already(self, recording: str) -> bool:
        reading = self._recorder.reading()
        if reading.is_running and reading.recording != recording:
            raise ActionRefused(sentences.ANOTHER_RUNS)
        return reading.is_running

    def _begin(self, recording: str, *entries: tuple[str, dict[str, Any]]) -> None:
        with self._watching:
            goes_on, self._told_of = self._told_of == recording, None
            begin = self.faults.count_on if goes_on else self.faults.clear  # of the same recording each alarm waits until it was seen
            begin(after=self.log.length(recording))  # each alarm has an entry, so no number up to there is free
        self.last_stopped = None  # a stop that fails must not lead to the page of the recording before
        self.player.order("stop")
        self._running.begin(recording)  # first: a kill at any later moment finds the note
        try:
            self._recorder.start(recording)
        except Exception:
            self._running.forget()
            self.player.order("idle")
            raise
        self.player.order("play")
        self._note_begun(recording, *entries)

    def pause(self, off_the_record: bool = False) -> None:
        """Hold on; the stretch will be stated as a pause, or as off the record. While it holds already nothing changes."""
        with self._acting:
            recording = self._require_running()
            is_new = self._recorder.reading().state != "paused"
            self._recorder.pause("off_the_record" if off_the_record else "pause")
            self._running.say(is_recording=False)
            if is_new:
                self.log.tell(recording, "off_the_record" if off_the_record else "paused", {})
            self._report(recording, "paused")

    def resume(self) -> None:
        """Go on after a pause."""
        with self._acting:
            recording = self._require_running()
            was_paused = self._recorder.reading().state == "paused"
            self._recorder.resume()
            self._running.say(is_recording=True)
            if was_paused:
                self.log.tell(recording, "resumed", {})
            self._report(recording, "recording")

    def stop(self, held_milliseconds: int) -> str | None:
        """End the recording; the recording that was ended, None when none ran. Raises ActionRefused when the hold was too short (peers #1)."""
        _require_hold(held_milliseconds, sentences.HELD_TOO_SHORT)
        with self._acting:
            return self._stop()

    def object(self, by: str, held_milliseconds: int) -> str:
        """A parent objects, where the state's profile lets that end the recording (X-4); the recording that was ended. Raises ActionRefused."""
        _require_hold(held_milliseconds, sentences.HELD_TOO_SHORT)
        with self._acting:
            recording = self._require_running()
            meeting = self.cache.news.find(recording) if self.cache.news else None
            if meeting is None or not meeting.objection_stops:
                raise ActionRefused(sentences.OBJECTION_STOPS_NOTHING)
            if by not in OBJECTORS:
                raise ActionRefused(sentences.OBJECTION_BY_NOBODY)
            self.log.tell(recording, "objection", {"by": by})
            self._stop()
            return recording

    def _stop(self) -> str | None:
        recording = self._recorder.reading().recording
        if recording is not None:
            self.is_stopping = True  # between the recorder's end and the log's word nobody knows yet where the screen goes
            try:
                self._stop_recorder(recording)
            finally:
                self.is_stopping = False
        return recording

    def _stop_recorder(self, recording: str) -> None:
        self._running.forget()
        self.player.order("stop", "idle")
        try:
            self._recorder.stop()
        except Exception:  # nothing records any more; the recording is an interrupted one, and its log goes on
            self.log.run_ended()
            raise
        self.last_stopped = recording
        self._note_stopped(recording)

    def finish_interrupted(self, recording: str, held_milliseconds: int) -> None:
        """Close an interrupted recording as it is, so that it is delivered as complete; for good, hence the hold as at the stop."""
        _require_hold(held_milliseconds, sentences.FINISH_HELD_TOO_SHORT)
        with self._acting:
            if self._recorder.reading().is_running:  # what is told of the one that runs, log and state, must stay its own
                raise ActionRefused(sentences.ANOTHER_RUNS)
            self._require_interrupted(recording)
            recovery.end_chains(self._outbox / recording, self._signer)
            recovery.finish(self._outbox, recording, self._signer, self.cache.news.kiosk if self.cache.news else None)
            self._running.forget()  # there is nothing left that could go on
            self._note_stopped(recording)

    def interrupted(self, now: datetime) -> list[Interrupted]:
        """The recordings that a crash or a stopped program left without an end, latest first."""
        return interrupted_in(self._outbox, self.cache.news, self._recorder.reading().recording, self.cache.by_the_server(now), self.cache.by_the_server)

    def part_of(self, recording: str | None) -> int:
        """Which uninterrupted part of its recording is running: 1, or more after an interruption."""
        return max(1, len(outbox.run_folders(self._outbox / recording))) if recording else 1

    def recorded_before(self, recording: str | None) -> float:
        """Seconds that the parts before the running one hold."""
        return self._earlier.seconds(recording) if recording else 0.0

    def has_recorded(self, recording: str) -> bool:
        """Whether this kiosk has stopped such a recording; quicker to tell than how far it has come."""
        return self._is_closed(recording) or self.cache.delivered_pieces(recording) is not None

    def delivery_of(self, recording: str) -> Delivery | None:
        """How far a stopped recording has come; None when this kiosk has stopped no such recording."""
        try:
            closing = outbox.read_closing(self._outbox, recording)
        except CaptureError:  # it was stopped; the next start of this kiosk writes it anew
            return Delivery(0, pieces_waiting(self._outbox / recording), is_complete=False)
        if closing is not None:
            pieces = pieces_in(closing)
            return Delivery(max(0, pieces - pieces_waiting(self._outbox / recording)), pieces, is_complete=False)
        delivered = self.cache.delivered_pieces(recording)
        return None if delivered is None else Delivery(delivered, delivered, is_complete=True)

    def _require_interrupted(self, recording: str) -> Interrupted:
        found = next((one for one in self.interrupted(clock.now()) if one.recording == recording), None)
        if found is None:
            raise ActionRefused(sentences.NOTHING_TO_FINISH)
        return found


def _require_hold(milliseconds: int, sentence: object) -> None:
    """What cannot be taken back needs a hold of two seconds: the page tells how long it was. Raises ActionRefused."""
    if milliseconds < HOLD_MILLISECONDS:
        raise ActionRefused(sentence)
