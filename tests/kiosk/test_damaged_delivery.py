"""What a kiosk's disk did not keep, on its way to the record: a gap with its reason, and everything intact beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from meetrec.capture import recovery
from meetrec.capture.damage import SET_ASIDE
from meetrec.capture.entry_damage import copy_path
from meetrec.capture.outbox import CLOSING
from meetrec.capture.room_entries import entries_of, entry_path, parse_entry
from meetrec.custody.models import ObjectRole
from meetrec.custody.queries import objects_of, record_of_recording
from meetrec.custody.vault import Vault
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.courier import Courier, DeliveryState
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.opening import Closing
from meetrec.kiosk.room import Room
from meetrec.platform.database import Database
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import OPENING
from tests.fixtures.recordings import notice, recording_id, vault, work
from tests.kiosk.sealed_recordings import MICROPHONES, SealedRun
from tests.kiosk.test_delivery_to_the_server import address, cache

__all__ = ["address", "cache", "notice", "recording_id", "vault", "work"]


def gap_ledger(database: Database, vault: Vault, recording_id: str) -> dict[str, Any]:
    """The gap ledger of a stored recording."""
    with database.reading() as session:
        record = record_of_recording(session, recording_id)
    assert record is not None
    return dict(json.loads(vault.read(objects_of(record, ObjectRole.GAP_LEDGER)[0])))


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("index", [0, 1, 2])
def test_damaged_piece_is_a_gap_of_its_own_and_everything_intact_becomes_the_record(
    index: int,
    cache: MeetingsCache,
    address: str,
    district: SimpleNamespace,
    recording_id: str,
    outbox: Path,
    work: Callable[[], None],
    database: Database,
    vault: Vault,
) -> None:
    run = SealedRun(outbox, recording_id, district.kiosk.id, cache.district_public_key, signer=district.kiosk_signer)
    run.hear(25)
    for writer in run.writers.values():
        writer.close_piece()
    piece = run.folder / MICROPHONES[0] / f"{index:06d}.piece"
    piece.write_bytes(piece.read_bytes()[:-1] + b"?")
    recovery.recover(outbox, district.kiosk_signer)
    closing = recovery.finish(outbox, recording_id, district.kiosk_signer)
    assert [one["file"] for one in closing["damaged"]] == [piece.name]
    assert Courier(outbox, DistrictServer(address, district.kiosk_token), lambda *what: None).deliver_pass() == DeliveryState()
    work()
    with database.reading() as session:
        assert session.get_one(Recording, recording_id).state is RecordingState.STORED
    (gap,) = gap_ledger(database, vault, recording_id)["gaps"]
    lost = (index * 10.0, min(index * 10.0 + 10, 25.0))
    assert (gap["microphone"], gap["kind"], gap["start"], gap["end"]) == (MICROPHONES[0], "damaged", *lost)
    assert (outbox / SET_ASIDE / recording_id / run.run / MICROPHONES[0] / piece.name).exists()


@pytest.mark.requirement("G5.b")
def test_run_whose_statement_is_lost_keeps_what_arrived_of_it(
    cache: MeetingsCache,
    address: str,
    district: SimpleNamespace,
    recording_id: str,
    outbox: Path,
    work: Callable[[], None],
    database: Database,
    vault: Vault,
) -> None:
    run = SealedRun(outbox, recording_id, district.kiosk.id, cache.district_public_key, signer=district.kiosk_signer)
    run.hear(25)
    courier = Courier(outbox, DistrictServer(address, district.kiosk_token), lambda *what: None)
    assert courier.deliver_pass() == DeliveryState()  # two closed pieces of each microphone; the journal stays
    (run.folder / "run.json").write_bytes(b"")
    recovery.end_chains(outbox / recording_id, district.kiosk_signer)
    recovery.finish(outbox, recording_id, district.kiosk_signer, district.kiosk.id)
    assert courier.deliver_pass() == DeliveryState()
    work()
    with database.reading() as session:
        assert session.get_one(Recording, recording_id).state is RecordingState.STORED
    ledger = gap_ledger(database, vault, recording_id)
    assert ledger["duration"] == 20.0
    assert [(gap["kind"], gap["start"], gap["end"]) for gap in ledger["gaps"]] == [("damaged", 20.0, 20.0)] * 2


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("is_delivered_first", [False, True])
def test_lost_entry_of_the_rooms_log_never_keeps_the_meeting_from_becoming_a_record(
    index: int,
    is_delivered_first: bool,
    cache: MeetingsCache,
    address: str,
    district: SimpleNamespace,
    recording_id: str,
    outbox: Path,
    work: Callable[[], None],
    database: Database,
    vault: Vault,
) -> None:
    """Both of its copies were damaged, before anything was delivered or between two deliveries with a restart; only that entry is missing."""
    server = DistrictServer(address, district.kiosk_token)
    NewsPoll(server, cache).ask()
    run = SealedRun(outbox, recording_id, district.kiosk.id, cache.district_public_key, signer=district.kiosk_signer)
    run.hear(5)
    recovery.recover(outbox, district.kiosk_signer)
    hold_the_meeting(*program(outbox, server, cache, district), outbox / recording_id, delivered_at=index if is_delivered_first else None)
    damage_both_copies(entry_path(outbox / recording_id, index))
    finish_after_a_restart(*program(outbox, server, cache, district), outbox / recording_id)
    work()
    with database.reading() as session:
        assert session.get_one(Recording, recording_id).state is RecordingState.STORED
    assert list(outbox.glob("[!.]*")) == []


def program(outbox: Path, server: DistrictServer, cache: MeetingsCache, district: SimpleNamespace) -> tuple[Room, Courier]:
    """The kiosk's program, started anew over what lies on its disk."""
    courier = Courier(outbox, server, lambda *what: None)
    return Room(outbox, ScriptedRecorder(outbox), cache, courier, DemonstrationPlayer(None), district.kiosk_signer), courier


def hold_the_meeting(room: Room, courier: Courier, folder: Path, *, delivered_at: int | None) -> None:
    """What the room says from the opening to the closing, an entry each; up to the entry of that index where one is named, which is then delivered."""
    recording_id = folder.name
    for step in (
        lambda: room.note_opening(recording_id, OPENING),
        lambda: room.log.tell(recording_id, "note", {"text": "A note."}),
        lambda: room.finish_interrupted(recording_id, 2000),
        lambda: room.log.tell(recording_id, "closing", Closing("yes").content()),
        lambda: room.confirm_closing(recording_id, Closing("yes")),
    ):
        step()
        if delivered_at is not None and parse_entry(entries_of(folder)[-1].read_bytes()).index == delivered_at:
            assert courier.deliver_pass() == DeliveryState()
            break


def damage_both_copies(path: Path) -> None:
    """Of an entry that still lies there."""
    if path.exists():
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        copy_path(path).write_bytes(b"?")


def finish_after_a_restart(room: Room, courier: Courier, folder: Path) -> None:
    """As the people in the room and the program itself do it, until everything is delivered."""
    if folder.exists() and not (folder / CLOSING).exists():
        room.finish_interrupted(folder.name, 2000)
    for _ in range(3):
        room.tend(room.look())
        courier.deliver_pass()
    room.closing_due() and room.confirm_closing(folder.name, Closing("yes"))
    assert courier.deliver_pass() == DeliveryState()
