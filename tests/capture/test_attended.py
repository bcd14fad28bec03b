"""One microphone's process as the recorder sees it: what may take its place, and when."""

import multiprocessing
import time
from dataclasses import replace
from pathlib import Path

import pytest

from meetrec.capture import attended
from meetrec.capture.attended import AttendedMicrophone
from meetrec.capture.devices import Microphone
from meetrec.capture.microphone import MicrophoneProcess, MicrophoneStatus
from meetrec.capture.outbox import journal_path, piece_path
from meetrec.capture.pieces import RATE, parse_piece, sha256_hex
from meetrec.capture.run_order import RunOrder, Stretch
from tests.capture.sealed_runs import MICROPHONE, SealedRun, sound

pytestmark = pytest.mark.requirement("G5.b")


class LastingProcess:
    """A double of a process in an uninterruptible disk wait: killing it does nothing until the disk answers."""

    pid = 1

    def __init__(self) -> None:
        self.disk_answers, self.was_killed = False, False

    def is_alive(self) -> bool:
        return not (self.was_killed and self.disk_answers)

    def kill(self) -> None:
        self.was_killed = True

    def join(self, _seconds: float) -> None:
        """It does not end within any time."""


def test_a_killed_process_is_replaced_only_when_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[AttendedMicrophone] = []
    monkeypatch.setattr(AttendedMicrophone, "start_process", lambda microphone: started.append(microphone))
    microphone, process = AttendedMicrophone(Microphone("table-1", "Table 1", "Table 1"), tmp_path), LastingProcess()
    microphone._process = process
    long_after = time.monotonic() + attended.STARTING_SECONDS + 1
    microphone.tend(long_after)
    microphone.tend(long_after + 1)
    assert process.was_killed
    assert started == []
    process.disk_answers = True
    microphone.tend(long_after + 2)
    assert started == [microphone]


def test_a_process_that_joins_in_the_middle_continues_a_chain_whose_newest_file_does_not_read(tmp_path: Path) -> None:
    run = SealedRun(tmp_path / "outbox")
    writer = run.writer()
    writer.write(sound(11 * RATE))
    writer.flush()
    journal_path(run.folder / MICROPHONE, 1).write_bytes(b"something else")
    microphone = AttendedMicrophone(Microphone(MICROPHONE, "Table 1", "No such device"), run.outbox)
    began = time.monotonic()
    names = (run.recording, run.run, run.folder, sha256_hex(run.statement), began)
    microphone.order = RunOrder(*names, (Stretch(began),), run_key=run.run_key, signing_key=run.signer.private_bytes)
    microphone.start_process()
    until = began + attended.STARTING_SECONDS
    while microphone.status.state == "opening" and time.monotonic() < until:
        microphone.receive()
        time.sleep(0.05)
    time.sleep(0.5)
    microphone.receive()
    microphone.leave()
    assert (microphone.status.state, microphone.status.sentence) == (
        "lost",
        "Table 1 is not attached. Check its cable; recording goes on by itself when it is back.",
    )
    assert parse_piece(piece_path(run.folder / MICROPHONE, 1).read_bytes()).header.kind == "damaged"
    assert run.writer().pieces == 2


@pytest.mark.parametrize(
    ("last_said", "reason"),
    [
        (MicrophoneStatus("recording"), ("interrupted", "process restarted")),
        (MicrophoneStatus("lost", lost_as=("device_lost", "finished callback")), ("device_lost", "finished callback")),
    ],
)
def test_a_process_that_dies_over_a_lost_device_leaves_the_loss_as_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_said: MicrophoneStatus, reason: tuple[str, str]
) -> None:
    told: list[RunOrder] = []
    microphone = AttendedMicrophone(Microphone(MICROPHONE, "Table 1", "No such device"), tmp_path / "outbox")
    monkeypatch.setattr(microphone, "send", lambda _, order: told.append(order))
    run = SealedRun(tmp_path / "outbox")
    microphone.order = RunOrder(run.recording, run.run, run.folder, sha256_hex(run.statement), time.monotonic(), (Stretch(time.monotonic()),))
    microphone.status = last_said
    try:
        microphone.start_process()
    finally:
        microphone.kill()
    (order,) = told
    assert (order.missing_kind, order.missing_noticed_by) == reason


def test_a_process_that_joins_while_its_device_is_gone_says_why_the_sound_is_missing(tmp_path: Path) -> None:
    run = SealedRun(tmp_path / "outbox")
    recorder, words = multiprocessing.Pipe()
    process = MicrophoneProcess(Microphone(MICROPHONE, "Table 1", "No such device"), True, run.outbox, words)
    began = time.monotonic()
    order = RunOrder(run.recording, run.run, run.folder, sha256_hex(run.statement), began, (Stretch(began),), "device_lost", "finished callback")
    recorder.send(("start", replace(order, run_key=run.run_key, signing_key=run.signer.private_bytes)))
    recorder.send(("leave", None))
    process.run()
    said = []
    while recorder.poll(0):
        said.append(recorder.recv())
    assert said[-1].lost_as == ("device_lost", "finished callback")
