"""Recordings as capture leaves them in the outbox: real run statements, real sealed pieces, real chains."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.ballast import Ballast
from meetrec.capture.closing import write_closing
from meetrec.capture.outbox import RUN_STATEMENT
from meetrec.capture.pieces import RATE, sha256_hex
from meetrec.capture.recorder import utc_text
from meetrec.capture.run_keys import new_run_key, run_statement
from meetrec.capture.signing import KioskSigner
from meetrec.capture.writer import ChainOf, PieceWriter

KIOSK = "7b1c0e57-52a5-4a6b-9df1-0d2f8b7f4b11"
MORNING = datetime(2026, 10, 13, 14, tzinfo=UTC)
MICROPHONES = ("parent", "chair")


class SealedRun:
    """A run that is being recorded: `writers` by microphone."""

    def __init__(
        self,
        outbox: Path,
        recording: str,
        kiosk: str = KIOSK,
        district_public_key: bytes | None = None,
        started_at: datetime = MORNING,
        signer: KioskSigner | None = None,
    ) -> None:
        self.signer = signer or KioskSigner.new()
        self.started_at = started_at
        self.outbox, self.recording, self.run, self.kiosk = outbox, recording, str(uuid4()), kiosk
        self.district_public_key = district_public_key or X25519PrivateKey.generate().public_key().public_bytes_raw()
        self.folder = outbox / recording / self.run
        self.folder.mkdir(parents=True)
        key = new_run_key()
        statement = self._statement(key)
        (self.folder / RUN_STATEMENT).write_bytes(statement)
        chains = [ChainOf(recording, self.run, name, self.folder, sha256_hex(statement)) for name in MICROPHONES]
        self.writers = {chain.microphone: PieceWriter(chain, key, Ballast(outbox, chain.microphone), self.signer) for chain in chains}

    def _statement(self, key: bytes) -> bytes:
        microphones = [{"id": name, "label": name, "seat": name, "device": name} for name in MICROPHONES]
        return run_statement(
            self.district_public_key, key, self.signer, recording=self.recording, kiosk=self.kiosk, run=self.run, rate=RATE, ordinal=1,
            started_at=utc_text(self.started_at), microphones=microphones,
        )  # fmt: skip

    def hear(self, seconds: float) -> None:
        """Sound at every microphone."""
        for writer in self.writers.values():
            writer.write(np.random.default_rng(1).integers(-500, 500, round(seconds * RATE)).astype(np.int16))
            writer.flush()

    def end(self) -> None:
        """The chains' ends, without a closing."""
        for writer in self.writers.values():
            writer.finish(writer.next_frame, ())

    def stop(self) -> None:
        """The chair has stopped."""
        self.end()
        write_closing(self.outbox, self.kiosk, self.recording, "2026-10-13T15:00:00.000000Z", self.signer)

    def places(self, count: int) -> set[str]:
        """The addresses of the first `count` pieces of each microphone."""
        return {f"/kiosk/api/recordings/{self.recording}/runs/{self.run}/{name}/{index}" for name in MICROPHONES for index in range(count)}


def files_in(outbox: Path) -> set[str]:
    """Every piece and journal that lies in the outbox."""
    return {str(path.relative_to(outbox)) for path in outbox.rglob("*") if path.suffix in (".piece", ".journal")}
