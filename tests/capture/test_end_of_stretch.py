"""The last blocks before a pause or a stop: waited for when the process itself was held up, and told as missing when they never come (G5.b)."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.devices import Microphone as AttachedMicrophone
from meetrec.capture.outbox import pieces_of, runs_of
from meetrec.capture.pieces import RATE, Gap, parse_piece
from meetrec.capture.recorder import Recorder
from meetrec.capture.signing import KioskSigner
from meetrec.capture.stream import Block
from meetrec.capture.suspicion import LESS_THAN_TIME
from tests.capture.sealed_runs import SealedRun
from tests.capture.test_take import BEGAN, FRAMES, Microphone, gaps, headers, run, take_for
from tests.fixtures.microphones import VirtualMicrophones

__all__ = ["run"]
pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
RESAMPLED = AttachedMicrophone("resampled", "Demonstration microphone 1", "Demonstration microphone 1", "Parent", rate=16_000)
PLAIN = AttachedMicrophone("plain", "Demonstration microphone 2", "Demonstration microphone 2", "Chair")


@pytest.mark.parametrize("ending", ["stop", "pause"])
def test_last_blocks_that_never_come_are_told_as_missing_and_not_as_part_of_what_follows(run: SealedRun, ending: str) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 0.75)
    take.end_stretch(BEGAN + 1, ending)
    take.attend(BEGAN + 1.9)
    assert not take.has_stopped, "they may still come"
    take.attend(BEGAN + 2.1)
    if ending == "pause":
        take.end_stretch(BEGAN + 3, "stop")
    missing = Gap(round(0.75 * RATE), round(0.25 * RATE), "stall", LESS_THAN_TIME)
    assert gaps(run) == ([missing] if ending == "stop" else [missing, Gap(RATE, 2 * RATE, "pause", "chair")])
    assert headers(run)[-1].first_frame == (RATE if ending == "stop" else 3 * RATE)


def test_last_block_that_was_held_back_is_written_before_a_stop_is_given_up(run: SealedRun) -> None:
    take, microphone = take_for(run), Microphone(BEGAN - 1)
    take.attach(microphone.clock)
    microphone.feed(take, BEGAN + 0.95)
    late = Block(np.full(FRAMES, 7, np.int16), microphone.count, BEGAN + 1.3, overflowed=False)
    take.hear(late, microphone.clock.observe(late))
    take.end_stretch(BEGAN + 1, "stop")
    take.attend(BEGAN + 2.1)
    assert headers(run)[-1].first_frame == RATE
    assert sum(header.frames or 0 for header in headers(run)) + sum(gap.frames for gap in gaps(run)) == RATE


def hold_up(process: int, seconds: float) -> threading.Thread:
    """Stop a process for some seconds, as a busy machine does."""

    def let_it_wait() -> None:
        os.kill(process, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(process, signal.SIGCONT)

    waiting = threading.Thread(target=let_it_wait)
    waiting.start()
    return waiting


def test_microphone_whose_process_is_held_up_at_the_stop_keeps_its_last_second(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    recording, outbox = str(uuid4()), tmp_path / "outbox"
    key = X25519PrivateKey.generate().public_key().public_bytes_raw()
    with Recorder(outbox, str(uuid4()), key, [RESAMPLED, PLAIN, replace(PLAIN, id="free", device=RESAMPLED.device)], KioskSigner.new()) as recorder:
        deadline = time.monotonic() + 20
        while any(shown["state"] != "metering" for shown in recorder.status()["microphones"]):
            assert time.monotonic() < deadline, recorder.status()
            time.sleep(0.05)
        recorder.start(recording)
        time.sleep(2)
        held_up = [hold_up(process, 1.6) for name, process in recorder.process_ids().items() if name != "free" and process]
        time.sleep(0.3)
        recorder.stop()
        for one in held_up:
            one.join()
    (folder,) = runs_of(outbox / recording)
    chains = {name: [parse_piece(piece.path.read_bytes()).header for piece in pieces_of(folder, name)] for name in ("resampled", "plain", "free")}
    kept = {name: sum(header.frames or 0 for header in chain) for name, chain in chains.items()}
    told = {name: sum(gap.frames for header in chain for gap in header.gaps) for name, chain in chains.items()}
    for name in ("resampled", "plain"):
        assert abs(kept[name] - kept["free"]) < RATE // 10, (kept, told)
