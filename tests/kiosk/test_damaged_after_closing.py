"""What a disk loses after the recording was finished, and a removal that was cut off: everything intact still leaves the kiosk (G5.b)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from meetrec.capture import recovery
from meetrec.capture.damage import NOTE, SET_ASIDE
from meetrec.capture.outbox import CLOSING, RUN_STATEMENT, RUN_STATEMENT_COPY, read_closing
from meetrec.custody.vault import Vault
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.courier import Courier, DeliveryState
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.errors import Trouble
from meetrec.kiosk.interruptions import interrupted_in
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.room import Delivery, Room
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.recordings import notice, recording_id, vault, work
from tests.kiosk.deliveries import Delivering
from tests.kiosk.sealed_recordings import MICROPHONES, SealedRun
from tests.kiosk.test_damaged_delivery import gap_ledger
from tests.kiosk.test_delivery_to_the_server import address, cache

__all__ = ["address", "cache", "notice", "recording_id", "vault", "work"]
pytestmark = pytest.mark.requirement("G5.b")


def closed_run(outbox: Path) -> SealedRun:
    """A finished recording of 25 s: three pieces and the end of each microphone."""
    run = SealedRun(outbox, str(uuid4()))
    shutil.copy(run.folder / RUN_STATEMENT, run.folder / RUN_STATEMENT_COPY)
    run.hear(25)
    run.stop()
    return run


@pytest.mark.parametrize("index", [0, 1, 3])
def test_piece_damaged_after_the_stop_is_a_stated_gap_and_the_recording_becomes_a_record(
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
    run.stop()
    piece = run.folder / MICROPHONES[0] / f"{index:06d}.piece"
    piece.write_bytes(piece.read_bytes()[:-1] + b"?")
    assert recovery.recover(outbox, district.kiosk_signer) == []
    closing = read_closing(outbox, recording_id)
    assert closing is not None
    assert [one["file"] for one in closing["damaged"]] == [piece.name]
    assert closing["stopped_at"] == "2026-10-13T15:00:00.000000Z"
    assert Courier(outbox, DistrictServer(address, district.kiosk_token), lambda *what: None).deliver_pass() == DeliveryState()
    work()
    with database.reading() as session:
        assert session.get_one(Recording, recording_id).state is RecordingState.STORED
    gaps = [(gap["microphone"], gap["start"]) for gap in gap_ledger(database, vault, recording_id)["gaps"] if gap["kind"] == "damaged"]
    assert gaps == [(MICROPHONES[0], min(index * 10.0, 25.0))]


def test_recovery_leaves_a_closing_that_still_holds_as_it_is(outbox: Path, delivering: Delivering) -> None:
    run = closed_run(outbox)
    closing = (outbox / run.recording / CLOSING).read_bytes()
    (run.folder / RUN_STATEMENT).write_bytes(b"")
    delivering.server.fault = lambda path: "500" if path.endswith("closing") else None
    assert recovery.recover(outbox, run.signer) == []
    delivering.courier.deliver_pass()
    assert recovery.recover(outbox, run.signer) == []
    assert (outbox / run.recording / CLOSING).read_bytes() == closing
    delivering.server.fault = lambda _path: None
    assert delivering.restarted().deliver_pass() == DeliveryState()


def test_damaged_closing_takes_no_screen_away_and_is_written_anew_at_the_next_start(outbox: Path, delivering: Delivering, tmp_path: Path) -> None:
    run = closed_run(outbox)
    first = read_closing(outbox, run.recording)
    assert first is not None
    (outbox / run.recording / CLOSING).write_bytes(b"")
    room = Room(outbox, ScriptedRecorder(outbox), MeetingsCache(tmp_path / "kiosk"), delivering.courier, DemonstrationPlayer(None), run.signer)
    assert room.delivery_of(run.recording) == Delivery(0, 8, is_complete=False)
    recovery.recover(outbox, run.signer)
    written = read_closing(outbox, run.recording)
    assert written is not None
    assert (written["runs"], written["kiosk"]) == (first["runs"], first["kiosk"])
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert delivering.delivered == [(run.recording, 8)]


def test_another_kiosks_closing_is_never_written_anew(outbox: Path) -> None:
    run, other = closed_run(outbox), closed_run(outbox)
    (outbox / run.recording / CLOSING).write_bytes(b"")
    assert recovery.recover(outbox, other.signer) == []
    assert (outbox / run.recording / CLOSING).read_bytes() == b""


def test_run_that_does_not_read_holds_up_no_other_run(outbox: Path, delivering: Delivering) -> None:
    run = closed_run(outbox)
    lost = run.folder.with_name(str(uuid4()))
    lost.mkdir()
    (lost / RUN_STATEMENT).write_bytes(b"")
    assert delivering.courier.deliver_pass().trouble is Trouble.UNREADABLE_PIECE
    assert run.places(4) <= delivering.server.taken.keys()
    assert delivering.delivered == []


def test_removal_that_was_cut_off_is_done_at_the_next_start(outbox: Path, delivering: Delivering, monkeypatch: pytest.MonkeyPatch) -> None:
    run = closed_run(outbox)

    def killed(folder: Path) -> None:
        """As a kill in the midst of the removal: the statement is gone, its copy is not."""
        next(folder.rglob(RUN_STATEMENT)).unlink()
        raise SystemExit

    with monkeypatch.context() as cut, pytest.raises(SystemExit):
        cut.setattr(shutil, "rmtree", killed)
        delivering.courier.deliver_pass()
    assert recovery.recover(outbox, run.signer) == []
    assert delivering.restarted().deliver_pass() == DeliveryState()
    assert list(outbox.glob(".delivered-*")) == list(outbox.glob("[!.]*")) == []
    assert delivering.delivered == [(run.recording, 8)]


def test_damaged_note_is_told_by_its_place_and_keeps_no_recording_open(outbox: Path) -> None:
    run = SealedRun(outbox, str(uuid4()))
    run.hear(25)
    run.end()
    piece = run.folder / MICROPHONES[0] / "000001.piece"
    piece.write_bytes(b"something else")
    recovery.recover(outbox, run.signer)
    note = outbox / SET_ASIDE / run.recording / run.run / MICROPHONES[0] / f"{piece.name}{NOTE}"
    known = json.loads(note.read_bytes())
    note.write_bytes(b"")
    closing = recovery.finish(outbox, run.recording, run.signer)
    assert closing["damaged"] == [{**known, "reason": "Its note does not read."}]


def test_marker_that_is_damaged_later_lies_beside_what_it_stood_for(outbox: Path) -> None:
    run = closed_run(outbox)
    piece = run.folder / MICROPHONES[0] / "000001.piece"
    contents = []
    for _ in range(2):
        piece.write_bytes(piece.read_bytes()[:-1] + b"?")
        contents.append(piece.read_bytes())
        recovery.recover(outbox, run.signer)
    aside = outbox / SET_ASIDE / run.recording / run.run / MICROPHONES[0]
    assert [(aside / name).read_bytes() for name in (piece.name, f"{piece.name}.2")] == contents
    closing = read_closing(outbox, run.recording)
    assert closing is not None
    assert len({one["sha256"] for one in closing["damaged"]}) == 2


def test_finishing_that_was_cut_off_after_setting_the_only_run_aside_can_be_pressed_again(outbox: Path) -> None:
    run = SealedRun(outbox, str(uuid4()))
    run.hear(12)
    (run.folder / RUN_STATEMENT).write_bytes(b"")
    recovery.recover(outbox, run.signer)
    recovery.end_chains(outbox / run.recording, run.signer)  # cut off here, before the closing
    recovery.recover(outbox, run.signer)
    (listed,) = interrupted_in(outbox, None, None, clock.now())
    assert (listed.recording, listed.is_damaged) == (run.recording, True)
    closing = recovery.finish(outbox, run.recording, run.signer, run.kiosk)
    assert [one["run"] for one in closing["damaged"]] == [run.run]
    assert interrupted_in(outbox, None, None, clock.now()) == []
