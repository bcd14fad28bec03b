"""Reads of notices: one by its private link, and the coordinator's desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting
from meetrec.meetings.queries import meetings_between, meetings_from_today
from meetrec.meetings.typed_times import day_begins, start_at
from meetrec.notices.arming import DistrictCopies, DistrictCopyTask, RecordingStates, RecordingSummary
from meetrec.notices.matching import Occasion, Suggestion, suggestions
from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of
from meetrec.notices.rules import NoticeStatus
from meetrec.platform.clock import in_zone

DESK_DAYS = 8  # today and the next seven
LOOK_BACK = timedelta(days=30)  # how long after its meeting a notice can still be matched
MATCH_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class MeetingRow:
    """One meeting on the desk: its notices that stand, and its recording if the room is or was armed."""

    meeting: Meeting
    notices: tuple[Notice, ...]
    recording: RecordingSummary | None
    copy_task: DistrictCopyTask | None  # open or answered (G5.a)

    @property
    def lacks_district_copy(self) -> bool:
        """Over, recorded by a parent, nothing usable came, and nobody has said why."""
        return self.copy_task is not None and self.copy_task.is_missing


@dataclass(frozen=True)
class OfferedMeeting:
    """A meeting that a waiting notice may belong to, and why."""

    meeting: Meeting
    suggestion: Suggestion


@dataclass(frozen=True)
class WaitingNotice:
    """A notice that no person has matched yet, with the meetings it may belong to."""

    notice: Notice
    offers: tuple[OfferedMeeting, ...]


@dataclass(frozen=True)
class Desk:
    """What the coordinator's desk shows at one moment."""

    waiting: tuple[WaitingNotice, ...]
    rows: tuple[MeetingRow, ...]  # today and the next seven days
    missing_copies: tuple[DistrictCopyTask, ...]  # they block: first on the desk until answered
    answered_copies: tuple[DistrictCopyTask, ...]  # of the last month


def notice_by_token(session: Session, token: str) -> Notice | None:
    """The notice of a private link."""
    return session.scalars(select(Notice).where(Notice.link_hash == hash_of(token))).first()


def notice_by_id(session: Session, notice_id: str) -> Notice | None:
    """One notice."""
    return session.get(Notice, notice_id)


def desk(session: Session, now: datetime, zone: str, states: RecordingStates, copies: DistrictCopies) -> Desk:
    """The desk at this moment; days are those of the district."""
    today = in_zone(now, zone).date()
    begin, end = day_begins(today, zone), day_begins(today + timedelta(days=DESK_DAYS), zone)
    tasks = copies(session, now)
    rows = _rows(session, now, meetings_from_today(session, now, begin, end), states, tasks)
    waiting = tuple(WaitingNotice(notice, offers_for(session, now, zone, notice)) for notice in waiting_notices(session))
    missing, answered = (tuple(task for task in tasks if task.is_missing is is_missing) for is_missing in (True, False))
    return Desk(waiting, tuple(rows), missing, answered)


def waiting_notices(session: Session) -> Sequence[Notice]:
    """Notices that stand and are not matched, the next meeting first."""
    unmatched = select(Notice).where(Notice.meeting_id.is_(None), Notice.status != NoticeStatus.WITHDRAWN)
    return session.scalars(unmatched.order_by(Notice.meeting_date, Notice.meeting_time, Notice.received_at)).all()


def offers_for(session: Session, now: datetime, zone: str, notice: Notice) -> tuple[OfferedMeeting, ...]:
    """The meetings that fit what the notice says, best first."""
    meetings = {meeting.id: meeting for meeting in meetings_to_match(session, now)}
    said = Occasion(notice.student_name, notice.school_name, start_at(notice.meeting_date, notice.meeting_time, zone))
    planned = ((meeting.id, Occasion(meeting.student.name, meeting.room.school.name, meeting.start)) for meeting in meetings.values())
    return tuple(OfferedMeeting(meetings[suggestion.meeting_id], suggestion) for suggestion in suggestions(said, planned, zone))


def meetings_to_match(session: Session, now: datetime) -> Sequence[Meeting]:
    """The meetings that a notice can be matched to: those to come, and those of the last days."""
    return meetings_between(session, now - LOOK_BACK, now + MATCH_AHEAD)


def _rows(session: Session, now: datetime, meetings: Sequence[Meeting], states: RecordingStates, tasks: Sequence[DistrictCopyTask]) -> list[MeetingRow]:
    ids = [meeting.id for meeting in meetings]
    notices, recordings = _standing_notices(session, ids), states(session, now, ids)
    task_of = {task.meeting.id: task for task in tasks}
    return [MeetingRow(one, notices.get(one.id, ()), recordings.get(one.id), task_of.get(one.id)) for one in meetings]


def _standing_notices(session: Session, meeting_ids: Sequence[str]) -> Mapping[str, tuple[Notice, ...]]:
    matched = select(Notice).where(Notice.meeting_id.in_(meeting_ids), Notice.status != NoticeStatus.WITHDRAWN).order_by(Notice.received_at)
    found: dict[str, tuple[Notice, ...]] = {}
    for notice in session.scalars(matched):
        found[notice.meeting_id or ""] = (*found.get(notice.meeting_id or "", ()), notice)
    return found
