"""Enter a meeting into the district's plan; move it, change its room, cancel it. Each in one transaction, with whoever listens (`events`)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings.events import MeetingChange, tell_meeting_changed
from meetrec.meetings.models import Meeting, MeetingKind, MeetingMove, Room
from meetrec.meetings.table_models import MeetingRoomChange
from meetrec.people.models import Account, Student
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import NotFound

CANCELLED = lazy_gettext("This meeting was cancelled. Take the cancellation back first.")


class MeetingNotPlanned(MeetRecError):
    """The meeting cannot be entered as it was typed; the sentence says what to change."""


class MeetingNotChanged(MeetRecError):
    """The meeting stays as it was; the sentence says why."""


class TellingImpossible(MeetingNotChanged):
    """Nobody can have told the family at that moment."""


class WishOf(StrEnum):
    """At whose wish a meeting was moved or cancelled. RN-05 looks at it."""

    DISTRICT = "district"
    PARENT = "parent"


@dataclass(frozen=True)
class MeetingPlan:
    """A meeting as the coordinator typed it: ids of pupil and room, aware start and planned end; who leads it, and its UID in the district's calendar."""

    kind: MeetingKind
    student_id: str
    room_id: str
    start: datetime
    planned_end: datetime
    chair_id: str | None = None
    calendar_uid: str | None = None


@dataclass(frozen=True)
class Move:
    """A meeting's new time (aware), when the change was announced to the family (None: not known yet), and at whose wish it came."""

    announced_at: datetime | None
    by: WishOf
    new_start: datetime
    new_planned_end: datetime


