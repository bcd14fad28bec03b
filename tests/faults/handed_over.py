"""How much of what PortAudio handed to a process is missing on the disk afterwards: the loss in memory, measured and not assumed.

Every process of the test runs with watched_portaudio/sitecustomize.py, which copies the last 64 samples of each callback into a file's
memory map before the product sees them. The kernel keeps that map when the process is killed. Where those samples stand in what was
played tells, to the sample, up to where PortAudio had delivered; where the recording ends in it tells up to where it is kept.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from meetrec.capture.pieces import RATE, Samples
from tests.faults.watched_portaudio.sitecustomize import NOTE
from tests.fixtures.microphones import place_of
from tests.fixtures.running import ROOT

WATCH = Path(__file__).parent / "watched_portaudio"


class HandedOver:
    """The notes of all processes that were started after watch()."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs so that it is watched."""
        return {"HANDED_OVER": str(self.folder), "PYTHONPATH": os.pathsep.join([str(WATCH), str(ROOT)])}

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> "HandedOver":
        """Have every process that this one starts from now on noted."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        return self

    def until(self, process_id: int, played: Samples) -> int:
        """Up to which frame of `played` (one channel) PortAudio had handed sound to the process; 0 when nothing of it."""
        return max((_after(path, played) for path in self.folder.glob(f"{process_id}-*")), default=0)


def _after(path: Path, played: Samples) -> int:
    content = path.read_bytes()
    samples, _count = max((NOTE.unpack_from(content, offset) for offset in (0, NOTE.size)), key=lambda note: note[1])
    last = np.frombuffer(samples, "<i2")
    place = place_of(last, played)
    return place + len(last) if place >= 0 and last.any() else 0


def lost_seconds(handed_over: int, kept: int) -> float:
    """Seconds that were handed over and are not kept; frames of what was played. AssertionError when more is kept than was handed over."""
    assert handed_over >= kept, f"{kept} frames are kept, but only {handed_over} were noted: the measurement does not hold"
    return (handed_over - kept) / RATE
