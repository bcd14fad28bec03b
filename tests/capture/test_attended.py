"""One microphone's process as the recorder sees it: what may take its place, and when."""

import time
from pathlib import Path

import pytest

from meetrec.capture import attended
from meetrec.capture.attended import AttendedMicrophone
from meetrec.capture.devices import Microphone

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
