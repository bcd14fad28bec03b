"""When an armed room stands down, and which rooms may deliver for a meeting that changed its room. Derived from meeting and notices each time (G5.a, A-05).

Nothing here turns sound away: a kiosk that began without a network, in the old room or for a meeting cancelled meanwhile, delivers all the same.
"""

import enum
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.journal.models import JournalEntry
from meetrec.meetings.actions import MeetingNotChanged
from meetrec.meetings.events import MeetingChange, when_meeting_changed
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.meetings.table_models import MeetingRoomChange
from meetrec.notices.events import Leaving, when_notice_left
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.recordings.models import KioskCopy, Recording
from meetrec.recordings.rules import RecordingState

LISTENER = "recordings.standing_down"


class StandDown(enum.StrEnum):
    """Why a room that was armed, and has not begun, is not to begin."""

    CANCELLED = "cancelled"  # the meeting
    WITHDRAWN = "withdrawn"  # every notice of it, or taken off it


class RecordingHasBegun(MeetingNotChanged):
    """The meeting is under way in its room: it is not moved, and not taken to another room."""


def listen() -> None:
    """Hear of changes of meetings and of notices that leave one; saying it twice changes nothing."""
    when_meeting_changed(LISTENER, follow_meeting)
    when_notice_left(LISTENER, follow_leaving)


def has_standing_notice() -> ColumnElement[bool]:
    """SQL: a notice of the meeting stands. For statements that select from `meeting`."""
    return select(Notice.id).where(Notice.meeting_id == Meeting.id, Notice.status != NoticeStatus.WITHDRAWN).exists()


def may_begin() -> ColumnElement[bool]:
    """SQL: the recording has begun, or its meeting takes place and a notice of it stands (A-05). For statements that join `meeting`."""
    return or_(Recording.state != RecordingState.ARMED, and_(Meeting.cancelled_at.is_(None), has_standing_notice()))


def stand_down_reason(session: Session, recording: Recording) -> StandDown | None:
    """Why the room does not begin this recording; None for one that began, and for one that it may begin."""
    if recording.state is not RecordingState.ARMED:
        return None
    if recording.meeting.cancelled_at is not None:
        return StandDown.CANCELLED
    return None if session.scalars(_standing_notices(recording.meeting_id).limit(1)).first() else StandDown.WITHDRAWN


def is_known_room(session: Session, recording: Recording, room_id: str) -> bool:
    """Whether a kiosk of this room may deliver the recording: it is the meeting's room, was it after the arming, or has delivered of it before."""
    if recording.meeting.room_id == room_id:
        return True
    left = select(MeetingRoomChange.id).where(
        MeetingRoomChange.meeting_id == recording.meeting_id, MeetingRoomChange.from_room_id == room_id, MeetingRoomChange.changed_at >= recording.armed_at
    )  # fmt: skip
    begun_there = select(KioskCopy.id).join(Kiosk).where(KioskCopy.recording_id == recording.id, Kiosk.room_id == room_id)
    return session.scalars(left.limit(1)).first() is not None or session.scalars(begun_there.limit(1)).first() is not None


def was_planned_in(session: Session, meeting: Meeting, room_id: str) -> bool:
    """Whether the meeting is or was planned in this room: notice given there without a network counts all the same (A-04)."""
    left = select(MeetingRoomChange.id).where(MeetingRoomChange.meeting_id == meeting.id, MeetingRoomChange.from_room_id == room_id)
    return meeting.room_id == room_id or session.scalars(left.limit(1)).first() is not None


def follow_meeting(session: Session, now: datetime, actor: str, meeting: Meeting, change: MeetingChange) -> None:
    """Refuse what a begun recording forbids, and tell the journal which room stands down and which is armed instead."""
    recordings = _recordings_of(session, meeting.id)
    if change in (MeetingChange.MOVED, MeetingChange.ROOM_CHANGED):
        _refuse_if_begun(recordings, change)
    for one in recordings:
        if one.state is RecordingState.ARMED:
            _tell_of_armed(session, now, actor, one, change)


