"""A microphone's process is killed at random moments, ten times: what was written is exact, the chain holds, the others lose no sample."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
import soundfile

from meetrec.capture.outbox import runs_of
from meetrec.capture.pieces import RATE
from tests.faults.by_hand import joined_by_hand
from tests.faults.exactness import CapturedRun
from tests.faults.handed_over import HandedOver, lost_seconds
from tests.fixtures.microphones import VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom

pytestmark = [pytest.mark.slow, pytest.mark.requirement("G5.b")]
MOST_LOST_SECONDS = 0.5
KILLS_IN_A_ROW = 5
SECONDS = 45


@pytest.mark.parametrize("seed", range(2))
def test_five_kills_in_one_recording_cost_what_was_in_memory_and_nothing_else(
    seed: int, virtual_microphones: VirtualMicrophones, handed_over: HandedOver, tmp_path: Path
) -> None:
    chance, sound = random.Random(seed), noise(SECONDS, 4)  # noqa: S311 – moments, not secrets
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    killed: dict[int, list[int]] = {number: [] for number in (1, 2, 3, 4)}
    with RecordingRoom(tmp_path / "outbox") as room:
        player = virtual_microphones.play(tmp_path / "noise.wav")
        room.start()
        for _ in range(KILLS_IN_A_ROW):
            time.sleep(0.2 + 3 * chance.random())
            number = chance.choice([1, 2, 3])
            killed[number].append(room.process_of(number))
            os.kill(killed[number][-1], signal.SIGKILL)
            room.until(lambda number=number: room.shown(number)["state"] == "lost")  # type: ignore[misc]
            room.until(lambda: room.states() == ["recording"] * 4, 20)
        time.sleep(0.5)
        room.recorder.stop()
        player.terminate()
        player.wait()
    (folder,) = runs_of(room.outbox / room.recording)
    run = CapturedRun(folder, room.district)
    for number, name in enumerate(run.microphones, start=1):
        played = sound[:, number - 1]
        stretches = run.heard(name, played)
        assert [gap.kind for gap in run.gaps(name)] == ["interrupted"] * len(killed[number])
        assert len(stretches) == len(killed[number]) + 1
        for process, before in zip(killed[number], stretches, strict=False):
            lost = lost_seconds(handed_over.until(process, played), before.after)
            print(f"microphone {number}: lost in memory {lost:.3f} s")
            assert lost <= MOST_LOST_SECONDS
    joined = joined_by_hand(room.outbox / room.recording, room.district, tmp_path)
    assert joined.shape[1] == 4
