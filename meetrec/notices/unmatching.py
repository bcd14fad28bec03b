"""Take a notice off a meeting it was matched to by mistake, as long as nothing began in the room (A-05)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.notices.actions import District, hold_against_rule
from meetrec.notices.arming import NOT_BEGUN, RecordingSummary
from meetrec.notices.events import tell_notice_unmatched
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeChannel, NoticeStatus
from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import NotFound


class NoticeStaysMatched(MeetRecError):
    """The notice cannot be taken off its meeting; the sentence says why."""


def unmatch_notice(session: Session, now: datetime, actor: str, notice_id: str, district: District, recording: RecordingSummary | None) -> Notice:
    """Let the notice wait again, held against the parent's own words. A room that was armed by it alone stands down by itself.

    `recording`: the newest of its meeting. Raises `NotFound` for a notice that is not there or not matched, `NoticeStaysMatched`.
    """
    notice = session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update(of=Notice)).first()
    if notice is None or notice.meeting_id is None:
        raise NotFound(_("This notice is no longer matched to a meeting."))
    if sentence := why_it_stays(notice, recording):
        raise NoticeStaysMatched(sentence)
    meeting_id = notice.meeting_id
    notice.meeting, notice.matched_at, notice.needs_another_look = None, None, False
    hold_against_rule(notice, None, district)
    session.flush()
    journal.append(session, now, actor, "notice.unmatched", f"notice:{notice.id}", meeting=meeting_id, status=notice.status, profile=district.profile)
    tell_notice_unmatched(session, now, actor, notice, meeting_id)
    return notice


def why_it_stays(notice: Notice, recording: RecordingSummary | None) -> str | None:
    """Why a matched notice stays with its meeting; None where it may be taken off."""
    if notice.channel == NoticeChannel.AT_MEETING:
        return _("This notice was given in the meeting room itself, so it belongs to this meeting.")
    if notice.status == NoticeStatus.WITHDRAWN:
        return _("The notice was withdrawn, so there is nothing to match.")
    if recording is not None and recording.kind != NOT_BEGUN:
        return _("The room has begun to record this meeting, so the notice stays with it.")
    return None
