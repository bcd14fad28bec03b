"""A reserve kiosk in the same room: both masters are kept with the one record, nothing is merged, and neither harms the other (G5.a, G5.b)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from meetrec.custody.models import ObjectRole, StoredObject
from meetrec.custody.queries import further_copies, objects_of
from meetrec.custody.vault import Vault
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import copies, copy_queries, incoming, jobs, queries
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import START, KioskClient, Part, SealedRun, noise
from tests.recordings.room_logs import RoomLog, deliver_log
from tests.recordings.two_kiosks import AFTER_A_DAY, masters, record_of, told

MakeRun = Callable[..., SealedRun]
MakeLog = Callable[..., RoomLog]
Work = Callable[[], None]
SetNow = Callable[[datetime], None]


def assert_both_are_kept(database: Database, vault: Vault, run: SealedRun, reserve_run: SealedRun, leading: SealedRun) -> None:
    """One record with both kiosks' masters, apart; the derived objects once."""
    record = record_of(database, run.recording)
    assert record is not None
    other = reserve_run if leading is run else run
    assert {kiosk for kiosk, _ in masters(record, 0)} == {leading.kiosk}
    assert further_copies(record) == [1]
    assert masters(record, 1) == [(other.kiosk, other is reserve_run)] * len(other.chains)
    roles = [one.role for one in record.objects]
    assert [roles.count(role) for role in (ObjectRole.LISTENING_COPY, ObjectRole.PEAKS, ObjectRole.GAP_LEDGER)] == [1, 1, 2]
    for one in record.objects:
        vault.verify(one)
    assert len(told(database, run.recording, "record.stored")) == len(told(database, run.recording, "record.copy_added")) == 1


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("order", ["main first", "reserve first", "reserve days after the record was stored", "both at once"])
def test_both_masters_come_into_one_record_in_whatever_order_they_arrive(
    order: str, kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database,
    vault: Vault, settings: Settings, set_now: SetNow,
) -> None:  # fmt: skip
    if order == "reserve first":
        reserve.client.deliver(reserve_run)
        work()
        assert record_of(database, main_run.recording) is None  # held back: the main kiosk's is awaited
        kiosk.deliver(main_run)
    elif order == "both at once":
        reserve.client.pieces(reserve_run)
        kiosk.pieces(main_run)
        assert (kiosk.close(main_run).status_code, reserve.client.close(reserve_run).status_code) == (200, 200)
    else:
        kiosk.deliver(main_run)
        if order != "main first":
            work()
            assert record_of(database, main_run.recording) is not None
            set_now(START + timedelta(days=9))
        reserve.client.deliver(reserve_run)
    work()
    work()
    assert_both_are_kept(database, vault, main_run, reserve_run, leading=main_run)
    assert incoming.waiting_recordings(settings.incoming_dir) == ()


@pytest.mark.requirement("G5.b")
def test_two_copies_of_the_very_same_sound_stay_two(
    kiosk: KioskClient, reserve: SimpleNamespace, make_run: MakeRun, main_run: SealedRun, work: Work, database: Database, vault: Vault
) -> None:
    twin = make_run(**reserve.facts)
    kiosk.deliver(main_run)
    reserve.client.deliver(twin)
    work()
    work()
    assert_both_are_kept(database, vault, main_run, twin, leading=main_run)


@pytest.mark.requirement("G5.b")
def test_what_the_main_kiosk_delivered_goes_while_the_reserves_pieces_still_wait(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, settings: Settings, database: Database, vault: Vault
) -> None:
    reserve.client.open(reserve_run)
    reserve.client.piece(reserve_run, "table-1", 0)
    kiosk.deliver(main_run)
    work()
    kept = settings.incoming_dir / main_run.recording
    assert [path.name for path in kept.iterdir()] == [reserve_run.run]
    assert jobs.clear_stored_deliveries(database, settings, vault) == 0
    reserve.client.deliver(reserve_run)
    work()
    assert_both_are_kept(database, vault, main_run, reserve_run, leading=main_run)
    assert not kept.exists()


