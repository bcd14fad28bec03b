"""What is wrong with a microphone while it records, by name: lost, muted, too quiet, clipping (peers 6, 7). Pure: no clock.

A state is shown at once; an alarm waits until it is sure, because it stays on the screen until a person answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LOST, MUTED, TOO_QUIET, CLIPPING = MICROPHONE_ALARMS = ("lost", "muted", "too_quiet", "clipping")
DISK_FILLING, DISK_FULL = ROOM_ALARMS = ("disk_filling", "disk_full")

LOSS_SHOWN_SECONDS = 5.0  # a loss of half a second would be over before anybody is told
ZEROS_SHOWN_SECONDS = 1.25  # with the way to the screen, within two seconds
MUTED_SECONDS = 5.0
QUIET_WHILE_OTHERS_SPEAK_SECONDS = 60.0
QUIET_SECONDS = 120.0
SPEECH_OF_OTHERS_SECONDS = 10.0  # of the last minute
LEAST_HOURS = 2.0


@dataclass(frozen=True)
class Listening:
    """How one microphone fares; all in seconds, `since_loss` None when it lost nothing. `voice_seconds` is of the last minute."""

    is_lost: bool
    since_loss: float | None
    zero_seconds: float
    quiet_seconds: float
    voice_seconds: float
    is_clipping: bool


def alarms_of(microphones: Sequence[Listening], listened_seconds: float) -> list[tuple[str, ...]]:
    """The alarms of each microphone; for `listened_seconds` the recording has run without a pause."""
    return [_alarms_of(one, max((other.voice_seconds for other in microphones if other is not one), default=0.0), listened_seconds) for one in microphones]


def _alarms_of(one: Listening, speech_elsewhere: float, listened_seconds: float) -> tuple[str, ...]:
    if one.is_lost:
        return (LOST,)
    quiet = min(one.quiet_seconds, listened_seconds)
    is_quiet = quiet >= QUIET_SECONDS or (quiet >= QUIET_WHILE_OTHERS_SPEAK_SECONDS and speech_elsewhere >= SPEECH_OF_OTHERS_SECONDS)
    found = {
        LOST: one.since_loss is not None and one.since_loss < LOSS_SHOWN_SECONDS,
        MUTED: one.zero_seconds >= MUTED_SECONDS,
        TOO_QUIET: is_quiet and one.zero_seconds < MUTED_SECONDS,  # a muted one is quiet too; one alarm is enough
        CLIPPING: one.is_clipping,
    }
    return tuple(kind for kind, is_so in found.items() if is_so)


def alarms_of_room(is_disk_full: bool, is_disk_filling: bool) -> tuple[str, ...]:
    """The alarms of the kiosk's disk."""
    return (DISK_FULL,) if is_disk_full else (DISK_FILLING,) if is_disk_filling else ()
