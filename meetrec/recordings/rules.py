"""What a delivery must hold and how far a recording is. Pure: no Flask, no database, no clock (G5.a)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from meetrec.capture.run_keys import MICROPHONE_ID

ASSEMBLE = "recordings.assemble"  # the kind of the job that joins the copy that leads
ADD_COPY = "recordings.add_copy"  # and of the one that adds another kiosk's copy to the record


class RecordingState(enum.StrEnum):
    """How far a recording is."""

    ARMED = "armed"  # the room may record
    RECORDING = "recording"  # the kiosk has begun
    DELIVERED = "delivered"  # every piece arrived, waiting to be joined
    STORED = "stored"  # one education record in custody
    BROKEN = "broken"  # the pieces do not fit; nothing was deleted


UNDELIVERED = (RecordingState.ARMED, RecordingState.RECORDING)


@dataclass(frozen=True)
class ChainEnd:
    """The end of one microphone's chain: how many pieces it has with the end itself, and the SHA-256 (hex) of the last."""

    pieces: int
    last: str


Chains = Mapping[tuple[str, str], ChainEnd]  # by run and microphone


class Stage(enum.StrEnum):
    """How far a recording is, as a page tells it."""

    ARMED = "armed"
    RECORDING = "recording"
    PAUSED = "paused"
    DELIVERING = "delivering"
    NOT_HEARD_FROM = "not_heard_from"  # begun, never closed, and its kiosk is silent
    WAITING_FOR_MAIN = "waiting_for_main"  # the reserve kiosk's: whole, held back for the main kiosk's
    WAITING_TO_JOIN = "waiting_to_join"
    JOINING = "joining"
    JOINING_FAILED = "joining_failed"
    BROKEN = "broken"
    STORED = "stored"


# The stages in which the district has nothing from the room that could become its copy (G5.a).
WITHOUT_DISTRICT_COPY = frozenset({Stage.ARMED, Stage.BROKEN, Stage.NOT_HEARD_FROM})
LOST_STAGES = frozenset({Stage.BROKEN, Stage.NOT_HEARD_FROM})  # begun, and what was made may never come whole
# The stages in which pieces may still lie on the kiosk: a copy is on its way, but not for ever.
UNDELIVERED_STAGES = frozenset({Stage.RECORDING, Stage.PAUSED, Stage.DELIVERING})
LONGEST_DELIVERY = timedelta(days=1)  # after the planned end
LONGEST_OVERRUN, LONGEST_SILENCE = timedelta(minutes=30), timedelta(minutes=10)
LONGEST_SILENCE_WHILE_RECORDING = timedelta(minutes=3)  # a kiosk that records gives a sign several times a minute


class ArmingAgain(enum.StrEnum):
    """Whether a meeting's room may be armed once more after a recording was closed."""

    POSSIBLE = "possible"
    STILL_OPEN = "still_open"  # this recording or another of the meeting is armed or running
    DAY_OVER = "day_over"


def arming_again(*, is_any_open: bool, planned_end: datetime, day_began: datetime) -> ArmingAgain:
    """Whether the room may be armed again for a meeting that goes on; `day_began` is the beginning of today at the school."""
    if is_any_open:
        return ArmingAgain.STILL_OPEN
    return ArmingAgain.DAY_OVER if planned_end < day_began else ArmingAgain.POSSIBLE


