"""What notices tell the features above them, which they do not know: a notice was withdrawn. They say at start that they listen."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from meetrec.notices.models import Notice


class NoticeWithdrawal(Protocol):
    """Called in the transaction of the withdrawal, once the notice's status says so."""

    def __call__(self, session: Session, now: datetime, actor: str, notice: Notice) -> None: ...


_LISTENERS: dict[str, NoticeWithdrawal] = {}


def when_notice_withdrawn(name: str, listener: NoticeWithdrawal) -> None:
    """Have `listener` called for each withdrawal; saying it twice under one name changes nothing."""
    _LISTENERS[name] = listener


def tell_notice_withdrawn(session: Session, now: datetime, actor: str, notice: Notice) -> None:
    """Call everybody who listens."""
    for listener in _LISTENERS.values():
        listener(session, now, actor, notice)
