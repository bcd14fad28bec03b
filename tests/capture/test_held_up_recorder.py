"""A recorder that hangs: its microphones' processes go on writing, and when it comes back it takes none of them for hung."""

import socket
import time
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from meetrec.capture import attended
from meetrec.capture.chain import verify_chain
from meetrec.capture.devices import Microphone
from meetrec.capture.microphone import MicrophoneProcess, MicrophoneStatus, tell_without_waiting
from meetrec.capture.pieces import RATE, sha256_hex
from meetrec.capture.run_order import RunOrder, Stretch
from meetrec.capture.stream import Block
from tests.capture.sealed_runs import MICROPHONE, SealedRun
from tests.fixtures.microphones import VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
HELD_SECONDS = 5.0


def narrow_pipe() -> tuple[Connection, Connection]:
    """A connection that holds a few statuses, where a real one holds some seventeen seconds of them."""
    ends = Pipe()
    for end in ends:
        with socket.socket(fileno=end.fileno()) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
            one.detach()
    return ends


def seconds_since_last_write(outbox: Path) -> float:
    return time.time() - max(path.stat().st_mtime for path in outbox.rglob("*") if path.suffix in (".journal", ".piece"))


def test_a_recorder_that_hangs_holds_up_no_writing_and_kills_nobody_when_it_is_back(
    virtual_microphones: VirtualMicrophones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attended._SPAWN, "Pipe", narrow_pipe, raising=False)
    monkeypatch.setattr(attended, "HUNG_SECONDS", HELD_SECONDS / 2)
    sound = noise(HELD_SECONDS + 5, 4)
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    with RecordingRoom(tmp_path / "outbox") as room:
        room.start()
        player, before = virtual_microphones.play(tmp_path / "noise.wav"), room.recorder.process_ids()
        time.sleep(1)
        with room.recorder._lock:
            time.sleep(HELD_SECONDS)
            assert seconds_since_last_write(room.outbox) < 1.0
        assert [shown["alarm_kinds"] for shown in room.recorder.status()["microphones"]] == [[]] * 4
        player.wait()
        time.sleep(0.5)
        assert room.recorder.process_ids() == before
        room.recorder.stop()
    assert all(room.lost_nothing_of(number, sound[:, number - 1], since=RATE // 2) for number in (1, 2, 3, 4))


def test_a_status_that_nobody_takes_is_left_out_and_the_next_one_is_told_again() -> None:
    ours, theirs = narrow_pipe()
    for _ in range(1000):
        if not tell_without_waiting(theirs, MicrophoneStatus("recording")):
            break
    else:
        pytest.fail("a thousand statuses fitted into a connection that nobody reads")
    while ours.poll():
        ours.recv()
    assert tell_without_waiting(theirs, MicrophoneStatus("paused"))
    assert ours.recv() == MicrophoneStatus("paused")


def test_a_process_is_hung_only_after_somebody_listened_in_vain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    microphone, now = attended.AttendedMicrophone(Microphone("table-1", "Table 1", "Table 1"), tmp_path), [1000.0]
    monkeypatch.setattr(attended, "time", SimpleNamespace(monotonic=lambda: now[0]))
    ours, theirs = Pipe()
    microphone._connection = ours
    theirs.send(MicrophoneStatus("recording", at=now[0]))
    for held_up_seconds in (0.1, 30.0):
        now[0] += held_up_seconds
        microphone.receive()
        assert not microphone._is_hung(now[0])
    for _ in range(round(attended.HUNG_SECONDS) - 1):
        now[0] += 1.0
        microphone.receive()
        assert not microphone._is_hung(now[0])
    now[0] += 1.5
    microphone.receive()
    assert microphone._is_hung(now[0])


class TakeThatNotes:
    """A double of the take: what it heard until it left."""

    def __init__(self) -> None:
        self.heard: list[Block] = []
        self.has_left = False

    def hear(self, block: Block, _lateness: float) -> None:
        assert not self.has_left
        self.heard.append(block)

    def leave(self) -> None:
        self.has_left = True


class StreamWithOneBlock:
    """A double of a stream that has handed over one block nobody took yet."""

    def __init__(self) -> None:
        self.blocks = [Block(np.ones(2400, np.int16), 0, 1.0, False)]

    def next_blocks(self, _timeout: float) -> list[Block]:
        return self.blocks

    def abandon(self) -> None:
        """It has no device."""


def test_a_process_whose_recorder_is_gone_writes_what_came_before_it_seals(tmp_path: Path) -> None:
    ours, theirs = Pipe()
    process, take, stream = MicrophoneProcess(Microphone("table-1", "Table 1", "Table 1"), True, tmp_path, theirs), TakeThatNotes(), StreamWithOneBlock()
    process._take, process._stream = take, stream  # type: ignore[assignment]
    process.leave()
    process.run()
    assert take.heard == stream.blocks
    assert take.has_left
    ours.close()


def test_a_word_to_begin_that_comes_late_loses_nothing_of_the_beginning(tmp_path: Path) -> None:
    run = SealedRun(tmp_path / "outbox")
    recorder, words = Pipe()
    process = MicrophoneProcess(Microphone(MICROPHONE, "Table 1", "Table 1"), True, run.outbox, words)
    process._stream = StreamWithOneBlock()  # type: ignore[assignment]
    for number in range(60):  # three seconds, the last of them wanted
        process._hear(Block(np.full(2400, number, np.int16), 2400 * number, 0.05 * (number + 1), False))
    order = RunOrder(run.recording, run.run, run.folder, sha256_hex(run.statement), 2.1, (Stretch(2.1),))
    process._start(replace(order, run_key=run.run_key, signing_key=run.signer.private_bytes))
    assert process._take is not None
    process._take.leave()
    recorder.close()
    (first, *_rest) = verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key)
    assert (first.first_frame, first.frames, first.gaps) == (0, round(0.9 * RATE), ())