@pytest.mark.requirement("G5.a")
def test_reserve_leads_when_the_main_kiosks_time_is_over_and_the_main_ones_is_added_later(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database, vault: Vault,
    district: SimpleNamespace, set_now: SetNow,
) -> None:  # fmt: skip
    kiosk.pieces(main_run)  # never closed
    reserve.client.deliver(reserve_run)
    jobs.settle_waiting_copies(database)
    work()
    assert record_of(database, main_run.recording) is None
    set_now(district.meeting.planned_end + AFTER_A_DAY)
    jobs.settle_waiting_copies(database)
    jobs.settle_waiting_copies(database)
    work()
    record = record_of(database, main_run.recording)
    assert record is not None
    assert masters(record, 0) == [(reserve.id, True)]
    assert [entry.actor for entry in told(database, main_run.recording, "recording.reserve_leads")] == ["system"]
    assert kiosk.close(main_run).status_code == 200
    work()
    assert_both_are_kept(database, vault, main_run, reserve_run, leading=reserve_run)


@pytest.mark.requirement("G5.b")
def test_damaged_reserve_harms_neither_the_record_nor_the_main_copy(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database, settings: Settings
) -> None:
    kiosk.deliver(main_run)
    work()
    reserve.client.deliver(reserve_run)
    path = incoming.piece_path(settings.incoming_dir, reserve_run.recording, reserve_run.run, "table-1", 0)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    work()
    with database.reading() as session:
        recording = session.get_one(Recording, main_run.recording)
        copy = copy_queries.copy(session, recording.id, reserve.id)
        assert (recording.state, copy.state) == (RecordingState.STORED, RecordingState.BROKEN)
        assert copy.sentence is not None
    path.write_bytes(whole)
    with database.writing() as session:
        copies.try_again(session, clock.now(), main_run.recording)
    work()
    record = record_of(database, main_run.recording)
    assert record is not None
    assert further_copies(record) == [1]


@pytest.mark.requirement("G5.b")
def test_both_interrupted_each_closes_what_it_has(
    kiosk: KioskClient, reserve: SimpleNamespace, make_run: MakeRun, work: Work, database: Database, vault: Vault
) -> None:
    cut = make_run({"table-1": [Part(0, noise(24_000, 5), is_journal=True)]}, reason="interrupted")
    cut_too = make_run({"table-1": [Part(0, noise(12_000, 6), is_journal=True)]}, reason="interrupted", **reserve.facts)
    later = make_run({"table-1": [Part(0, noise(24_000, 8))]}, ordinal=2, started_at=START + timedelta(minutes=5), **reserve.facts)
    reserve.client.deliver(cut_too, later)
    kiosk.deliver(cut)
    work()
    work()
    record = record_of(database, cut.recording)
    assert record is not None
    assert (len(masters(record, 0)), len(masters(record, 1))) == (1, 1)
    ledgers = [json.loads(vault.read(objects_of(record, ObjectRole.GAP_LEDGER, number)[0])) for number in (0, 1)]
    assert (round(ledgers[0]["duration"], 3), round(ledgers[1]["duration"], 3)) == (0.5, 300.5)
    assert len(told(database, cut.recording, "recording.interrupted")) == 2


@pytest.mark.requirement("G5.b")
def test_each_keeps_its_own_room_log_and_the_distance_of_their_beginnings_is_told_with_its_uncertainty(
    kiosk: KioskClient, reserve: SimpleNamespace, make_run: MakeRun, make_log: MakeLog, work: Work, database: Database, vault: Vault
) -> None:
    run = make_run()
    other = make_run({"table-1": [Part(0, noise(48_000, 4))]}, started_at=START + timedelta(seconds=20), **reserve.facts)
    log, own_log = make_log(run.recording, clock_offset=90.0), make_log(run.recording, clock_offset=-3.0, **reserve.facts)
    log.add_meeting(run.run)
    for kind, content in (("started", {}), ("note", {"text": "The reserve's own note."}), ("stopped", {}), ("end", {"confirmed": False})):
        own_log.add(kind, content, elapsed=0.1, run=other.run)
    deliver_log(reserve.client, own_log)
    deliver_log(kiosk, log)
    reserve.client.deliver(other)
    kiosk.deliver(run)
    work()
    work()
    record = record_of(database, run.recording)
    assert record is not None
    logs = [json.loads(vault.read(objects_of(record, ObjectRole.ROOM_LOG, number)[0]))["entries"] for number in (0, 1)]
    assert [{entry["kiosk"] for entry in entries} for entries in logs] == [{run.kiosk}, {reserve.id}]
    ledger = json.loads(vault.read(objects_of(record, ObjectRole.GAP_LEDGER, 1)[0]))
    assert ledger["beside"] == {"kiosk": run.kiosk, "seconds": -73.0, "uncertainty": 2.0}
    with database.reading() as session:
        opening = session.get_one(Recording, run.recording).opening
    assert opening is not None
    assert (opening.kiosk_id, opening.end_confirmed) == (run.kiosk, True)


