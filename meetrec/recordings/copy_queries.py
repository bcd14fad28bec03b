"""Reads of kiosks' copies for joining: their runs, what is stored of them, and how far two of them lie apart."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody.models import StoredObject
from meetrec.custody.queries import record_of_recording
from meetrec.recordings.kiosk_clocks import Beginning, distance
from meetrec.recordings.models import KioskCopy, Recording, RoomEntry
from meetrec.recordings.rules import RecordingState


def runs_of(recording: Recording, kiosk_id: str) -> tuple[str, ...]:
    """The ids of one kiosk's runs, in their order."""
    return tuple(run.id for run in sorted(recording.runs, key=lambda run: run.statement["ordinal"]) if run.kiosk_id == kiosk_id)


def stored_copies(session: Session, recording_id: str) -> list[tuple[str, tuple[str, ...]]]:
    """The kiosks whose copies lie in custody, each with its runs; none for a recording that the server does not know."""
    found = session.get(Recording, recording_id)
    stored = [one for one in found.copies if one.state is RecordingState.STORED] if found else []
    return [(one.kiosk_id, runs_of(one.recording, one.kiosk_id)) for one in stored]


def stored_of(session: Session, recording_id: str, kiosk_id: str) -> list[StoredObject]:
    """Every object in the record that came from this kiosk."""
    record = record_of_recording(session, recording_id)
    return [one for one in record.objects if one.kiosk_id == kiosk_id] if record else []


def place_beside(session: Session, recording: Recording, copy: KioskCopy) -> dict[str, Any]:
    """For the ledger of a copy that is added: next to which kiosk's it lies, and how many seconds later it begins, as far as the clocks tell."""
    assert recording.led_by is not None
    apart = distance(_beginning(session, recording, recording.led_by), _beginning(session, recording, copy.kiosk_id))
    return {"kiosk": recording.led_by, "seconds": apart.seconds, "uncertainty": apart.uncertainty}


def _beginning(session: Session, recording: Recording, kiosk_id: str) -> Beginning:
    first = min((run for run in recording.runs if run.kiosk_id == kiosk_id), key=lambda run: run.statement["ordinal"])
    own = (RoomEntry.recording_id == recording.id, RoomEntry.kiosk_id == kiosk_id, RoomEntry.clock_offset.is_not(None))
    measured = session.execute(select(RoomEntry.at, RoomEntry.clock_offset).where(*own).order_by(RoomEntry.position))
    return Beginning(first.started_at, [(at, offset) for at, offset in measured if offset is not None])
