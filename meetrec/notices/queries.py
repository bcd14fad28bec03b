"""Reads of single notices, and of the meetings that one may be matched to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from meetrec.meetings.models import Meeting
from meetrec.meetings.queries import meetings_between
from meetrec.meetings.typed_times import day_begins
from meetrec.notices.givers import Giver, givers_of
from meetrec.notices.matching import Suggestion
from meetrec.notices.models import Notice
from meetrec.notices.planned_meetings import PlannedMeetings
from meetrec.platform.clock import in_zone

DAYS_AROUND = 3  # on each side of the day that a person looks for a meeting on


@dataclass(frozen=True)
class OfferedMeeting:
    """A meeting that a waiting notice may belong to, why, and how sure that is."""

    meeting: Meeting
    suggestion: Suggestion
    giver: Giver  # how whoever gave the notice stands to the meeting's pupil today


def notice_by_id(session: Session, notice_id: str) -> Notice | None:
    """One notice."""
    return session.get(Notice, notice_id)


def offers_for(session: Session, now: datetime, planned: PlannedMeetings, notices: Sequence[Notice]) -> dict[str, tuple[OfferedMeeting, ...]]:
    """For each notice (by id) the meetings that fit what it says, best first."""
    suggested = planned.suggestions(session, now, notices)
    ids = {one.meeting_id for those in suggested.values() for one in those}
    # Moves change nothing about an offer, and a query for them is saved.
    found = session.scalars(select(Meeting).options(lazyload(Meeting.moves)).where(Meeting.id.in_(ids))) if ids else ()
    meetings = {meeting.id: meeting for meeting in found}
    fitting = {notice.id: [(meetings[one.meeting_id], one) for one in suggested[notice.id] if one.meeting_id in meetings] for notice in notices}
    pairs = [(notice, meeting.student) for notice in notices for meeting, _ in fitting[notice.id]]
    givers = givers_of(session, pairs, in_zone(now, planned.zone).date())
    return {notice: tuple(OfferedMeeting(meeting, one, givers[notice, meeting.student_id]) for meeting, one in those) for notice, those in fitting.items()}


def meetings_around(session: Session, day: date, zone: str) -> Sequence[Meeting]:
    """The meetings of a day of the district and of those beside it, except cancelled ones: what a person can choose from."""
    begin, end = (day_begins(day + timedelta(days=apart), zone) for apart in (-DAYS_AROUND, DAYS_AROUND + 1))
    return [meeting for meeting in meetings_between(session, begin, end) if meeting.cancelled_at is None]
