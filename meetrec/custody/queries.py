"""Reads of records and their objects."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody.models import ObjectRole, Record, StoredObject
from meetrec.platform.web import NotFound


def record(session: Session, record_id: str) -> Record:
    """The record. Raises NotFound."""
    found = session.get(Record, record_id)
    if found is None:
        raise NotFound("There is no such record.")
    return found


def record_of_recording(session: Session, recording_id: str) -> Record | None:
    """The record that a recording became, once it is stored."""
    return session.scalars(select(Record).where(Record.recording_id == recording_id)).first()


def objects_of(found: Record, role: ObjectRole, copy_number: int = 0) -> Sequence[StoredObject]:
    """The objects of one role in one kiosk's copy – by default the leading one's –, in the order of the microphones."""
    return [one for one in found.objects if one.role is role and one.copy_number == copy_number]


def further_copies(found: Record) -> Sequence[int]:
    """The numbers of the copies that other kiosks made of the same meeting, beside the leading one."""
    return sorted({one.copy_number for one in found.objects} - {0})


def object_of(found: Record, object_id: str) -> StoredObject:
    """One object of the record. Raises NotFound, also for another record's object."""
    for one in found.objects:
        if one.id == object_id:
            return one
    raise NotFound("This record has no such object.")


def playable(found: Record) -> Sequence[StoredObject]:
    """What the player offers: all microphones together first, then each alone; then each microphone of the other kiosks' copies."""
    others = [one for number in further_copies(found) for one in objects_of(found, ObjectRole.MASTER, number)]
    return [*objects_of(found, ObjectRole.LISTENING_COPY), *objects_of(found, ObjectRole.MASTER), *others]
