"""Reads of kiosks' copies: which waits or has failed, for joining their runs and what is stored of them, and how far two lie apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody.models import StoredObject
from meetrec.custody.queries import record_of_recording
from meetrec.meetings.models import Kiosk
from meetrec.platform.jobs import Job, latest_job
from meetrec.platform.web import NotFound
from meetrec.recordings.kiosk_clocks import Beginning, distance
from meetrec.recordings.models import KioskCopy, Recording, RoomEntry
from meetrec.recordings.rules import ADD_COPY, ASSEMBLE, RecordingState


def copy(session: Session, recording_id: str, kiosk_id: str) -> KioskCopy:
    """One kiosk's copy of the recording. Raises NotFound."""
    recording = session.get(Recording, recording_id)
    found = recording.copy_of(kiosk_id) if recording else None
    if found is None:
        raise NotFound("This kiosk has no copy of the recording.")
    return found


def may_a_main_kiosk_deliver(session: Session, room_id: str) -> bool:
    """Whether a main kiosk stands in the room that was not revoked."""
    in_force = select(Kiosk.id).where(Kiosk.room_id == room_id, Kiosk.is_reserve.is_(False), Kiosk.revoked_at.is_(None))
    return session.scalars(in_force.limit(1)).first() is not None


def recordings_with_waiting_copies(session: Session) -> Sequence[Recording]:
    """The recordings of which a kiosk's copy is whole and not joined."""
    waiting = select(KioskCopy.recording_id).where(KioskCopy.state == RecordingState.DELIVERED)
    return session.scalars(select(Recording).where(Recording.id.in_(waiting))).unique().all()


def reserve_to_choose(session: Session, found: Recording) -> KioskCopy | None:
    """The reserve's whole copy that a person may let lead, because nothing leads yet or what led could not be joined."""
    leading = found.copy_of(found.led_by) if found.led_by else None
    if found.state is RecordingState.STORED or (leading is not None and not has_failed(session, leading)):
        return None
    return next((one for one in found.copies if one.kiosk.is_reserve and not one.leads and one.state is RecordingState.DELIVERED), None)


def has_failed(session: Session, found: KioskCopy) -> bool:
    """Whether the copy could not be joined and nothing is under way."""
    job = joining_of(session, found)
    return found.state is RecordingState.BROKEN or (found.state is RecordingState.DELIVERED and job is not None and job.state == "failed")


def joining_of(session: Session, found: KioskCopy) -> Job | None:
    """The newest job that joins this copy."""
    return latest_job(session, ASSEMBLE, found.recording_id) if found.leads else latest_job(session, ADD_COPY, found.id)


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


def by_the_server(session: Session, recording_id: str, kiosk_id: str, at: datetime) -> datetime:
    """A moment of this kiosk's clock by the server's, as far as the kiosk's room log tells how far they were apart."""
    return Beginning(at, _offsets(session, recording_id, kiosk_id)).by_the_server


def place_beside(session: Session, recording: Recording, copy: KioskCopy) -> dict[str, Any]:
    """For the ledger of a copy that is added: next to which kiosk's it lies, and how many seconds later it begins, as far as the clocks tell."""
    assert recording.led_by is not None
    apart = distance(_beginning(session, recording, recording.led_by), _beginning(session, recording, copy.kiosk_id))
    return {"kiosk": recording.led_by, "seconds": apart.seconds, "uncertainty": apart.uncertainty}


def _beginning(session: Session, recording: Recording, kiosk_id: str) -> Beginning:
    first = min((run for run in recording.runs if run.kiosk_id == kiosk_id), key=lambda run: run.statement["ordinal"])
    return Beginning(first.started_at, _offsets(session, recording.id, kiosk_id))


def _offsets(session: Session, recording_id: str, kiosk_id: str) -> list[tuple[datetime, float]]:
    own = (RoomEntry.recording_id == recording_id, RoomEntry.kiosk_id == kiosk_id, RoomEntry.clock_offset.is_not(None))
    measured = session.execute(select(RoomEntry.at, RoomEntry.clock_offset).where(*own).order_by(RoomEntry.position))
    return [(at, offset) for at, offset in measured if offset is not None]
