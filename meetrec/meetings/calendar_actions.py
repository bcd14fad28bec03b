"""Take the district's calendar into the plan, event by event; make and end the addresses of feeds."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings import actions, calendar_queries
from meetrec.meetings.actions import MeetingNotChanged, MeetingNotPlanned, MeetingPlan, Move, WishOf
from meetrec.meetings.calendar_files import CalendarEvent, read_calendar
from meetrec.meetings.calendar_rules import CalendarStep, Step, what_to_do
from meetrec.meetings.models import Meeting, MeetingKind
from meetrec.people.duty_models import CalendarFeed
from meetrec.people.models import Account
from meetrec.platform.database import new_id

ADDRESS_BYTES = 32


@dataclass(frozen=True)
class EventReport:
    """One event, what was to be done with it, the meeting it is, and why that could not be done, where it could not."""

    event: CalendarEvent
    step: CalendarStep
    meeting_id: str | None = None
    trouble: str | None = None
    chair: str | None = None  # the name of who leads it from now on, where the calendar told

    @property
    def is_open(self) -> bool:
        """Whether a person has to do something."""
        return self.trouble is not None or self.step.step is Step.ASK


def import_calendar(session: Session, now: datetime, actor: str, content: bytes, zone: str, *, is_dry_run: bool = False) -> Sequence[EventReport]:
    """Take in a calendar file; what became of each event, in its order. One that cannot be done harms no other.

    A dry run does the same and takes it all back. Raises CalendarUnreadable.
    """
    events = read_calendar(content, zone)  # before the first statement, from which on every other writer waits
    names = calendar_queries.names(session)
    everything = session.begin_nested()
    reports = []
    for event in events:
        step = what_to_do(event, calendar_queries.known_meeting(session, event.uid), names, now)
        reports.append(_tried(session, now, actor, event, step))
    if is_dry_run:
        everything.rollback()
        return reports
    everything.commit()
    counts = Counter(one.step.step.value if one.trouble is None else "not_done" for one in reports)
    journal.append(session, now, actor, "calendar.imported", "calendar", recording_id=None, sha256=sha256(content).hexdigest(), **counts)
    return reports


def make_feed(session: Session, now: datetime, actor: str, account_id: str) -> str:
    """A new secret address of the account's feed, shown this once; the one before opens nothing any more."""
    revoke_feeds(session, now, actor, account_id)
    address = token_urlsafe(ADDRESS_BYTES)
    feed = CalendarFeed(id=new_id(), account_id=account_id, address_hash=calendar_queries.hash_of_address(address), made_at=now)
    session.add(feed)
    session.flush()
    journal.append(session, now, actor, "calendar.feed_made", f"account:{account_id}", feed=feed.id)
    return address


def revoke_feeds(session: Session, now: datetime, actor: str, account_id: str) -> int:
    """End every feed address of an account; how many there were."""
    feeds = calendar_queries.feeds_of(session, account_id)
    for feed in feeds:
        feed.revoked_at = now
        journal.append(session, now, actor, "calendar.feed_revoked", f"account:{account_id}", feed=feed.id)
    return len(feeds)


def _tried(session: Session, now: datetime, actor: str, event: CalendarEvent, step: CalendarStep) -> EventReport:
    known = calendar_queries.known_meeting(session, event.uid)
    try:
        with session.begin_nested():
            entered = _DO[step.step](session, now, actor, event, step) if step.step in _DO else None
    except (MeetingNotPlanned, MeetingNotChanged) as error:
        return EventReport(event, step, known.id if known else None, str(error))
    meeting_id = entered or (known.id if known else None)
    return EventReport(event, step, meeting_id, chair=_led_by(session, now, actor, meeting_id, step.chair_id))


def _led_by(session: Session, now: datetime, actor: str, meeting_id: str | None, chair_id: str | None) -> str | None:
    """Note who leads the meeting; who was named before, by hand or by an earlier file, stays."""
    if meeting_id is None or chair_id is None or session.get_one(Meeting, meeting_id).chair_id is not None:
        return None
    actions.name_chair(session, now, actor, meeting_id, chair_id)
    return session.get_one(Account, chair_id).name


def _enter(session: Session, now: datetime, actor: str, event: CalendarEvent, step: CalendarStep) -> str:
    assert step.kind is not None
    assert step.student_id is not None
    assert step.room_id is not None
    start, end = _times(step)
    plan = MeetingPlan(MeetingKind(step.kind), step.student_id, step.room_id, start, end, calendar_uid=event.uid)
    meeting = actions.plan_meeting(session, now, actor, plan)
    if meeting.calendar_uid is None:  # entered by hand before the calendar told of it
        meeting.calendar_uid = event.uid
    elif meeting.calendar_uid != event.uid:
        raise MeetingNotPlanned(_("Another event of the calendar is this meeting already."))
    return meeting.id


def _move(session: Session, now: datetime, actor: str, event: CalendarEvent, step: CalendarStep) -> str:
    """A calendar does not say when the family was told; somebody enters that afterwards."""
    start, end = _times(step)
    return actions.move_meeting(session, now, actor, _known(session, event).id, Move(None, WishOf.DISTRICT, start, end)).id


def _change_room(session: Session, now: datetime, actor: str, event: CalendarEvent, step: CalendarStep) -> str:
    assert step.room_id is not None
    return actions.change_room(session, now, actor, _known(session, event).id, step.room_id).id


def _move_and_change_room(session: Session, now: datetime, actor: str, event: CalendarEvent, step: CalendarStep) -> str:
    """Time first, or room first where the old room is taken at the new time."""
    try:
        with session.begin_nested():
            _move(session, now, actor, event, step)
            return _change_room(session, now, actor, event, step)
    except MeetingNotChanged:
        _change_room(session, now, actor, event, step)
        return _move(session, now, actor, event, step)


def _cancel(session: Session, now: datetime, actor: str, event: CalendarEvent, _step: CalendarStep) -> str:
    return actions.cancel_meeting(session, now, actor, _known(session, event).id, WishOf.DISTRICT).id


def _times(step: CalendarStep) -> tuple[datetime, datetime]:
    """The rules let no event through that has none."""
    assert step.start is not None
    assert step.end is not None
    return step.start, step.end


def _known(session: Session, event: CalendarEvent) -> Meeting:
    return session.scalars(select(Meeting).where(Meeting.calendar_uid == event.uid)).one()


_DO: dict[Step, Callable[[Session, datetime, str, CalendarEvent, CalendarStep], str]] = {
    Step.ENTER: _enter,
    Step.MOVE: _move,
    Step.CHANGE_ROOM: _change_room,
    Step.MOVE_AND_CHANGE_ROOM: _move_and_change_room,
    Step.CANCEL: _cancel,
}
