"""The worker's part: hears a record's masters through the speech engine, on this machine, and stores the draft in the record's encryption."""

import json
from typing import Any
from uuid import UUID, uuid5

from meetrec.custody.actions import NewObject
from meetrec.custody.events import when_record_stored
from meetrec.custody.models import ObjectRole, Record
from meetrec.custody.queries import objects_of, record
from meetrec.custody.vault import Vault
from meetrec.platform import clock
from meetrec.platform.jobs import Handler, Job, JobRun
from meetrec.platform.settings import Settings
from meetrec.recordings.progress import seldom
from meetrec.transcripts import actions, queries
from meetrec.transcripts.masters import sound_of
from meetrec.transcripts.transcribe import Transcript, Watch, transcribe

JSON = "application/json"


def handlers(settings: Settings, vault: Vault) -> dict[str, Handler]:
    """The jobs of this feature by their kind. From here on, every record that is stored queues its transcription."""
    when_record_stored("transcripts", actions.queue_transcription)
    return {actions.TRANSCRIBE: Handler(lambda run: transcribe_record(run, settings, vault), actions.note_failure)}


def transcribe_record(run: JobRun, settings: Settings, vault: Vault) -> None:
    """Draft one record's transcript. Safe to repeat: what a killed worker had stored already is found again."""
    with run.database.reading() as session:
        found = record(session, run.subject["record"])
        job = session.get_one(Job, run.job_id)
        newest = queries.newest_transcript(session, found.id)
    if newest and newest.created_at >= job.created_at:
        return
    made = _heard(run, settings, vault, found)
    text = _stored(vault, found, made.lines)
    with run.database.writing() as session:
        actions.draft(session, clock.now(), record(session, found.id), made, text)


def _heard(run: JobRun, settings: Settings, vault: Vault, found: Record) -> Transcript:
    from meetrec.transcripts.engines import load_engine

    chosen = settings.transcription
    engine = load_engine(chosen.engine, chosen.model, settings.models_dir, chosen.cpu_threads, settings.model_sources)
    with sound_of(vault, objects_of(found, ObjectRole.MASTER)) as sound:
        return transcribe(sound, engine, speakers="channels", watch=Watch(progress=seldom(run.progress)))


def _stored(vault: Vault, found: Record, lines: list[dict[str, Any]]) -> NewObject:
    """The lines as JSON in the record's encryption. The same text has the same id, so that a repetition stores nothing twice."""
    encoded = json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode()
    object_id = str(uuid5(UUID(found.id), f"{ObjectRole.TRANSCRIPT.value}/{queries.sha256_of(encoded)}"))
    stored = vault.describe(found.id, object_id) if vault.has(object_id) else vault.put(found.id, object_id, [encoded])
    return NewObject(object_id, ObjectRole.TRANSCRIPT, 0, None, JSON, stored)
