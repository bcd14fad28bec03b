"""Reads of transcripts: the newest draft, its lines with their seats, and how far the way there is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody.models import ObjectRole, Record
from meetrec.custody.queries import objects_of
from meetrec.platform import jobs
from meetrec.recordings.models import Recording
from meetrec.recordings.queries import progress_of, sentence_for
from meetrec.recordings.rules import Stage
from meetrec.recordings.sentences import complaint_of
from meetrec.transcripts import sentences
from meetrec.transcripts.actions import TRANSCRIBE
from meetrec.transcripts.models import Transcript


@dataclass(frozen=True)
class Line:
    """One line of a transcript: its number from 1, seconds in the recording, who sat at the microphone, the text and its language."""

    number: int
    start: float
    end: float
    seat: str
    text: str
    language: str


@dataclass(frozen=True)
class Standing:
    """How far a recording and its transcript are, for the page and for the script that watches it.

    `key` changes whenever the page would look otherwise; `fraction` (0 to 1) is None where there is no progress to measure.
    """

    key: str
    stage: Stage
    sentence: str
    complaint: str | None
    fraction: float | None
    transcription: str | None  # state of the transcription's job

    @property
    def moves(self) -> bool:
        """Whether the page will change by itself."""
        failed = self.stage in (Stage.BROKEN, Stage.JOINING_FAILED)
        return not failed and (self.stage is not Stage.STORED or self.transcription in jobs.OPEN_STATES)


def sha256_of(content: bytes) -> str:
    """SHA-256 (hex)."""
    return sha256(content).hexdigest()


def newest_transcript(session: Session, record_id: str) -> Transcript | None:
    """The newest draft of a record."""
    return session.scalars(select(Transcript).where(Transcript.record_id == record_id).order_by(Transcript.created_at.desc()).limit(1)).first()


def seats_of(record: Record) -> dict[str, str]:
    """The seat of each speaker "0", "1", … : the microphones in their order."""
    return {str(master.position): master.label or str(master.position + 1) for master in objects_of(record, ObjectRole.MASTER)}


def lines_of(text: bytes, seats: Mapping[str, str]) -> Sequence[Line]:
    """The lines of a stored transcript (its JSON bytes)."""
    return [
        Line(number, line["start"], line["end"], seats.get(line["speaker"] or "", ""), line["text"], line["language"])
        for number, line in enumerate(json.loads(text), start=1)
    ]


def standing_of(session: Session, now: datetime, recording: Recording, record: Record | None) -> Standing:
    """Recording and transcript together."""
    progress = progress_of(session, recording, now)
    told = sentence_for(session, recording, progress, now)
    if record is None:
        fraction = progress.fraction if progress.stage is Stage.JOINING else _delivered_share(progress.delivered, progress.promised)
        return Standing(progress.stage.value, progress.stage, told, complaint_of(progress.complaint), fraction, None)
    job = jobs.latest_job(session, TRANSCRIBE, record.id)
    transcript = newest_transcript(session, record.id)
    state = job.state if job and transcript is None else "done" if transcript else None
    key = f"{progress.stage.value}/{state}/{transcript.id if transcript else ''}"
    fraction = job.progress if job and state == "running" else None
    complaint = complaint_of(job.sentence) if job and state == "failed" else None
    return Standing(key, progress.stage, sentences.sentence_of(state), complaint, fraction, state)


def _delivered_share(delivered: int, promised: int | None) -> float | None:
    return delivered / promised if promised else None
