"""What a kiosk sent and the server refused: journalled once for each reason, not for each retry, and shown until delivery goes on (W-37, G5.b)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from meetrec.capture.run_keys import MICROPHONE_ID
from meetrec.journal import actions as journal
from meetrec.recordings.models import Recording, RefusedDelivery
from meetrec.recordings.rules import UNDELIVERED

CLOSING, ROOM, RUN, CHAIN = "closing", "room", "run", "chain"  # where something is delivered to


@dataclass(frozen=True)
class DeliveryPlace:
    """Where a kiosk delivers something: the recording, the kind of place, and run, microphone and index as far as there are such."""

    recording_id: str
    kiosk_id: str
    place: str
    run_id: str = ""
    microphone: str = ""
    position: int = 0

    @classmethod
    def of_address(cls, kiosk_id: str, parts: Mapping[str, Any], *, is_closing: bool) -> "DeliveryPlace":
        """The place that an address names; `parts` are its variables. A microphone that can be none is left out: it may be any text."""
        run, microphone, index = str(parts.get("run_id", "")), parts.get("microphone", ""), parts.get("index", 0)
        place = CLOSING if is_closing else CHAIN if microphone else RUN if run else ROOM
        return cls(str(parts["recording_id"]), kiosk_id, place, run, microphone if MICROPHONE_ID.fullmatch(microphone) else "", index)

    @property
    def rows(self) -> tuple[ColumnElement[bool], ...]:
        """What finds the row of this place."""
        here = (RefusedDelivery.place == self.place, RefusedDelivery.run_id == self.run_id, RefusedDelivery.microphone == self.microphone)
        return (RefusedDelivery.recording_id == self.recording_id, RefusedDelivery.kiosk_id == self.kiosk_id, *here)


def is_told(session: Session, place: DeliveryPlace, reason: str) -> bool:
    """Whether this refusal stands there already, so that a retry changes nothing. What belongs to no known recording is never told."""
    same = (RefusedDelivery.position == place.position, RefusedDelivery.reason == reason)
    return session.get(Recording, place.recording_id) is None or session.scalars(select(RefusedDelivery).where(*place.rows, *same)).first() is not None


def note_refusal(session: Session, now: datetime, actor: str, place: DeliveryPlace, reason: str) -> None:
    """Note that delivery stands at this place, and journal it unless this kiosk's delivery of the recording stands for that reason already."""
    if is_told(session, place, reason):
        return
    own = (RefusedDelivery.recording_id == place.recording_id, RefusedDelivery.kiosk_id == place.kiosk_id, RefusedDelivery.reason == reason)
    is_new = session.scalars(select(RefusedDelivery).where(*own)).first() is None
    session.merge(RefusedDelivery(**vars(place), reason=reason, refused_at=now))
    if is_new:
        named = {"place": place.place, "run": place.run_id or None, "microphone": place.microphone or None, "index": place.position}
        journal.append(session, now, actor, "delivery.refused", f"recording:{place.recording_id}", recording_id=place.recording_id, reason=reason, **named)


def is_standing(session: Session, place: DeliveryPlace) -> bool:
    """Whether delivery stood at this place, or at one before it in the same chain."""
    return session.scalars(select(RefusedDelivery).where(*place.rows, RefusedDelivery.position <= place.position)).first() is not None


def goes_on(session: Session, place: DeliveryPlace) -> None:
    """Something was taken at this place: what was refused there, or before it in the same chain, is over."""
    session.execute(delete(RefusedDelivery).where(*place.rows, RefusedDelivery.position <= place.position))


def standing_refusals(session: Session, recording: Recording) -> Sequence[RefusedDelivery]:
    """Where delivery stands, oldest first."""
    told = select(RefusedDelivery).where(RefusedDelivery.recording_id == recording.id)
    return refusals_that_stand(recording, session.scalars(told.order_by(RefusedDelivery.refused_at, RefusedDelivery.microphone)).all())


def refusals_that_stand(recording: Recording, told: Sequence[RefusedDelivery]) -> Sequence[RefusedDelivery]:
    """Of these refusals of a recording, those that hold something up: not what came beside a copy that is whole."""
    whole = {copy.kiosk_id for copy in recording.copies if copy.state not in UNDELIVERED}
    return [one for one in told if one.kiosk_id not in whole]
