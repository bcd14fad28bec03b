"""The worker's part: joins a delivered recording into masters, hands them to custody, and only then lets the pieces go."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from meetrec.custody import actions as custody
from meetrec.custody.actions import MadeBy, NewRecording
from meetrec.custody.queries import record_of_recording
from meetrec.custody.vault import Vault
from meetrec.meetings.models import MeetingKind
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.jobs import Handler, JobRun
from meetrec.platform.settings import Settings
from meetrec.recordings import copies, copy_queries, delivery_queries, incoming, queries, uploads_mastering
from meetrec.recordings.assembly import Assembled, Place, Tell, assemble, assemble_beside, open_delivery
from meetrec.recordings.district_copy_rules import unheard_seconds
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.joined_room_log import NotedLog, on_the_recordings_clock, open_room_logs
from meetrec.recordings.progress import seldom
from meetrec.recordings.rules import ADD_COPY, ASSEMBLE, RecordingState

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """What the worker must know of one kiosk's copy: its state, the closing, its record's id, its meeting and pupil."""

    recording_id: str
    kiosk_id: str
    is_reserve: bool
    leads: bool  # the record is made of it; else it is added to the record
    state: RecordingState
    closing: dict[str, Any]
    record_id: str
    meeting_id: str
    is_iep: bool
    student_id: str
    kiosk_key: bytes  # raw
    runs: tuple[str, ...]
    room_log: NotedLog | None
    beside: dict[str, Any]  # next to which kiosk's copy it lies, for the ledger of one that is added


def handlers(settings: Settings, vault: Vault) -> dict[str, Handler]:
    """The jobs of this feature by their kind."""
    join = Handler(lambda run: assemble_recording(run, settings, vault), copies.note_failed_assembly)
    return {ASSEMBLE: join, ADD_COPY: join, **uploads_mastering.handlers(vault)}


def assemble_recording(run: JobRun, settings: Settings, vault: Vault) -> None:
    """Join one kiosk's copy. Safe to repeat at any point: what is stored stays, and pieces go only when all of it was read back."""
    delivery = _delivery(run.database, run.subject["recording"], run.subject.get("kiosk"))
    if delivery.state is not RecordingState.STORED:
        try:
            assembled = _assembled(delivery, settings, vault, seldom(run.progress))
        except AssemblyFailed as error:
            with run.database.writing() as session:
                copies.mark_broken(session, clock.now(), delivery.recording_id, delivery.kiosk_id, str(error))
            raise
        _hand_over(run.database, delivery, assembled)
    clear_delivery(run.database, settings.incoming_dir, vault, delivery.recording_id, delivery.kiosk_id)


def _assembled(delivery: Delivery, settings: Settings, vault: Vault, tell: Tell) -> Assembled:
    folder, district_key = settings.incoming_dir / delivery.recording_id, load_district_key(settings.keyring_dir).private_key
    timeline = open_delivery(folder, delivery.closing, district_key, dict.fromkeys(delivery.runs, delivery.kiosk_key))
    logs = [delivery.room_log] if delivery.room_log else []
    noted = open_room_logs(settings.incoming_dir, delivery.recording_id, logs, district_key)
    room_log = on_the_recordings_clock(noted, timeline) if noted else None
    if delivery.leads:
        return assemble(timeline, vault, delivery.record_id, tell, room_log, delivery.kiosk_id)
    return assemble_beside(timeline, Place(vault, delivery.record_id, delivery.kiosk_id), tell, room_log, delivery.beside)


def _delivery(database: Database, recording_id: str, kiosk_id: str | None) -> Delivery:
    """Of a job from before there were reserve kiosks, the copy that leads."""
    with database.writing() as session:
        recording = queries.recording(session, recording_id)
        copy, meeting = copy_queries.copy(session, recording_id, kiosk_id or recording.led_by or ""), recording.meeting
        beside = {} if copy.leads else copy_queries.place_beside(session, recording, copy)
        return Delivery(
            recording_id, copy.kiosk_id, copy.kiosk.is_reserve, copy.leads, copy.state, copy.closing or {"runs": {}},
            copies.reserve_record(session, recording_id), meeting.id, meeting.kind is MeetingKind.IEP, meeting.student_id,
            delivery_queries.kiosk_public_key(session, copy.kiosk_id), copy_queries.runs_of(recording, copy.kiosk_id),
            delivery_queries.noted_log(session, recording_id, copy.kiosk_id), beside,
        )  # fmt: skip


def _hand_over(database: Database, delivery: Delivery, assembled: Assembled) -> None:
    """One transaction: the record or what is added to it, its objects, the journal, what follows from it, and the copy's new state."""
    with database.writing() as session:
        record, now = record_of_recording(session, delivery.recording_id), clock.now()
        number = 0 if record is None else 1 + max(one.copy_number for one in record.objects)
        made_by = MadeBy(delivery.kiosk_id, delivery.is_reserve, number)
        objects = [replace(one, made_by=made_by) for one in assembled.objects]
        if record is None:
            custody.store_recording(session, now, "system", _new_recording(delivery, assembled), objects)
        else:
            custody.add_copy(session, now, "system", record, objects)
        copies.mark_stored(session, now, delivery.recording_id, delivery.kiosk_id)


def _new_recording(delivery: Delivery, assembled: Assembled) -> NewRecording:
    return NewRecording(
        delivery.record_id, delivery.recording_id, delivery.meeting_id, delivery.is_iep, {delivery.student_id: "focus"},
        assembled.timeline.seconds, unheard_seconds(assembled.timeline.ledger()),
    )  # fmt: skip


def clear_delivery(database: Database, folder: Path, vault: Vault, recording_id: str, kiosk_id: str) -> None:
    """Read every object of this kiosk's copy back, and only then remove what the kiosk delivered (S-06: gone within a day)."""
    with database.reading() as session:
        runs, stored = copy_queries.runs_of(queries.recording(session, recording_id), kiosk_id), copy_queries.stored_of(session, recording_id, kiosk_id)
    for one in stored:
        vault.verify(one)
    if stored:
        incoming.remove_delivery(folder, recording_id, runs, kiosk_id)


def clear_stored_deliveries(database: Database, settings: Settings, vault: Vault) -> int:
    """For the timetable: finish what a killed worker left; how many deliveries were removed. One that cannot go holds up no other (S-06)."""
    removed = 0
    for recording_id in incoming.waiting_recordings(settings.incoming_dir):
        try:
            removed += _clear_if_stored(database, settings, vault, recording_id)
        except Exception:  # whatever is wrong with one record: the log says it, and its pieces stay
            log.exception("delivery.not_cleared", recording=recording_id)
    return removed


def _clear_if_stored(database: Database, settings: Settings, vault: Vault, recording_id: str) -> bool:
    with database.reading() as session:
        stored = copy_queries.stored_copies(session, recording_id)
    left = [(kiosk_id, runs) for kiosk_id, runs in stored if incoming.holds_delivery(settings.incoming_dir, recording_id, runs, kiosk_id)]
    for kiosk_id, _runs in left:
        clear_delivery(database, settings.incoming_dir, vault, recording_id, kiosk_id)
    return bool(left)


def settle_waiting_copies(database: Database) -> None:
    """For the timetable: a reserve's copy takes the main one's place once the main kiosk's time is over (G5.a)."""
    with database.writing() as session:
        copies.settle_all(session, clock.now())
