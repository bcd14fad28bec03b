"""What the coordinator's desk shows at one moment, in a number of queries that does not grow with what is on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, lazyload, load_only

from meetrec.meetings.lines import MeetingLine, lines_from_today
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.meetings.participant_queries import uncovered_people
from meetrec.meetings.room_standing import KioskFacts, RoomStanding, is_due, room_standing
from meetrec.meetings.table_models import Participant
from meetrec.meetings.typed_times import day_begins
from meetrec.notices.arming import DistrictCopyTask, Recordings, RecordingSummary
from meetrec.notices.desk_moves import MoveEffect, effect_of, status_changes
from meetrec.notices.models import Notice
from meetrec.notices.planned_meetings import PlannedMeetings
from meetrec.notices.queries import OfferedMeeting, offers_for
from meetrec.notices.rules import NoticeStatus
from meetrec.platform.clock import in_zone
from meetrec.platform.database import among

DESK_DAYS = 8  # today and the next seven
PAGE = 20  # waiting notices on one page, and late ones that are shown
# All that the desk tells of a notice. Nothing else is read: not the reason, which stands with the notice alone (G2); asking for it is an error.
SHOWN = load_only(
    Notice.id, Notice.reference, Notice.received_at, Notice.deadline, Notice.status, Notice.version, Notice.recorder_name, Notice.recorder_role,
    Notice.student_name, Notice.school_name, Notice.meeting_id, Notice.meeting_date, Notice.meeting_time, Notice.accommodation_request,
    Notice.needs_recording_to_understand, Notice.account_id, raiseload=True,
)  # fmt: skip
LATE = (NoticeStatus.LATE_ACCEPTED, NoticeStatus.LATE_NEEDS_REVIEW, NoticeStatus.ON_THE_SPOT)


@dataclass(frozen=True)
class DeskView:
    """What of the desk somebody looks at: a page of waiting notices (1, 2 …), and one school or all."""

    page: int = 1
    school: str | None = None  # its name


@dataclass(frozen=True)
class MeetingRow:
    """One meeting on the desk: its notices that stand, and its recording if the room is or was armed."""

    meeting: MeetingLine
    notices: tuple[Notice, ...]
    recording: RecordingSummary | None
    copy_task: DistrictCopyTask | None  # open or answered (G5.a)
    moves: Mapping[str, MoveEffect] = field(default_factory=dict)  # what moving the meeting meant for a notice, by its id

    @property
    def lacks_district_copy(self) -> bool:
        """Over, recorded by a parent, nothing usable came, and nobody has said why."""
        return self.copy_task is not None and self.copy_task.is_missing


@dataclass(frozen=True)
class DayOfMeetings:
    """The meetings of one day of the district's calendar."""

    day: date
    rows: tuple[MeetingRow, ...]


@dataclass(frozen=True)
class WaitingNotice:
    """A notice that no person has matched yet, with the meetings it may belong to."""

    notice: Notice
    offers: tuple[OfferedMeeting, ...]


@dataclass(frozen=True)
class RoomToLookAfter:
    """A room in which a meeting is planned and no kiosk works."""

    standing: RoomStanding
    next_meeting: MeetingLine


@dataclass(frozen=True)
class Uncovered:
    """A meeting with people whom the district's own notice does not cover (NOTE.1)."""

    meeting: MeetingLine
    people: tuple[Participant, ...]


@dataclass(frozen=True)
class Desk:
    """What the coordinator's desk shows at one moment."""

    missing_copies: tuple[DistrictCopyTask, ...]  # they block: first on the desk until answered
    look_again: tuple[Notice, ...]  # matched, and corrected since to another pupil, school or day; of every school, since the school may be what changed
    today: DayOfMeetings
    late: tuple[Notice, ...]  # matched or not, the next meeting first; at most PAGE
    late_count: int
    waiting: tuple[WaitingNotice, ...]  # of one page
    waiting_count: int
    needs: tuple[Notice, ...]  # of the days shown
    rooms: tuple[RoomToLookAfter, ...]
    uncovered: tuple[Uncovered, ...]
    days: tuple[DayOfMeetings, ...]  # the next seven, those with meetings
    answered_copies: tuple[DistrictCopyTask, ...]  # of the last month
    view: DeskView

    @property
    def rows(self) -> tuple[MeetingRow, ...]:
        """Every meeting shown, by start."""
        return (*self.today.rows, *(row for day in self.days for row in day.rows))

    @property
    def pages(self) -> int:
        """How many pages of waiting notices there are, at least one."""
        return pages_of(self.waiting_count)


