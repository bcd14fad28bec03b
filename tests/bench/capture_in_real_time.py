"""`meetrec capture record` with four microphones in real time: what was played against what was captured, processor time, memory.

Fifteen minutes; MEETREC_BENCH_MINUTES makes it shorter for developers, and the table says how long it was.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.outbox import recordings_in, runs_of
from meetrec.capture.pieces import RATE
from tests.bench.figures import ROOT, Figure
from tests.bench.processes import Memory, family_of, is_tracker, memory_of, processor_seconds
from tests.bench.virtual_room import four_microphones
from tests.faults.exactness import CapturedRun
from tests.fixtures.microphones import VirtualMicrophones, noise

MINUTES = float(os.environ.get("MEETREC_BENCH_MINUTES", "15"))
EARLY_MINUTES = min(2.0, MINUTES / 3)
STARTING_SECONDS = 12.0  # from the command to four microphones that record
PLAYED_IN_BLOCKS_OF = 30


@dataclass(frozen=True)
class Cost:
    """Memory of each capture process early and late, by process; processor seconds used in between, and the seconds that passed."""

    early: dict[int, Memory]
    late: dict[int, Memory]
    used: float
    passed: float
    load: float


def measure(folder: Path) -> list[Figure]:
    """Play noise that never repeats, record it, and look for every sample."""
    seconds = round(MINUTES * 60)
    sound = _written(folder / "noise.wav", seconds)
    district = X25519PrivateKey.generate()
    (folder / "district.public").write_bytes(district.public_key().public_bytes_raw())
    with four_microphones(folder) as microphones:
        cost = _recorded(folder, microphones, seconds)
    (recording,) = recordings_in(folder / "outbox")
    (run,) = runs_of(folder / "outbox" / recording)
    captured = CapturedRun(run, district)
    lost = [_lost_frames(captured, name, sound[:, channel]) for channel, name in enumerate(captured.microphones)]
    return [*_figures_of_loss(lost, len(sound)), *_figures_of_cost(cost)]


def _written(path: Path, seconds: int) -> np.ndarray:
    blocks = [noise(min(PLAYED_IN_BLOCKS_OF, seconds - start), 4, seed=start) for start in range(0, seconds, PLAYED_IN_BLOCKS_OF)]
    sound = np.concatenate(blocks)
    soundfile.write(path, sound, RATE, "PCM_16", format="RF64")
    return sound


def _recorded(folder: Path, microphones: VirtualMicrophones, seconds: int) -> Cost:
    """Record while it is played; the recorder's own command, in processes of its own."""
    command = [
        sys.executable, "-m", "meetrec", "capture", "record", "--seconds", str(seconds + STARTING_SECONDS), "--into", str(folder / "outbox"),
        "--district-public-key", str(folder / "district.public"),
    ]  # fmt: skip
    recorder = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while not list((folder / "outbox").glob("*/*/*/*.journal")):
            if recorder.poll() is not None:
                raise RuntimeError("capture record ended before it recorded")
            time.sleep(0.1)
        player = microphones.play(folder / "noise.wav")
        time.sleep(60 * EARLY_MINUTES)
        family = [one for one in family_of(recorder.pid) if not is_tracker(one)]
        early, began, used = _memory(family), time.monotonic(), sum(map(processor_seconds, family))
        time.sleep(max(0.0, 60 * (MINUTES - EARLY_MINUTES) - 5))
        passed = time.monotonic() - began
        cost = Cost(early, _memory(family), sum(map(processor_seconds, family)) - used, passed, os.getloadavg()[1])
        player.wait()
        if recorder.wait(120):
            raise RuntimeError("capture record failed")
        return cost
    finally:
        recorder.kill()


def _memory(family: list[int]) -> dict[int, Memory]:
    return {one: memory_of(one) for one in family}


def _lost_frames(captured: CapturedRun, microphone: str, played: np.ndarray) -> tuple[int, int]:
    """Frames of what was played that are not there, and gaps stated. AssertionError when something else is there."""
    kept = sum(one.frames for one in captured.heard(microphone, played))
    return len(played) - kept, len(captured.gaps(microphone))


def _figures_of_loss(lost: list[tuple[int, int]], frames: int) -> list[Figure]:
    said = f"real time, {MINUTES:g} min, 4 microphones"
    return [
        Figure("capture", f"{said}: samples played into each", float(frames), ""),
        Figure("capture", f"{said}: samples lost, of all", float(sum(missing for missing, _ in lost)), "", "0"),
        Figure("capture", f"{said}: gaps stated", float(sum(gaps for _, gaps in lost)), "", "0"),
    ]


def _figures_of_cost(cost: Cost) -> list[Figure]:
    growth = max(cost.late[one].uss - cost.early[one].uss for one in cost.late)
    largest = {name: max(getattr(memory, name) for memory in cost.late.values()) for name in ("pss", "uss", "rss")}
    first = max(memory.pss for memory in cost.early.values())
    return [
        Figure("capture", "processor, all capture processes together, of one core", 100 * cost.used / cost.passed, "%", "≤ 5 %"),
        Figure("capture", "load of the machine meanwhile (5 min)", cost.load, ""),
        Figure("capture", f"largest process, minute {EARLY_MINUTES:g}: PSS", first, "MB", "< 150 MB"),
        *(Figure("capture", f"largest process, minute {MINUTES:g}: {name.upper()}", size, "MB", "< 150 MB") for name, size in largest.items()),
        Figure("capture", f"growth of one process, minute {EARLY_MINUTES:g} to {MINUTES:g} (USS)", growth, "MB", "flat"),
        Figure("capture", "all capture processes together: PSS", sum(memory.pss for memory in cost.late.values()), "MB"),
    ]