def follow_leaving(session: Session, now: datetime, actor: str, notice: Notice, meeting_id: str, how: Leaving) -> None:
    """Tell the journal that a room stands down, where the last notice of its meeting left before it began; else another one arms it from now on."""
    for one in _recordings_of(session, meeting_id):
        if stand_down_reason(session, one) is StandDown.WITHDRAWN:
            _tell(session, now, actor, "room.stood_down", one, room=one.meeting.room_id, why=how.value)
        elif one.state is RecordingState.ARMED and one.notice_id == notice.id:
            one.notice_id = session.scalars(_standing_notices(meeting_id)).first() or one.notice_id


def arm_anew(session: Session, now: datetime, actor: str, armed: Recording, notice: Notice) -> None:
    """A notice came to a meeting whose room had stood down for want of one: the room is armed again, under the id that its kiosk may know.

    One that is armed, has begun, or does not take place stays as it is.
    """
    if armed.state is not RecordingState.ARMED or stand_down_reason(session, armed) is not None:
        return
    if armed.notice_id not in session.scalars(_standing_notices(armed.meeting_id)).all():
        armed.notice_id = notice.id
    if _told_last(session, armed) == "room.stood_down":
        _tell(session, now, actor, "room.armed", armed, meeting=armed.meeting_id, notice=armed.notice_id, room=armed.meeting.room_id)


def _standing_notices(meeting_id: str) -> Select[str]:
    standing = select(Notice.id).where(Notice.meeting_id == meeting_id, Notice.status != NoticeStatus.WITHDRAWN)
    return standing.order_by(Notice.received_at, Notice.id)


def _told_last(session: Session, recording: Recording) -> str | None:
    """Whether the journal last said that its room was armed, or that it stood down."""
    told = select(JournalEntry.verb).where(JournalEntry.subject == f"recording:{recording.id}", JournalEntry.verb.in_(("room.armed", "room.stood_down")))
    return session.scalars(told.order_by(JournalEntry.sequence.desc()).limit(1)).first()


def _refuse_if_begun(recordings: list[Recording], change: MeetingChange) -> None:
    if all(one.state is RecordingState.ARMED for one in recordings):
        return
    if change is MeetingChange.MOVED:
        raise RecordingHasBegun(_("The recording of this meeting has begun, so it cannot be moved. Enter a meeting of its own for the other day."))
    raise RecordingHasBegun(_("The recording of this meeting has begun in its room. Stop it there first, and enter a meeting for the other room."))


def _tell_of_armed(session: Session, now: datetime, actor: str, armed: Recording, change: MeetingChange) -> None:
    room, reason = armed.meeting.room_id, stand_down_reason(session, armed)
    if change is MeetingChange.CANCELLED:
        _tell(session, now, actor, "room.stood_down", armed, room=room, why=StandDown.CANCELLED.value)
    elif change is MeetingChange.ROOM_CHANGED and reason is None:
        _tell(session, now, actor, "room.stood_down", armed, room=_room_before(session, armed.meeting_id), why=change.value)
        _tell(session, now, actor, "room.armed", armed, meeting=armed.meeting_id, notice=armed.notice_id, room=room)
    elif change is MeetingChange.RESTORED and reason is None:
        _tell(session, now, actor, "room.armed", armed, meeting=armed.meeting_id, notice=armed.notice_id, room=room)


def _room_before(session: Session, meeting_id: str) -> str:
    changes = select(MeetingRoomChange.from_room_id).where(MeetingRoomChange.meeting_id == meeting_id).order_by(MeetingRoomChange.changed_at.desc())
    return session.scalars(changes.limit(1)).one()


def _recordings_of(session: Session, meeting_id: str) -> list[Recording]:
    return list(session.scalars(select(Recording).where(Recording.meeting_id == meeting_id).order_by(Recording.armed_at, Recording.id)).unique())


def _tell(session: Session, now: datetime, actor: str, verb: str, recording: Recording, **details: str) -> None:
    journal.append(session, now, actor, verb, f"recording:{recording.id}", recording_id=recording.id, **details)
