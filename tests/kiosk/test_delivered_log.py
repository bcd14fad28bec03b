"""The room's log on its way to the server: entries in order, the closing after the log's end, the sound never held up."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.capture.files import make_folder
from meetrec.capture.outbox import CLOSING
from meetrec.capture.room_entries import ROOM_FOLDER, entries_of
from meetrec.kiosk.courier import DeliveryState, pieces_waiting
from meetrec.kiosk.errors import Trouble
from tests.doubles.faulty_server import FAULTS
from tests.kiosk.deliveries import EXPECTED, Delivering, Logging
from tests.kiosk.sealed_recordings import SealedRun, files_in


@pytest.mark.requirement("G6.a")
def test_log_comes_first_in_order_and_its_newest_entry_stays(delivering: Delivering, run: SealedRun, logging: Logging) -> None:
    logging.tell("started", "note", "paused")
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert delivering.server.order[:4] == [logging.place(index) for index in range(3)] + [f"/kiosk/api/recordings/{run.recording}/runs/{run.run}"]
    assert logging.lying == [2]
    logging.tell("resumed")
    assert delivering.restarted().deliver_pass() == DeliveryState()
    assert logging.lying == [3]
    assert [path for path in delivering.server.order if "/room/" in path][-2:] == [logging.place(2), logging.place(3)]


def test_closing_waits_for_the_end_of_the_log_and_no_piece_does(delivering: Delivering, run: SealedRun, logging: Logging, outbox: Path) -> None:
    logging.tell("started")
    run.stop()
    logging.tell("stopped")
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert files_in(outbox) == set()
    assert pieces_waiting(outbox / run.recording) == 0  # the page counts pieces, never entries
    assert (delivering.delivered, logging.lying) == ([], [1])
    logging.tell("end")
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert delivering.server.order[-2:] == [logging.place(2), f"/kiosk/api/recordings/{run.recording}/closing"]
    assert delivering.delivered == [(run.recording, 8)]
    assert list(outbox.glob("[!.]*")) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_entry_without_a_receipt_is_kept_and_arrives_later(delivering: Delivering, run: SealedRun, logging: Logging, outbox: Path, fault: str) -> None:
    logging.tell("started", "stopped", "end")
    run.stop()
    delivering.server.fault = lambda path: fault if "/room/1" in path else None
    assert delivering.courier.deliver_pass().trouble is (EXPECTED[fault])
    assert 1 in logging.lying
    assert 2 in logging.lying
    assert (outbox / run.recording / CLOSING).exists()
    delivering.server.fault = None
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert delivering.delivered == [(run.recording, 8)]


def test_refused_entry_holds_up_the_closing_and_never_the_sound(delivering: Delivering, run: SealedRun, logging: Logging, outbox: Path) -> None:
    logging.tell("started", "end")
    run.stop()
    delivering.server.fault = lambda path: "409" if "/room/" in path else None
    assert delivering.courier.deliver_pass().trouble is Trouble.CONFLICT
    assert run.places(4) <= delivering.server.taken.keys()
    assert (logging.lying, delivering.delivered) == ([0, 1], [])


def test_damaged_entry_holds_up_the_closing_and_never_the_sound(delivering: Delivering, run: SealedRun, logging: Logging) -> None:
    logging.tell("started", "end")
    run.stop()
    entries_of(run.outbox / run.recording)[-1].write_bytes(b"something else")
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert run.places(4) <= delivering.server.taken.keys()
    assert (logging.lying, delivering.delivered) == ([1], [])


def test_log_of_a_meeting_that_was_not_recorded_is_delivered_and_goes_with_its_end(delivering: Delivering, outbox: Path, tmp_path: Path) -> None:
    declined = SealedRun(outbox, str(uuid4()))
    shutil.rmtree(declined.folder)
    logging = Logging(declined, tmp_path / "declined")
    logging.tell("note")
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert logging.lying == [0]
    logging.tell("end")
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert list(outbox.glob("[!.]*")) == []
    assert delivering.delivered == []


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize("made", ["", ROOM_FOLDER])
def test_a_folder_that_the_room_has_just_made_is_not_taken_away_under_it(delivering: Delivering, outbox: Path, made: str) -> None:
    begun = outbox / str(uuid4()) / made
    make_folder(begun)
    assert delivering.courier.deliver_pass() == DeliveryState()
    assert begun.is_dir()