@pytest.mark.requirement("G5.a")
def test_state_of_the_reserve_never_takes_the_main_ones_place(
    app: Flask, kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, database: Database
) -> None:
    def tell(client: KioskClient, state: str, alarms: list[dict[str, object]]) -> None:
        body = {"state": state, "at": "2026-10-13T14:10:00Z", "alarms": alarms, "hours_left": 7}
        assert client.put(f"{main_run.recording}/state", json.dumps(body).encode()).status_code == 200

    lost = {"number": 1, "kind": "lost", "microphone": "table-1", "seat": "Window", "since": "2026-10-13T14:09:00Z", "over": False, "answered": False}
    kiosk.open(main_run)
    tell(kiosk, "recording", [])
    tell(reserve.client, "stopped", [])
    with database.reading() as session:
        summary = queries.summary_of(session, session.get_one(Recording, main_run.recording), START)
    assert (summary.kind, summary.alarms) == ("recording", ())
    tell(kiosk, "recording", [lost])
    with database.reading() as session, app.test_request_context():
        found = session.get_one(Recording, main_run.recording)
        assert [one.kiosk_alarms for one in found.copies if one.kiosk_id == reserve.id] == [[]]
        assert "Window" in queries.summary_of(session, found, START).alarms[0]


@pytest.mark.requirement("G5.a")
def test_each_kiosk_is_offered_the_meeting_until_it_closed_its_own_copy(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, set_now: SetNow, district: SimpleNamespace
) -> None:
    set_now(district.meeting.start)

    def offered(client: KioskClient) -> list[str]:
        return [one["main"] for one in client.meetings().json["meetings"]]  # type: ignore[index]

    assert (offered(kiosk), offered(reserve.client)) == ([""], [""])
    assert (kiosk.meetings().json["is_reserve"], reserve.client.meetings().json["is_reserve"]) == (False, True)  # type: ignore[index]
    kiosk.open(main_run)
    assert (offered(kiosk), offered(reserve.client)) == ([""], ["recording"])
    reserve.client.open(reserve_run)
    kiosk.deliver(main_run)
    assert (offered(kiosk), offered(reserve.client)) == ([], ["stopped"])
    reserve.client.deliver(reserve_run)
    assert offered(reserve.client) == []


@pytest.mark.requirement("G5.b")
def test_one_kiosk_delivers_nothing_into_the_others_run(kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun) -> None:
    kiosk.open(main_run)
    assert reserve.client.piece(main_run, "table-1", 0).status_code == 404
    assert reserve.client.close(main_run).status_code == 409
    assert kiosk.piece(main_run, "table-1", 0).status_code == 200


def test_objects_of_a_further_copy_are_known_by_their_kiosk(
    kiosk: KioskClient, reserve: SimpleNamespace, main_run: SealedRun, reserve_run: SealedRun, work: Work, database: Database
) -> None:
    kiosk.deliver(main_run)
    reserve.client.deliver(reserve_run)
    work()
    work()
    with database.reading() as session:
        stored = session.scalars(select(StoredObject)).all()
    assert {one.kiosk_id for one in stored} == {main_run.kiosk, reserve.id}
    assert all(one.is_reserve is (one.kiosk_id == reserve.id) for one in stored)
