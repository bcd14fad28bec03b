"""Whether capture is alive: when its loop last turned, and which microphones' processes do not answer. For the watchdog outside (G5.a)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Answering(Protocol):
    """One microphone's process, as far as its pulse goes."""

    @property
    def name(self) -> str:
        """What people call the microphone."""

    def answers(self, now: float) -> bool:
        """Whether its process spoke a moment ago, or is still starting."""


@dataclass(frozen=True)
class CapturePulse:
    """`turned_seconds_ago`: how long the recorder's loop has not come round. `unanswering`: labels of microphones whose process is silent."""

    turned_seconds_ago: float
    microphones: int
    unanswering: tuple[str, ...]


def pulse_of(attended: Sequence[Answering], turned_at: float, now: float) -> CapturePulse:
    """The pulse at `now`; both moments are monotonic seconds."""
    silent = tuple(one.name for one in attended if not one.answers(now))
    return CapturePulse(now - turned_at, len(attended), silent)
