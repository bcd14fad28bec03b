"""Which kiosk's copy leads: the record's listening copy, outline and transcript come from it. Pure: plain data in, one kiosk out (G5.a, G5.b).

The main kiosk's copy leads as soon as it is whole. The reserve's leads only where the main one's can no longer be expected: no main kiosk in the
room may deliver any more, its time is over, or a person said so. Whatever comes later is added beside it; nothing of two copies is mixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from meetrec.recordings.rules import LONGEST_DELIVERY, RecordingState

WHOLE = (RecordingState.DELIVERED, RecordingState.STORED)


@dataclass(frozen=True)
class KioskCopyFacts:
    """One kiosk's copy: whose it is, whether that is the room's reserve kiosk, and how far it is."""

    kiosk_id: str
    is_reserve: bool
    state: RecordingState


def is_main_awaited(*, may_a_main_kiosk_deliver: bool, planned_end: datetime, now: datetime) -> bool:
    """Whether a reserve's whole copy is held back for the main one's."""
    return may_a_main_kiosk_deliver and now - planned_end <= LONGEST_DELIVERY


def copy_to_lead(copies: Sequence[KioskCopyFacts], *, is_main_awaited: bool) -> str | None:
    """The kiosk whose copy is to lead; None while there is none yet. A copy that could not be joined leads nothing."""
    for wants_reserve in (False,) if is_main_awaited else (False, True):
        for one in copies:
            if one.is_reserve is wants_reserve and one.state in WHOLE:
                return one.kiosk_id
    return None


def copies_to_add(copies: Sequence[KioskCopyFacts], led_by: str) -> tuple[str, ...]:
    """The kiosks whose whole copies are to be added beside the stored one that leads."""
    return tuple(one.kiosk_id for one in copies if one.kiosk_id != led_by and one.state is RecordingState.DELIVERED)
