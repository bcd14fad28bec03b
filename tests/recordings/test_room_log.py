"""The room log at the server: taken in order and signed, its facts told without names, and nothing whole without its end."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.capture.signing import KioskSigner
from meetrec.installation.actions import create_room
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.notices.models import Notice
from meetrec.people.models import School
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import incoming
from meetrec.recordings.models import Opening, Recording, RoomEntry
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.room_logs import NOTE, OPENING, RoomLog, deliver_log, put_entry, room_time_of

MakeRun = Callable[..., SealedRun]
MakeLog = Callable[..., RoomLog]


def told(database: Database, recording_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Verb and details of the journal's entries of a recording."""
    with database.reading() as session:
        found = session.scalars(select(JournalEntry).where(JournalEntry.recording_id == recording_id).order_by(JournalEntry.sequence))
        return [(entry.verb, json.loads(entry.body)["details"]) for entry in found]


def verbs(database: Database, recording_id: str) -> list[str]:
    return [verb for verb, _details in told(database, recording_id)]


def opening_of(database: Database, recording_id: str) -> Opening:
    with database.reading() as session:
        opening = session.get_one(Recording, recording_id).opening
        assert opening is not None
        return opening


def state_of(database: Database, recording_id: str) -> RecordingState:
    with database.reading() as session:
        return session.get_one(Recording, recording_id).state


def statement(meeting: str, **changed: Any) -> dict[str, Any]:
    """What a parent says on the kiosk."""
    said = {
        "meeting": meeting, "recorder_name": "Ana Rivera", "recorder_role": "legal_guardian", "device": "a tablet", "language": "es",
        "reason": "I was not told before.", "stated_at": "2026-10-13T13:58:00+00:00",
    }  # fmt: skip
    return {**said, **changed}


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


def test_entries_are_on_the_disk_as_they_were_sent(kiosk: KioskClient, log: RoomLog, settings: Settings) -> None:
    deliver_log(kiosk, log.add_meeting())
    for index, entry in enumerate(log.entries):
        assert incoming.entry_path(settings.incoming_dir, log.recording, log.kiosk, index).read_bytes() == entry


def test_same_bytes_get_the_same_answer_and_others_are_refused_by_name(kiosk: KioskClient, log: RoomLog) -> None:
    log.add_meeting()
    answers = [put_entry(kiosk, log, 0) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert answers[0].json["durable"] is True
    other = replace(log, entries=[])
    other.add("opening", {**OPENING, "device": "another"})
    answer = put_entry(kiosk, other, 0)
    assert answer.status_code == 409
    assert answer.json["error"] == "Entry 000000 of the room’s log was delivered before with other bytes. The first ones stay."


@pytest.mark.requirement("G5.b")
def test_missing_predecessor_is_named(kiosk: KioskClient, log: RoomLog) -> None:
    log.add_meeting()
    assert "entry 000000 is missing" in put_entry(kiosk, log, 2).json["error"]
    put_entry(kiosk, log, 0)
    answer = put_entry(kiosk, log, 2)
    assert (answer.status_code, answer.json["error"]) == (409, "Entry 000002 of the room’s log has no predecessor: entry 000001 is missing.")


@pytest.mark.requirement("G5.b")
def test_altered_unsigned_and_foreign_entries_are_refused_by_name(kiosk: KioskClient, log: RoomLog, make_log: MakeLog) -> None:
    entry = log.add("opening", OPENING)
    foreign = make_log(log.recording, signer=KioskSigner.new())
    foreign.add("opening", OPENING)
    elsewhere = make_log(str(uuid4()))
    elsewhere.add("opening", OPENING)
    for altered in (entry[:-1] + bytes([entry[-1] ^ 1]), entry[:-70] + b"x" + entry[-69:], entry[:-64] + bytes(64), foreign.entries[0], elsewhere.entries[0]):
        answer = put_entry(kiosk, log, 0, altered)
        assert answer.status_code == 409
        assert answer.json["error"].startswith(("Entry 000000", "What was sent as Entry 000000")), answer.json
    for garbage in (b"", b"MEETROOM1", b"x" * 300_000):
        assert put_entry(kiosk, log, 0, garbage).status_code == 409
    assert put_entry(kiosk, log, 0).status_code == 200


def test_kiosk_without_a_signing_key_must_be_enrolled_anew(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Kiosk).values(public_key=None))
    log.add("opening", OPENING)
    answer = put_entry(kiosk, log, 0)
    assert answer.status_code == 409
    assert "Enrol it anew" in answer.json["error"]


@pytest.mark.requirement("G5.b")
def test_kiosk_that_lost_an_entry_goes_on_behind_its_statement_of_that(kiosk: KioskClient, log: RoomLog, database: Database) -> None:
    log.add("opening", OPENING)
    lost = sha256(log.add("note", {"text": NOTE})).hexdigest()
    log.entries.pop()
    log.add("damaged", {"reason": "It was altered.", "sha256": None}, stands_for=lost)
    log.add("note", {"text": NOTE}, previous=lost)
    deliver_log(kiosk, log)
    assert verbs(database, log.recording)[-1] == "room.entry_lost"


