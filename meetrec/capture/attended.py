"""The recorder's side of one microphone: starts its process, hears from it, and starts a dead or hung one anew."""

import multiprocessing
import select
import time
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from meetrec.capture.alarms import ZEROS_SHOWN_SECONDS, Listening
from meetrec.capture.damage import mend_chain
from meetrec.capture.devices import Microphone
from meetrec.capture.errors import CaptureError
from meetrec.capture.microphone import MicrophoneStatus, attend_microphone
from meetrec.capture.run_order import RunOrder
from meetrec.capture.signing import KioskSigner

SILENT_SECONDS = 1.5  # without a word for this long, the chair is told
HUNG_SECONDS = 8.0  # and after this long the process is killed: a slow disk may hold it up for some seconds
STARTING_SECONDS = 20.0
RESTART_SECONDS = 1.0
LEAVING_SECONDS = 3.0
_SPAWN = multiprocessing.get_context("spawn")


class AttendedMicrophone:
    """One microphone and its process. Not for several threads: the recorder holds its lock."""

    def __init__(self, microphone: Microphone, outbox: Path, is_only_one: bool = True) -> None:
        self.microphone = microphone
        self._is_only_one = is_only_one
        self.order: RunOrder | None = None
        self.status = MicrophoneStatus("opening")
        self._outbox = outbox
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._started_at = 0.0
        self._has_spoken = False
        self._listened_at = self._silent_since = 0.0
        self._killed_as: tuple[str, str] | None = None
        self._was_told_to_stop = False

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start_process(self) -> None:
        """Start the process; one that joins in the middle of a run continues its chain. Raises OSError; it may then be called again."""
        self._started_at, self._has_spoken, self._was_told_to_stop = time.monotonic(), False, False
        self._mend_chain()
        ours, child = _SPAWN.Pipe()
        arguments = (self.microphone, self._is_only_one, self._outbox, child)
        process = _SPAWN.Process(target=attend_microphone, args=arguments, name=f"microphone {self.microphone.id}", daemon=True)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            child.close()
        self._process, self._connection = process, ours
        if self.order is not None:
            kind, noticed_by = self.status.lost_as or self._killed_as or ("interrupted", "process restarted")  # what took the sound first
            self.send("start", replace(self.order, missing_kind=kind, missing_noticed_by=noticed_by))
        self._killed_as = None

    def _mend_chain(self) -> None:
        """A newest file that does not read would end each process anew that continues the chain. What cannot be mended the process itself says."""
        if self.order is not None:
            with suppress(CaptureError, OSError):
                mend_chain(self.order.run_folder, self.microphone.id, KioskSigner(self.order.signing_key), newest_only=True)

    def send(self, command: str, argument: Any = None) -> None:
        """Tell the process; a dead one is told when it is started anew, from its order."""
        try:
            if self._connection is not None:
                self._connection.send((command, argument))
        except OSError:
            self._forget_connection()

    def receive(self) -> None:
        """Take in what the process said. Its silence is counted only while somebody listens.

        A recorder that was held up itself finds an old word, for a process does not wait to be heard; the silence begins anew then.
        """
        now, has_heard = time.monotonic(), False
        try:
            while self._connection is not None and _has_word(self._connection):
                self.status, self._has_spoken, has_heard = self._connection.recv(), True, True
        except (EOFError, OSError):
            self._forget_connection()
        if has_heard or now - self._listened_at > SILENT_SECONDS:
            self._silent_since = now
        self._listened_at = now

    def _silence(self, now: float) -> float:
        """For how many seconds the process has been listened to in vain."""
        return now - self._silent_since

    def _forget_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def tend(self, now: float) -> None:
        """Kill a hung process, and start a dead one anew, at most once a second.

        Only a process that is really gone is replaced: one that waits for its disk in the kernel may still write, into the journal
        whose hash the new one would take.
        """
        if self._is_alive() and self._is_hung(now):
            self._killed_as = ("stall", "process did not answer")
            self._kill_without_waiting()
        if not self._is_alive() and now - self._started_at > RESTART_SECONDS:
            self._kill_without_waiting()
            if self.is_gone():
                self.start_process()

    def _is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive() and self._connection is not None

    def _is_hung(self, now: float) -> bool:
        if not self._has_spoken:
            return now - self._started_at > STARTING_SECONDS
        return self._silence(now) > HUNG_SECONDS

    def kill(self) -> None:
        """End the process at once; everything it has written stays. See is_gone for whether that came about."""
        self._kill_without_waiting()
        if self._process is not None:
            self._process.join(LEAVING_SECONDS)

    def _kill_without_waiting(self) -> None:
        if self._process is not None:
            self._process.kill()
        self._forget_connection()

    def is_gone(self) -> bool:
        """Whether no process of this microphone lives any more that could write."""
        return self._process is None or not self._process.is_alive()

    def leave(self) -> None:
        """Ask the process to seal what it has and to go."""
        self.send("leave")
        if self._process is not None:
            self._process.join(LEAVING_SECONDS)
        self.kill()

    def stop(self, at: float) -> None:
        """Tell the process that the run ends at the monotonic moment `at`; one that dies now does not begin the run again."""
        self.order = None
        self._was_told_to_stop = True
        self.send("stop", at)

    def has_ended(self, run: str) -> bool:
        return self.status.ended_run == run

    def is_still_ending(self, run: str, now: float) -> bool:
        """Whether the process that was told to stop may yet end its chain: it lives, and is not longer silent than a slow disk explains."""
        silent = min(self._silence(now), now - self._started_at)
        return self._was_told_to_stop and self._is_alive() and not self.has_ended(run) and silent <= HUNG_SECONDS

    @property
    def name(self) -> str:
        return self.microphone.label

    def answers(self, now: float) -> bool:
        """Whether the process spoke a moment ago, or is still starting; not whether sound comes."""
        if not self._has_spoken:
            return self._process is not None and now - self._started_at <= STARTING_SECONDS
        return self._is_alive() and self._silence(now) <= SILENT_SECONDS

    def delivers(self) -> bool:
        """Whether sound is coming from it."""
        return self._is_alive() and self.status.state in ("metering", "waiting", "recording", "paused")

    def as_statement(self) -> dict[str, Any]:
        """What run.json says of it: the microphone, and the rate in Hz at which its device really delivers; null while it is not open."""
        return {**self.microphone.as_json(), "device_rate": self.status.device_rate}

    def as_json(self, now: float) -> dict[str, Any]:
        """What the room's screen shows: names, state, levels in dBFS, and a sentence when something is wrong."""
        shown = self._shown_status(now)
        names = {"id": self.microphone.id, "label": self.microphone.label, "seat": self.microphone.seat}
        levels = {"level_db": shown.level_db, "peak_db": shown.peak_db, "clipped": shown.clipped}
        sends_zeros = shown.state != "lost" and shown.zero_seconds >= ZEROS_SHOWN_SECONDS
        zeros = {"sends_zeros": sends_zeros, "silent_when_idle": bool(self.microphone.silent_when_idle)}
        return {**names, "state": shown.state, **levels, **zeros, "sentence": shown.sentence, "remark": shown.remark}

    def shown_state(self, now: float) -> str:
        """Its state as the room's screen shows it."""
        return self._shown_status(now).state

    def listening(self, now: float) -> Listening:
        """How it fares just now, for whoever raises alarms."""
        shown = self._shown_status(now)
        since_loss = None if shown.lost_at is None else now - shown.lost_at
        is_lost = shown.state in ("lost", "failed")
        return Listening(is_lost, since_loss, shown.zero_seconds, shown.quiet_seconds, shown.voice_seconds, shown.is_clipping)

    def _shown_status(self, now: float) -> MicrophoneStatus:
        label = self.microphone.label
        if self._process is None or (not self._has_spoken and now - self._started_at < SILENT_SECONDS and self.order is None):
            return MicrophoneStatus("opening")
        if self.status.state == "failed":
            return self.status
        if not self._is_alive() or (not self._has_spoken and self.order is not None):
            return MicrophoneStatus("lost", sentence=f"{label} stopped working and is being started again. What it recorded is kept.")
        if self._has_spoken and self._silence(now) > SILENT_SECONDS:
            return MicrophoneStatus("lost", sentence=f"{label} does not answer. What it recorded is kept; it will be started again.")
        return self.status


def _has_word(connection: Connection) -> bool:
    """Whether something waits to be taken, or the other end is gone. Connection.poll would build a selector each time."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))
