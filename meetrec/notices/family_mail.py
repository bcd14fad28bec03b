"""Mail to the family that gave a notice: one to an address nobody confirmed, more only once somebody did. None names the pupil."""

from collections.abc import Mapping
from datetime import datetime
from secrets import token_urlsafe

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings.events import MeetingChange, when_meeting_changed
from meetrec.meetings.models import Meeting
from meetrec.notices.givers import giver_of
from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of
from meetrec.notices.rules import NoticeStatus
from meetrec.notices.status_words import FOR_PARENTS
from meetrec.platform.clock import in_zone
from meetrec.platform.mail import AddressUnusable, put_mail
from meetrec.platform.settings import Settings
from meetrec.platform.written_texts import settings_here

ADDRESS_PAGE = "/notice/address/"

log = structlog.get_logger()


def tell_received(session: Session, now: datetime, notice: Notice, settings: Settings) -> None:
    """Write the one mail to the unconfirmed address of a notice: reference, moment, status, and a link that confirms the address and opens nothing."""
    if not notice.email or notice.told_at is not None or notice.email_verified_at is not None:
        return
    token = token_urlsafe(32)
    notice.address_link_hash, notice.told_at = hash_of(token), now
    public = settings.server.public_address
    link = f"{public}{ADDRESS_PAGE}{token}" if public else None
    told = {"reference": notice.reference, "received_at": notice.received_at, "status_sentence": _sentence(notice), "confirm_link": link}
    _put(session, now, notice, "notice_received", settings=settings, **told)


def change_address(session: Session, now: datetime, notice: Notice, email: str | None, settings: Settings) -> bool:
    """Put another address in the place of a notice's, which is unconfirmed again and gets its one mail. Whether it is another."""
    email = email or None
    if email == notice.email:
        return False
    notice.email, notice.email_verified_at, notice.told_at, notice.address_link_hash = email, None, None, None
    tell_received(session, now, notice, settings)
    return True


def confirm_address(session: Session, now: datetime, token: str) -> bool:
    """Somebody opened the link of that mail and pressed the button. Whether there is such a link."""
    notice = session.scalars(select(Notice).where(Notice.address_link_hash == hash_of(token)).with_for_update(of=Notice)).first()
    if notice is None:
        return False
    if notice.email_verified_at is None:
        notice.email_verified_at = now
        session.flush()
        journal.append(session, now, "public", "notice.address_confirmed", f"notice:{notice.id}")
    return True


def tell_matched(session: Session, now: datetime, notice: Notice, meeting: Meeting) -> None:
    """Write to a confirmed address that the notice was matched. Within the application."""
    where_and_when = {"school": meeting.room.school.name, "start": meeting.start}
    _tell(session, now, notice, meeting, "notice_matched", None, where_and_when, status_sentence=_sentence(notice))


def tell_families_when_meetings_change(settings: Settings) -> None:
    """Listen to meetings, after whoever holds notices against the rule anew: families with a confirmed address hear of moves and cancellations."""

    def listener(session: Session, now: datetime, actor: str, meeting: Meeting, change: MeetingChange) -> None:
        if change not in (MeetingChange.MOVED, MeetingChange.CANCELLED):
            return
        concerned = select(Notice).where(Notice.meeting_id == meeting.id, Notice.status != NoticeStatus.WITHDRAWN).order_by(Notice.received_at, Notice.id)
        for notice in session.scalars(concerned):
            _tell_change(session, now, notice, meeting, change, settings)

    when_meeting_changed("family mail", listener)


def _tell_change(session: Session, now: datetime, notice: Notice, meeting: Meeting, change: MeetingChange, settings: Settings) -> None:
    school = meeting.room.school.name
    if change is MeetingChange.CANCELLED:
        _tell(session, now, notice, meeting, "meeting_cancelled", settings, {"school": school, "start": meeting.start})
        return
    moved = {"school": school, "old_start": meeting.start_before_last_move, "new_start": meeting.start}
    _tell(session, now, notice, meeting, "meeting_moved", settings, moved, status_sentence=_sentence(notice))


def _tell(
    session: Session, now: datetime, notice: Notice, meeting: Meeting, template: str, settings: Settings | None, where_and_when: Mapping[str, object],
    **values: object,
) -> None:  # fmt: skip
    """To a confirmed address. Place and time stay out of it wherever a person should look at who gave the notice (L-04, S-14)."""
    if not (notice.email and notice.email_verified_at):
        return
    giver = giver_of(session, notice, meeting.student, in_zone(now, settings_here(settings).district.zone).date())
    if giver.is_told_nothing:
        return
    told = dict.fromkeys(where_and_when) if giver.needs_review or notice.needs_another_look else where_and_when
    _put(session, now, notice, template, reference=notice.reference, **({"settings": settings} if settings else {}), **told, **values)


def _put(session: Session, now: datetime, notice: Notice, template: str, **values: object) -> None:
    """Write a mail. An address that cannot be used never stops a notice, a match or a move (A-04): its family is told by the receipt and the school."""
    assert notice.email is not None
    try:
        put_mail(session, now, template, notice.email, notice.language, f"notice:{notice.id}", **values)
    except AddressUnusable:
        log.warning("notice.address_unusable", notice=notice.id, mail=template)


def _sentence(notice: Notice) -> object:
    return FOR_PARENTS[NoticeStatus(notice.status)]
