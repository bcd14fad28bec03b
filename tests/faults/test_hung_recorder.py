"""The recorder hangs for longer than its connections hold words, and heals: no gap, no kill, the journals never stood still."""

import time
from pathlib import Path

import pytest
import soundfile

from meetrec.capture.pieces import RATE
from tests.capture.test_held_up_recorder import seconds_since_last_write
from tests.fixtures.microphones import VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom

pytestmark = [pytest.mark.slow, pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
HELD_SECONDS = 40  # a connection holds some seventeen seconds of statuses, and a silent process is killed after eight


def test_a_recorder_that_hangs_for_forty_seconds_costs_no_sample(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    sound = noise(HELD_SECONDS + 8, 4)
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    with RecordingRoom(tmp_path / "outbox") as room:
        room.start()
        player, before = virtual_microphones.play(tmp_path / "noise.wav"), room.recorder.process_ids()
        time.sleep(1)
        with room.recorder._lock:
            for _ in range(HELD_SECONDS // 5):
                time.sleep(5)
                assert seconds_since_last_write(room.outbox) < 1.0
        player.wait()
        time.sleep(1)
        assert room.recorder.process_ids() == before
        room.recorder.stop()
    assert all(room.lost_nothing_of(number, sound[:, number - 1], since=RATE // 2) for number in (1, 2, 3, 4))