def plan_meeting(session: Session, now: datetime, actor: str, plan: MeetingPlan) -> Meeting:
    """Enter a meeting. The same meeting sent twice is entered once. Raises `MeetingNotPlanned`."""
    _hold_room(session, plan.room_id)
    if same := _same_meeting(session, plan):
        return same
    if plan.calendar_uid and session.scalars(select(Meeting.id).where(Meeting.calendar_uid == plan.calendar_uid)).first():
        raise MeetingNotPlanned(_("This event of the calendar was entered already."))
    _refuse_what_cannot_be(session, plan)
    meeting = Meeting(
        id=new_id(), kind=plan.kind, student_id=plan.student_id, room_id=plan.room_id, created_at=now, chair_id=plan.chair_id,
        first_start=plan.start, start=plan.start, planned_end=plan.planned_end, calendar_uid=plan.calendar_uid, change_number=0,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    journal.append(session, now, actor, "meeting.planned", f"meeting:{meeting.id}", kind=plan.kind.value, room=plan.room_id)
    if plan.chair_id:
        journal.append(session, now, actor, "meeting.chair_named", f"meeting:{meeting.id}", chair=plan.chair_id)
    return meeting


def move_meeting(session: Session, now: datetime, actor: str, meeting_id: str, move: Move) -> Meeting:
    """Move a meeting to another time. Its notices are held against the rule again by whoever listens (RN-05).

    Raises NotFound, or MeetingNotChanged: cancelled, room taken, announced in the future, before an earlier move or before the meeting
    was entered, or nothing changes.
    """
    meeting = _to_change(session, meeting_id)
    _hold_room(session, meeting.room_id)
    refuse_impossible_move(session, now, meeting, move)
    moved = MeetingMove(
        id=new_id(), announced_at=move.announced_at, by=move.by.value, new_start=move.new_start, new_planned_end=move.new_planned_end,
        entered_at=now, entered_by=actor,
    )  # fmt: skip
    meeting.moves.append(moved)
    meeting.start, meeting.planned_end = move.new_start, move.new_planned_end
    told = {"by": move.by.value, "announced_at": move.announced_at.isoformat(timespec="minutes") if move.announced_at else "not entered"}
    return _changed(session, now, actor, meeting, MeetingChange.MOVED, start=move.new_start.isoformat(timespec="minutes"), **told)


def note_family_told(session: Session, now: datetime, actor: str, meeting_id: str, announced_at: datetime) -> Meeting:
    """Enter afterwards when the family was told of the last move; notices are held against the rule again (RN-05).

    Raises NotFound, or MeetingNotChanged: cancelled, no such move waits for it, or a moment that cannot be.
    """
    meeting = _to_change(session, meeting_id)
    if not meeting.moves or meeting.moves[-1].announced_at is not None:
        raise MeetingNotChanged(_("No change of this meeting waits for when the family was told."))
    _refuse_impossible_telling(now, meeting, announced_at)
    meeting.moves[-1].announced_at = announced_at
    session.flush()
    journal.append(session, now, actor, "meeting.family_told", f"meeting:{meeting.id}", announced_at=announced_at.isoformat(timespec="minutes"))
    tell_meeting_changed(session, now, actor, meeting, MeetingChange.FAMILY_TOLD)
    return meeting


def change_room(session: Session, now: datetime, actor: str, meeting_id: str, room_id: str) -> Meeting:
    """Hold a meeting in another room; what is armed for it follows, since arming is derived from the meeting (G5.a).

    Raises NotFound, or MeetingNotChanged: cancelled, same room, room taken, or its recording has begun.
    """
    meeting = _to_change(session, meeting_id)
    if session.get(Room, room_id) is None:
        raise MeetingNotChanged(_("That room is no longer there. Choose again."))
    if meeting.room_id == room_id:
        raise MeetingNotChanged(_("The meeting is in this room already."))
    _refuse_taken_room(session, room_id, meeting.start, meeting.planned_end, meeting.id)
    before = meeting.room_id
    session.add(MeetingRoomChange(id=new_id(), meeting_id=meeting.id, from_room_id=before, to_room_id=room_id, changed_at=now, changed_by=actor))
    meeting.room_id = room_id
    session.flush()
    session.refresh(meeting, ["room"])
    return _changed(session, now, actor, meeting, MeetingChange.ROOM_CHANGED, from_room=before, room=room_id)


def cancel_meeting(session: Session, now: datetime, actor: str, meeting_id: str, by: WishOf) -> Meeting:
    """Cancel a meeting; nothing is deleted. What the room records already goes on. A cancelled one stays as it is. Raises NotFound."""
    meeting = _locked(session, meeting_id)
    if meeting.cancelled_at is not None:
        return meeting
    meeting.cancelled_at, meeting.cancelled_by = now, by.value
    return _changed(session, now, actor, meeting, MeetingChange.CANCELLED, by=by.value)


def restore_meeting(session: Session, now: datetime, actor: str, meeting_id: str) -> Meeting:
    """Take a cancellation back. Raises NotFound, or MeetingNotChanged when the room was given to another meeting."""
    meeting = _locked(session, meeting_id)
    if meeting.cancelled_at is None:
        return meeting
    _refuse_taken_room(session, meeting.room_id, meeting.start, meeting.planned_end, meeting.id)
    meeting.cancelled_at, meeting.cancelled_by = None, None
    return _changed(session, now, actor, meeting, MeetingChange.RESTORED)


def name_chair(session: Session, now: datetime, actor: str, meeting_id: str, account_id: str | None) -> Meeting:
    """Say who leads the meeting, or that it is open; that person sees what its parents need and why they record (G2). Raises NotFound."""
    meeting = _locked(session, meeting_id)
    if account_id is not None and session.get(Account, account_id) is None:
        raise NotFound(_("There is no such account."))
    if meeting.chair_id != account_id:
        meeting.chair_id = account_id
        journal.append(session, now, actor, "meeting.chair_named", f"meeting:{meeting.id}", chair=account_id or "")
    return meeting


def _same_meeting(session: Session, plan: MeetingPlan) -> Meeting | None:
    return session.scalars(
        select(Meeting).where(
            Meeting.student_id == plan.student_id,
            Meeting.room_id == plan.room_id,
            Meeting.kind == plan.kind,
            Meeting.start == plan.start,
            Meeting.planned_end == plan.planned_end,
            Meeting.cancelled_at.is_(None),
        )
    ).first()


def _refuse_what_cannot_be(session: Session, plan: MeetingPlan) -> None:
    if plan.planned_end <= plan.start:
        raise MeetingNotPlanned(_("The meeting must end after it starts."))
    if session.get(Student, plan.student_id) is None or session.get(Room, plan.room_id) is None:
        raise MeetingNotPlanned(_("That pupil or room is no longer there. Choose again."))
    if _is_room_taken(session, plan.room_id, plan.start, plan.planned_end):
        raise MeetingNotPlanned(_("Another meeting is planned in this room at that time. Choose another time or room."))


def _is_room_taken(session: Session, room_id: str, start: datetime, planned_end: datetime, but_for: str | None = None) -> bool:
    """One kiosk cannot record two meetings at once; a cancelled one takes no room."""
    overlapping = select(Meeting.id).where(
        Meeting.room_id == room_id, Meeting.start < planned_end, Meeting.planned_end > start, Meeting.cancelled_at.is_(None), Meeting.id != (but_for or "")
    )
    return session.scalars(overlapping).first() is not None


def _hold_room(session: Session, room_id: str) -> None:
    """Whoever else asks for the room waits until this transaction ends, and then sees what it planned: PostgreSQL would let both in at once.

    Not the whole row, which every meeting that is entered refers to.
    """
    session.execute(select(Room.id).where(Room.id == room_id).with_for_update(key_share=True))


def _refuse_taken_room(session: Session, room_id: str, start: datetime, planned_end: datetime, but_for: str) -> None:
    """Until the transaction ends nobody else takes the room either."""
    _hold_room(session, room_id)
    _refuse_overlap(session, room_id, start, planned_end, but_for)


def _refuse_overlap(session: Session, room_id: str, start: datetime, planned_end: datetime, but_for: str) -> None:
    if _is_room_taken(session, room_id, start, planned_end, but_for):
        raise MeetingNotChanged(_("Another meeting is planned in this room at that time. Choose another time or room."))


def refuse_impossible_move(session: Session, now: datetime, meeting: Meeting, move: Move) -> None:
    """What `move_meeting` asks before it moves, for who wants to know beforehand. Raises MeetingNotChanged."""
    if move.new_planned_end <= move.new_start:
        raise MeetingNotChanged(_("The meeting must end after it starts."))
    if (move.new_start, move.new_planned_end) == (meeting.start, meeting.planned_end):
        raise MeetingNotChanged(_("The meeting is at this time already."))
    _refuse_impossible_telling(now, meeting, move.announced_at)
    _refuse_overlap(session, meeting.room_id, move.new_start, move.new_planned_end, meeting.id)


def _refuse_impossible_telling(now: datetime, meeting: Meeting, announced_at: datetime | None) -> None:
    if announced_at is None:
        return
    if announced_at > now:
        raise TellingImpossible(_("The change cannot have been announced in the future. Check date and time."))
    if announced_at < meeting.created_at.replace(second=0, microsecond=0):  # else a notice that came in time could be made late afterwards (RN-05)
        raise TellingImpossible(_("This meeting was entered here later than that, so no change of it can have been announced then. Check date and time."))
    # The rule walks through the moves in the order in which they were announced, and the last one is the meeting's time.
    if any(one.announced_at and announced_at < one.announced_at for one in meeting.moves):
        raise TellingImpossible(_("An earlier change of this meeting was announced after that. Check when this one was announced."))


def _locked(session: Session, meeting_id: str) -> Meeting:
    meeting = session.get(Meeting, meeting_id, with_for_update={"of": Meeting})
    if meeting is None:
        raise NotFound(_("There is no such meeting."))
    return meeting


def _to_change(session: Session, meeting_id: str) -> Meeting:
    meeting = _locked(session, meeting_id)
    if meeting.cancelled_at is not None:
        raise MeetingNotChanged(str(CANCELLED))
    return meeting


def _changed(session: Session, now: datetime, actor: str, meeting: Meeting, change: MeetingChange, **details: str) -> Meeting:
    """Count and journal the change, and tell whoever listens; one who refuses undoes it all."""
    meeting.changed_at, meeting.change_number = now, meeting.change_number + 1
    session.flush()
    journal.append(session, now, actor, f"meeting.{change.value}", f"meeting:{meeting.id}", **details)
    tell_meeting_changed(session, now, actor, meeting, change)
    return meeting
