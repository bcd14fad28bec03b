"""What a room's kiosk is told of its meetings: those it may record, and today's others, at which a parent may decide on the spot (A-04, W-01)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Kiosk, Meeting
from meetrec.meetings.typed_times import day_begins
from meetrec.notices.models import Notice
from meetrec.platform.clock import in_zone
from meetrec.recordings import delivery_queries
from meetrec.recordings.models import Recording
from meetrec.recordings.standing_down import may_begin

MAIN_STANDS = ("", "opened", "declined", "recording", "paused", "stopped", "objected")  # "": nothing was heard of it


def armed_meetings(session: Session, kiosk: Kiosk, now: datetime, *, objection_stops: bool) -> list[dict[str, Any]]:
    """The meetings that this kiosk may begin or go on with, as JSON. `objection_stops` is the state profile's rule (X-4).

    A reserve kiosk is also told how the main one stands, as far as the server knows: one of MAIN_STANDS.
    """
    armed = delivery_queries.armed_in_room(session, kiosk.room_id, now, kiosk.id)
    devices = _devices(session, armed)
    stands = [main_stands(one) if kiosk.is_reserve else "" for one in armed]
    more = [{"recording": one.id, "device": devices.get(one.notice_id, ""), "main": how} for one, how in zip(armed, stands, strict=True)]
    return [_meeting(recording.meeting, objection_stops) | named for recording, named in zip(armed, more, strict=True)]


def main_stands(recording: Recording) -> str:
    """How the room's main kiosk stands with this recording. An objection or a parent's “no” weighs more than what the recorder does."""
    opening = next((one for one in recording.openings if not one.kiosk.is_reserve), None)
    copy = max((one for one in recording.copies if not one.kiosk.is_reserve), key=lambda one: one.has_begun, default=None)
    if opening is not None and opening.objection_at is not None:
        return "objected"
    if copy is not None and copy.has_begun:
        return "stopped" if copy.closing is not None or copy.kiosk_state == "stopped" else copy.kiosk_state or "recording"
    if opening is not None and opening.not_recorded_at is not None:
        return "declined"
    return "opened" if opening is not None and opening.opened_at is not None else ""


def other_meetings(session: Session, room_id: str, now: datetime, zone: str, *, objection_stops: bool) -> list[dict[str, Any]]:
    """Today's meetings of the room that take place and have no recording begun or to begin, as JSON; a day is one of the IANA zone.

    Where every notice was withdrawn the parent may still decide in the room (A-04).
    """
    today = in_zone(now, zone).date()
    planned = select(Meeting).where(
        Meeting.room_id == room_id, Meeting.start >= day_begins(today, zone), Meeting.start < day_begins(today + timedelta(days=1), zone),
        Meeting.cancelled_at.is_(None), ~select(Recording.id).where(Recording.meeting_id == Meeting.id, may_begin()).exists(),
    )  # fmt: skip
    found = session.scalars(planned.order_by(Meeting.start, Meeting.id))
    return [_meeting(meeting, objection_stops) | {"meeting": meeting.id} for meeting in found]


def _meeting(meeting: Meeting, objection_stops: bool) -> dict[str, Any]:
    """Of pupils only the initials (W-01)."""
    return {
        "initials": meeting.student.initials,
        "kind": meeting.kind.value,
        "start": meeting.start.isoformat(),
        "planned_end": meeting.planned_end.isoformat(),
        "objection_stops": objection_stops,
    }


def _devices(session: Session, armed: Sequence[Recording]) -> Mapping[str, str]:
    """What each notice named as the parent's device, to be confirmed in the room (G6.b); empty where it named none."""
    notices = session.scalars(select(Notice).where(Notice.id.in_([one.notice_id for one in armed])))
    return {notice.id: notice.device for notice in notices}
