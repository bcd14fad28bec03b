"""The room's recorder: one process for each microphone, one run at a time, and an outbox of sealed pieces (G5.a, G5.b)."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID, uuid4

from meetrec.capture.alarms import ZEROS_SHOWN_SECONDS, alarms_of, alarms_of_room
from meetrec.capture.attended import AttendedMicrophone
from meetrec.capture.ballast import GO_ON_BYTES, Ballast, room_in
from meetrec.capture.boot import boot_of
from meetrec.capture.closing import write_closing
from meetrec.capture.devices import Microphone
from meetrec.capture.errors import CaptureError, DiskFull, OutboxUnusable, RecordingRefused
from meetrec.capture.files import make_folder, place_file
from meetrec.capture.heard_voices import HeardVoices
from meetrec.capture.outbox import CLOSING, RUN_STATEMENT, RUN_STATEMENT_COPY, next_ordinal, utc_text
from meetrec.capture.pieces import RATE, sha256_hex
from meetrec.capture.pulse import CapturePulse, pulse_of
from meetrec.capture.recovery import end_as_interrupted
from meetrec.capture.run_keys import new_run_key, run_statement
from meetrec.capture.run_order import RunOrder, Stretch
from meetrec.capture.signing import KioskSigner
from meetrec.capture.space import SpaceWatch
from meetrec.capture.unwritten import UnwrittenTime

LEAD_SECONDS = 0.15  # a run begins this much after the press, so that every microphone knows of it before its first sample
START_SECONDS = 1.0
LONGEST_STOP_SECONDS = 60.0  # a microphone that still answers is waited for: on a slow disk its last seconds take long to seal
ATTENTION_SECONDS = 0.2
SPACE_SECONDS = 5.0
PAUSES = ("pause", "off_the_record")

log = logging.getLogger(__name__)


class Recorder:
    """Records the given microphones into `outbox`. Use as a context manager, or call open() and close(). Safe for several threads."""

    def __init__(self, outbox: Path, kiosk_id: str, district_public_key: bytes, microphones: Iterable[Microphone], signer: KioskSigner) -> None:
        self._outbox = outbox
        self._kiosk = kiosk_id
        self._district_public_key = district_public_key
        self._signer = signer
        known = list(microphones)
        labels = [microphone.label for microphone in known]
        self._attended = [AttendedMicrophone(microphone, outbox, is_only_one=labels.count(microphone.label) == 1) for microphone in known]
        self._voices = HeardVoices()
        self._unwritten = UnwrittenTime()
        self._space = SpaceWatch(outbox, len(known))
        self._space_looked_at = 0.0
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._turned_at = time.monotonic()
        self._attention = threading.Thread(target=self._attend, name="recorder", daemon=True)
        self._order: RunOrder | None = None

    def open(self) -> "Recorder":
        """Start every microphone's process; they meter from now on and write nothing."""
        make_folder(self._outbox)
        with self._lock:
            for attended in self._attended:
                attended.start_process()
        self._attention.start()
        return self

    def close(self) -> None:
        """End every process. A run that was not stopped stays open for recovery; nothing of it is lost."""
        self._closing.set()
        if self._attention.is_alive():
            self._attention.join()
        with self._lock:
            for attended in self._attended:
                attended.send("leave")
            for attended in self._attended:
                attended.leave()

    def __enter__(self) -> "Recorder":
        return self.open()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _attend(self) -> None:
        """Hear from the processes and tend them, until the recorder closes."""
        while not self._closing.is_set():
            self._turned_at = time.monotonic()
            for attended in self._attended:
                try:
                    with self._lock:
                        self._hear_from(attended, time.monotonic())
                        attended.tend(time.monotonic())
                except Exception:  # this thread must outlive every fault, or nothing would be started anew any more (G5.a)
                    log.exception("The microphone %s could not be attended; it is tried again.", attended.microphone.id)
            with self._lock:
                self._note_unwritten(time.monotonic())
            self._look_at_space(time.monotonic())
            self._closing.wait(ATTENTION_SECONDS)  # the microphones are heard together; whoever cannot wait (the screen, a start, a stop) listens itself

    def _hear_from(self, attended: AttendedMicrophone, now: float) -> None:
        """Take in what a process said, and whether its microphone hears a voice of its own."""
        attended.receive()
        name, listening = attended.microphone.id, attended.listening(now)
        if listening.is_lost or listening.zero_seconds >= ZEROS_SHOWN_SECONDS:
            self._voices.forget(name)
        elif attended.status.heard_at:
            self._voices.note(name, attended.status.hearing, attended.status.heard_at)

    def _look_at_space(self, now: float) -> None:
        if now - self._space_looked_at < SPACE_SECONDS:
            return
        self._space_looked_at, order = now, self._order
        try:
            self._space.look(order.run_folder if order else None)
        except (CaptureError, OSError):
            log.exception("The free room on the disk could not be measured; it is tried again.")

    def start(self, recording_id: str) -> str:
        """Begin a run of the recording; its id. Returns once every working microphone records, at most a second later.

        Raises RecordingRefused or DiskFull with nothing started.
        """
        recording = str(UUID(recording_id))
        with self._lock:
            self._require_can_start(recording)
            self._order, self._unwritten = self._new_order(recording), UnwrittenTime()
            for attended in self._attended:
                attended.order = self._order
                attended.send("start", self._order)
        self._wait_until(lambda: all(not attended.delivers() or attended.status.state == "recording" for attended in self._attended), START_SECONDS)
        return self._order.run

    def _require_can_start(self, recording: str) -> None:
        if self._order is not None:
            raise RecordingRefused("A recording is running already. Stop it before starting another.")
        if (self._outbox / recording / CLOSING).exists():
            raise RecordingRefused("This recording has been finished. A new one needs the coordinator.")
        if not any(attended.delivers() for attended in self._attended):
            raise RecordingRefused("No microphone delivers sound, so nothing was started. Check the cables.")
        if room_in(self._outbox) < GO_ON_BYTES:
            raise DiskFull("This kiosk's disk is full, so nothing was started. Earlier recordings leave it as they are delivered.")

    def _new_order(self, recording: str) -> RunOrder:
        run, run_key = str(uuid4()), new_run_key()
        began = time.monotonic() + LEAD_SECONDS
        statement = run_statement(
            self._district_public_key, run_key, self._signer, recording=recording, kiosk=self._kiosk, run=run, rate=RATE,
            ordinal=next_ordinal(self._outbox / recording),
            started_at=utc_text(datetime.now(UTC) + timedelta(seconds=LEAD_SECONDS)),
            microphones=[attended.as_statement() for attended in self._attended], boot=boot_of(self._kiosk),
        )  # fmt: skip
        folder = self._outbox / recording / run
        make_folder(folder)
        place_file(folder / RUN_STATEMENT_COPY, statement)
        place_file(folder / RUN_STATEMENT, statement)
        return RunOrder(recording, run, folder, sha256_hex(statement), began, (Stretch(began),), run_key=run_key, signing_key=self._signer.private_bytes)

    def pause(self, kind: str = "pause") -> None:
        """Nothing said from now on is recorded; `kind` is "pause" or "off_the_record", and the gap in the chain says which.

        Raises RecordingRefused when nothing runs; a second pause changes nothing.
        """
        if kind not in PAUSES:
            raise RecordingRefused(f"A recording is paused or off the record, never “{kind}”. It goes on.")
        with self._lock:
            order = self._running_order()
            if order.stretches[-1].until is None:
                at = time.monotonic()
                self._tell_all(kind, at, (*order.stretches[:-1], replace(order.stretches[-1], until=at, ending=kind)))

    def resume(self) -> None:
        """Record again. Raises RecordingRefused when nothing runs; when it is not paused nothing changes."""
        with self._lock:
            order = self._running_order()
            if order.stretches[-1].until is not None:
                at = time.monotonic()
                self._tell_all("resume", at, (*order.stretches, Stretch(at)))

    def _running_order(self) -> RunOrder:
        if self._order is None or self._order.state == "stopping":
            raise RecordingRefused("Nothing is being recorded.")
        return self._order

    def _tell_all(self, command: str, at: float, stretches: tuple[Stretch, ...]) -> None:
        self._order = replace(self._running_order(), stretches=stretches)
        for attended in self._attended:
            attended.order = self._order
            attended.send(command, at)

    def stop(self) -> dict[str, Any]:
        """End the run and the recording; the content of closing.json.

        A microphone that does not answer has its chain ended as interrupted: what it wrote is kept. Raises RecordingRefused when
        nothing runs, and OutboxUnusable when the recording could not be closed: then nothing runs any more, all that was
        recorded is kept, and the recording is an interrupted one.
        """
        with self._lock:
            at = time.monotonic()
            order = self._order = self._running_order().stopped(at)
            for attended in self._attended:
                attended.stop(at)
        self._wait_until(lambda: not any(attended.is_still_ending(order.run, time.monotonic()) for attended in self._attended), LONGEST_STOP_SECONDS)
        with self._lock:
            try:
                return self._close_recording(order)
            finally:
                self._order = None  # whatever failed: nothing records any more, and the screen must not say so
                self._voices.forget_all()

    def _close_recording(self, order: RunOrder) -> dict[str, Any]:
        troubles = [trouble for attended in self._attended if (trouble := self._trouble_of_ending(attended, order))]
        if troubles:
            raise OutboxUnusable(f"The recording stopped but could not be closed: {' '.join(troubles)} Everything that was recorded is kept.")
        try:
            return write_closing(self._outbox, self._kiosk, order.recording, utc_text(datetime.now(UTC)), self._signer)
        except OSError as error:
            raise OutboxUnusable(f"The recording stopped but could not be closed: {error.strerror}. Everything that was recorded is kept.") from error

    def _trouble_of_ending(self, attended: AttendedMicrophone, order: RunOrder) -> str | None:
        """End one chain that its process did not end; the sentence when that fails. The other chains are ended all the same."""
        label = attended.microphone.label
        if not attended.has_ended(order.run):
            attended.kill()
            if not attended.is_gone():
                return f"{label} still writes and cannot be ended."
            Ballast(self._outbox, attended.microphone.id).drop()  # the room a killed process kept for just this moment
        try:
            end_as_interrupted(order.run_folder, attended.microphone.id, self._signer)
        except CaptureError as error:
            return str(error)
        except OSError as error:
            return f"{label}: {error.strerror}."
        return None

    def _wait_until(self, is_so: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                for attended in self._attended:
                    self._hear_from(attended, time.monotonic())
                if is_so():
                    return
            time.sleep(0.01)

    def status(self) -> dict[str, Any]:
        """What the room's screen shows, ready for JSON: state (ready, recording, paused, stopping), elapsed recorded seconds, alarms, microphones.

        `hours_left` is how long the disk still holds, None before it was looked at; alarm kinds are those of capture.alarms.
        """
        with self._lock:
            now, order = time.monotonic(), self._order
            return {
                "state": order.state if order else "ready",
                "recording": order.recording if order else None,
                "run": order.run if order else None,
                "elapsed": self._recorded_seconds(order, now) if order else 0.0,
                "alarm_kinds": list(alarms_of_room(any(one.status.state == "disk_full" for one in self._attended), self._space.is_filling)),
                "hours_left": self._space.hours_left,
                "microphones": self._microphones_as_json(order, now),
            }

    def _note_unwritten(self, now: float) -> None:
        is_wanted = self._order is not None and self._order.state == "recording"
        self._unwritten.note(now, is_wanted, [attended.shown_state(now) for attended in self._attended])

    def _recorded_seconds(self, order: RunOrder, now: float) -> float:
        """What the run holds: neither pauses nor what no microphone could write."""
        self._note_unwritten(now)
        return self._unwritten.recorded_of(order.recorded_seconds(now))

    def _microphones_as_json(self, order: RunOrder | None, now: float) -> list[dict[str, Any]]:
        for attended in self._attended:
            self._hear_from(attended, now)  # what it said waits in the pipe when our own thread is held up: that is no fault of it
        listened = now - order.stretches[-1].since if order is not None and order.stretches[-1].until is None else 0.0
        alarms = alarms_of([attended.listening(now) for attended in self._attended], listened)
        return [self._as_json(attended, kinds, now) for attended, kinds in zip(self._attended, alarms, strict=True)]

    def _as_json(self, attended: AttendedMicrophone, alarm_kinds: tuple[str, ...], now: float) -> dict[str, Any]:
        voice = self._voices.level_of(attended.microphone.id, now)
        return {**attended.as_json(now), "alarm_kinds": list(alarm_kinds), "heard_voice": voice is not None, "voice_level_db": voice}

    def pulse(self) -> CapturePulse:
        """Whether the recorder is alive, for a watchdog outside. Takes no lock: a recorder that holds it for ever must be found out."""
        return pulse_of(self._attended, self._turned_at, time.monotonic())

    def process_ids(self) -> dict[str, int | None]:
        """The process of each microphone, by microphone id."""
        with self._lock:
            return {attended.microphone.id: attended.process_id for attended in self._attended}
