"""How soon each fault of a microphone is noticed, and how soon after its healing the microphone records again; each several times."""

import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import soundfile

from tests.bench.figures import Figure
from tests.bench.virtual_room import four_microphones
from tests.fixtures.microphone_faults import FAULTS, FaultNoticed, FaultyRoom
from tests.fixtures.microphones import RATE, VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom

TIMES = 3
NOISE_SECONDS = 60


def measure(folder: Path) -> list[Figure]:
    """Every fault in turn, TIMES times, while four microphones record."""
    noticed: dict[str, list[FaultNoticed]] = defaultdict(list)
    soundfile.write(folder / "noise.wav", noise(NOISE_SECONDS, 4), RATE, "PCM_16")
    with four_microphones(folder) as microphones:
        for turn in range(TIMES):
            for fault in FAULTS:
                noticed[fault].append(_one(folder / f"{turn}-{fault}", microphones, fault, folder / "noise.wav"))
    return [figure for fault, times in noticed.items() for figure in _figures(fault, times)]


def _one(outbox: Path, microphones: VirtualMicrophones, fault: str, sound: Path) -> FaultNoticed:
    with RecordingRoom(outbox) as room:
        player = microphones.play(sound)
        try:
            room.until(lambda: all(shown["level_db"] > -60 for shown in room.recorder.status()["microphones"]), 30)
            room.start()
            time.sleep(1)
            return FAULTS[fault](FaultyRoom(room, microphones), 2)
        finally:
            player.terminate()
            player.wait()


def _figures(fault: str, times: list[FaultNoticed]) -> list[Figure]:
    noticed, recording = [one.noticed_after for one in times], [one.recording_after for one in times]
    return [
        Figure("capture", f"{fault}: noticed, median of {TIMES}", median(noticed), "s", "≤ 2 s"),
        Figure("capture", f"{fault}: noticed, worst", max(noticed), "s", "≤ 2 s"),
        Figure("capture", f"{fault}: records again after healing, median", median(recording), "s"),
        Figure("capture", f"{fault}: records again after healing, worst", max(recording), "s"),
    ]
