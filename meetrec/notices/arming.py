"""How notices reach recordings, which stand above them: the calls that `app.py` fills, and what the desk is told of a recording."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from meetrec.notices.models import Notice

ARMING = "meetrec.arming"
RECORDING_STATES = "meetrec.recording_states"

KINDS_WITH_DISTRICT_COPY = frozenset({"recording", "delivered", "stored"})


@dataclass(frozen=True)
class RecordingSummary:
    """What the desk shows of a recording.

    `url` is its page, `sentence` its state in the reader's language, `kind` the value of its `RecordingState`:
    armed, recording, delivered, stored or broken.
    """

    url: str
    sentence: str
    kind: str

    @property
    def has_district_copy(self) -> bool:
        """Whether the room recorded anything that the district keeps or is about to keep (G5.a)."""
        return self.kind in KINDS_WITH_DISTRICT_COPY


# Arm the room for a matched notice's meeting; journals it. Called inside the transaction of the match.
Arm = Callable[[Session, datetime, str, Notice], object]
# The summaries of those of the meetings (by id) that have a recording.
RecordingStates = Callable[[Session, Collection[str]], Mapping[str, RecordingSummary]]


def arming() -> Arm:
    """The arming that this application was wired with."""
    return cast(Arm, current_app.extensions[ARMING])


def recording_states() -> RecordingStates:
    """The look-up of recordings that this application was wired with."""
    return cast(RecordingStates, current_app.extensions[RECORDING_STATES])