@pytest.mark.requirement("G5.b")
def test_entry_that_the_server_has_stays_where_the_kiosk_lost_it_meanwhile(kiosk: KioskClient, log: RoomLog, settings: Settings) -> None:
    first = log.add("opening", OPENING)
    log.add("note", {"text": NOTE})
    deliver_log(kiosk, log)
    again = replace(log, entries=[])
    stand_in = again.add("damaged", {"reason": "It was altered.", "sha256": None}, stands_for=sha256(first).hexdigest())
    assert put_entry(kiosk, log, 0, stand_in).status_code == 200
    assert put_entry(kiosk, log, 1, stand_in).status_code == 409  # it speaks of another place
    assert put_entry(kiosk, log, 0, stand_in[:-1] + bytes([stand_in[-1] ^ 1])).status_code == 409
    assert incoming.entry_path(settings.incoming_dir, log.recording, log.kiosk, 0).read_bytes() == first
    assert put_entry(kiosk, log, 1).status_code == 200


def test_unknown_recording_is_not_found(kiosk: KioskClient, make_log: MakeLog, district: SimpleNamespace) -> None:
    log = make_log(str(uuid4()))
    log.add("opening", OPENING)
    assert put_entry(kiosk, log, 0).status_code == 404


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


def test_nothing_comes_after_the_end(kiosk: KioskClient, log: RoomLog) -> None:
    deliver_log(kiosk, log.add_meeting())
    log.add("note", {"text": "One more thing."})
    answer = put_entry(kiosk, log, len(log.entries) - 1)
    assert answer.status_code == 409
    assert "stands after the end of its log" in answer.json["error"]


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


# A parent decides in the room.


def notice_of(session: Session, recording_id: str) -> Notice:
    return session.get_one(Notice, session.get_one(Recording, recording_id).notice_id)


@pytest.mark.requirement("A-05")
@pytest.mark.requirement("G1.a")
def test_statement_in_the_room_becomes_a_notice_that_arms_the_recording_it_began(
    kiosk: KioskClient, make_log: MakeLog, make_run: MakeRun, database: Database, district: SimpleNamespace, set_now: Callable[[Any], None]
) -> None:
    set_now(district.meeting.start)
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    log.add_meeting()
    deliver_log(kiosk, log)
    with database.reading() as session:
        recording, notice = session.get_one(Recording, log.recording), notice_of(session, log.recording)
        assert (recording.meeting_id, recording.state, notice.meeting_id) == (district.meeting.id, RecordingState.ARMED, district.meeting.id)
    assert (notice.channel, notice.status, notice.received_at) == ("at_meeting", "on_the_spot", district.meeting.start)
    assert notice.stated_at is not None
    assert notice.stated_at.isoformat() == "2026-10-13T13:58:00+00:00"
    assert (notice.recorder_name, notice.recorder_role, notice.device, notice.reason) == ("Ana Rivera", "legal_guardian", "a tablet", "I was not told before.")
    with database.reading() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.sequence)).all()
    verbs_told = [entry.verb for entry in entries if entry.subject in (f"notice:{notice.id}", f"recording:{log.recording}")]
    assert verbs_told[:4] == ["notice.received", "notice.matched", "room.armed", "room.opened"]
    assert json.loads(next(entry for entry in entries if entry.verb == "notice.received").body)["details"]["channel"] == "at_meeting"
    kiosk.deliver(make_run(recording=log.recording))
    assert state_of(database, log.recording) is RecordingState.DELIVERED


def test_statement_sent_twice_makes_one_notice(kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace) -> None:
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    answers = [put_entry(kiosk, log, 0) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    with database.reading() as session:
        assert len(session.scalars(select(Notice)).all()) == 1


def test_statement_delivered_days_later_still_arms_what_was_recorded(
    kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace, set_now: Callable[[Any], None]
) -> None:
    set_now(district.meeting.planned_end + timedelta(days=3))
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    deliver_log(kiosk, log)
    with database.reading() as session:
        assert session.get_one(Recording, log.recording).state is RecordingState.ARMED


@pytest.mark.requirement("W-02")
def test_statement_for_a_meeting_of_another_room_arms_nothing(kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        other = create_room(session, session.get_one(School, district.school.id), "Conference Room C")
        session.execute(update(Meeting).values(room_id=other.id))
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    assert put_entry(kiosk, log, 0).status_code == 404
    with database.reading() as session:
        assert session.scalars(select(Notice)).all() == []
        assert session.scalars(select(Recording)).all() == []


def test_statement_for_a_recording_that_is_armed_already_is_refused(kiosk: KioskClient, log: RoomLog, district: SimpleNamespace) -> None:
    log.add("notice", statement(district.meeting.id))
    answer = put_entry(kiosk, log, 0)
    assert answer.status_code == 409
    assert "armed before by another" in answer.json["error"]


def test_recording_armed_meanwhile_is_overtaken_by_the_one_the_room_began(
    kiosk: KioskClient, make_log: MakeLog, recording_id: str, district: SimpleNamespace
) -> None:
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    deliver_log(kiosk, log)
    assert [one["recording"] for one in (kiosk.meetings().json or {})["meetings"]] == [log.recording]


@pytest.mark.requirement("B-08")
def test_reason_that_holds_a_social_security_number_stays_sealed(kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace) -> None:
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id, reason="my ssn is 123-45-6789"))
    deliver_log(kiosk, log)
    with database.reading() as session:
        assert notice_of(session, log.recording).reason is None


@pytest.mark.requirement("B-08")
def test_name_that_holds_a_social_security_number_stays_sealed_and_one_of_two_lines_becomes_one(
    kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace
) -> None:
    named = {"123-45-6789": "–", "Laura\n Bennett\x07": "Laura Bennett"}
    for typed, kept in named.items():
        log = make_log(str(uuid4()))
        log.add("notice", statement(district.meeting.id, recorder_name=typed))
        deliver_log(kiosk, log)
        with database.reading() as session:
            assert notice_of(session, log.recording).recorder_name == kept
