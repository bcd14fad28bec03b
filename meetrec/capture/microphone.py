"""The process of one microphone: metering always, recording when told, and never silent about a fault (G5.a).

One process for each, because PortAudio can hang, and finding new devices ends every stream of its process. The main thread is the
writer; PortAudio's own thread only copies and counts. Commands come over a multiprocessing connection, status goes back four times a
second, unless nobody listens: a recorder that hangs must not hold up the writing. When the recorder goes away everything that came is
written, the open piece is sealed and the process leaves.
"""

import select
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from meetrec.capture.alarms import ZEROS_SHOWN_SECONDS
from meetrec.capture.devices import Microphone
from meetrec.capture.errors import CaptureError, MicrophoneUnusable
from meetrec.capture.look_back import LookBack
from meetrec.capture.meter import LOWEST_DB, Level, Meter
from meetrec.capture.run_order import RunOrder
from meetrec.capture.stream import Block, DeviceStream, StreamClock
from meetrec.capture.take import Take
from meetrec.capture.voice import NOTHING_HEARD, Hearing, VoiceDetector
from meetrec.capture.writers import hold_as_writer

TICK_SECONDS = 0.25  # what has come is taken and written together: each turn costs, and a kill loses no more than this beside PortAudio's own block
STATUS_SECONDS = 0.1
STEPS_WHILE_RECORDING = 2  # of half a second: only before the start does somebody wait for a voice to be heard
STALLED_SECONDS = 1.0
FIRST_BLOCK_SECONDS = 1.5  # then it is told; a device may need longer, so it is given up only after
FIRST_BLOCK_PATIENCE_SECONDS = 3.0
REOPEN_SECONDS = 1.0
BUSY_SECONDS = 0.5


@dataclass(frozen=True)
class MicrophoneStatus:
    """What a microphone's process last said; levels in dBFS, `at` monotonic.

    `state`: opening, metering, waiting (its sound has not come yet), recording, paused, disk_full, lost, failed. `ended_run` is the
    last run whose chain it has closed. `remark` is a sentence that takes nothing from the recording (its gain could not be set);
    `device_rate` is what the device delivers, in Hz, before it is brought to 48 kHz. `lost_at` is when sound was last found missing,
    `lost_as` why it is missing now (kind and how it was noticed, as the gap will say; None while sound comes). `heard_at` is until when
    `hearing` reaches (monotonic); `voice_seconds` counts the last minute.
    """

    state: str
    level_db: float = LOWEST_DB
    peak_db: float = LOWEST_DB
    clipped: int = 0
    quiet_seconds: float = 0.0
    zero_seconds: float = 0.0
    is_clipping: bool = False
    lost_at: float | None = None
    lost_as: tuple[str, str] | None = None
    hearing: Hearing = NOTHING_HEARD
    heard_at: float = 0.0
    voice_seconds: float = 0.0
    sentence: str | None = None
    ended_run: str | None = None
    at: float = 0.0
    remark: str | None = None
    device_rate: int | None = None


