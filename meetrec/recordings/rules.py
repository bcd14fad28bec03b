"""What a delivery must hold and how far a recording is. Pure: no Flask, no database, no clock (G5.a)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

ARMED, RECORDING, DELIVERED, STORED, BROKEN = "armed", "recording", "delivered", "stored", "broken"


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
    WAITING_TO_JOIN = "waiting_to_join"
    JOINING = "joining"
    JOINING_FAILED = "joining_failed"
    BROKEN = "broken"
    STORED = "stored"


def chains_of_closing(closing: Mapping[str, Any]) -> dict[tuple[str, str], ChainEnd]:
    """The chains a closing statement promises. Raises ValueError when it is not in the form of the kiosk's closing.json."""
    try:
        return {
            (str(UUID(run)), microphone): ChainEnd(_count(end["pieces"]), _digest(end["last"]))
            for run, microphones in closing["runs"].items()
            for microphone, end in microphones.items()
        }
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


def stage_of(state: str, kiosk_state: str | None, *, is_closed: bool, job_state: str | None) -> Stage:
    """The stage from the stored state, what the kiosk last said of itself, and the state of the joining job if there is one."""
    if state == RECORDING:
        if is_closed or kiosk_state == "stopped":
            return Stage.DELIVERING
        return Stage.PAUSED if kiosk_state == "paused" else Stage.RECORDING
    if state == DELIVERED:
        return {"running": Stage.JOINING, "failed": Stage.JOINING_FAILED}.get(job_state or "", Stage.WAITING_TO_JOIN)
    return {ARMED: Stage.ARMED, STORED: Stage.STORED, BROKEN: Stage.BROKEN}[state]


def _count(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("a count of pieces is a number from 1 on")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or len(value) != 64:
        raise ValueError("a hash has 64 hex digits")
    return value
