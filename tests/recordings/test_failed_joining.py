"""Joining that fails: nothing but the true pieces accepted, nothing deleted, and a worker that is cut off goes on."""

import shutil
from collections.abc import Callable

import pytest
from sqlalchemy import select

from meetrec.capture.signing import CLOSING
from meetrec.custody.models import Record
from meetrec.custody.vault import Vault
from meetrec.journal.models import JournalEntry
from meetrec.platform.database import Database
from meetrec.platform.district_keys import KEY_FILE_NAME, generate_district_key
from meetrec.platform.jobs import MOST_ATTEMPTS
from meetrec.platform.settings import Settings
from meetrec.recordings import assembly, incoming
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import START, KioskClient, SealedRun
from tests.recordings.what_stands import record_of, sentence_of

MakeRun = Callable[..., SealedRun]
Work = Callable[[], None]


def _alter(folder: "object", settings: Settings, run: SealedRun) -> str:
    path = incoming.piece_path(settings.incoming_dir, run.recording, run.run, "table-1", 1)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    return "Piece 000001 of microphone table-1 was altered"


def _remove(folder: "object", settings: Settings, run: SealedRun) -> str:
    incoming.piece_path(settings.incoming_dir, run.recording, run.run, "table-1", 0).unlink()
    return "piece 000000 is missing"


def _remove_end(folder: "object", settings: Settings, run: SealedRun) -> str:
    incoming.piece_path(settings.incoming_dir, run.recording, run.run, "table-2", 2).unlink()
    return "Microphone table-2 has 2 pieces here; its closing statement names 3"


def _exchange(folder: "object", settings: Settings, run: SealedRun) -> str:
    one, two = (incoming.piece_path(settings.incoming_dir, run.recording, run.run, "table-1", index) for index in (0, 1))
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)
    return "Piece 000001 of microphone table-1 has no predecessor"


def _lose_microphone(folder: "object", settings: Settings, run: SealedRun) -> str:
    shutil.rmtree(incoming.piece_path(settings.incoming_dir, run.recording, run.run, "table-2", 0).parent)
    return "Nothing of microphone table-2 is here"


def _lose_statement(folder: "object", settings: Settings, run: SealedRun) -> str:
    incoming.statement_path(settings.incoming_dir, run.recording, run.run).unlink()
    return "run.json"


def _other_district_key(folder: "object", settings: Settings, run: SealedRun) -> str:
    (settings.keyring_dir / KEY_FILE_NAME).unlink()
    generate_district_key(settings.keyring_dir)
    return "sealed to another district key"


@pytest.mark.parametrize("harm", [_alter, _remove, _remove_end, _exchange, _lose_microphone, _lose_statement, _other_district_key])
def test_what_does_not_fit_is_named_and_nothing_is_deleted(
    harm: Callable[..., str], kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings, database: Database
) -> None:
    run = make_run()
    kiosk.deliver(run)
    expected = harm(None, settings, run)
    before = sorted(path for path in settings.incoming_dir.rglob("*"))
    work()
    state, sentence = sentence_of(database, run.recording)
    assert state is RecordingState.BROKEN
    assert expected in sentence
    assert sorted(path for path in settings.incoming_dir.rglob("*")) == before
    with database.reading() as session:
        verbs = list(session.scalars(select(JournalEntry.verb).where(JournalEntry.recording_id == run.recording)))
        assert session.scalars(select(Record)).all() == []
    assert (verbs[-1], verbs.count("recording.assembly_failed")) == ("recording.assembly_failed", 1)


def test_recording_without_any_sound_says_so(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database) -> None:
    run = make_run({"table-1": []})
    kiosk.deliver(run)
    work()
    assert sentence_of(database, run.recording) == (RecordingState.BROKEN, "No microphone recorded any sound. What the kiosk delivered was kept.")


def test_run_without_microphones_has_nothing_to_join(kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database) -> None:
    run, empty = make_run(), make_run()
    kiosk.pieces(run)
    closing = {"recording": run.recording, "kiosk": run.kiosk, "stopped_at": START.isoformat(), "runs": {run.run: run.closing(), empty.run: {}}}
    assert kiosk.put(f"{run.recording}/closing", run.signer.sign_statement(CLOSING, closing)).status_code == 200
    work()
    assert sentence_of(database, run.recording)[0] is RecordingState.STORED


def test_joining_that_fails_for_an_unexpected_reason_is_told_once(
    kiosk: KioskClient, make_run: MakeRun, work: Work, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    kiosk.deliver(run)
    monkeypatch.setattr(assembly, "_json_object", _cut_off)
    for _attempt in range(MOST_ATTEMPTS + 1):
        work()
    with database.reading() as session:
        verbs = list(session.scalars(select(JournalEntry.verb).where(JournalEntry.recording_id == run.recording)))
    assert verbs.count("recording.assembly_failed") == 1


def test_worker_that_is_cut_off_goes_on_with_what_it_stored(
    kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings, database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    kiosk.deliver(run)
    monkeypatch.setattr(assembly, "_json_object", _cut_off)
    work()
    monkeypatch.undo()
    stored_before = {path.name: path.stat().st_ino for path in settings.store_dir.rglob("*") if path.is_file()}
    assert len(stored_before) == 3
    work()
    assert sentence_of(database, run.recording)[0] is RecordingState.STORED
    after = {path.name: path.stat().st_ino for path in settings.store_dir.rglob("*") if path.is_file()}
    assert set(after) == {one.id for one in record_of(database, run.recording).objects}
    assert stored_before.items() <= after.items()


def test_object_that_was_damaged_before_its_record_existed_does_not_hold_up_joining_again(
    kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings, database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    kiosk.deliver(run)
    monkeypatch.setattr(assembly, "_json_object", _cut_off)
    work()
    monkeypatch.undo()
    for path in [path for path in settings.store_dir.rglob("*") if path.is_file()]:
        content = bytearray(path.read_bytes())
        content[-20] ^= 1
        path.write_bytes(content)
    work()
    assert sentence_of(database, run.recording)[0] is RecordingState.STORED
    for one in record_of(database, run.recording).objects:
        vault.verify(one)


def _cut_off(*_facts: object) -> None:
    raise RuntimeError("the worker was killed here")
