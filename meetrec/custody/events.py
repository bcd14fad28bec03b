"""What custody tells the features above it, which it does not know: a record was stored. They say at start that they listen."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from meetrec.custody.models import Record


class RecordStored(Protocol):
    """Called in the transaction that stores the record, so that what follows from it is queued with it or not at all."""

    def __call__(self, session: Session, now: datetime, record: Record) -> None: ...


_LISTENERS: dict[str, RecordStored] = {}


def when_record_stored(name: str, listener: RecordStored) -> None:
    """Have `listener` called for each record; saying it twice under one name changes nothing."""
    _LISTENERS[name] = listener


def tell_record_stored(session: Session, now: datetime, record: Record) -> None:
    """Call everybody who listens."""
    for listener in _LISTENERS.values():
        listener(session, now, record)
