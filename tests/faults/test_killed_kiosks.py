"""The kiosk's process is killed at random moments, alone or together with microphones, twenty times: the prefix is exact, and all of it arrives."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import soundfile
from flask import Flask

from meetrec.capture.pieces import RATE
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings.rules import RecordingState
from tests.faults.by_hand import joined_by_hand
from tests.faults.handed_over import HandedOver, lost_seconds
from tests.faults.recorded_district import RecordedDistrict, switched_server
from tests.fixtures.kiosk_process import wait_until
from tests.fixtures.microphones import VirtualMicrophones, noise
from tests.fixtures.recordings import notice, recording_id, vault, work

__all__ = ["notice", "recording_id", "vault", "work"]
pytestmark = [pytest.mark.slow, pytest.mark.requirement("G5.b")]
MOST_LOST_SECONDS = 0.5
KILLS_IN_A_ROW = 5
SECONDS = 120


@pytest.fixture
def room(
    virtual_microphones: VirtualMicrophones, handed_over: HandedOver, app: Flask, district: SimpleNamespace, recording_id: str,
    database: Database, settings: Settings, tmp_path: Path,
) -> Iterator[RecordedDistrict]:  # fmt: skip
    """A kiosk whose server takes news and, at first, no delivery: everything lies on the kiosk until the test has looked at it."""
    (tmp_path / "kiosk").mkdir()
    with switched_server(app) as server:
        server.is_away = True
        room = RecordedDistrict(tmp_path / "kiosk", server, district, recording_id, database, settings.keyring_dir, handed_over.environment)
        yield room
        if room.kiosk.process.poll() is None:
            room.kiosk.end()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("whose", ["the kiosk", "the kiosk and microphones"])
def test_five_kills_of_one_recording_are_recovered_continued_and_delivered(
    whose: str, seed: int, room: RecordedDistrict, virtual_microphones: VirtualMicrophones, handed_over: HandedOver, work: Callable[[], None], tmp_path: Path
) -> None:
    chance, sound = random.Random(seed), noise(SECONDS, 4)  # noqa: S311 – moments, not secrets
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    player = virtual_microphones.play(tmp_path / "noise.wav")
    room.kiosk.begin(room.recording)
    for kill in range(KILLS_IN_A_ROW):
        room.wait_until_recording()
        time.sleep(0.4 + 2.5 * chance.random())
        microphones = room.microphone_processes()
        victims = [] if whose == "the kiosk" else chance.sample(microphones, chance.randint(1, 4))
        for victim in chance.sample([*victims, room.kiosk.process.pid], len(victims) + 1):
            os.kill(victim, signal.SIGKILL)
        room.kiosk.process.wait(10)
        wait_until(lambda microphones=microphones: not any(map(_lives, microphones)))  # type: ignore[misc]
        for number, (name, stretches) in enumerate(room.heard(sound).items()):
            (kept,) = stretches  # one stretch without a gap, sample for sample what was played
            lost = lost_seconds(max(handed_over.until(process, sound[:, number]) for process in microphones), kept.after)
            print(f"{whose}, kill {kill + 1}, {name}: kept {kept.frames / RATE:.2f} s, lost in memory {lost:.3f} s")
            assert lost <= MOST_LOST_SECONDS
        assert [kind for kind in room.log() if not kind.startswith("alarm")] == ["opening", "preflight", *["started"] * (kill + 1)]
        if kill == KILLS_IN_A_ROW - 1:
            left_behind = shutil.copytree(room.kiosk.outbox, tmp_path / "left-behind")
            assert joined_by_hand(left_behind / room.recording, room.key, tmp_path, room.signer.public_bytes).shape[1] == 4
        room.kiosk.start()
        wait_until(lambda: room.kiosk.press(f"/recordings/{room.recording}/continue").status_code == 200, 30)
    player.terminate()
    player.wait()
    time.sleep(0.5)
    delivered = room.finish_and_deliver()
    assert len(delivered.runs) == KILLS_IN_A_ROW + 1
    assert delivered.state is RecordingState.DELIVERED
    work()
    assert room.as_the_server_knows_it().state is RecordingState.STORED


def _lives(process: int) -> bool:
    """An orphan that has ended is reaped by whoever adopted it; one that is a zombie writes no more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
