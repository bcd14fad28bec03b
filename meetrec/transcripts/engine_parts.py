"""What every speech engine has in common: the protocol, what it hears, what it says of itself."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from meetrec.platform.errors import MeetRecError
from meetrec.transcripts.sound import Samples


class EngineError(MeetRecError):
    """An engine cannot be used."""


@dataclass(frozen=True)
class Word:
    """A word as heard: seconds from the start of the sound, and the engine's probability 0..1."""

    start: float
    end: float
    word: str
    probability: float


@dataclass(frozen=True)
class Segment:
    """A stretch of text with its words; `language` is the code (en, es) it was transcribed in."""

    start: float
    end: float
    text: str
    language: str
    words: tuple[Word, ...]


@dataclass(frozen=True)
class EngineIdentity:
    """What made a transcript, for the record: enough to make it again."""

    engine: str
    version: str
    model: str
    sha256: str
    weights: str
    settings: dict[str, Any] = field(default_factory=dict)


class Engine(Protocol):
    """What turns samples into words."""

    @property
    def identity(self) -> EngineIdentity: ...

    def languages_of(self, speech: Samples) -> dict[str, float]:
        """Probability of each language over the first 30 s of mono 16 kHz speech."""

    def transcribe(self, samples: Samples, language: str | None = None, heard: Callable[[float], None] | None = None) -> list[Segment]:
        """Segments of mono 16 kHz float32 samples; without a voice, none. `heard` is told the seconds done so far."""


def forbid_network() -> None:
    """Keep the hub's client from calling out when an engine is loaded; must run before its first import."""
    os.environ["HF_HUB_OFFLINE"] = "1"
