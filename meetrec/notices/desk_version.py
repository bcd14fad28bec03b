"""One short text that is another one whenever the desk would look different, so that an unchanged desk is not drawn again."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.journal.queries import newest_sequence
from meetrec.meetings.models import Kiosk
from meetrec.notices.arming import Recordings
from meetrec.notices.desk_queries import DeskView
from meetrec.platform.clock import in_zone


def desk_version(session: Session, now: datetime, zone: str, recordings: Recordings, view: DeskView, language: str) -> str:
    """SHA-256 (hex) of everything that the desk depends on.

    What people and rooms do stands in the journal; what rooms say of themselves in `signs`; what time alone changes, such as a deadline that passes, and
    how much has arrived, follow the minute.
    """
    seen = session.scalar(select(func.max(Kiosk.last_seen_at)))
    minutes = [moment and f"{in_zone(moment, zone):%Y-%m-%d %H:%M}" for moment in (now, seen)]
    parts = (newest_sequence(session), recordings.signs(session), *minutes, view, language)
    return sha256(repr(parts).encode()).hexdigest()
