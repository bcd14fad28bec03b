"""Reads behind a notice's private link, and which notices were corrected after they were matched."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.notices.givers import giver_of
from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of, token_of
from meetrec.notices.rules import NoticeStatus
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.version_models import NoticeVersion

REMEMBERED = timedelta(hours=2)  # a form that somebody goes back to; as long as the browser keeps a draft
MOST_LOOKED_AT = 500  # notices


def notice_of_link(session: Session, token: str, *, to_change: bool = False) -> Notice | None:
    """The notice of a private link; `to_change` holds it until the transaction ends."""
    found = select(Notice).where(Notice.link_hash == hash_of(token))
    return session.scalars(found.with_for_update(of=Notice) if to_change else found).first()


def token_of_form(session: Session, key: str, nonce: str, now: datetime) -> tuple[str, Notice] | None:
    """The private link's token and the notice that a form with this nonce gave within the last two hours, if one did and it stands as it was sent.

    Nothing about it is kept: the nonce, and `key`, make the token anew from what the notice says.
    """
    recent = select(Notice).where(Notice.received_at > now - REMEMBERED, Notice.version == 1, Notice.status != NoticeStatus.WITHDRAWN)
    for notice in session.scalars(recent.order_by(Notice.received_at.desc()).limit(MOST_LOOKED_AT)):
        said = {name: getattr(notice, name) for name in NoticeStatement.__dataclass_fields__}
        token = token_of(key, nonce, {**said, "email": notice.email or ""})
        if hash_of(token) == notice.link_hash:
            return token, notice
    return None


def is_address_link(session: Session, token: str) -> bool:
    """Whether a token is that of a link that confirms a mail address."""
    return session.scalars(select(Notice.id).where(Notice.address_link_hash == hash_of(token))).first() is not None


def last_change_of(session: Session, notice: Notice) -> datetime:
    """When what a receipt tells of the notice changed last: said anew, matched, looked at again, withdrawn, or its meeting changed."""
    version = session.get(NoticeVersion, (notice.id, notice.version))
    meeting_changed = notice.meeting.changed_at if notice.meeting else None
    moments = (version.at if version else None, notice.matched_at, notice.looked_again_at, notice.withdrawn_at, meeting_changed, notice.entered_at)
    return max(moment for moment in moments if moment)


def tells_deadline(session: Session, notice: Notice, on: date) -> bool:
    """Whether a receipt may tell the deadline, which tells when the meeting begins.

    Not where a person should look at who gave the notice (L-04, S-14), nor until one looked again after a correction that may mean another meeting.
    """
    return notice.meeting is None or not (notice.needs_another_look or giver_of(session, notice, notice.meeting.student, on).needs_review)


def corrected_after_matching(session: Session, notice_ids: Sequence[str]) -> frozenset[str]:
    """Those of the notices that were corrected after a person had matched them: the desk says so."""
    later = (
        select(Notice.id)
        .join(NoticeVersion, NoticeVersion.notice_id == Notice.id)
        .where(Notice.id.in_(notice_ids), NoticeVersion.version > 1, NoticeVersion.at > Notice.matched_at)
    )
    return frozenset(session.scalars(later))
