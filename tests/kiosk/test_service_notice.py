"""What systemd hears: life as long as capture lives, silence when it hangs; over a real socket, with processes that really hang."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from meetrec.capture import attended
from meetrec.capture.devices import list_microphones
from meetrec.capture.pulse import CapturePulse
from meetrec.capture.recorder import Recorder
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.launch_page import PAGE
from meetrec.kiosk.service_notice import ServiceNotice, WatchdogFeeder, verdict_on
from tests.doubles.faulty_server import FaultyServer
from tests.fixtures.kiosk import district_server
from tests.fixtures.microphones import VirtualMicrophones, virtual_microphones
from tests.fixtures.running import ROOT, free_port

__all__ = ["district_server", "virtual_microphones"]
pytestmark = pytest.mark.requirement("G5.a")


class Systemd:
    """The other end of NOTIFY_SOCKET: a real datagram socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.settimeout(0.05)

    def heard(self) -> list[str]:
        """All lines that came since the last call."""
        lines: list[str] = []
        while True:
            try:
                lines += self._socket.recv(4096).decode().splitlines()
            except TimeoutError:
                return lines

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Systemd]:
    listening = Systemd(str(tmp_path / "notify") if request.param == "path" else f"@meetrec-test-{os.getpid()}-{time.monotonic_ns()}")
    yield listening
    listening.close()


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def process_ids(recorder: Recorder) -> list[int]:
    return [number for number in recorder.process_ids().values() if number is not None]


def all_meter(recorder: Recorder) -> bool:
    return all(shown["state"] == "metering" for shown in recorder.status()["microphones"])


def test_each_message_is_systemds_own(systemd: Systemd) -> None:
    notice = ServiceNotice.of({"NOTIFY_SOCKET": systemd.address})
    notice.ready()
    notice.alive("All 4 microphones answer.")
    notice.not_alive("The recorder's loop has not turned for 30 s.")
    notice.ending()
    assert systemd.heard() == [
        "READY=1", "WATCHDOG=1", "STATUS=All 4 microphones answer.", "STATUS=The recorder's loop has not turned for 30 s.", "STOPPING=1",
    ]  # fmt: skip


def test_a_way_that_leads_nowhere_harms_nothing(tmp_path: Path) -> None:
    ServiceNotice(str(tmp_path / "nobody")).ready()
    ServiceNotice.of({}).alive("fine")
    assert not ServiceNotice.of({"NOTIFY_SOCKET": ""}).is_heard


@pytest.mark.parametrize(
    ("pulse", "is_alive", "words"),
    [
        (CapturePulse(0.1, 4, ()), True, "All 4 microphones answer."),
        (CapturePulse(0.1, 0, ()), True, "No microphone is attached yet."),
        (CapturePulse(0.1, 4, ("Left",)), True, "1 of 4 microphones do not answer and are being started again: Left."),
        (CapturePulse(0.1, 2, ("Left", "Right")), False, "No microphone's process answers: Left, Right."),
        (CapturePulse(30.0, 2, ()), False, "The recorder's loop has not turned for 30 s."),
    ],
)
def test_one_hung_microphone_is_told_and_a_dead_capture_is_no_life(pulse: CapturePulse, is_alive: bool, words: str) -> None:
    assert (verdict_on(pulse).is_alive, verdict_on(pulse).words) == (is_alive, words)


def test_a_pulse_that_cannot_be_taken_is_no_sign_of_life(tmp_path: Path) -> None:
    def broken() -> CapturePulse:
        raise RuntimeError("broken")

    systemd = Systemd(str(tmp_path / "notify"))
    WatchdogFeeder(ServiceNotice(systemd.address), broken).look()
    assert systemd.heard() == []
    systemd.close()


def test_hung_microphone_processes_are_told_and_life_returns_when_the_recorder_has_started_them_again(
    virtual_microphones: VirtualMicrophones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attended, "HUNG_SECONDS", 8.0)  # long enough that a busy machine sees them hang before they are started again
    systemd = Systemd(str(tmp_path / "notify"))
    with Recorder(tmp_path / "outbox", "kiosk", bytes(32), list_microphones(), KioskSigner.new()) as recorder:
        feeder = WatchdogFeeder(ServiceNotice(systemd.address), recorder.pulse)

        def look() -> list[str]:
            feeder.look()
            return systemd.heard()

        until(lambda: look() == ["WATCHDOG=1", "STATUS=All 4 microphones answer."])
        until(lambda: all_meter(recorder))  # a process that has not spoken yet counts as starting
        os.kill(process_ids(recorder)[0], signal.SIGSTOP)
        until(lambda: any("1 of 4 microphones do not answer" in line for line in look()))
        assert "WATCHDOG=1" in look()
        until(lambda: look() == ["WATCHDOG=1", "STATUS=All 4 microphones answer."])
        until(lambda: all_meter(recorder))
        for number in process_ids(recorder):
            os.kill(number, signal.SIGSTOP)
        until(lambda: [line[:41] for line in look()] == ["STATUS=No microphone's process answers: D"])
        until(lambda: look() == ["WATCHDOG=1", "STATUS=All 4 microphones answer."])
    systemd.close()


def test_a_kiosk_that_hangs_sends_no_life_and_one_that_runs_does(
    virtual_microphones: VirtualMicrophones, district_server: FaultyServer, tmp_path: Path
) -> None:
    systemd, port = Systemd(str(tmp_path / "notify")), free_port()
    (tmp_path / "token").write_text("the-token-of-this-kiosk\n")
    (tmp_path / "run").mkdir()
    environment = {
        **os.environ, "MEETREC_DATA_DIR": str(tmp_path / "room"), "MEETREC_KIOSK__PORT": str(port), "MEETREC_KIOSK__OUTBOX": str(tmp_path / "outbox"),
        "MEETREC_KIOSK__SERVER_URL": district_server.address, "MEETREC_KIOSK__TOKEN_FILE": str(tmp_path / "token"), "PYTHONPATH": str(ROOT),
        "NOTIFY_SOCKET": systemd.address, "RUNTIME_DIRECTORY": str(tmp_path / "run"), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    log = tmp_path / "log"
    with log.open("w") as written:
        kiosk = subprocess.Popen([sys.executable, "-m", "meetrec", "kiosk"], env=environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        lines: list[str] = []
        until(lambda: "READY=1" in (lines.extend(systemd.heard()) or lines) and "STATUS=All 4 microphones answer." in lines)
        address = (tmp_path / "run" / PAGE).read_text().split("url=")[1].split('"')[0]
        assert requests.get(address, timeout=10).status_code == 200
        kiosk.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        systemd.heard()
        time.sleep(3)
        assert systemd.heard() == []
        kiosk.send_signal(signal.SIGCONT)
        until(lambda: "WATCHDOG=1" in systemd.heard())
        kiosk.terminate()
        assert kiosk.wait(20) == 0
        assert "STOPPING=1" in systemd.heard()
        assert address.split("launch=")[1] not in log.read_text()
    finally:
        kiosk.kill()
        kiosk.wait()
        systemd.close()
