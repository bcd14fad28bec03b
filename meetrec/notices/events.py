"""What notices tell the features above them, which they do not know: a notice left its meeting, withdrawn or unmatched. They say at start that they listen."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from meetrec.notices.models import Notice


class Leaving(StrEnum):
    """How a notice ceased to stand for a meeting."""

    WITHDRAWN = "withdrawn"
    UNMATCHED = "unmatched"


class NoticeLeft(Protocol):
    """Called in the transaction of the change, once the notice says so itself; `meeting_id` is the meeting it stood for."""

    def __call__(self, session: Session, now: datetime, actor: str, notice: Notice, meeting_id: str, how: Leaving) -> None: ...


_LISTENERS: dict[str, NoticeLeft] = {}


def when_notice_left(name: str, listener: NoticeLeft) -> None:
    """Have `listener` called each time; saying it twice under one name changes nothing."""
    _LISTENERS[name] = listener


def tell_notice_withdrawn(session: Session, now: datetime, actor: str, notice: Notice) -> None:
    """Call everybody who listens, where the notice was matched."""
    if notice.meeting_id is not None:
        _tell(session, now, actor, notice, notice.meeting_id, Leaving.WITHDRAWN)


def tell_notice_unmatched(session: Session, now: datetime, actor: str, notice: Notice, meeting_id: str) -> None:
    """Call everybody who listens."""
    _tell(session, now, actor, notice, meeting_id, Leaving.UNMATCHED)


def _tell(session: Session, now: datetime, actor: str, notice: Notice, meeting_id: str, how: Leaving) -> None:
    for listener in _LISTENERS.values():
        listener(session, now, actor, notice, meeting_id, how)
