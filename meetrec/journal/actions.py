"""Append to the journal, in the transaction of what it tells."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.journal.rules import CHAIN_START, body_of, hash_of
from meetrec.journal.verbs import VERBS

# Any number, the same for all: PostgreSQL's advisory lock under which one entry at a time is chained.
CHAIN_LOCK = 5125


def append(
    session: Session, now: datetime, actor: str, verb: str, subject: str, *, recording_id: str | None = None, **details: str | int | float | bool | None
) -> JournalEntry:
    """Chain one entry. `details` holds ids, hashes and counts, never names or free text. Commits with the caller's transaction or not at all."""
    if verb not in VERBS:
        raise ValueError(f"the journal does not know the verb {verb}")
    if recording_id:
        details["recording"] = recording_id
    last = _last_entry(session)
    sequence, previous_hash = (last.sequence + 1, last.entry_hash) if last else (1, CHAIN_START)
    body = body_of(sequence, now.isoformat(timespec="microseconds"), actor, verb, subject, details)
    entry = JournalEntry(
        sequence=sequence, at=now, actor=actor, verb=verb, subject=subject, body=body,
        previous_hash=previous_hash, entry_hash=hash_of(previous_hash, body), recording_id=recording_id,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def _last_entry(session: Session) -> JournalEntry | None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    return session.scalars(select(JournalEntry).order_by(JournalEntry.sequence.desc()).limit(1)).first()