def chains_of_closing(closing: Mapping[str, Any]) -> dict[tuple[str, str], ChainEnd]:
    """The chains a closing statement promises. Raises ValueError when it is not in the form of the kiosk's closing.json."""
    try:
        runs = {_run_id(run): microphones for run, microphones in closing["runs"].items()}  # also of a run without microphones
        return {
            (run, _slug(microphone)): ChainEnd(_count(end["pieces"]), _digest(end["last"]))
            for run, microphones in runs.items()
            for microphone, end in microphones.items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the closing statement lacks something it must name") from error


def lost_runs(closing: Mapping[str, Any]) -> frozenset[str]:
    """The runs of which the kiosk has lost the opening statement: no end is promised of them, and what arrived of them counts as it is.

    Raises ValueError when the closing statement is not in its form.
    """
    try:
        damaged = [entry for entry in closing.get("damaged", []) if entry["is_lost"]]
        return frozenset(_run_id(entry["run"]) for entry in damaged if entry["microphone"] is None) - frozenset(closing["runs"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the closing statement lacks something it must name") from error


def first_contradiction(promised: Chains, delivered: Chains) -> str | None:
    """Why what was delivered can never become what the kiosk's closing promises, as a sentence; None while it still can."""
    for (run, microphone), end in delivered.items():
        expected = promised.get((run, microphone))
        if expected is None:
            return f"The closing statement does not name microphone {microphone} of run {run}, of which pieces were delivered."
        if end.pieces > expected.pieces:
            return f"Microphone {microphone} of run {run} delivered {end.pieces} pieces, its closing statement names only {expected.pieces}."
        if end.pieces == expected.pieces and end.last != expected.last:
            return f"The last piece of microphone {microphone} in run {run} is not the one that the closing statement names."
    return None


def is_complete(promised: Chains, delivered: Chains) -> bool:
    """Whether every piece that the closing promises was delivered."""
    return dict(promised) == dict(delivered)


def pieces_missing(promised: Chains, delivered: Chains) -> int:
    """How many promised pieces have not arrived."""
    return sum(end.pieces - (delivered[key].pieces if key in delivered else 0) for key, end in promised.items())


def is_kiosk_silent(*, planned_end: datetime, heard_at: datetime, now: datetime) -> bool:
    """Whether a meeting is well over and its kiosk gave no sign since `heard_at`, so that waiting alone no longer helps (G5.a)."""
    return now - planned_end > LONGEST_OVERRUN and now - heard_at > LONGEST_SILENCE


def is_recording_uncertain(stage: Stage, *, heard_at: datetime, now: datetime) -> bool:
    """Whether a kiosk that recorded, or paused, has fallen silent, so that somebody should look while the meeting still lasts (G5.a)."""
    return stage in (Stage.RECORDING, Stage.PAUSED) and now - heard_at > LONGEST_SILENCE_WHILE_RECORDING


def has_district_copy(stage: Stage, *, planned_end: datetime, now: datetime) -> bool:
    """Whether what came from the room is, or can soon be expected to become, the district's copy (G5.a)."""
    is_overdue = stage in UNDELIVERED_STAGES and now - planned_end > LONGEST_DELIVERY
    return stage not in WITHOUT_DISTRICT_COPY and not is_overdue


def stage_of(state: RecordingState, kiosk_state: str | None, *, is_closed: bool, is_silent: bool, job_state: str | None, is_held_back: bool = False) -> Stage:
    """The stage from the stored state, what the kiosk last said, whether it is silent now, and the joining job's state if there is one.

    `is_held_back`: a reserve's copy for which nothing is to be joined yet.
    """
    if state == RecordingState.RECORDING:
        if is_silent and not is_closed:
            return Stage.NOT_HEARD_FROM
        if is_closed or kiosk_state == "stopped":
            return Stage.DELIVERING
        return Stage.PAUSED if kiosk_state == "paused" else Stage.RECORDING
    if state == RecordingState.DELIVERED:
        if is_held_back:
            return Stage.WAITING_FOR_MAIN
        return {"running": Stage.JOINING, "failed": Stage.JOINING_FAILED}.get(job_state or "", Stage.WAITING_TO_JOIN)
    return Stage(state)  # the other states are stages of the same name


def is_id(text: str) -> bool:
    """Whether this is a UUID in its usual spelling: ids become names of folders, so no other spelling passes."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _run_id(run: str) -> str:
    if not is_id(run):
        raise ValueError("a run is named by a UUID in its usual spelling")
    return run


def _slug(microphone: str) -> str:
    if not MICROPHONE_ID.fullmatch(microphone):
        raise ValueError("a microphone is named by small letters, digits and hyphens")
    return microphone


def _count(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("a count of pieces is a number from 1 on")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or len(value) != 64:
        raise ValueError("a hash has 64 hex digits")
    return value
