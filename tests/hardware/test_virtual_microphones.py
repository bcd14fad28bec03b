"""The demonstration's microphones and player, as `./dev run` and the kiosk call them."""

import os
import subprocess
import time
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from meetrec.capture.meter import Meter
from tests.fixtures.microphones import RATE, SCRIPT, VirtualMicrophones, virtual_microphones

__all__ = ["virtual_microphones"]
PLAYER = SCRIPT.with_name("demonstration_player")


def order(what: str, microphones: VirtualMicrophones) -> None:
    environment = {**os.environ, **microphones.environment}
    subprocess.run([str(PLAYER), what], env=environment, check=True, timeout=5, capture_output=True)


def listen(device: str, seconds: float) -> np.ndarray:
    import sounddevice

    sounddevice._terminate()
    sounddevice._initialize()
    return sounddevice.rec(round(seconds * RATE), samplerate=RATE, channels=1, dtype="int16", device=device, blocking=True)[:, 0]


def wait_for(is_so: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_idle_moves_the_meters_and_stop_silences_them(virtual_microphones: VirtualMicrophones) -> None:
    order("idle", virtual_microphones)
    order("idle", virtual_microphones)
    for name in virtual_microphones.names:
        assert listen(name, 1.0).any()
    order("stop", virtual_microphones)
    wait_for(lambda: not listen(virtual_microphones.names[0], 0.3).any())


def test_play_begins_the_meeting_and_each_seat_is_loudest_in_its_own_microphone(virtual_microphones: VirtualMicrophones) -> None:
    meeting, rate = soundfile.read(SCRIPT.with_name("demonstration_meeting.flac"), dtype="int16", frames=6 * 16_000)
    order("idle", virtual_microphones)
    order("play", virtual_microphones)
    heard = [listen(virtual_microphones.names[number], 2.5) for number in (0, 2)]
    order("stop", virtual_microphones)
    assert rate == 16_000
    assert Meter().read(meeting[:, 0]).level_db > Meter().read(meeting[:, 2]).level_db
    assert Meter().read(heard[0]).level_db > Meter().read(heard[1]).level_db > -60


def test_without_microphones_the_player_says_how_to_begin(tmp_path) -> None:
    environment = {**os.environ, "VIRTUAL_MICROPHONES_DIR": str(tmp_path)}
    answer = subprocess.run([str(PLAYER), "play"], env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "no virtual microphones are running; begin with: virtual_microphones start 4" in answer.stderr


@pytest.mark.parametrize("script", [SCRIPT, PLAYER])
def test_called_wrongly_a_script_shows_how_it_is_called(script) -> None:
    answer = subprocess.run([str(script), "nonsense"], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert f"{script.name} play" in answer.stderr or "stop" in answer.stderr
