"""What a room log says becomes facts of its recording, told without names; and nothing is whole without the log's end."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings.models import Opening, Recording, RoomEntry
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.room_logs import NOTE, OPENING, RoomLog, deliver_log, put_entry, room_time_of
from tests.recordings.what_stands import state_of, told, verbs

MakeRun = Callable[..., SealedRun]


def opening_of(database: Database, recording_id: str) -> Opening:
    with database.reading() as session:
        opening = session.get_one(Recording, recording_id).opening
        assert opening is not None
        return opening


@pytest.mark.requirement("G6.a")
@pytest.mark.requirement("G6.b")
@pytest.mark.requirement("G6.c")
def test_answers_of_opening_and_closing_are_noted_by_the_servers_clock(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    deliver_log(kiosk, log.add_meeting())
    opening = opening_of(database, log.recording)
    assert (opening.parent_records, opening.device, opening.device_as_in_notice, opening.in_plain_sight) == ("yes", "my telephone", True, True)
    assert opening.asked_at == opening.opened_at == room_time_of(0)
    assert opening.not_heard == ["table-2"]
    assert (opening.closing_in_plain_sight, opening.district_copy_complete, opening.closed_at) == ("yes", True, room_time_of(9))
    assert opening.end_confirmed is True


def test_both_clocks_are_kept(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    deliver_log(kiosk, log.add_meeting())
    with database.reading() as session:
        entry = session.get_one(RoomEntry, (log.recording, log.kiosk, 4))
    assert (entry.kind, entry.at, entry.clock_offset, entry.elapsed) == ("note", room_time_of(4, None), 90.0, 0.5)


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize(
    "lacking",
    [
        {"present": []}, {"everyone_told": False}, {"device": " "}, {"in_plain_sight": None},
        {"parent_records": "no", "present": []}, {"parent_records": "declined", "everyone_told": False},
    ],
)  # fmt: skip
def test_meeting_is_not_opened_by_a_checklist_that_lacks_something(kiosk: KioskClient, log: RoomLog, database: Database, lacking: dict[str, Any]) -> None:
    log.add("opening", {**OPENING, **lacking})
    log.add("opening", OPENING)
    assert put_entry(kiosk, log, 0).status_code == 200
    opening = opening_of(database, log.recording)
    assert (opening.parent_records, opening.opened_at) == (lacking.get("parent_records", "yes"), None)
    assert put_entry(kiosk, log, 1).status_code == 200
    assert opening_of(database, log.recording).opened_at == room_time_of(1)
    assert verbs(database, log.recording) == ["room.armed", "opening.noted", "room.opened"]


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize("answer", ["no", "declined"])
def test_parent_who_does_not_record_needs_no_device_for_the_meeting_to_be_opened(kiosk: KioskClient, log: RoomLog, database: Database, answer: str) -> None:
    log.add("opening", {**OPENING, "parent_records": answer, "device": "", "device_as_in_notice": None, "in_plain_sight": None})
    deliver_log(kiosk, log)
    assert opening_of(database, log.recording).opened_at is not None


@pytest.mark.requirement("G6.b")
@pytest.mark.requirement("G6.c")
def test_another_device_or_one_out_of_sight_blocks_nothing(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    log.add("opening", {**OPENING, "device_as_in_notice": False, "in_plain_sight": False})
    deliver_log(kiosk, log)
    opening = opening_of(database, log.recording)
    assert (opening.device_as_in_notice, opening.in_plain_sight, opening.opened_at is not None) == (False, False, True)


@pytest.mark.requirement("G7")
def test_journal_tells_each_entry_once_with_kinds_and_moments_only(kiosk: KioskClient, log: RoomLog, make_run: MakeRun, database: Database) -> None:
    run = make_run()
    log.add_meeting(run.run)
    for _ in range(2):
        deliver_log(kiosk, log)
    kiosk.deliver(run)
    entries = told(database, log.recording)
    assert [verb for verb, _details in entries] == [
        "room.armed", "room.opened", "alarm.raised", "alarm.answered", "alarm.over", "recording.stopped", "room.closed",
        "recording.started", "recording.delivered",
    ]  # fmt: skip
    assert dict(entries)["alarm.raised"] == {"recording": log.recording, "entry": 5, "at_room": room_time_of(5).isoformat(), "number": 1, "kind": "lost"}
    everything = json.dumps(entries)
    for private in (NOTE, "Laura Bennett", "telephone", "water jug", "Head of the table", "Nobody sits"):
        assert private not in everything


def test_pauses_are_told(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    for kind in ("started", "paused", "resumed", "off_the_record", "resumed"):
        log.add(kind, elapsed=1.0)
    deliver_log(kiosk, log)
    assert verbs(database, log.recording)[1:] == ["recording.paused", "recording.resumed", "recording.off_the_record", "recording.resumed"]


def test_interruption_is_told_once_for_a_run(kiosk: KioskClient, make_run: MakeRun, database: Database, recording_id: str) -> None:
    kiosk.deliver(make_run(reason="interrupted"))
    assert verbs(database, recording_id) == ["room.armed", "recording.started", "recording.interrupted", "recording.delivered"]


@pytest.mark.requirement("X-4")
def test_objection_is_noted_and_told(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    log.add("opening", OPENING)
    log.add("objection", {"by": "legal_guardian"})
    deliver_log(kiosk, log)
    opening = opening_of(database, log.recording)
    assert (opening.objection_at, opening.objection_by) == (room_time_of(1), "legal_guardian")
    assert verbs(database, log.recording)[-1] == "recording.objected"


def test_what_was_said_in_the_room_lies_in_no_row_and_in_no_plain_file(kiosk: KioskClient, log: RoomLog, settings: Settings, database: Database) -> None:
    deliver_log(kiosk, log.add_meeting())
    database.close()
    written = b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    for private in (NOTE, "water jug", "Nobody sits at the window"):
        assert private.encode() not in written


@pytest.mark.requirement("B-08")
def test_device_that_looks_like_a_social_security_number_stays_sealed(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    log.add("opening", {**OPENING, "device": "123-45-6789"})
    deliver_log(kiosk, log)
    assert opening_of(database, log.recording).device is None


def test_recording_with_a_log_is_whole_only_with_the_end_of_its_log(kiosk: KioskClient, log: RoomLog, make_run: MakeRun, database: Database) -> None:
    run = make_run()
    log.add_meeting(run.run)
    for index in range(len(log.entries) - 1):
        put_entry(kiosk, log, index)
    kiosk.deliver(run)
    assert state_of(database, log.recording) is RecordingState.RECORDING
    put_entry(kiosk, log, len(log.entries) - 1)
    assert state_of(database, log.recording) is RecordingState.DELIVERED
    assert verbs(database, log.recording).count("recording.delivered") == 1


def test_recording_without_sound_stays_armed_and_says_why(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    log.add("opening", {**OPENING, "parent_records": "no", "device": "", "device_as_in_notice": None, "in_plain_sight": None})
    log.add("not_recorded")
    deliver_log(kiosk, log)
    assert state_of(database, log.recording) is RecordingState.ARMED
    opening = opening_of(database, log.recording)
    assert (opening.parent_records, opening.not_recorded_at, opening.closed_at) == ("no", room_time_of(1), None)
    assert verbs(database, log.recording)[-1] == "opening.not_recorded"


@pytest.mark.requirement("G5.a")
@pytest.mark.requirement("G6.c")
def test_chair_who_chose_not_to_record_and_then_did_is_not_said_to_have_closed_the_meeting(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    log.add("opening", {**OPENING, "parent_records": "no"})
    log.add("not_recorded")
    log.add("opening", OPENING)
    log.add("started", elapsed=0.0)
    log.add("stopped", elapsed=0.7)
    log.add("end", {"confirmed": False})
    deliver_log(kiosk, log)
    opening = opening_of(database, log.recording)
    assert (opening.not_recorded_at, opening.closed_at, opening.district_copy_complete, opening.end_confirmed) == (None, None, None, False)
    assert "room.closed" not in verbs(database, log.recording)


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(
    ("answer", "started", "owed"), [("no", {"parent_wants_copy": True}, "wanted"), ("declined", {"parent_wants_copy": True}, "wanted"), ("yes", {}, "yes")]
)
def test_copy_begun_for_the_parent_is_owed_whatever_is_answered_later(
    kiosk: KioskClient, log: RoomLog, database: Database, answer: str, started: dict[str, Any], owed: str
) -> None:
    log.add("opening", {**OPENING, "parent_records": answer})
    log.add("started", started, elapsed=0.0)
    log.add("opening", {**OPENING, "parent_records": "no"})
    deliver_log(kiosk, log)
    with database.reading() as session:
        recording = session.get_one(Recording, log.recording)
        assert (recording.opening is not None and recording.opening.parent_records, recording.room_answer) == ("no", owed)
