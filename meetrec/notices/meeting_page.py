"""What the page of a meeting shows of its notices, and what a move of the meeting would make of each (G1.b, G2, RN-05)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.meetings.actions import Move as PlannedMove
from meetrec.meetings.models import Meeting
from meetrec.notices import words
from meetrec.notices.actions import District
from meetrec.notices.models import Notice
from meetrec.notices.rules import MeetingFacts, Move, MovedBy, NoticeChannel, NoticeFacts, NoticeStatus, NoticeTiming, timing_of
from meetrec.platform.web import settings


@dataclass(frozen=True)
class ShownNotice:
    """See `meetings.known_above.ShownNotice`."""

    url: str
    reference: str
    recorder_name: str
    sentence: str
    device: str
    reason: str | None
    needs: tuple[str, ...]


def notices_of_meetings(session: Session, meeting_ids: Sequence[str]) -> Mapping[str, Sequence[ShownNotice]]:
    """The matched notices of each meeting, the earliest first; withdrawn ones too, since what a family needs outlives them (G0.1, RN-07)."""
    found: dict[str, tuple[ShownNotice, ...]] = {}
    for notice in session.scalars(select(Notice).where(Notice.meeting_id.in_(meeting_ids)).order_by(Notice.received_at, Notice.id)):
        found[notice.meeting_id or ""] = (*found.get(notice.meeting_id or "", ()), _shown(notice))
    return found


def effects_of_move(session: Session, meeting: Meeting, move: PlannedMove) -> Sequence[str]:
    """One sentence for each notice that stands, in the reader's language."""
    standing = select(Notice).where(Notice.meeting_id == meeting.id, Notice.status != NoticeStatus.WITHDRAWN).order_by(Notice.received_at, Notice.id)
    return [_effect(session, notice, meeting, move) for notice in session.scalars(standing)]


def _shown(notice: Notice) -> ShownNotice:
    needs = [notice.accommodation_request] if notice.accommodation_request else []
    if notice.needs_recording_to_understand:
        needs.append(_("The parent needs the recording to understand the meeting."))
    sentence = str(words.FOR_STAFF[NoticeStatus(notice.status)])
    return ShownNotice(f"/desk/notices/{notice.id}", notice.reference, notice.recorder_name, sentence, notice.device, notice.reason, tuple(needs))


def _effect(session: Session, notice: Notice, meeting: Meeting, move: PlannedMove) -> str:
    timing = _timing_after(session, notice, meeting, move)
    before, after = (words.FOR_STAFF[NoticeStatus(status)] for status in (notice.status, timing.status))
    if timing.status is NoticeStatus.TIMELY and notice.received_at > timing.deadline:
        return _("%(reference)s counts as in time, because the district moved the meeting.", reference=notice.reference)
    if notice.status == timing.status:
        return _("%(reference)s stays as it is: %(status)s.", reference=notice.reference, status=after)
    return _("%(reference)s changes from “%(before)s” to “%(after)s”.", reference=notice.reference, before=before, after=after)


def _timing_after(session: Session, notice: Notice, meeting: Meeting, move: PlannedMove) -> NoticeTiming:
    district = District.of_notice(settings(), session, notice)
    moves = [Move(one.announced_at, MovedBy(one.by), one.new_start) for one in meeting.moves]
    planned = Move(move.announced_at, MovedBy(move.by.value), move.new_start)
    facts = NoticeFacts(notice.received_at, NoticeChannel(notice.channel), bool(notice.needs_recording_to_understand))
    return timing_of(facts, MeetingFacts(meeting.first_start, ZoneInfo(district.zone), (*moves, planned)), district.policy)
