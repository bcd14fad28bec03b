"""A parent decides in the room to record (A-04): the kiosk's statement becomes a notice that arms the recording the kiosk began, maybe days ago."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting
from meetrec.notices.actions import District, receive_in_the_room
from meetrec.notices.models import RecorderRole
from meetrec.notices.statements import StatedInTheRoom
from meetrec.platform.free_text import numbers_not_kept, one_line
from meetrec.platform.web import NotFound
from meetrec.recordings import actions
from meetrec.recordings.actions import Courier
from meetrec.recordings.models import Recording
from meetrec.recordings.standing_down import was_planned_in
from meetrec.recordings.statements import moment_in

NOT_KEPT = "–"  # in place of a name that the row may not hold; the sealed log holds what was typed


def require_meeting_of_room(session: Session, courier: Courier, statement: Mapping[str, Any]) -> Meeting:
    """The meeting that a statement speaks of: it is planned in the kiosk's room, or was, before the kiosk learned of another room.

    Raises NotFound, without telling whether there is one elsewhere.
    """
    meeting = session.get(Meeting, statement["meeting"])
    if meeting is None or not was_planned_in(session, meeting, courier.room_id):
        raise NotFound("No meeting with this id is planned in the kiosk's room, so nobody can give notice for it there.")
    return meeting


def arm_by_statement(
    session: Session, now: datetime, courier: Courier, recording_id: str, statement: Mapping[str, Any], district: District, at_room: datetime
) -> Recording:
    """Notice, match and arming in the caller's transaction; `statement` is the content of an entry of kind `notice` (A-05, G4), `at_room` its moment.

    What was recorded is never turned away because the meeting's day is over, or because another notice armed the room meanwhile.
    """
    meeting = require_meeting_of_room(session, courier, statement)
    session.get(Meeting, meeting.id, with_for_update={"of": Meeting})
    told = at_room.isoformat(timespec="seconds")
    stated = StatedInTheRoom(
        recorder_name=storable(one_line(statement["recorder_name"])) or NOT_KEPT, recorder_role=RecorderRole(statement["recorder_role"]),
        device=storable(one_line(statement["device"])) or "",
        language=statement["language"], reason=storable(statement["reason"]), stated_at=moment_in(statement["stated_at"]) or now,
    )  # fmt: skip
    notice = receive_in_the_room(session, now, courier.actor, meeting, stated, district, told)
    return actions.arm_on_the_spot(session, now, courier.actor, notice, recording_id, told)


def storable(text: str | None) -> str | None:
    """A text that may stand in a row; one that seems to hold a number never kept stays in the record's encryption alone (B-08, B-09)."""
    return None if not text or numbers_not_kept(text) else text