class MicrophoneProcess:
    """What runs inside the process."""

    def __init__(self, microphone: Microphone, is_only_one: bool, outbox: Path, recorder: Connection) -> None:
        self._microphone, self._is_only_one = microphone, is_only_one
        self._outbox = outbox
        self._recorder, self._words = recorder, select.poll()  # asked some ten times a second: Connection.poll would build a selector each time
        self._words.register(recorder, select.POLLIN)
        self._stream: DeviceStream | None = None
        self._clock = StreamClock()
        self._meter, self._voice = self._new_meter(), VoiceDetector()
        self._heard_at = 0.0
        self._lost_at: float | None = None
        self._lost_as: tuple[str, str] | None = None
        self._level = Level(LOWEST_DB, LOWEST_DB, 0, 0.0, 0.0)
        self._take: Take | None = None
        self._run, self._before = "", LookBack()
        self._ended_run: str | None = None
        self._trouble: str | None = None
        self._leaving = False
        self._open_again_at = self._told_at = self._looked_at = self._patient_until = 0.0

    def run(self) -> None:
        """Work until told to leave, or until the recorder is gone."""
        while not self._leaving:
            self._open_if_needed()
            self._words.poll(1000 * TICK_SECONDS)  # a word of the recorder is obeyed at once
            self._hear_all(self._stream.next_blocks(0) if self._stream else [])
            self._obey()
            self._watch()
            self._tell()
        self._end()

    def leave(self) -> None:
        self._leaving = True

    def _end(self) -> None:
        self._write_what_came(self._stream)
        if self._take is not None:
            self._take.leave()
        if self._stream is not None:
            self._stream.abandon()

    def _write_what_came(self, stream: DeviceStream | None) -> None:
        """What PortAudio has handed over by now, into the take: nothing may be left in memory."""
        if self._take is not None and stream is not None:
            for block in stream.next_blocks(0):
                self._take.hear(block, self._clock.observe(block))

    def _new_meter(self) -> Meter:
        return Meter(is_silent_when_idle=bool(self._microphone.silent_when_idle))

    def _open_if_needed(self) -> None:
        if self._stream is not None or time.monotonic() < self._open_again_at:
            return
        self._open_again_at = time.monotonic() + REOPEN_SECONDS
        try:
            stream = DeviceStream(self._microphone, self._is_only_one)
        except MicrophoneUnusable as error:
            self._trouble = str(error)
            return
        self._stream, self._clock, self._meter = stream, StreamClock(), self._new_meter()
        self._before.release()
        self._voice = VoiceDetector()
        if self._take is not None:
            self._take.attach(self._clock)

    def _hear_all(self, blocks: list[Block]) -> None:
        """What came in one turn; what the recorder says is obeyed before each block, because it may say from which moment on to record."""
        for block in blocks:
            self._obey()
            self._hear(block)
        if self._take is not None:
            self._take.flush()
        if blocks:
            self._trouble = self._lost_as = None
            together = blocks[0].samples if len(blocks) == 1 else np.concatenate([block.samples for block in blocks])
            self._note_level(self._meter.read(together))
            if self._voice.listen(together, steps=STEPS_WHILE_RECORDING if self._take is not None else 1):
                self._heard_at = blocks[-1].arrived

    def _hear(self, block: Block) -> None:
        lateness = self._clock.observe(block)
        if self._take is not None:
            self._take.hear(block, lateness)
            self._lost_at = self._take.lost_at or self._lost_at
        else:
            self._before.hold(block, lateness)

    def _note_level(self, level: Level) -> None:
        """Keep the loudest of what was not told yet."""
        loudest, peak = max(level.level_db, self._level.level_db), max(level.peak_db, self._level.peak_db)
        self._level = replace(level, level_db=loudest, peak_db=peak, clipped=level.clipped + self._level.clipped)

    def _obey(self) -> None:
        """Do what the recorder says; its end of the connection closing means that it is gone."""
        try:
            while not self._leaving and self._words.poll(0):
                self._do(*self._recorder.recv())
        except (EOFError, OSError):
            self._leaving = True

    def _do(self, command: str, argument: Any = None) -> None:
        if command == "start":
            self._start(argument)
        elif command == "leave":
            self._leaving = True
        elif self._take is not None and command == "resume":
            self._take.begin_stretch(argument)
        elif self._take is not None:
            self._take.end_stretch(argument, command)

    def _start(self, order: RunOrder) -> None:
        if self._take is not None:
            self._take.leave()
        self._take, self._run = Take(order, self._microphone.id, self._outbox), order.run
        if self._lost_as is None and order.joins_in_the_middle:
            self._lost_as = (order.missing_kind, order.missing_noticed_by)  # should this process die too before sound comes, the reason stays
        if self._stream is not None:
            self._take.attach(self._clock)
            for block, lateness in self._before.release():  # the take leaves out what was heard before it is wanted
                self._take.hear(block, lateness)

    def _watch(self) -> None:
        """Notice what PortAudio does not tell, and let the take do what is due."""
        now = time.monotonic()
        if now - self._looked_at > BUSY_SECONDS:
            self._patient_until = now + STALLED_SECONDS  # we were held up ourselves: what the device delivered is still on its way
        self._looked_at = now
        if self._stream is not None and now > self._patient_until:
            self._watch_stream(self._stream, now)
        if self._take is not None:
            if now > self._patient_until:
                self._take.attend(now)
            self._let_go_of_ended_take(self._take)

    def _let_go_of_ended_take(self, take: Take) -> None:
        if take.has_stopped:
            take.leave()
            self._take, self._ended_run = None, self._run
            self._tell(at_once=True)

    def _watch_stream(self, stream: DeviceStream, now: float) -> None:
        label = self._microphone.label
        if stream.has_finished:
            self._lose("device_lost", "finished callback", f"{label} was unplugged. Check its cable; it goes on by itself when it is back.")
        elif not stream.has_delivered and now - stream.opened > FIRST_BLOCK_SECONDS:
            self._trouble = self._trouble or f"{label} is attached but delivers no sound. Unplug it and plug it in again."
            if now - stream.opened > FIRST_BLOCK_PATIENCE_SECONDS:
                self._lose("stall", "no first block", self._trouble)
        elif stream.has_delivered and now - stream.last_callback > STALLED_SECONDS:
            self._lose("stall", "no callback for 1 s", f"{label} stopped delivering sound. It is opened again every second.")

    def _lose(self, kind: str, noticed_by: str, sentence: str) -> None:
        assert self._stream is not None
        stream, self._stream = self._stream, None
        self._trouble, self._lost_at, self._lost_as = sentence, time.monotonic(), (kind, noticed_by)
        self._tell(at_once=True)  # before the piece is sealed, and before abort(), should that hang after all
        self._write_what_came(stream)
        if self._take is not None:
            self._take.lose(kind, noticed_by)
        self._open_again_at = time.monotonic() + REOPEN_SECONDS
        stream.abandon()

    def _tell(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if now - self._told_at < STATUS_SECONDS and not at_once:
            return
        self._told_at = now
        try:
            if tell_without_waiting(self._recorder, self._status(now)):
                self._level = replace(self._level, level_db=LOWEST_DB, peak_db=LOWEST_DB, clipped=0)
        except OSError:
            self._leaving = True

    def _status(self, now: float) -> MicrophoneStatus:
        level = self._level
        return MicrophoneStatus(
            state=self._state(), level_db=level.level_db, peak_db=level.peak_db, clipped=level.clipped, is_clipping=level.is_clipping,
            zero_seconds=level.zero_seconds, quiet_seconds=level.quiet_seconds, lost_at=self._lost_at, lost_as=self._lost_as,
            sentence=self._sentence(),
            hearing=self._voice.hearing, heard_at=self._heard_at, voice_seconds=self._voice.voice_seconds, ended_run=self._ended_run, at=now,
            remark=self._stream.gain_trouble if self._stream else None, device_rate=self._stream.device_rate if self._stream else None,
        )  # fmt: skip

    def _state(self) -> str:
        if self._trouble is not None:
            return "lost"
        if self._take is not None:
            return self._take.state
        return "metering" if self._stream is not None and self._stream.has_delivered else "opening"

    def _sentence(self) -> str | None:
        if self._trouble is not None:
            return self._trouble
        if self._take is not None and self._take.sentence is not None:
            return self._take.sentence
        if self._level.zero_seconds >= ZEROS_SHOWN_SECONDS:
            return f"{self._microphone.label} sends nothing but silence: it is muted, or its cable is loose."
        return None


def tell_without_waiting(recorder: Connection, status: MicrophoneStatus) -> bool:
    """Send a status unless it would have to wait, and whether it was sent: only the newest matters, and the writing waits for nobody (G5.b).

    Linux calls a socket writable only while three quarters of its buffer are free, so what is sent then does not block. Raises OSError
    when the recorder is gone.
    """
    room = select.poll()
    room.register(recorder, select.POLLOUT)
    if not room.poll(0):
        return False
    recorder.send(status)
    return True


def attend_microphone(microphone: Microphone, is_only_one: bool, outbox: Path, recorder: Connection) -> None:
    """The entry of the process. What it cannot mend it tells as state "failed" with a sentence, and leaves; the recorder starts it anew."""
    process = MicrophoneProcess(microphone, is_only_one, outbox, recorder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _number, _frame: process.leave())
    try:
        hold_as_writer(outbox)  # for as long as this process lives, so that no recovery begins beside it
        process.run()
    except (CaptureError, OSError) as error:
        sentence = str(error) if isinstance(error, CaptureError) else f"{microphone.label} cannot be recorded: {error.strerror or error}."
        with suppress(OSError):
            tell_without_waiting(recorder, MicrophoneStatus("failed", sentence=sentence, at=time.monotonic()))
        raise SystemExit(1) from error
