"""What the kiosk needs of the recorder, and the readings it takes from it."""

from dataclasses import dataclass
from typing import Protocol

HEARD_FROM_DB = -45.0  # dBFS; a voice at a table is louder, a quiet room is not
LOWEST_SHOWN_DB, HIGHEST_SHOWN_DB = -60.0, -12.0


@dataclass(frozen=True)
class MicrophoneReading:
    """One microphone as the screen shows it. `state` is capture's own word; `name` is its seat, else its label."""

    id: str
    name: str
    state: str
    level_db: float
    is_mute: bool  # it sends exact zeros, as a muted or dead microphone does (peers #6)
    alarm_kinds: tuple[str, ...] = ()  # of capture.alarms.MICROPHONE_ALARMS
    heard_voice: bool = False  # a voice was heard clearly since the last recording; what the pre-flight asks for (peers #17)
    voice_level_db: float | None = None  # dBFS of the loudest such voice
    is_silent_when_idle: bool = False  # a conference line: nothing comes from it while nobody is on it, and that is no fault
    gain_refused: bool = False  # its mixer did not take the gain of its profile; it records with the gain it has

    @property
    def is_lost(self) -> bool:
        """Whether nothing comes from it."""
        return self.state in ("lost", "failed")

    @property
    def is_ready(self) -> bool:
        """Whether sound comes from it."""
        return not self.is_lost and self.state != "opening"

    def must_be_heard(self, *, has_people_on_line: bool) -> bool:
        """Whether a recording starts without its voice only for a reason (peers #17): on a line that nobody is on nobody can speak."""
        return self.is_lost or has_people_on_line or not self.is_silent_when_idle

    @property
    def is_loud_as_a_voice(self) -> bool:
        return not self.is_lost and self.level_db >= HEARD_FROM_DB

    @property
    def percent(self) -> int:
        """How far the meter reaches, 0 to 100."""
        share = (self.level_db - LOWEST_SHOWN_DB) / (HIGHEST_SHOWN_DB - LOWEST_SHOWN_DB)
        return 0 if self.is_lost else round(100 * min(max(share, 0.0), 1.0))


@dataclass(frozen=True)
class RecorderReading:
    """What the recorder does: `state` is "idle", "recording", "paused" or "stopping"; `elapsed` counts recorded seconds of the running run."""

    state: str
    recording: str | None
    elapsed: float
    microphones: tuple[MicrophoneReading, ...]
    alarm_kinds: tuple[str, ...] = ()  # of the whole room: capture.alarms.ROOM_ALARMS
    hours_left: float | None = None  # of recording, until the disk is full; None while nothing is known

    @property
    def is_running(self) -> bool:
        """Whether a recording is open: recorded, paused, or being sealed."""
        return self.state != "idle"

    @property
    def is_deaf(self) -> bool:
        """Whether it should record and nothing is written: every microphone is lost, or the disk is full (peers #12)."""
        return self.state == "recording" and not self.writing

    @property
    def writing(self) -> int:
        """How many microphones are written while it records."""
        return sum(not one.is_lost and one.state != "disk_full" for one in self.microphones)


class RecorderPort(Protocol):
    """The recorder, as far as the screen drives it. Every call may raise CaptureError with a sentence."""

    def start(self, recording: str) -> None:
        """Begin a new run of a recording."""

    def pause(self, kind: str) -> None:
        """Hold on; the gap is stated as "pause" or "off_the_record"."""

    def resume(self) -> None:
        """Go on."""

    def stop(self) -> None:
        """End the run and write closing.json."""

    def reading(self) -> RecorderReading:
        """What it does just now; quick."""

    def close(self) -> None:
        """Seal what is open and leave; a running recording becomes an interrupted one."""
