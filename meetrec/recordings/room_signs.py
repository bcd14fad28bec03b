"""What the rooms say of themselves without the journal being told: the desk is drawn anew when any of it changes."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.recordings.models import KioskCopy
from meetrec.recordings.rules import UNDELIVERED


def room_signs(session: Session) -> str:
    """States, alarms and room on the disk of the kiosks that record or deliver, as one text to compare."""
    columns = (KioskCopy.id, KioskCopy.kiosk_state, KioskCopy.kiosk_state_at, KioskCopy.kiosk_alarms, KioskCopy.kiosk_hours_left, KioskCopy.sentence)
    under_way = session.execute(select(*columns).where(KioskCopy.state.in_(UNDELIVERED)).order_by(KioskCopy.id)).all()
    told = session.execute(select(func.count(KioskCopy.id), func.max(KioskCopy.kiosk_state_at))).one()
    return repr((tuple(told), [tuple(one) for one in under_way]))
