"""A recording that a closed or killed kiosk left: it goes on in a second run, or is finished as it is."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.capture import writers
from meetrec.capture.errors import RecordingRefused
from meetrec.capture.inspection import inspect_folder
from meetrec.capture.outbox import runs_of, statement_of
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.recovery import finish, recover
from tests.capture.four_microphones import DISTRICT, SIGNER, Room
from tests.fixtures.microphones import VirtualMicrophones

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_recording_goes_on_in_a_second_run_after_the_kiosk_was_closed_in_the_middle(room: Room) -> None:
    begun = time.monotonic()
    room.recorder.start(room.recording)
    time.sleep(1)
    for process_id in room.recorder.process_ids().values():
        assert process_id is not None
        os.kill(process_id, signal.SIGSTOP if process_id % 2 else signal.SIGCONT)
        os.kill(process_id, signal.SIGKILL)
    passed = time.monotonic() - begun
    room.recorder.close()
    (interrupted,) = recover(room.outbox, SIGNER)
    assert (interrupted.recording, interrupted.runs, interrupted.troubles) == (room.recording, 1, ())
    assert 0.3 < interrupted.seconds < passed + 0.5
    again = Room(room.outbox)
    again.recording = room.recording
    try:
        again.recorder.start(room.recording)
        time.sleep(0.7)
        closing = again.recorder.stop()
    finally:
        again.recorder.close()
    assert len(closing["runs"]) == 2
    assert [statement_of(run)["ordinal"] for run in runs_of(room.outbox / room.recording)] == [1, 2]
    for number in (1, 2, 3, 4):
        assert [header.kind for header in room.chain(number, 0)] == ["journal", "end"]
        assert room.chain(number, 0)[-1].reason == "interrupted"
        assert room.chain(number, 1)[-1].reason == "stopped"
    assert recover(room.outbox, SIGNER) == []
    with pytest.raises(RecordingRefused, match="has been finished"):
        again.recorder.start(room.recording)


RECORD_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from meetrec.capture.devices import list_microphones
from meetrec.capture.recorder import Recorder
from meetrec.capture.signing import KioskSigner

if __name__ == "__main__":
    recorder = Recorder(Path(sys.argv[1]), "kiosk", bytes.fromhex(sys.argv[2]), list_microphones(), KioskSigner(bytes.fromhex(sys.argv[4]))).open()
    while any(shown["state"] != "metering" for shown in recorder.status()["microphones"]):
        time.sleep(0.05)
    recorder.start(sys.argv[3])
    print(*recorder.process_ids().values(), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("hangs", [False, True])
def test_recovery_waits_for_the_microphone_processes_of_a_killed_kiosk(
    hangs: bool, virtual_microphones: VirtualMicrophones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "LEAVING_SECONDS", 1.0 if hangs else 10.0)
    outbox, recording, script = tmp_path / "outbox", str(uuid4()), tmp_path / "record.py"
    script.write_text(RECORD_UNTIL_KILLED)
    arguments = [sys.executable, str(script), str(outbox), DISTRICT.public_key().public_bytes_raw().hex(), recording, SIGNER.private_bytes.hex()]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}) as kiosk:
        assert kiosk.stdout is not None
        left = [int(number) for number in kiosk.stdout.readline().split()]
        time.sleep(1)
        for number in left:
            os.kill(number, signal.SIGSTOP)  # it comes to its sealing late, or never
        kiosk.kill()
    late = threading.Timer(0.5, lambda: [os.kill(number, signal.SIGCONT) for number in left if not hangs])
    late.start()
    (interrupted,) = recover(outbox, SIGNER)
    late.join()
    found = {path: path.read_bytes() for path in outbox.rglob("*.*") if path.is_file()}
    time.sleep(0.5)
    assert {path: path.read_bytes() for path in outbox.rglob("*.*") if path.is_file()} == found
    assert (interrupted.recording, interrupted.troubles) == (recording, ())
    for chain in [chain for run in inspect_folder(outbox) for chain in run.chains]:
        assert (chain.fault, chain.ended) == (None, "interrupted")
    assert len(left) == 4
    assert not any(_is_alive(number) for number in left)


def _is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_interrupted_recording_can_be_finished_as_it_is(room: Room) -> None:
    room.recorder.start(room.recording)
    time.sleep(0.8)
    room.recorder.close()
    recover(room.outbox, SIGNER)
    closing = finish(room.outbox, room.recording, SIGNER)
    (run,) = closing["runs"].values()
    for number in (1, 2, 3, 4):
        chain = room.chain(number)
        assert [(header.kind, header.reason) for header in chain] == [("flac", None), ("end", "interrupted")]
        last = runs_of(room.outbox / room.recording)[0] / f"demonstration-microphone-{number}" / "000001.piece"
        assert run[f"demonstration-microphone-{number}"] == {"pieces": 2, "last": sha256_hex(last.read_bytes())}
