"""Reading the journal: the story of one recording, and the whole chain for verification."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.journal.rules import ChainFault, StoredEntry, first_fault


def entries_of_recording(session: Session, recording_id: str) -> Sequence[JournalEntry]:
    """All entries that belong to one recording, oldest first."""
    return session.scalars(select(JournalEntry).where(JournalEntry.recording_id == recording_id).order_by(JournalEntry.sequence)).all()


def entries_about(session: Session, subjects: Sequence[str]) -> Sequence[JournalEntry]:
    """All entries about any of these subjects (“notice:<id>” …), oldest first."""
    return session.scalars(select(JournalEntry).where(JournalEntry.subject.in_(subjects)).order_by(JournalEntry.sequence)).all()


def newest_sequence(session: Session) -> int:
    """The number of the newest entry; 0 for an empty journal."""
    return session.scalar(select(func.max(JournalEntry.sequence))) or 0


def last_sequence(session: Session) -> int:
    """The number of the newest entry; 0 before the first."""
    return session.scalar(select(func.max(JournalEntry.sequence))) or 0


def anything_since(session: Session, sequence: int, verbs: Sequence[str]) -> bool:
    """Whether one of these verbs was journalled after an entry."""
    later = select(JournalEntry.sequence).where(JournalEntry.sequence > sequence, JournalEntry.verb.in_(verbs))
    return session.scalars(later.limit(1)).first() is not None


def was_told(session: Session, actor: str, verb: str, since: datetime, **details: str) -> bool:
    """Whether an entry of this verb, by this actor and with these details, was written after a moment."""
    told = select(JournalEntry.body).where(JournalEntry.verb == verb, JournalEntry.actor == actor, JournalEntry.at > since)
    return any(details.items() <= json.loads(body)["details"].items() for body in session.scalars(told.order_by(JournalEntry.sequence.desc())))


def verify(session: Session) -> tuple[int, ChainFault | None]:
    """Walk the whole chain; the number of entries read and the first fault, if any. Columns are held against the hashed bytes."""
    read = 0

    def counted() -> Iterator[StoredEntry]:
        nonlocal read
        for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.sequence).execution_options(yield_per=1000)):
            read += 1
            yield StoredEntry(entry.sequence, entry.body if _columns_agree(entry) else b"", entry.previous_hash, entry.entry_hash)

    fault = first_fault(counted())
    return read, fault


def _columns_agree(entry: JournalEntry) -> bool:
    """Whether the searchable columns say what the hashed bytes say; a changed column counts as a changed entry."""
    told = json.loads(entry.body)
    columns = (entry.sequence, entry.at.isoformat(timespec="microseconds"), entry.actor, entry.verb, entry.subject, entry.recording_id)
    return columns == (told["sequence"], told["at"], told["actor"], told["verb"], told["subject"], told["details"].get("recording"))
