"""Runs as a kiosk would seal them, made with capture's own envelope, and a courier that delivers them to the application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from meetrec.capture.pieces import RATE, Gap, PieceHeader, Samples, encode_flac, end_piece, journal_block, journal_start, seal_piece, sha256_hex
from meetrec.capture.run_keys import microphone_keys, new_run_key, run_statement
from meetrec.capture.signing import CLOSING, KioskSigner

START = datetime(2026, 10, 13, 14, 0, tzinfo=UTC)
SEATS = {"table-1": "Head of the table", "table-2": "Window", "table-3": "Door", "table-4": "Wall"}


def noise(frames: int, seed: int = 1) -> Samples:
    """Random int16 samples: no two stretches are alike, so that nothing exchanged goes unseen."""
    return np.random.default_rng(seed).integers(-3000, 3000, frames, dtype=np.int16)


@dataclass(frozen=True)
class Part:
    """The sound of one piece: where it begins in its run, its samples, the gaps it states, and whether it stayed an open journal."""

    first_frame: int
    samples: Samples
    gaps: tuple[Gap, ...] = ()
    is_journal: bool = False
    heard_at: int | None = None  # where the room's clock stood at its first sample


@dataclass
class SealedRun:
    """One run of the recorder: its statement, and each microphone's whole files in order."""

    recording: str
    kiosk: str
    district_public_key: bytes
    parts: Mapping[str, Sequence[Part]]
    started_at: datetime = START
    ordinal: int = 1
    reason: str = "stopped"
    boot: str | None = None
    run: str = field(default_factory=lambda: str(uuid4()))
    run_key: bytes = field(default_factory=new_run_key, repr=False)
    signer: KioskSigner = field(default_factory=KioskSigner.new, repr=False)

    def __post_init__(self) -> None:
        microphones = [{"id": one, "label": one, "seat": SEATS.get(one), "device": one} for one in self.parts]
        self.statement = run_statement(
            self.district_public_key, self.run_key, self.signer, recording=self.recording, kiosk=self.kiosk, run=self.run,
            started_at=self.started_at.isoformat(timespec="microseconds"), rate=RATE, ordinal=self.ordinal, microphones=microphones, boot=self.boot,
        )  # fmt: skip
        self.chains = {microphone: self._chain(microphone, parts) for microphone, parts in self.parts.items()}

    def _chain(self, microphone: str, parts: Sequence[Part]) -> list[bytes]:
        files: list[bytes] = []
        previous = sha256_hex(self.statement)
        for index, part in enumerate(parts):
            files.append(self._piece(microphone, index, part, previous))
            previous = sha256_hex(files[-1])
        end = parts[-1].first_frame + len(parts[-1].samples) if parts else 0
        files.append(end_piece(self._header(microphone, len(parts), "end", end, None, previous, reason=self.reason), self.signer))
        return files

    def _piece(self, microphone: str, index: int, part: Part, previous: str) -> bytes:
        keys = microphone_keys(self.run_key, microphone)
        if not part.is_journal:
            header = self._header(microphone, index, "flac", part.first_frame, len(part.samples), previous, gaps=part.gaps, heard_at=part.heard_at)
            return seal_piece(header, encode_flac(part.samples), keys, self.signer)
        opening = journal_start(self._header(microphone, index, "journal", part.first_frame, None, previous, gaps=part.gaps, heard_at=part.heard_at))
        blocks = [part.samples[start : start + RATE // 2] for start in range(0, len(part.samples), RATE // 2)]
        return opening + b"".join(journal_block(opening, index, counter, block, keys) for counter, block in enumerate(blocks))

    def _header(self, microphone: str, index: int, kind: str, first_frame: int, frames: int | None, previous: str, **more: Any) -> PieceHeader:
        return PieceHeader(self.recording, self.run, microphone, index, kind, first_frame, frames, RATE, previous, **more)

    def closing(self) -> dict[str, Any]:
        """This run's part of closing.json."""
        return {microphone: {"pieces": len(files), "last": sha256_hex(files[-1])} for microphone, files in self.chains.items()}

    def write(self, folder: Path) -> Path:
        """Lay the run down as it lies in a kiosk's outbox."""
        run = folder / self.recording / self.run
        for microphone, files in self.chains.items():
            (run / microphone).mkdir(parents=True)
            for index, content in enumerate(files):
                (run / microphone / f"{index:06d}.piece").write_bytes(content)
        (run / "run.json").write_bytes(self.statement)
        return run


@dataclass
class KioskClient:
    """A kiosk's courier by hand: each call is one request with the kiosk's token."""

    client: FlaskClient
    token: str

    def put(self, path: str, content: bytes, token: str | None = None) -> TestResponse:
        """PUT under /kiosk/api/recordings/."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.client.put(f"/kiosk/api/recordings/{path}", data=content, headers=headers)

    def meetings(self) -> TestResponse:
        """The room's armed meetings."""
        return self.client.get("/kiosk/api/meetings", headers={"Authorization": f"Bearer {self.token}"})

    def open(self, run: SealedRun) -> TestResponse:
        """Deliver the opening statement."""
        return self.put(f"{run.recording}/runs/{run.run}", run.statement)

    def piece(self, run: SealedRun, microphone: str, index: int, content: bytes | None = None) -> TestResponse:
        """Deliver one piece, or other bytes in its place."""
        return self.put(f"{run.recording}/runs/{run.run}/{microphone}/{index}", run.chains[microphone][index] if content is None else content)

    def pieces(self, run: SealedRun) -> None:
        """Deliver a whole run and expect every answer to be good."""
        assert self.open(run).status_code == 200
        for microphone, files in run.chains.items():
            for index in range(len(files)):
                answer = self.piece(run, microphone, index)
                assert answer.status_code == 200, answer.json

    def close(self, *runs: SealedRun, boot: object = None) -> TestResponse:
        """Deliver the closing statement of these runs, written in the boot named."""
        closing = {
            "recording": runs[0].recording, "kiosk": runs[0].kiosk, "stopped_at": START.isoformat(), "runs": {run.run: run.closing() for run in runs},
            "boot": boot,
        }  # fmt: skip
        return self.put(f"{runs[0].recording}/closing", runs[0].signer.sign_statement(CLOSING, closing))

    def deliver(self, *runs: SealedRun) -> None:
        """A whole recording."""
        for run in runs:
            self.pieces(run)
        answer = self.close(*runs)
        assert answer.status_code == 200, answer.json
