"""What meetings tell the features above them, which they do not know: one was moved, cancelled, changed its room, or its family was told of a move.

They say at start that they listen.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting


class MeetingChange(StrEnum):
    """What happened to a meeting."""

    MOVED = "moved"
    FAMILY_TOLD = "family_told"  # of the last move, entered afterwards
    ROOM_CHANGED = "room_changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"


class MeetingChanged(Protocol):
    """Called in the transaction of the change, so that what follows from it stands with it or not at all."""

    def __call__(self, session: Session, now: datetime, actor: str, meeting: Meeting, change: MeetingChange) -> None: ...


_LISTENERS: dict[str, MeetingChanged] = {}


def when_meeting_changed(name: str, listener: MeetingChanged) -> None:
    """Have `listener` called for each change; saying it twice under one name changes nothing."""
    _LISTENERS[name] = listener


def tell_meeting_changed(session: Session, now: datetime, actor: str, meeting: Meeting, change: MeetingChange) -> None:
    """Call everybody who listens."""
    for listener in _LISTENERS.values():
        listener(session, now, actor, meeting, change)
