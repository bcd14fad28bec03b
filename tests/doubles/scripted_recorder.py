"""A double of the room's recorder for tests of screens: it records nothing, and reads whatever the test sets."""

from dataclasses import replace

from meetrec.capture.outbox import CLOSING
from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderReading

SEATS = ("Parent", "Case manager", "Psychologist", "Chair")


def microphone(number: int, state: str = "metering", level_db: float = -30.0, is_mute: bool = False) -> MicrophoneReading:
    """Microphone `number`, counted from 1, at its seat; its alarms follow from its state."""
    alarms = ("lost",) if state in ("lost", "failed") else ("muted",) if is_mute else ()
    return MicrophoneReading(f"microphone-{number}", SEATS[number - 1], state, level_db, is_mute, alarms, heard_voice=True, voice_level_db=-24.0)


class ScriptedRecorder:
    """`now` is what it reads; `calls` is what was asked of it; `fails_with` is raised by the next call."""

    def __init__(self, outbox) -> None:
        self._outbox = outbox
        self.now = RecorderReading("idle", None, 0.0, tuple(microphone(number, level_db=level) for number, level in enumerate((-24, -31, -58, -40), 1)))
        self.calls: list[str] = []
        self.fails_with: Exception | None = None

    def _called(self, name: str) -> None:
        if self.fails_with is not None:
            error, self.fails_with = self.fails_with, None
            raise error
        self.calls.append(name)

    def start(self, recording: str) -> None:
        self._called(f"start {recording}")
        self.now = replace(self.now, state="recording", recording=recording, elapsed=0.0)

    def pause(self, kind: str) -> None:
        self._called(kind)
        self.now = replace(self.now, state="paused")

    def resume(self) -> None:
        self._called("resume")
        self.now = replace(self.now, state="recording")

    def stop(self) -> None:
        self._called("stop")
        folder = self._outbox / str(self.now.recording)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CLOSING).write_text('{"runs": {"r": {"m": {"pieces": 34, "last": ""}}}}')
        self.now = replace(self.now, state="idle", recording=None)

    def reading(self) -> RecorderReading:
        return self.now

    def close(self) -> None:
        self._called("close")

    def lose(self, number: int) -> None:
        """Microphone `number` is gone."""
        self._replace(number, microphone(number, state="lost", level_db=-120.0))

    def find(self, number: int) -> None:
        """And back."""
        self._replace(number, microphone(number, state="recording"))

    def _replace(self, number: int, reading: MicrophoneReading) -> None:
        readings = list(self.now.microphones)
        readings[number - 1] = reading
        self.now = replace(self.now, microphones=tuple(readings))
