"""A recording in custody, with a transcript or without, and what the journal tells of it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from meetrec.capture.pieces import RATE, Gap
from meetrec.custody.models import ObjectRole, Record, StoredObject
from meetrec.custody.queries import objects_of, record_of_recording
from meetrec.custody.vault import Vault
from meetrec.journal.models import JournalEntry
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.transcripts import actions, jobs
from meetrec.transcripts.engine_parts import EngineIdentity
from meetrec.transcripts.transcribe import Transcript
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise

MakeRun = Callable[..., SealedRun]


LINES = [
    {"start": 0.5, "end": 1.5, "text": "Good morning.", "speaker": "0", "language": "en", "words": []},
    {"start": 2.0, "end": 3.5, "text": "Buenos días <todos>.", "speaker": "1", "language": "es", "words": []},
]


@dataclass(frozen=True)
class Stored:
    """A recording in custody."""

    recording_id: str
    record: Record

    def sound(self, role: ObjectRole = ObjectRole.LISTENING_COPY) -> StoredObject:
        return objects_of(self.record, role)[0]

    @property
    def address(self) -> str:
        return f"/recordings/{self.recording_id}"


@pytest.fixture
def stored(kiosk: KioskClient, make_run: MakeRun, work: Callable[[], None], database: Database) -> Stored:
    """Four seconds of two microphones, one of them paused for one second."""
    pause = Gap(RATE, RATE, "pause", "the chair")
    run = make_run({"table-1": [Part(0, noise(RATE, 1)), Part(2 * RATE, noise(2 * RATE, 2), (pause,))], "table-2": [Part(0, noise(4 * RATE, 3))]})
    kiosk.deliver(run)
    work()
    with database.reading() as session:
        record = record_of_recording(session, run.recording)
    assert record is not None
    return Stored(run.recording, record)


@pytest.fixture
def drafted(stored: Stored, database: Database, vault: Vault) -> Stored:
    """The same with a transcript of two lines."""
    identity = EngineIdentity("faster-whisper", "1.2.1", "base", "d" * 64, "CTranslate2 conversion")
    text = jobs._stored(vault, stored.record, LINES)
    with database.writing() as session:
        record = session.get_one(Record, stored.record.id)
        actions.draft(session, clock.now(), record, Transcript(LINES, identity, {"0": "en", "1": "es"}, 4.0), text)
    return stored


def entries(database: Database, verb: str) -> list[JournalEntry]:
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry).where(JournalEntry.verb == verb)))
