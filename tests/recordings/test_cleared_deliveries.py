"""Pieces go only after the record is stored as it was written, and what cannot be cleared holds up no other delivery."""

from collections.abc import Callable

import pytest

from meetrec.custody.vault import Vault
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import actions, incoming, jobs
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.what_stands import record_of, sentence_of

MakeRun = Callable[..., SealedRun]
Work = Callable[[], None]


@pytest.mark.requirement("S-06")
def test_pieces_go_only_after_the_record_is_stored(kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings, database: Database) -> None:
    run = make_run()
    kiosk.deliver(run)
    assert incoming.waiting_recordings(settings.incoming_dir) == (run.recording,)
    work()
    assert sentence_of(database, run.recording)[0] is RecordingState.STORED
    assert incoming.waiting_recordings(settings.incoming_dir) == ()


def test_pieces_stay_when_the_stored_bytes_are_not_what_was_written(
    kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings, database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    kiosk.deliver(run)
    hand_over = jobs._hand_over

    def hand_over_then_damage(*facts: object) -> None:
        hand_over(*facts)  # type: ignore[arg-type]
        damaged = max((path for path in settings.store_dir.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
        content = bytearray(damaged.read_bytes())
        content[len(content) // 2] ^= 1
        damaged.write_bytes(content)

    monkeypatch.setattr(jobs, "_hand_over", hand_over_then_damage)
    work()
    assert incoming.waiting_recordings(settings.incoming_dir) == (run.recording,)
    assert "damaged" in sentence_of(database, run.recording)[1]


def test_pieces_that_a_killed_worker_left_are_removed_by_the_timetable(
    kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings, database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    kiosk.deliver(run)
    monkeypatch.setattr(jobs, "clear_delivery", lambda *_: None)
    work()
    monkeypatch.undo()
    assert incoming.waiting_recordings(settings.incoming_dir) == (run.recording,)
    assert jobs.clear_stored_deliveries(database, settings, vault) == 1
    assert incoming.waiting_recordings(settings.incoming_dir) == ()


def test_delivery_that_cannot_be_cleared_holds_up_no_other(
    kiosk: KioskClient, make_run: MakeRun, work: Work, settings: Settings, database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_run()
    kiosk.deliver(one)
    with database.writing() as session:
        two = make_run(recording=actions.arm_again(session, clock.now(), "user:x", one.recording, settings.district.zone).id)
    kiosk.deliver(two)
    monkeypatch.setattr(jobs, "clear_delivery", lambda *_: None)
    work()
    monkeypatch.undo()
    damaged = min(one.recording, two.recording)  # the first that the clean-up comes to
    for stored in record_of(database, damaged).objects:
        next(settings.store_dir.rglob(stored.id)).unlink()
    (settings.incoming_dir / "lost+found").mkdir()
    (settings.incoming_dir / "0").mkdir()
    assert jobs.clear_stored_deliveries(database, settings, vault) == 1
    assert incoming.waiting_recordings(settings.incoming_dir) == (damaged,)
    assert (settings.incoming_dir / "lost+found").is_dir()
