"""What stands in the database of a recording: its state, its record in custody, and what the journal tells of it."""

import json
from typing import Any

from sqlalchemy import select

from meetrec.custody.models import Record
from meetrec.custody.queries import record_of_recording
from meetrec.journal.models import JournalEntry
from meetrec.platform.database import Database
from meetrec.platform.jobs import Job
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState


def told(database: Database, recording_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Verb and details of the journal's entries of a recording."""
    with database.reading() as session:
        found = session.scalars(select(JournalEntry).where(JournalEntry.recording_id == recording_id).order_by(JournalEntry.sequence))
        return [(entry.verb, json.loads(entry.body)["details"]) for entry in found]


def verbs(database: Database, recording_id: str) -> list[str]:
    return [verb for verb, _details in told(database, recording_id)]


def state_of(database: Database, recording_id: str) -> RecordingState:
    with database.reading() as session:
        return session.get_one(Recording, recording_id).state


def record_of(database: Database, recording_id: str) -> Record:
    with database.reading() as session:
        found = record_of_recording(session, recording_id)
    assert found is not None
    return found


def sentence_of(database: Database, recording_id: str) -> tuple[RecordingState, str]:
    with database.reading() as session:
        recording = session.get_one(Recording, recording_id)
        job = session.scalars(select(Job).where(Job.kind == "recordings.assemble").order_by(Job.created_at.desc())).first()
        assert job is not None
        return recording.state, recording.copies[0].sentence or job.sentence or ""
