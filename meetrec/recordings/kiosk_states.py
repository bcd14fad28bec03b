"""What a kiosk says of itself while it records: its state, the alarms that run in the room, and the hours its disk still holds (G5.a)."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from meetrec.capture.room_contents import ALARM_KIND
from meetrec.recordings import copies, delivery_queries
from meetrec.recordings.actions import Courier
from meetrec.recordings.errors import DeliveryRefused
from meetrec.recordings.statements import moment_in

KIOSK_STATES = ("recording", "paused", "stopped")
MOST_ALARMS = 200
LONGEST_SEAT = 80  # characters


@dataclass(frozen=True)
class ToldState:
    """One message of a kiosk: its state and when that began, its alarms as JSON, hours of sound that still fit; None where it said nothing."""

    state: str
    since: datetime
    alarms: list[dict[str, Any]] | None
    hours_left: float | None


def state_in(told: Any) -> ToldState:
    """The message out of parsed JSON. Raises DeliveryRefused with what is wrong with it."""
    if not isinstance(told, dict):
        raise DeliveryRefused("What was sent is damaged: it is not a JSON object.")
    since = moment_in(told.get("at"))
    if told.get("state") not in KIOSK_STATES or since is None:
        raise DeliveryRefused(f"A kiosk's state is one of {', '.join(KIOSK_STATES)}, with the moment it began.")
    return ToldState(told["state"], since, _alarms_in(told.get("alarms")), _hours_in(told.get("hours_left")))


def note_kiosk_state(session: Session, courier: Courier, recording_id: str, told: ToldState) -> None:
    """Keep what this kiosk said last; for information only, so it is not journalled: the room log tells of alarms in its signed entries.

    The last to arrive is the newest, whatever moment it names: a kiosk sends one after the other, and its clock may be set back meanwhile.
    """
    copy = copies.copy_of_kiosk(session, delivery_queries.recording_of_room(session, recording_id, courier.room_id), courier.kiosk_id)
    copy.kiosk_state, copy.kiosk_state_at = told.state, told.since
    if told.alarms is not None:
        copy.kiosk_alarms, copy.kiosk_hours_left = told.alarms, told.hours_left


def _alarms_in(told: Any) -> list[dict[str, Any]] | None:
    if told is None:
        return None
    if not isinstance(told, list) or len(told) > MOST_ALARMS:
        raise DeliveryRefused(f"A kiosk tells its alarms as a list of at most {MOST_ALARMS}.")
    return [_alarm_in(one) for one in told]


def _alarm_in(told: Any) -> dict[str, Any]:
    """One alarm, of known fields only: nothing else of what is sent is kept."""
    try:
        number, kind, since = told["number"], told["kind"], moment_in(told["since"])
        microphone, seat, over, answered = (told.get(name) for name in ("microphone", "seat", "over", "answered"))
        names = [name for name in (microphone, seat) if name is not None]
        is_right = type(number) is int and isinstance(kind, str) and ALARM_KIND.fullmatch(kind) and since is not None
        is_right = is_right and all(isinstance(name, str) and len(name) <= LONGEST_SEAT for name in names)
        if not is_right or type(over) is not bool or type(answered) is not bool:
            raise ValueError("not an alarm")
    except (KeyError, TypeError, AttributeError, ValueError):
        raise DeliveryRefused("An alarm of a kiosk has a number, a kind, the moment it began, and says whether it is over and answered.") from None
    assert since is not None
    return {"number": number, "kind": kind, "microphone": microphone, "seat": seat, "since": since.isoformat(), "over": over, "answered": answered}


def _hours_in(told: Any) -> float | None:
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told) or told < 0:
        raise DeliveryRefused("The hours that a kiosk's disk still holds are a number from 0 on.")
    return float(told)
