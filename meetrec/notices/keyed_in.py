"""Key in a notice that reached the district on paper, by telephone, by e-mail or across a counter (G1.a)."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.notices.actions import District, enter_notice, free_reference
from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of, new_nonce
from meetrec.notices.rules import NoticeChannel
from meetrec.notices.statements import NoticeStatement
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError

CHANNELS = (NoticeChannel.PAPER, NoticeChannel.PHONE, NoticeChannel.EMAIL, NoticeChannel.IN_PERSON)
OLDEST = timedelta(days=30)  # what was received longer ago is a mistyped day


class NoticeNotKeyedIn(MeetRecError):
    """A notice cannot have been received at that moment; the sentence says why."""


def key_in_notice(
    session: Session, now: datetime, actor: str, statement: NoticeStatement, received_at: datetime, channel: NoticeChannel, district: District,
    *, token: str | None = None, email: str | None = None,
) -> Notice:  # fmt: skip
    """Take in a notice as staff write it down. Only when it was received counts for the 24-hour rule; when it was typed in is kept beside it.

    `district`: by the rules of the moment at which it was received. `token`: of the private link, when somebody is to get it; the same token again gives
    the notice that is there. Raises `NoticeNotKeyedIn` for a moment to come, or one longer ago than 30 days.
    """
    link_hash = hash_of(token or new_nonce())
    known = session.scalars(select(Notice).where(Notice.link_hash == link_hash)).first()
    if known:
        return known
    if sentence := why_not_received_at(received_at, now):
        raise NoticeNotKeyedIn(sentence)
    notice = Notice(
        id=new_id(), reference=free_reference(session), received_at=received_at, entered_at=now, entered_by=actor, channel=channel.value,
        link_hash=link_hash, email=email, **statement.content(),
    )  # fmt: skip
    return enter_notice(session, now, actor, notice, district, received_at=received_at.isoformat(timespec="seconds"))


def why_not_received_at(received_at: datetime, now: datetime) -> str | None:
    """Why a notice cannot be said to have been received at a moment; None where it can."""
    if received_at > now:
        return _("This moment is still to come. Enter when the notice reached the district.")
    return _("This is more than 30 days ago. Check the day and the year.") if received_at < now - OLDEST else None
