"""Capture's recorder for this room: built anew when the district's key arrives or a microphone is plugged in, never while it records."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from meetrec.capture.devices import Microphone, list_microphones
from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.pulse import CapturePulse
from meetrec.capture.recorder import Recorder
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderReading
from meetrec.kiosk.seats import seated, with_known
from meetrec.kiosk.sentences import NO_DISTRICT_KEY, NO_MICROPHONE
from meetrec.platform.settings_sections import MicrophoneSeat

LOOK_AGAIN_SECONDS = 10.0
OPENING_SECONDS = 5.0
SOUND_COMES = ("metering", "waiting", "recording", "paused", "stopped")

log = structlog.get_logger()


class RoomRecorder:
    """Drives a `Recorder` over the room's microphones. `seats` names them; none named means every attached one."""

    def __init__(
        self,
        outbox: Path,
        seats: Sequence[MicrophoneSeat],
        cache: MeetingsCache,
        signer: KioskSigner,
        attached: Callable[[], list[Microphone]] = list_microphones,
    ) -> None:
        self._outbox = outbox
        self._seats = seats
        self._cache = cache
        self._signer = signer
        self._attached = attached
        self._lock = threading.RLock()
        self._recorder: Recorder | None = None
        self._built_for: tuple[list[Microphone], str, bytes] | None = None
        self._is_closed = False

    def run(self, stopped: threading.Event) -> None:
        """Look for microphones and the key until `stopped`; a thread of its own."""
        while not stopped.is_set():
            try:
                self.look_around()
            except Exception:  # a full disk, for one: the thread must live on, or a new microphone would never be seen
                log.exception("recorder.look_around_failed")
            stopped.wait(LOOK_AGAIN_SECONDS if self._can_record() else 1.0)

    def look_around(self) -> None:
        """Build the recorder when there is something new; a microphone that is gone stays in the list as lost."""
        if self.reading().is_running:
            return
        try:
            found = seated(self._seats, self._attached())
        except MicrophoneUnusable:
            return
        with self._lock:
            known = self._built_for[0] if self._built_for else []
            wanted = (with_known(known, found), *self._identity())
            if wanted != self._built_for and not self.reading().is_running and not self._is_closed:
                self._build(*wanted)

    def _identity(self) -> tuple[str, bytes]:
        """This kiosk's id and the key to seal to; empty while the server has never been reached."""
        news, key = self._cache.news, self._cache.district_public_key
        return (news.kiosk, key) if news and key else ("", b"")

    def _build(self, microphones: list[Microphone], kiosk: str, key: bytes) -> None:
        if self._recorder is not None:
            self._recorder.close()
        self._recorder = Recorder(self._outbox, kiosk, key, microphones, self._signer).open()
        self._built_for = (microphones, kiosk, key)
        log.info("recorder.built", microphones=len(microphones), has_key=bool(key))

    def _can_record(self) -> bool:
        return self._recorder is not None and self._built_for is not None and bool(self._built_for[2])

    def start(self, recording: str) -> None:
        """Begin a run. Raises ActionRefused or CaptureError with nothing started."""
        with self._lock:
            recorder = self._require_recorder()
            if not self._can_record():
                raise ActionRefused(NO_DISTRICT_KEY)
            self._let_microphones_open()
            recorder.start(recording)

    def _let_microphones_open(self) -> None:
        """Whoever presses Start right after the machine was switched on waits a moment instead of reading a refusal."""
        deadline = time.monotonic() + OPENING_SECONDS
        while time.monotonic() < deadline and any(microphone.state == "opening" for microphone in self.reading().microphones):
            time.sleep(0.05)

    def pause(self, kind: str) -> None:
        """Hold on; the gap is stated as "pause" or "off_the_record"."""
        self._require_recorder().pause(kind)

    def resume(self) -> None:
        """Go on."""
        self._require_recorder().resume()

    def stop(self) -> None:
        """End the recording and write closing.json."""
        self._require_recorder().stop()

    def _require_recorder(self) -> Recorder:
        if self._recorder is None:
            raise ActionRefused(NO_MICROPHONE)
        return self._recorder

    def reading(self) -> RecorderReading:
        """What the recorder does just now."""
        recorder = self._recorder
        return RecorderReading("idle", None, 0.0, ()) if recorder is None else reading_of(recorder.status())

    def pulse(self) -> CapturePulse:
        """Whether capture is alive; before there is a microphone there is nothing that could hang."""
        recorder = self._recorder
        return CapturePulse(0.0, 0, ()) if recorder is None else recorder.pulse()

    def close(self) -> None:
        """Seal what is open and end every process; a recording that runs becomes an interrupted one."""
        with self._lock:
            self._is_closed = True
            if self._recorder is not None:
                self._recorder.close()


def reading_of(status: dict[str, Any]) -> RecorderReading:
    """Capture's status as the kiosk reads it."""
    state = status["state"] if status["state"] in ("recording", "paused", "stopping") else "idle"
    microphones = tuple(map(_microphone_of, status["microphones"]))
    return RecorderReading(state, status["recording"], status["elapsed"], microphones, tuple(status["alarm_kinds"]), status["hours_left"])


def _microphone_of(shown: dict[str, Any]) -> MicrophoneReading:
    return MicrophoneReading(
        id=shown["id"],
        name=shown["seat"] or shown["label"],
        state=shown["state"],
        level_db=shown["level_db"],
        is_mute=shown["state"] in SOUND_COMES and shown["sends_zeros"],
        alarm_kinds=tuple(shown["alarm_kinds"]),
        heard_voice=shown["heard_voice"],
        voice_level_db=shown["voice_level_db"],
        is_silent_when_idle=shown["silent_when_idle"],
        gain_refused=shown.get("remark") is not None,
    )