def pages_of(waiting: int) -> int:
    """How many pages so many waiting notices fill, at least one."""
    return max(1, -(-waiting // PAGE))


def desk(session: Session, now: datetime, zone: str, recordings: Recordings, planned: PlannedMeetings, view: DeskView = DeskView()) -> Desk:
    """The desk at this moment; days are those of the district."""
    today = in_zone(now, zone).date()
    rows, tasks = _rows(session, now, today, zone, recordings, view)
    days = [DayOfMeetings(day, tuple(those)) for day, those in groupby(rows, lambda row: max(today, in_zone(row.meeting.start, zone).date()))]
    count = session.scalar(select(func.count(Notice.id)).where(Notice.status != NoticeStatus.WITHDRAWN, *_not_matched(view))) or 0
    view = replace(view, page=min(view.page, pages_of(count)))  # the last page may have been matched away meanwhile
    waiting = _waiting(session, now, planned, view)
    late, late_count = _late(session, now, today, view)
    missing, answered = (tuple(task for task in tasks if task.is_missing is is_missing) for is_missing in (True, False))
    to_come = [row.meeting for row in rows if row.meeting.planned_end > now and row.meeting.cancelled_at is None]
    return Desk(
        missing, _look_again(session), next((one for one in days if one.day == today), DayOfMeetings(today, ())), late, late_count, waiting, count,
        _needs(session, now, today, rows, view), _rooms(session, now, to_come), _uncovered(session, to_come),
        tuple(one for one in days if one.day != today), answered, view,
    )  # fmt: skip


def _rows(
    session: Session, now: datetime, today: date, zone: str, recordings: Recordings, view: DeskView
) -> tuple[list[MeetingRow], Sequence[DistrictCopyTask]]:  # fmt: skip
    """The meetings shown, and every task of a missing copy, shown or not."""
    begin, end = day_begins(today, zone), day_begins(today + timedelta(days=DESK_DAYS), zone)
    meetings = [one for one in lines_from_today(session, now, begin, end) if view.school in (None, one.school_name)]
    ids = [meeting.id for meeting in meetings]
    notices, told = _standing_notices(session, ids), recordings.on_the_desk(session, now, ids)
    changes = status_changes(session, [notice.id for one in meetings if one.is_moved for notice in notices.get(one.id, ())])
    task_of = {task.meeting.id: task for task in told.copies}
    rows = [
        MeetingRow(one, notices.get(one.id, ()), told.states.get(one.id), task_of.get(one.id), _effects(one, notices.get(one.id, ()), changes))
        for one in meetings
    ]  # fmt: skip
    return rows, told.copies


def _effects(meeting: MeetingLine, notices: Sequence[Notice], changes: Mapping[str, tuple[str, str]]) -> dict[str, MoveEffect]:
    if not meeting.is_moved:
        return {}
    found = {notice.id: effect_of(notice, changes.get(notice.id)) for notice in notices}
    return {notice: effect for notice, effect in found.items() if effect}


def _standing_notices(session: Session, meeting_ids: Sequence[str]) -> Mapping[str, tuple[Notice, ...]]:
    found: dict[str, tuple[Notice, ...]] = {}
    matched = _standing().where(among(Notice.meeting_id, meeting_ids)).order_by(Notice.received_at)
    for notice in session.scalars(matched) if meeting_ids else ():
        found[notice.meeting_id or ""] = (*found.get(notice.meeting_id or "", ()), notice)
    return found


def _standing() -> Select[Notice]:
    """Notices that were not withdrawn. Their meetings are read beside them, once, not with each."""
    return select(Notice).options(SHOWN, lazyload(Notice.meeting)).where(Notice.status != NoticeStatus.WITHDRAWN)


def _waiting(session: Session, now: datetime, planned: PlannedMeetings, view: DeskView) -> tuple[WaitingNotice, ...]:
    """One page of the notices that stand and are not matched: the nearest meeting first, those of past days last."""
    is_past = Notice.meeting_date < now.date() - timedelta(days=1)
    ordered = _standing().where(*_not_matched(view)).order_by(is_past, Notice.meeting_date, Notice.meeting_time, Notice.received_at, Notice.id)
    shown = session.scalars(ordered.offset((view.page - 1) * PAGE).limit(PAGE)).all()
    offers = offers_for(session, now, planned, shown)
    return tuple(WaitingNotice(notice, offers[notice.id]) for notice in shown)


def _not_matched(view: DeskView) -> list[ColumnElement[bool]]:
    return [Notice.meeting_id.is_(None), *_of_school(view)]


def _of_school(view: DeskView) -> list[ColumnElement[bool]]:
    return [Notice.school_name == view.school] if view.school else []


def _look_again(session: Session) -> tuple[Notice, ...]:
    wanted = select(Notice).options(SHOWN).where(Notice.needs_another_look.is_(True), Notice.status != NoticeStatus.WITHDRAWN)
    return tuple(session.scalars(wanted.order_by(Notice.received_at, Notice.id)))


def _late(session: Session, now: datetime, today: date, view: DeskView) -> tuple[tuple[Notice, ...], int]:
    """The late notices whose meeting is still to come or under way."""
    ahead = or_(and_(Notice.meeting_id.is_(None), Notice.meeting_date >= today), Meeting.planned_end > now)
    own = [Notice.status.in_(LATE), ahead, *_of_school(view)]
    found = select(Notice, func.count().over()).options(SHOWN, lazyload(Notice.meeting)).outerjoin(Meeting, Meeting.id == Notice.meeting_id).where(*own)
    rows = session.execute(found.order_by(Notice.meeting_date, Notice.meeting_time, Notice.received_at, Notice.id).limit(PAGE)).all()
    return tuple(notice for notice, _ in rows), rows[0][1] if rows else 0


def _needs(session: Session, now: datetime, today: date, rows: Sequence[MeetingRow], view: DeskView) -> tuple[Notice, ...]:
    """Who asked for an interpreter or other help for a meeting of the days shown, matched or not, in time or late (G0.1)."""
    matched = [notice for row in rows for notice in row.notices if row.meeting.planned_end > now and row.meeting.cancelled_at is None]
    soon = and_(Notice.meeting_date >= today, Notice.meeting_date < today + timedelta(days=DESK_DAYS))
    asks = or_(Notice.accommodation_request.is_not(None), Notice.needs_recording_to_understand.is_(True))
    waiting = session.scalars(_standing().where(Notice.meeting_id.is_(None), soon, asks, *_of_school(view))).all()
    found = [one for one in (*matched, *waiting) if one.accommodation_request or one.needs_recording_to_understand]
    return tuple(sorted(found, key=lambda one: (one.meeting_date, one.meeting_time, one.id)))


def _rooms(session: Session, now: datetime, to_come: Sequence[MeetingLine]) -> tuple[RoomToLookAfter, ...]:
    """The rooms of these meetings without a working kiosk, the next meeting first."""
    first: dict[str, MeetingLine] = {}
    for meeting in to_come:
        first.setdefault(meeting.room_id, meeting)
    kiosks: dict[str, list[KioskFacts]] = {}
    columns = select(Kiosk.room_id, Kiosk.last_seen_at, Kiosk.revoked_at).where(Kiosk.room_id.in_(first))
    for room, seen, revoked in session.execute(columns) if first else ():
        kiosks.setdefault(room, []).append(KioskFacts(seen, revoked is not None))
    found = (RoomToLookAfter(room_standing(kiosks.get(room, ()), now), one) for room, one in first.items())
    return tuple(one for one in found if is_due(one.standing, one.next_meeting.start, now))


def _uncovered(session: Session, to_come: Sequence[MeetingLine]) -> tuple[Uncovered, ...]:
    people = uncovered_people(session, [meeting.id for meeting in to_come]) if to_come else {}
    return tuple(Uncovered(meeting, people[meeting.id]) for meeting in to_come if meeting.id in people)
