"""The courier deletes a piece only for a receipt of exactly its bytes; whatever the server does, nothing is lost (peers 2, 3, 4, 5)."""

import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.capture.outbox import CLOSING, pieces_of
from meetrec.kiosk.api import StateReport
from meetrec.kiosk.courier import LONGEST_WAIT, DeliveryState, pieces_waiting
from meetrec.kiosk.errors import Trouble
from tests.doubles.faulty_server import FAULTS
from tests.kiosk.deliveries import EXPECTED, Delivering
from tests.kiosk.sealed_recordings import MICROPHONES, SealedRun, files_in


@pytest.mark.requirement("G5.b")
def test_stopped_recording_arrives_whole_and_leaves_the_kiosk(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    run.stop()
    lying_here = {path.stem: path.read_bytes() for path in (run.folder / "parent").iterdir()}
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert list(outbox.glob("[!.]*")) == []
    assert delivering.delivered == [(run.recording, 8)]
    taken = delivering.server.taken
    assert {int(name): content for name, content in lying_here.items()} == {
        index: taken[f"/kiosk/api/recordings/{run.recording}/runs/{run.run}/parent/{index}"] for index in range(4)
    }


def test_statement_comes_first_pieces_in_order_closing_last(delivering: Delivering, run: SealedRun) -> None:
    run.stop()
    delivering.courier.deliver_pass()
    order = delivering.server.order
    assert order[0].endswith(f"/runs/{run.run}")
    assert order[-1].endswith("/closing")
    for name in MICROPHONES:
        assert [path[-1] for path in order if f"/{name}/" in path] == ["0", "1", "2", "3"]


def test_token_is_shown_to_the_server(delivering: Delivering, run: SealedRun) -> None:
    delivering.courier.deliver_pass()
    assert {headers["Authorization"] for headers in delivering.server.headers} == {"Bearer token of the kiosk"}


def test_open_journal_stays_and_so_does_the_newest_piece(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    assert delivering.courier.deliver_pass().trouble is None
    assert {path for path in delivering.server.taken if path.count("/") > 7} == run.places(2)
    assert files_in(outbox) == {f"{run.recording}/{run.run}/{name}/000002.journal" for name in MICROPHONES}


def test_chain_whose_pieces_are_delivered_still_knows_where_it_stands(delivering: Delivering, run: SealedRun) -> None:
    run.end()
    delivering.courier.deliver_pass()
    assert [piece.index for piece in pieces_of(run.folder, "parent")] == [3]
    assert (run.folder / "run.json").exists()


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_server_answers_everything_is_kept_and_arrives_later(delivering: Delivering, run: SealedRun, outbox: Path, fault: str) -> None:
    run.stop()
    before = files_in(outbox)
    delivering.server.fault = fault
    assert delivering.courier.deliver_pass().trouble is (EXPECTED[fault] if fault not in ("not durable", "no durable") else Trouble.NOT_DURABLE)
    assert files_in(outbox) == before
    assert (outbox / run.recording / CLOSING).exists()
    assert delivering.delivered == []
    delivering.server.fault = None
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert delivering.delivered == [(run.recording, 8)]


def test_server_that_is_not_there_loses_nothing(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    run.stop()
    delivering.server.close()
    before = files_in(outbox)
    assert delivering.courier.deliver_pass().trouble is Trouble.NO_ANSWER
    assert files_in(outbox) == before


def test_refused_piece_holds_up_its_own_microphone_only(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    run.stop()
    delivering.server.fault = lambda path: "413" if path.endswith("/parent/1") else None
    assert delivering.courier.deliver_pass().trouble is Trouble.TOO_LARGE
    assert files_in(outbox) == {f"{run.recording}/{run.run}/parent/{index:06d}.piece" for index in (1, 2, 3)}
    assert not any(path.endswith("/closing") for path in delivering.server.taken)


def test_refused_recording_does_not_hold_up_the_next(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    run.stop()
    other = SealedRun(outbox, str(uuid4()))
    other.hear(1)
    other.stop()
    delivering.server.fault = lambda path: "404" if run.recording in path else None
    delivering.courier.deliver_pass()
    assert delivering.delivered == [(other.recording, 4)]
    assert pieces_waiting(outbox / run.recording) == 8


def test_closing_that_is_refused_keeps_the_folder(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    run.stop()
    delivering.server.fault = lambda path: "409" if path.endswith("/closing") else None
    assert delivering.courier.deliver_pass().trouble is Trouble.CONFLICT
    assert (outbox / run.recording / CLOSING).exists()
    assert delivering.delivered == []


def test_restart_in_the_middle_goes_on_from_the_files(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    delivering.courier.deliver_pass()
    run.hear(5)
    run.stop()
    assert delivering.restarted().deliver_pass() == DeliveryState()
    assert run.places(4) <= delivering.server.taken.keys()
    assert list(outbox.glob("[!.]*")) == []


def test_receipt_lost_on_the_way_leads_to_a_second_delivery_of_the_same_bytes(delivering: Delivering, run: SealedRun) -> None:
    run.stop()
    delivering.courier.deliver_pass()
    first = dict(delivering.server.taken)
    assert first
    assert delivering.restarted().deliver_pass() == DeliveryState()
    assert delivering.server.taken == first


def test_crashed_run_is_delivered_with_its_journal_once_it_has_its_end(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    from meetrec.capture import recovery

    journal = (run.folder / "parent" / "000002.journal").read_bytes()
    delivering.courier.deliver_pass()
    recovery.recover(outbox, run.signer)
    recovery.finish(outbox, run.recording, run.signer)
    assert delivering.restarted().deliver_pass() == DeliveryState()
    assert delivering.server.taken[f"/kiosk/api/recordings/{run.recording}/runs/{run.run}/parent/2"] == journal
    assert list(outbox.glob("[!.]*")) == []


def test_damaged_statement_keeps_its_recording_and_others_go_on(delivering: Delivering, run: SealedRun, outbox: Path) -> None:
    (run.folder / "run.json").write_bytes(b"{")
    other = SealedRun(outbox, str(uuid4()))
    other.hear(1)
    other.stop()
    before = {name for name in files_in(outbox) if run.recording in name}
    assert delivering.courier.deliver_pass().trouble is Trouble.UNREADABLE_PIECE
    assert {name for name in files_in(outbox) if run.recording in name} == before
    assert delivering.delivered == [(other.recording, 4)]


def test_waits_longer_after_each_failure_and_at_most_a_minute(delivering: Delivering) -> None:
    waits = [DeliveryState(Trouble.NO_ANSWER, failures).wait for failures in range(1, 10)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, LONGEST_WAIT]


def test_state_is_told_once_and_a_refused_one_is_dropped(delivering: Delivering) -> None:
    recording = str(uuid4())
    delivering.courier.report(recording, StateReport("recording", "2026-10-13T14:00:00+00:00", [], 12.5))
    delivering.server.fault = "500"
    delivering.courier.deliver_pass()
    delivering.server.fault = None
    delivering.courier.deliver_pass()
    delivering.courier.deliver_pass()
    assert delivering.server.order == [f"/kiosk/api/recordings/{recording}/state"]
    delivering.courier.report(recording, StateReport("paused", "2026-10-13T14:01:00+00:00", []))
    delivering.server.fault = "409"
    assert delivering.courier.deliver_pass() == DeliveryState()
    delivering.server.fault = None
    delivering.courier.deliver_pass()
    assert len(delivering.server.order) == 1


def test_thread_delivers_what_appears_and_ends_when_told(delivering: Delivering, run: SealedRun) -> None:
    stopped = threading.Event()
    thread = threading.Thread(target=delivering.courier.run, args=(stopped,))
    thread.start()
    run.stop()
    delivering.courier.wake()
    deadline = time.monotonic() + 10
    while not delivering.delivered and time.monotonic() < deadline:
        time.sleep(0.02)
    stopped.set()
    delivering.courier.wake()
    thread.join(5)
    assert not thread.is_alive()
    assert delivering.delivered == [(run.recording, 8)]
