"""Whether a room's kiosk will work when its next meeting comes (G5.b). Pure: pass `now`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_SILENCE = timedelta(minutes=15)  # a kiosk that runs asks for its meetings every minute or so
SOON = timedelta(hours=24)  # a kiosk may be switched off between meetings; the day before one, its silence is told


class RoomStanding(StrEnum):
    """How a room stands with its kiosks."""

    READY = "ready"
    NO_KIOSK = "no_kiosk"
    REVOKED_ONLY = "revoked_only"
    NEVER_HEARD = "never_heard"
    SILENT = "silent"


@dataclass(frozen=True)
class KioskFacts:
    """One kiosk of a room, main or reserve: when it last asked for anything (None: never), and whether it was revoked."""

    last_seen_at: datetime | None
    is_revoked: bool


def room_standing(kiosks: Sequence[KioskFacts], now: datetime) -> RoomStanding:
    """The best that any kiosk of the room gives hope for."""
    if not kiosks:
        return RoomStanding.NO_KIOSK
    seen = [one.last_seen_at for one in kiosks if not one.is_revoked]
    if not seen:
        return RoomStanding.REVOKED_ONLY
    newest = max((at for at in seen if at is not None), default=None)
    if newest is None:
        return RoomStanding.NEVER_HEARD
    return RoomStanding.READY if now - newest <= LONGEST_SILENCE else RoomStanding.SILENT


def is_due(standing: RoomStanding, next_start: datetime, now: datetime) -> bool:
    """Whether somebody should look after the room now: a missing kiosk as soon as a meeting is planned, a silent one the day before it."""
    if standing is RoomStanding.READY:
        return False
    return standing is not RoomStanding.SILENT or next_start - now <= SOON
