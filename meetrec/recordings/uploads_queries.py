"""Reads about stored copies that pages must mark: which recording was uploaded, and which is only half there (G5.a)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody.models import Record
from meetrec.recordings.district_copy_models import UploadedCopy
from meetrec.recordings.district_copy_rules import is_half
from meetrec.recordings.district_copy_sentences import half_copy
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState


def is_uploaded(session: Session, recording_id: str) -> bool:
    """Whether the recording was made on another device and uploaded."""
    return session.get(UploadedCopy, recording_id) is not None


def half_copy_remarks(session: Session, found: Recording) -> tuple[str, ...]:
    """A sentence for a stored copy with long gaps: it is not missing, but it is said."""
    if found.state is not RecordingState.STORED:
        return ()
    stored = session.execute(select(Record.unheard, Record.duration).where(Record.recording_id == found.id)).first()
    if stored is None or not is_half(unheard=stored.unheard, duration=stored.duration):
        return ()
    return (half_copy(stored.unheard, stored.duration),)
