"""The room log joins the record: one encrypted object on the recording's clock, and only then the sealed entries go."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest

from meetrec.custody.models import ObjectRole, Record
from meetrec.custody.queries import objects_of, record_of_recording
from meetrec.custody.vault import Vault
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import incoming, queries
from meetrec.recordings.models import RoomEntry
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import START, KioskClient, Part, SealedRun, noise
from tests.recordings.room_logs import NOTE, RoomLog, deliver_log, put_entry, room_time_of

MakeRun = Callable[..., SealedRun]
Work = Callable[[], None]


def record_made(database: Database, recording_id: str) -> Record:
    with database.reading() as session:
        record = record_of_recording(session, recording_id)
    assert record is not None
    return record


def stored_log(vault: Vault, record: Record) -> list[dict[str, Any]]:
    (stored,) = objects_of(record, ObjectRole.ROOM_LOG)
    return list(json.loads(vault.read(stored))["entries"])


@pytest.mark.requirement("G7")
@pytest.mark.requirement("G5.b")
def test_everything_said_in_the_room_lies_in_the_records_encryption_and_the_sealed_entries_go(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, work: Work, vault: Vault, database: Database, settings: Settings
) -> None:
    run = make_run()
    deliver_log(kiosk, log.add_meeting(run.run))
    kiosk.deliver(run)
    work()
    record = record_made(database, log.recording)
    entries = stored_log(vault, record)
    assert [entry["kind"] for entry in entries] == [
        "opening", "preflight", "started", "bookmark", "note", "alarm", "alarm_answered", "alarm_over", "stopped", "closing", "end",
    ]  # fmt: skip
    note = entries[4]
    assert (note["content"], note["place"], note["elapsed"], note["clock_offset"]) == ({"text": NOTE}, 0.5, 0.5, 90.0)
    assert (note["at"], note["moment"]) == ("2026-10-13T14:00:04.000000Z", room_time_of(4).isoformat())
    assert entries[0]["place"] is None
    assert not (settings.incoming_dir / log.recording).exists()
    database.close()
    assert all(NOTE.encode() not in path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())


@pytest.mark.requirement("G7")
def test_note_of_a_later_run_lies_where_that_run_lies_when_the_clock_was_set_in_between(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, work: Work, vault: Vault, database: Database
) -> None:
    first = make_run({"table-1": [Part(0, noise(48_000))]}, reason="interrupted")
    later = make_run({"table-1": [Part(0, noise(96_000, 2))]}, started_at=START + timedelta(days=400), ordinal=2)
    log.add("note", {"text": "early"}, elapsed=0.25, run=first.run)
    log.add("note", {"text": "late"}, elapsed=timedelta(days=400).total_seconds() + 1.5, run=later.run)
    log.add("end", {"confirmed": False}, elapsed=timedelta(days=400).total_seconds() + 99)
    deliver_log(kiosk, log)
    kiosk.deliver(first, later)
    work()
    entries = stored_log(vault, record_made(database, log.recording))
    assert [entry["place"] for entry in entries] == [0.25, 2.5, 3.0]  # the end lies behind the sound: held at its end


def test_recording_made_without_a_screen_has_no_room_log(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, recording_id: str) -> None:
    kiosk.deliver(make_run())
    work()
    assert objects_of(record_made(database, recording_id), ObjectRole.ROOM_LOG) == []


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_entry_that_changed_while_it_waited_is_stated_in_its_place_and_the_recording_is_stored(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, work: Work, vault: Vault, database: Database, settings: Settings, damage: str
) -> None:
    run = make_run()
    deliver_log(kiosk, log.add_meeting(run.run))
    path = incoming.entry_path(settings.incoming_dir, log.recording, log.kiosk, 4)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(log.entries[4][:-1] + b"x")
    kiosk.deliver(run)
    work()
    with database.reading() as session:
        assert queries.recording(session, log.recording).state is RecordingState.STORED
    entries = stored_log(vault, record_made(database, log.recording))
    lost = entries[4]
    assert (lost["kind"], lost["content"]["was"], lost["place"], lost["moment"]) == ("damaged", "note", 0.5, room_time_of(4).isoformat())
    assert "Entry 000004 of the room’s log" in lost["content"]["reason"]
    assert [entry["kind"] for entry in entries[5:8]] == ["alarm", "alarm_answered", "alarm_over"]


@pytest.mark.requirement("G5.b")
def test_entry_in_the_place_of_a_lost_one_is_still_held_against_the_kiosks_signature(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, work: Work, vault: Vault, database: Database, settings: Settings
) -> None:
    run = make_run()
    deliver_log(kiosk, log.add_meeting(run.run))
    incoming.entry_path(settings.incoming_dir, log.recording, log.kiosk, 3).unlink()
    forged = log.entries[4][:-64] + bytes(64)
    incoming.entry_path(settings.incoming_dir, log.recording, log.kiosk, 4).write_bytes(forged)
    with database.writing() as session:  # whoever can write here too
        session.get_one(RoomEntry, (log.recording, log.kiosk, 4)).sha256 = sha256(forged).hexdigest()
    kiosk.deliver(run)
    work()
    kinds = [entry["kind"] for entry in stored_log(vault, record_made(database, log.recording))]
    assert kinds[2:6] == ["started", "damaged", "damaged", "alarm"]


def test_same_entry_again_after_joining_gets_the_same_answer_and_a_new_one_is_refused(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, work: Work, district: SimpleNamespace
) -> None:
    run = make_run()
    deliver_log(kiosk, log.add_meeting(run.run))
    kiosk.deliver(run)
    work()
    assert put_entry(kiosk, log, 3).status_code == 200
    log.add("note", {"text": "later"})
    answer = put_entry(kiosk, log, len(log.entries) - 1)
    assert (answer.status_code, "after the whole recording was delivered" in answer.json["error"]) == (409, True)
