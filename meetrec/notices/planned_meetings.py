"""The planned meetings as the matching looks at them, kept in the process and read anew only when a meeting or a name may have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.journal.queries import newest_sequence
from meetrec.meetings.models import Meeting, Room
from meetrec.meetings.typed_times import start_at
from meetrec.notices.matching import MatchingIndex, Occasion, Planned, Suggestion
from meetrec.notices.models import Notice
from meetrec.people.models import School, Student
from meetrec.platform.clock import in_zone

LOOK_BACK = timedelta(days=30)  # how long after its meeting a notice can still be matched
MATCH_AHEAD = timedelta(days=366)
# What is journalled when a meeting, a pupil or a school changes.
CHANGING = ("meeting.%", "calendar.%", "student.%", "school.%", "roster.%", "custody.%", "district.%")


@dataclass(frozen=True)
class _Kept:
    index: MatchingIndex
    sequence: int  # of the journal when it was read
    day: date


class PlannedMeetings:
    """The index of one running application. Two threads that read it anew at once each get a right one."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._kept: _Kept | None = None
        self._looked_up: tuple[MatchingIndex | None, dict[Occasion, tuple[Suggestion, ...]]] = (None, {})

    @property
    def zone(self) -> str:
        """Of the district (IANA)."""
        return self._zone

    def suggestions(self, session: Session, now: datetime, notices: Sequence[Notice]) -> dict[str, tuple[Suggestion, ...]]:
        """For each notice (by id) the meetings that fit what it says, best first."""
        index = self.index(session, now)
        return {notice.id: self._suggested(index, notice) for notice in notices}

    def _suggested(self, index: MatchingIndex, notice: Notice) -> tuple[Suggestion, ...]:
        """Looked up once for each thing that is said, as long as the plan stays as it is."""
        said = Occasion(notice.student_name, notice.school_name, start_at(notice.meeting_date, notice.meeting_time, self._zone))
        kept = self._looked_up
        if kept[0] is not index:
            self._looked_up = kept = (index, {})
        known = kept[1]
        if said not in known:
            known[said] = index.suggestions(said)
        return known[said]

    def index(self, session: Session, now: datetime) -> MatchingIndex:
        """The index as the database is now."""
        day, kept = in_zone(now, self._zone).date(), self._kept
        sequence = newest_sequence(session)  # before the meetings are read: what comes between is read once more, never missed
        if kept is None or kept.day != day or (kept.sequence != sequence and _has_changed(session, kept.sequence)):
            self._kept = kept = _Kept(self._read(session, now), sequence, day)
        elif kept.sequence != sequence:
            self._kept = _Kept(kept.index, sequence, day)
        return kept.index

    def _read(self, session: Session, now: datetime) -> MatchingIndex:
        columns = (Meeting.id, Student.given_name, Student.family_name, School.name, Meeting.start, Meeting.first_start)
        rows = session.execute(
            select(*columns)
            .join(Student, Student.id == Meeting.student_id)
            .join(Room, Room.id == Meeting.room_id)
            .join(School, School.id == Room.school_id)
            .where(Meeting.start >= now - LOOK_BACK, Meeting.start < now + MATCH_AHEAD, Meeting.cancelled_at.is_(None))
        )
        planned = (
            Planned.of(meeting, Occasion(f"{given} {family}", school, start))
            for meeting, given, family, school, now_planned, first_planned in rows
            for start in {now_planned: None, first_planned: None}  # a notice may name the time before the meeting was moved
        )
        return MatchingIndex.of(planned, self._zone)


def _has_changed(session: Session, since: int) -> bool:
    changed = select(JournalEntry.sequence).where(JournalEntry.sequence > since, or_(*(JournalEntry.verb.like(verb) for verb in CHANGING)))
    return session.scalars(changed.limit(1)).first() is not None
