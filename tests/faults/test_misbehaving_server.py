"""A server that fails in every way it can: nothing leaves the kiosk without its receipt, and everything arrives in order in the end (peers 2–5)."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.capture.outbox import recordings_in
from meetrec.kiosk import courier as delivering
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.courier import LONGEST_WAIT, Courier, DeliveryState
from meetrec.platform import clock
from tests.doubles.faulty_server import FAULTS, MORE_FAULTS, FaultyServer, news
from tests.fixtures.kiosk import KIOSK, MATEO, armed
from tests.fixtures.kiosk_process import KioskProcess, wait_until
from tests.fixtures.microphones import VirtualMicrophones
from tests.kiosk.sealed_recordings import SealedRun, files_in

pytestmark = [pytest.mark.slow, pytest.mark.requirement("G5.b")]
A_WEEK_OF_FAILURES = round(7 * 86_400 / LONGEST_WAIT)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """A server with one meeting that begins now."""
    server = FaultyServer()
    server.news = news(KIOSK, [armed(MATEO, clock.now())])
    yield server
    server.close()


def lying_in(outbox: Path) -> dict[str, bytes]:
    return {name: (outbox / name).read_bytes() for name in files_in(outbox)}


@pytest.mark.timeout(400)
def test_through_every_fault_and_a_kill_after_each_nothing_is_lost_and_all_arrives_in_order(
    virtual_microphones: VirtualMicrophones, server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kiosk = KioskProcess(tmp_path, server.address)
    server.fault = lambda path: None if path.endswith("/meetings") else "500"
    kiosk.begin()
    time.sleep(12)  # a closed piece, and an open one
    kiosk.stop()
    recorded = lying_in(kiosk.outbox)
    assert len(recorded) == 4 * 3
    for fault in (*FAULTS, *MORE_FAULTS):
        kiosk.end(signal.SIGKILL)
        server.fault, asked = (lambda path, fault=fault: None if path.endswith("/meetings") else fault), len(server.asked)  # type: ignore[misc]
        kiosk.start()
        wait_until(lambda asked=asked: any("/recordings/" in path for path in server.asked[asked:]), 20)  # type: ignore[misc]
        time.sleep(0.7)
        left = lying_in(kiosk.outbox)
        gone = recorded.keys() - left.keys()
        assert all(recorded[name] == server.taken[_place_of(name)] for name in gone), fault
        assert not gone or fault == "slow"
        assert all(left[name] == recorded[name] for name in left)
    server.fault = None
    wait_until(lambda: recordings_in(kiosk.outbox) == [], 90)
    assert kiosk.end() == 0
    assert {_place_of(name): content for name, content in recorded.items()}.items() <= server.taken.items()
    assert not any("/elsewhere" in path for path in server.asked)  # a redirection is not followed, or the token would go with it
    for number in range(1, 5):
        indexes = [int(path.split("/")[-1]) for path in server.order if f"/demonstration-microphone-{number}/" in path]
        assert indexes == sorted(indexes)
    assert server.order[-1].endswith("/closing")


def _place_of(name: str) -> str:
    recording, run, microphone, file = name.split("/")
    return f"/kiosk/api/recordings/{recording}/runs/{run}/{microphone}/{int(Path(file).stem)}"


def test_a_week_without_a_server_ends_with_the_first_pass_after_it(server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many failures as a week has, with the waits between them left out: only the waiting itself is not the real thing."""
    run = SealedRun(tmp_path / "outbox", str(uuid4()))
    run.hear(11)
    run.stop()
    assert DeliveryState(None, A_WEEK_OF_FAILURES).wait == LONGEST_WAIT
    monkeypatch.setattr(delivering, "LONGEST_WAIT", 0.0)
    address = DistrictServer(server.address, "the kiosk's token", connect_seconds=0.1, read_seconds=1)
    courier = Courier(tmp_path / "outbox", address, lambda _recording, _pieces: None)
    stopped, before = threading.Event(), lying_in(tmp_path / "outbox")
    server.fault = "500"
    thread = threading.Thread(target=courier.run, args=(stopped,))
    thread.start()
    try:
        wait_until(lambda: courier.state.failures > 1_100 or not thread.is_alive(), 60)
        courier.state = DeliveryState(courier.state.trouble, A_WEEK_OF_FAILURES)
        wait_until(lambda: courier.state.failures > A_WEEK_OF_FAILURES or not thread.is_alive())
        assert lying_in(tmp_path / "outbox") == before
        server.fault = None
        wait_until(lambda: recordings_in(tmp_path / "outbox") == [])
        assert courier.state == DeliveryState()
    finally:
        stopped.set()
        courier.wake()
        thread.join()
