"""Put somebody on the list of those at a meeting's table, and take them off it; the row stays."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.models import Meeting
from meetrec.meetings.participant_queries import participant_at
from meetrec.meetings.table_models import Participant
from meetrec.people.names import name_key
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import NotFound


class AlreadyThere(MeetRecError):
    """Somebody is on the list already."""


@dataclass(frozen=True)
class AtTheTable:
    """Somebody at the table or on the line; at most one of the ids is set, where the person is known to the roster."""

    name: str
    affiliation: Affiliation
    duty: str | None = None
    staff_member_id: str | None = None
    guardian_id: str | None = None
    student_id: str | None = None


def enter_participant(session: Session, now: datetime, actor: str, meeting_id: str, who: AtTheTable) -> Participant:
    """Put somebody on the list. Raises NotFound, and `AlreadyThere` for the same name again, whoever the person comes for."""
    if session.get(Meeting, meeting_id, with_for_update={"of": Meeting}) is None:
        raise NotFound(_("There is no such meeting."))
    there = session.scalars(select(Participant.name).where(Participant.meeting_id == meeting_id, Participant.removed_at.is_(None)))
    if name_key(who.name) in map(name_key, there):  # also as somebody else: whom the district's notice covers may not depend on which entry is read
        raise AlreadyThere(_("%(name)s is on the list already. Nothing was changed.", name=who.name))
    entered = Participant(
        id=new_id(), meeting_id=meeting_id, name=who.name, affiliation=who.affiliation.value, duty=who.duty, staff_member_id=who.staff_member_id,
        guardian_id=who.guardian_id, student_id=who.student_id, entered_at=now, entered_by=actor,
    )  # fmt: skip
    session.add(entered)
    session.flush()
    journal.append(session, now, actor, "participant.entered", f"meeting:{meeting_id}", participant=entered.id, affiliation=entered.affiliation)
    return entered


def remove_participant(session: Session, now: datetime, actor: str, meeting_id: str, participant_id: str) -> None:
    """Take somebody off the list; once is enough. Raises NotFound when nobody of that id is at this meeting."""
    found = participant_at(session, meeting_id, participant_id, to_change=True)
    if found.removed_at is None:
        found.removed_at = now
        journal.append(session, now, actor, "participant.removed", f"meeting:{meeting_id}", participant=found.id)
