"""Reads a run's folder – the kiosk's or the server's – with the district's key, and holds every chain against its promises (G5.b)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.chain import verify_chain
from meetrec.capture.errors import CaptureError
from meetrec.capture.pieces import RATE, PieceHeader, Samples, samples_of, sha256_hex
from meetrec.capture.run_keys import open_run_key, parse_run_statement, require_signer
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.incoming import STATEMENT
from meetrec.recordings.rules import ChainEnd

PIECE_SUFFIXES = (".piece", ".journal")


@dataclass(frozen=True)
class SealedPiece:
    """One verified piece on the disk; `frames` is what it really holds, also for a journal that was cut off."""

    path: Path
    header: PieceHeader
    frames: int
    run_key: bytes = field(repr=False)

    def samples(self) -> Samples:
        """The piece's sound, int16 mono. Raises AssemblyFailed when it changed since it was verified."""
        try:
            samples = samples_of(self.path.read_bytes(), self.run_key)
        except CaptureError as error:
            raise AssemblyFailed(str(error)) from error
        if len(samples) != self.frames:
            raise AssemblyFailed(f"{self.header.name} changed while it was being joined.")
        return samples


@dataclass(frozen=True)
class Microphone:
    """A microphone as the run's opening statement names it."""

    id: str
    label: str
    seat: str


@dataclass(frozen=True)
class Boot:
    """One start of a kiosk's machine, as its statements name it."""

    kiosk: str
    id: str

    @classmethod
    def stated_in(cls, statement: Mapping[str, Any]) -> "Boot | None":
        """Out of run.json or closing.json; None where the machine told none."""
        named = statement.get("boot")
        return cls(str(statement.get("kiosk")), named) if isinstance(named, str) else None

    def ended_before(self, later: "Boot | None") -> bool:
        """Whether the same machine was switched off or started anew before `later`; another machine's start says nothing of it."""
        return later is not None and later.kiosk == self.kiosk and later.id != self.id


@dataclass(frozen=True)
class OpenedRun:
    """A run whose key opened and whose chains hold: its place among the runs, when it began, its microphones, and each one's pieces in order."""

    id: str
    ordinal: int  # which of its recording's runs it is, from 1
    started_at: datetime
    microphones: tuple[Microphone, ...]
    chains: Mapping[str, tuple[SealedPiece, ...]]
    boot: Boot | None = None  # of the kiosk's machine, while it recorded
    is_cut: bool = False  # the kiosk lost its statement, so no chain of it can have an end


def open_run(folder: Path, district_key: X25519PrivateKey, promised: Mapping[str, ChainEnd] | None = None, kiosk_public_key: bytes | None = None) -> OpenedRun:
    """Open a run's folder. `promised` names the end of each chain; without it a chain may begin and end anywhere (by hand, in
    the room, where delivered pieces are gone). Every signature is held against the kiosk that run.json names; with `kiosk_public_key`
    (raw) that kiosk itself against the one that is known.

    Raises AssemblyFailed naming the piece and what is wrong with it; nothing is changed.
    """
    try:
        return _opened(folder, district_key, promised, kiosk_public_key)
    except CaptureError as error:
        raise AssemblyFailed(str(error)) from error
    except FileNotFoundError as error:
        raise AssemblyFailed(f"The file {Path(error.filename).name} of the run in {folder.name} is missing.") from error


def _opened(folder: Path, district_key: X25519PrivateKey, promised: Mapping[str, ChainEnd] | None, kiosk_public_key: bytes | None) -> OpenedRun:
    content = (folder / STATEMENT).read_bytes()
    if kiosk_public_key is not None:
        require_signer(content, kiosk_public_key)
    statement = parse_run_statement(content)
    if statement["rate"] != RATE:
        raise AssemblyFailed(f"Run {statement['run']} was recorded at {statement['rate']} Hz; only {RATE} Hz can be joined.")
    run_key = open_run_key(district_key, content)
    wanted = promised if promised is not None else {path.name: None for path in folder.iterdir() if path.is_dir()}
    chains = {microphone: _chain(folder / microphone, content, run_key, end) for microphone, end in wanted.items()}
    started_at = datetime.fromisoformat(statement["started_at"])
    return OpenedRun(statement["run"], statement["ordinal"], started_at, _microphones_of(statement), chains, Boot.stated_in(statement))


def _microphones_of(statement: Mapping[str, Any]) -> tuple[Microphone, ...]:
    named = ((one["id"], str(one.get("label") or one["id"]), str(one.get("seat") or one.get("label") or one["id"])) for one in statement["microphones"])
    return tuple(Microphone(*one) for one in named)


def _chain(folder: Path, statement: bytes, run_key: bytes, end: ChainEnd | None) -> tuple[SealedPiece, ...]:
    """Verify first, one piece in memory at a time; then note what each holds."""
    paths = _files_in(folder)
    if not folder.is_dir():
        raise AssemblyFailed(f"Nothing of microphone {folder.name} is here.")
    headers = verify_chain(statement, folder.name, _contents(paths), run_key, from_first_here=end is None)
    _require_end(folder.name, paths, headers, end)
    return tuple(_sealed_piece(path, header, run_key) for path, header in zip(paths, headers, strict=True))


def _files_in(folder: Path) -> list[Path]:
    """One file per index; a journal that a crash left beside its finished piece counts no more."""
    found: dict[str, Path] = {}
    for suffix in PIECE_SUFFIXES:
        for path in folder.glob(f"*{suffix}"):
            found.setdefault(path.stem, path)
    return [found[stem] for stem in sorted(found)]


def _contents(paths: list[Path]) -> Iterator[bytes]:
    return (path.read_bytes() for path in paths)


def _require_end(microphone: str, paths: list[Path], headers: tuple[PieceHeader, ...], end: ChainEnd | None) -> None:
    if end is None:
        return
    if len(headers) != end.pieces or headers[-1].kind != "end":
        raise AssemblyFailed(f"Microphone {microphone} has {len(headers)} pieces here; its closing statement names {end.pieces}.")
    if sha256_hex(paths[-1].read_bytes()) != end.last:
        raise AssemblyFailed(f"The last piece of microphone {microphone} is not the one that the closing statement names.")


def _sealed_piece(path: Path, header: PieceHeader, run_key: bytes) -> SealedPiece:
    frames = len(samples_of(path.read_bytes(), run_key)) if header.kind == "journal" else header.frames or 0
    return SealedPiece(path, header, frames, run_key)
