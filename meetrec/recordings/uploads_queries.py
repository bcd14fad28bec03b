"""Reads about stored copies that pages must mark: which recording was uploaded, and which is only half there (G5.a)."""

from sqlalchemy.orm import Session

from meetrec.recordings.district_copy_models import UploadedCopy
from meetrec.recordings.district_copy_rules import is_half
from meetrec.recordings.district_copy_sentences import half_copy


def is_uploaded(session: Session, recording_id: str) -> bool:
    """Whether the recording was made on another device and uploaded."""
    return session.get(UploadedCopy, recording_id) is not None


def half_copy_of(unheard: float | None, duration: float) -> tuple[str, ...]:
    """A sentence for a stored copy with long gaps (seconds without any sound, seconds of the whole): it is not missing, but it is said."""
    return (half_copy(unheard, duration),) if unheard is not None and is_half(unheard=unheard, duration=duration) else ()
