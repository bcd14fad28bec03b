"""The room log at the server: taken in order and signed, every other entry refused by name."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import update

from meetrec.capture.signing import KioskSigner
from meetrec.meetings.models import Kiosk
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import incoming
from tests.recordings.deliveries import KioskClient
from tests.recordings.room_logs import NOTE, OPENING, RoomLog, deliver_log, put_entry
from tests.recordings.what_stands import verbs

MakeLog = Callable[..., RoomLog]


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


def test_nothing_comes_after_the_end(kiosk: KioskClient, log: RoomLog) -> None:
    deliver_log(kiosk, log.add_meeting())
    log.add("note", {"text": "One more thing."})
    answer = put_entry(kiosk, log, len(log.entries) - 1)
    assert answer.status_code == 409
    assert "stands after the end of its log" in answer.json["error"]
