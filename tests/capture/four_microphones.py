"""A recorder on four virtual microphones with its outbox, and what the tests of recording ask of it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import soundfile
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.chain import verify_chain
from meetrec.capture.devices import list_microphones
from meetrec.capture.outbox import RUN_STATEMENT, pieces_of, runs_of
from meetrec.capture.pieces import RATE, Gap, PieceHeader
from meetrec.capture.reading import sound_of
from meetrec.capture.recorder import Recorder
from meetrec.capture.run_keys import open_run_key
from meetrec.capture.signing import KioskSigner
from tests.fixtures.microphones import VirtualMicrophones, noise

DISTRICT = X25519PrivateKey.generate()
KIOSK = str(uuid4())
SIGNER = KioskSigner.new()


class Room:
    """A recorder with its outbox, and what a test asks of it."""

    def __init__(self, outbox: Path) -> None:
        self.outbox = outbox
        self.recorder = Recorder(outbox, KIOSK, DISTRICT.public_key().public_bytes_raw(), list_microphones(), SIGNER).open()
        self.recording = str(uuid4())
        self.until(lambda: self.states() == ["metering"] * 4)

    def states(self) -> list[str]:
        return [shown["state"] for shown in self.recorder.status()["microphones"]]

    def shown(self, number: int) -> dict[str, Any]:
        return dict(self.recorder.status()["microphones"][number - 1])

    def until(self, is_so: Callable[[], bool], seconds: float = 10.0) -> float:
        """Wait until it is so; the seconds that took."""
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < seconds, self.recorder.status()
            time.sleep(0.02)
        return time.monotonic() - began

    def chain(self, number: int, run: int = 0) -> list[PieceHeader]:
        """The verified headers of a microphone in the recording's run."""
        folder, name = runs_of(self.outbox / self.recording)[run], f"demonstration-microphone-{number}"
        return list(verify_chain((folder / RUN_STATEMENT).read_bytes(), name, self._pieces(folder, name), self._key(folder)))

    def heard(self, number: int, run: int = 0) -> np.ndarray:
        """A microphone's sound over the run, each sample at its frame, zeros where there is none."""
        folder, name = runs_of(self.outbox / self.recording)[run], f"demonstration-microphone-{number}"
        stretches = list(sound_of(self._pieces(folder, name), self._key(folder)))
        heard = np.zeros(max(stretch.after for stretch in stretches), np.int16)
        for stretch in stretches:
            heard[stretch.header.first_frame : stretch.after] = stretch.samples
        return heard

    def gaps(self, number: int, run: int = 0) -> list[Gap]:
        return [gap for header in self.chain(number, run) for gap in header.gaps]

    @staticmethod
    def _pieces(folder: Path, name: str) -> list[bytes]:
        return [piece.path.read_bytes() for piece in pieces_of(folder, name)]

    @staticmethod
    def _key(folder: Path) -> bytes:
        return open_run_key(DISTRICT, (folder / RUN_STATEMENT).read_bytes())


@pytest.fixture
def room(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path / "outbox")
    yield room
    room.recorder.close()


def played(path: Path, seconds: float, seed: int = 1) -> np.ndarray:
    """Noise for four microphones, also as a file to play."""
    sound = noise(seconds, 4, seed)
    soundfile.write(path, sound, RATE, "PCM_16")
    return sound
