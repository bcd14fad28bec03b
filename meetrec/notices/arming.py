"""How notices reach recordings, which stand above them: the calls that `app.py` fills, and what the desk is told of a recording."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session

from meetrec.meetings.lines import ToldMeeting
from meetrec.notices.models import Notice

ARMING = "meetrec.arming"
RECORDING_STATES = "meetrec.recording_states"
ON_THE_DESK = "meetrec.on_the_desk"
ROOM_SIGNS = "meetrec.room_signs"
NOT_BEGUN = "armed"  # the kind of a summary whose room has recorded nothing, armed or stood down


class RecordingSummary(Protocol):
    """What the desk shows of a meeting's newest recording: its page, its stage as a sentence in the reader's language, the stage's name.

    `alarms` run in the room now, `space` is how long its disk still lasts, `remarks` are what opening and closing brought (G6): all sentences.
    `has_district_copy`: something from the room is, or can soon be expected to become, the district's copy, by this recording or an earlier one (G5.a).
    """

    @property
    def url(self) -> str: ...

    @property
    def sentence(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def has_district_copy(self) -> bool: ...

    @property
    def alarms(self) -> Sequence[str]: ...

    @property
    def space(self) -> str | None: ...

    @property
    def remarks(self) -> Sequence[str]: ...

    @property
    def origin(self) -> str | None: ...


class DistrictCopyTask(Protocol):
    """A meeting whose district copy is missing, or was until somebody answered (G5.a): its page, where it stands, why a copy must be there.

    `is_missing`: the task blocks. `history` are the answers, the newest first, each with who and when. All sentences are in the reader's language.
    """

    @property
    def meeting(self) -> ToldMeeting: ...

    @property
    def url(self) -> str: ...

    @property
    def is_missing(self) -> bool: ...

    @property
    def sentence(self) -> str: ...

    @property
    def why(self) -> str: ...

    @property
    def history(self) -> Sequence[str]: ...


# Arm the room for a matched notice's meeting, or again after it stood down; journals it. Called inside the transaction of the match.
Arm = Callable[[Session, datetime, str, Notice], object]
# The newest recording of each of the meetings (by id) that have one, as it stands at the moment given.
RecordingStates = Callable[[Session, datetime, Sequence[str]], Mapping[str, RecordingSummary]]


@dataclass(frozen=True)
class OnTheDesk:
    """What the desk tells of recordings at one moment: of its meetings (by id), and every missing district copy, the open ones first, then those answered."""

    states: Mapping[str, RecordingSummary]
    copies: Sequence[DistrictCopyTask]


# Both at once for these meetings (by id), since they are made of the same facts.
ReadForDesk = Callable[[Session, datetime, Sequence[str]], OnTheDesk]

# What the rooms say of themselves without the journal being told, as a text that is another one when anything of it changed.
RoomSigns = Callable[[Session], str]


@dataclass(frozen=True)
class Recordings:
    """The calls together, as actions and the desk take them."""

    arm: Arm
    states: RecordingStates
    on_the_desk: ReadForDesk
    signs: RoomSigns = lambda session: ""


def recordings() -> Recordings:
    """The calls that this application was wired with."""
    extensions = current_app.extensions
    states, on_the_desk = cast(RecordingStates, extensions[RECORDING_STATES]), cast(ReadForDesk, extensions[ON_THE_DESK])
    return Recordings(cast(Arm, extensions[ARMING]), states, on_the_desk, cast(RoomSigns, extensions[ROOM_SIGNS]))
