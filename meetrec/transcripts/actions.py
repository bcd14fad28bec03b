"""What happens to a record's transcript: queued when the record is stored, drafted by a machine, or failed with a sentence."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from meetrec.custody import queries
from meetrec.custody.actions import NewObject, add_object
from meetrec.custody.models import Record
from meetrec.journal import actions as journal
from meetrec.platform import jobs
from meetrec.platform.jobs import Job
from meetrec.transcripts import transcribe
from meetrec.transcripts.models import Transcript

TRANSCRIBE = "transcripts.transcribe"


def queue_transcription(session: Session, now: datetime, record: Record) -> None:
    """Queue the transcription of a record; nothing while one is under way."""
    job = jobs.latest_job(session, TRANSCRIBE, record.id)
    if job is None or job.state not in jobs.OPEN_STATES:
        jobs.enqueue(session, now, TRANSCRIBE, record.id, record=record.id)


def draft(session: Session, now: datetime, record: Record, made: transcribe.Transcript, text: NewObject) -> Transcript:
    """Note a machine draft whose text is in the store: no part of the IEP, a draft until a person signs (A-23, G9.b)."""
    add_object(session, now, record, text)
    words = sum(len(line["words"]) for line in made.lines)
    engine = {**asdict(made.engine), "languages": made.languages}
    row = Transcript(record_id=record.id, object_id=text.id, state="machine_draft", engine=engine, words=words, created_at=now)
    session.add(row)
    session.flush()
    journal.append(
        session, now, "system", "transcript.drafted", f"transcript:{row.id}", recording_id=record.recording_id,
        record=record.id, text=text.stored.sha256, engine=made.engine.engine, model=made.engine.sha256, words=words,
    )  # fmt: skip
    return row


def note_failure(session: Session, now: datetime, job: Job) -> None:
    """A transcription ended as failed, whatever the reason; the job's row keeps the sentence."""
    record = queries.record(session, job.subject_id)
    journal.append(session, now, "system", "transcript.failed", f"record:{record.id}", recording_id=record.recording_id)
