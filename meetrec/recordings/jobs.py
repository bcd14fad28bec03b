"""The worker's part: joins a delivered recording into masters, hands them to custody, and only then lets the pieces go."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from meetrec.custody import actions as custody
from meetrec.custody.actions import NewRecording
from meetrec.custody.queries import record_of_recording
from meetrec.custody.vault import Vault
from meetrec.meetings.models import MeetingKind
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.jobs import Handler, JobRun
from meetrec.platform.settings import Settings
from meetrec.recordings import actions, incoming, queries
from meetrec.recordings.assembly import Assembled, assemble, open_delivery
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.joined_room_log import NotedLog, on_the_recordings_clock, open_room_logs
from meetrec.recordings.progress import seldom
from meetrec.recordings.rules import ASSEMBLE, RecordingState

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """What the worker must know of a recording: its state, the closing, its record's id, its meeting and pupil."""

    recording_id: str
    state: RecordingState
    closing: dict[str, Any]
    record_id: str
    meeting_id: str
    is_iep: bool
    student_id: str
    kiosk_keys: dict[str, bytes]  # the raw public key of the kiosk of each run
    room_logs: tuple[NotedLog, ...]


def handlers(settings: Settings, vault: Vault) -> dict[str, Handler]:
    """The jobs of this feature by their kind."""
    return {ASSEMBLE: Handler(lambda run: assemble_recording(run, settings, vault), actions.note_failed_assembly)}


def assemble_recording(run: JobRun, settings: Settings, vault: Vault) -> None:
    """Join one recording. Safe to repeat at any point: what is stored stays, and pieces go only when all of it was read back."""
    delivery = _delivery(run.database, run.subject["recording"])
    if delivery.state is not RecordingState.STORED:
        try:
            folder, district_key = settings.incoming_dir / delivery.recording_id, load_district_key(settings.keyring_dir).private_key
            timeline = open_delivery(folder, delivery.closing, district_key, delivery.kiosk_keys)
            noted = open_room_logs(settings.incoming_dir, delivery.recording_id, delivery.room_logs, district_key)
            room_log = on_the_recordings_clock(noted, timeline) if noted else None
            assembled = assemble(timeline, vault, delivery.record_id, seldom(run.progress), room_log)
        except AssemblyFailed as error:
            with run.database.writing() as session:
                actions.mark_broken(session, delivery.recording_id, str(error))
            raise
        _hand_over(run.database, delivery, assembled)
    clear_delivery(run.database, settings.incoming_dir, vault, delivery.recording_id)


def _delivery(database: Database, recording_id: str) -> Delivery:
    with database.writing() as session:
        recording = queries.recording(session, recording_id)
        meeting = recording.meeting
        return Delivery(
            recording_id, recording.state, recording.closing or {"runs": {}}, actions.reserve_record(session, recording_id),
            meeting.id, meeting.kind is MeetingKind.IEP, meeting.student_id,
            {run.id: queries.kiosk_public_key(session, run.kiosk_id) for run in recording.runs}, queries.noted_logs(session, recording_id),
        )  # fmt: skip


def _hand_over(database: Database, delivery: Delivery, assembled: Assembled) -> None:
    """One transaction: the record, its objects, the journal, what follows from it, and the recording's new state."""
    new = NewRecording(
        delivery.record_id, delivery.recording_id, delivery.meeting_id, delivery.is_iep, {delivery.student_id: "focus"},
        assembled.timeline.seconds,
    )  # fmt: skip
    with database.writing() as session:
        custody.store_recording(session, clock.now(), "system", new, assembled.objects)
        actions.mark_stored(session, delivery.recording_id)


def clear_delivery(database: Database, folder: Path, vault: Vault, recording_id: str) -> None:
    """Read every object of the record back, and only then remove the delivered pieces (S-06: gone within a day)."""
    with database.reading() as session:
        record = record_of_recording(session, recording_id)
        stored = list(record.objects) if record else []
    for one in stored:
        vault.verify(one)
    if stored:
        incoming.remove_delivery(folder, recording_id)


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
        is_stored = record_of_recording(session, recording_id) is not None
    if is_stored:
        clear_delivery(database, settings.incoming_dir, vault, recording_id)
    return is_stored
