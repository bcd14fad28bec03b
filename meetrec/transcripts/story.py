"""The story of one recording as its journal tells it, with the names resolved only now, for the page (B-01, W-37)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.journal.queries import entries_about, entries_of_recording
from meetrec.meetings.models import Kiosk
from meetrec.people.models import Account
from meetrec.recordings.models import Recording
from meetrec.transcripts.sentences import actor_name, room_of_kiosk


@dataclass(frozen=True)
class Told:
    """One entry of the journal on a page: when, its verb, who, and the minutes heard where it tells of listening.

    What happened in the room is told with its own moment there: it may have reached the journal much later.
    """

    at: datetime
    verb: str
    who: str
    minutes: int | None


def story_of(session: Session, recording: Recording) -> Sequence[Told]:
    """All entries of a recording, with those of its meeting and of the notice that armed it, by when it happened: in the room or here."""
    before = entries_about(session, (f"meeting:{recording.meeting_id}", f"notice:{recording.notice_id}"))
    entries = sorted({*before, *entries_of_recording(session, recording.id)}, key=lambda entry: entry.sequence)
    ids = {entry.actor.partition(":")[2] for entry in entries}
    accounts = {account.id: account.name for account in session.scalars(select(Account).where(Account.id.in_(ids)))}
    rooms = {kiosk.id: room_of_kiosk(kiosk.room.name, is_reserve=kiosk.is_reserve) for kiosk in session.scalars(select(Kiosk).where(Kiosk.id.in_(ids)))}
    return sorted((_told(entry, actor_name(entry.actor, accounts, rooms)) for entry in entries), key=lambda told: told.at)


def _told(entry: JournalEntry, who: str) -> Told:
    details = json.loads(entry.body)["details"]
    minutes, at_room = details.get("minutes"), details.get("at_room")
    return Told(datetime.fromisoformat(at_room) if at_room else entry.at, entry.verb, who, minutes if isinstance(minutes, int) else None)
