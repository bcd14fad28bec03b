"""Reads of kiosks for those who look after them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Kiosk, KioskInvitation, Room
from meetrec.people.models import School
from meetrec.platform.web import NotFound


def all_kiosks(session: Session) -> Sequence[Kiosk]:
    """Every kiosk that ever was, by school, room, main before reserve, the newest first."""
    ordered = select(Kiosk).join(Kiosk.room).join(Room.school)
    return session.scalars(ordered.order_by(School.name, Room.name, Kiosk.is_reserve, Kiosk.enrolled_at.desc(), Kiosk.id)).all()


def open_invitations(session: Session, now: datetime) -> Sequence[KioskInvitation]:
    """Invitations whose code is still good, the next to expire first."""
    waiting = select(KioskInvitation).where(KioskInvitation.used_at.is_(None), KioskInvitation.expires_at > now)
    return session.scalars(waiting.order_by(KioskInvitation.expires_at)).all()


def predecessors(session: Session, room_id: str, *, is_reserve: bool) -> Sequence[Kiosk]:
    """The kiosks in force that stand in a place already."""
    return session.scalars(select(Kiosk).where(Kiosk.room_id == room_id, Kiosk.is_reserve == is_reserve, Kiosk.revoked_at.is_(None))).all()


def kiosk_of(session: Session, kiosk_id: str) -> Kiosk:
    """The kiosk, revoked or not. Raises NotFound."""
    found = session.get(Kiosk, kiosk_id)
    if found is None:
        raise NotFound("There is no such kiosk.")
    return found


def room_of(session: Session, room_id: str) -> Room | None:
    """The room."""
    return session.get(Room, room_id)
