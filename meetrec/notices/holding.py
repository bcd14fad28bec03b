"""Hold the notices of a meeting against the 24-hour rule once more when the meeting changed (G1.b, RN-05)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings.events import MeetingChange, when_meeting_changed
from meetrec.meetings.models import Meeting
from meetrec.notices.actions import District, hold_against_rule
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.platform.settings import Settings


def hold_again(session: Session, now: datetime, actor: str, meeting: Meeting, settings: Settings) -> int:
    """Set status and deadlines of every notice of the meeting that stands, each by the rules it was received under.

    How many changed their status; the journal is told of those alone.
    """
    session.flush()
    session.refresh(meeting, ["moves"])  # the move that was just entered counts too
    standing = select(Notice).where(Notice.meeting_id == meeting.id, Notice.status != NoticeStatus.WITHDRAWN).order_by(Notice.received_at, Notice.id)
    return sum(_hold_one(session, now, actor, notice, meeting, settings) for notice in session.scalars(standing).all())


def _hold_one(session: Session, now: datetime, actor: str, notice: Notice, meeting: Meeting, settings: Settings) -> bool:
    before, district = notice.status, District.of_notice(settings, session, notice)
    hold_against_rule(notice, meeting, district)
    if notice.status == before:
        return False
    told = {"meeting": meeting.id, "before": before, "status": notice.status, "profile": district.profile}
    journal.append(session, now, actor, "notice.held_again", f"notice:{notice.id}", **told)
    return True


def hold_notices_when_meetings_move(settings: Settings) -> None:
    """Listen to meetings. Whoever moves meetings says this once at its start: the web application, and commands that read a calendar."""

    def listener(session: Session, now: datetime, actor: str, meeting: Meeting, change: MeetingChange) -> None:
        if change in (MeetingChange.MOVED, MeetingChange.FAMILY_TOLD):
            hold_again(session, now, actor, meeting, settings)

    when_meeting_changed("notices", listener)
