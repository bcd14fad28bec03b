"""A microphone's process is killed at random moments: what was written before is exact, the chain holds, the others go on."""

import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from meetrec.capture.pieces import RATE
from tests.capture.test_recorder import Room, played
from tests.fixtures.microphones import VirtualMicrophones, place_of

KILLS = 10


@pytest.mark.slow
@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("seed", range(KILLS))
def test_what_was_written_before_a_kill_is_exact(room: Room, virtual_microphones: VirtualMicrophones, tmp_path: Path, seed: int) -> None:
    sound = played(tmp_path / "noise.wav", 6.0)
    room.recorder.start(room.recording)
    player = virtual_microphones.play(tmp_path / "noise.wav")
    time.sleep(1.0 + 3.0 * random.Random(seed).random())  # noqa: S311 – a moment, not a secret
    killed = room.recorder.process_ids()["demonstration-microphone-2"]
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    player.wait()
    time.sleep(0.3)
    room.recorder.stop()
    assert room.chain(2)[-1].kind == "end"
    gap = next(gap for gap in room.gaps(2) if gap.kind == "interrupted")
    heard = room.heard(2)
    start = place_of(sound[:, 1], heard)
    assert np.array_equal(heard[start : gap.first_frame], sound[: gap.first_frame - start, 1])
    print(f"unheard around the kill: {gap.frames / RATE:.2f} s")
    for number in (1, 3, 4):
        heard = room.heard(number)
        start = place_of(sound[:, number - 1], heard)
        assert np.array_equal(heard[start : start + len(sound)], sound[:, number - 1])
