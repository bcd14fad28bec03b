"""Small sealed runs for capture's tests: a district key, a run key, chains made by the real writer."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.ballast import Ballast
from meetrec.capture.files import make_folder, place_file
from meetrec.capture.outbox import RUN_STATEMENT, pieces_of
from meetrec.capture.pieces import RATE, Samples, sha256_hex
from meetrec.capture.run_keys import new_run_key, run_statement
from meetrec.capture.signing import KioskSigner
from meetrec.capture.writer import ChainOf, PieceWriter

MICROPHONE = "table-1"


@dataclass
class SealedRun:
    """One run in an outbox, whose pieces a test writes."""

    outbox: Path
    recording: str = field(default_factory=lambda: str(uuid4()))
    run: str = field(default_factory=lambda: str(uuid4()))
    ordinal: int = 1
    started_at: str = "2026-10-13T14:00:00.000000Z"
    run_key: bytes = field(default_factory=new_run_key)
    district_key: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    signer: KioskSigner = field(default_factory=KioskSigner.new)
    kiosk: str = "0b8cf1a6-54a1-4d52-9c5a-94e6f6ad3f4a"
    boot: str | None = None

    def __post_init__(self) -> None:
        self.statement = run_statement(
            self.district_key.public_key().public_bytes_raw(), self.run_key, self.signer, recording=self.recording, run=self.run, rate=RATE,
            ordinal=self.ordinal, kiosk=self.kiosk, started_at=self.started_at, boot=self.boot,
            microphones=[{"id": MICROPHONE, "label": "Table 1", "seat": None, "device": "Table 1"}],
        )  # fmt: skip
        make_folder(self.folder)
        place_file(self.folder / RUN_STATEMENT, self.statement)

    @property
    def folder(self) -> Path:
        return self.outbox / self.recording / self.run

    def writer(self) -> PieceWriter:
        chain = ChainOf(self.recording, self.run, MICROPHONE, self.folder, sha256_hex(self.statement))
        return PieceWriter(chain, self.run_key, Ballast(self.outbox, MICROPHONE), self.signer)

    def pieces(self) -> list[bytes]:
        return [piece.path.read_bytes() for piece in pieces_of(self.folder, MICROPHONE)]


def sound(frames: int, seed: int = 1) -> np.ndarray:
    """Random int16 samples."""
    return np.random.default_rng(seed).integers(-20_000, 20_000, frames, dtype=np.int16)


def journal_as_heard(writer: PieceWriter, samples: Samples) -> None:
    """Write as a microphone's process does: a tenth of a second at a time, each at once in the journal."""
    for begin in range(0, len(samples), RATE // 10):
        writer.write(samples[begin : begin + RATE // 10])
        writer.flush()
