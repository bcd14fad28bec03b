"""Where things lie on the kiosk's disk until they are delivered: `<outbox>/<recording>/<run>/<microphone>/<index>.piece|.journal`."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from meetrec.capture.errors import CaptureError, OutboxUnusable
from meetrec.capture.run_keys import parse_run_statement

RUN_STATEMENT = "run.json"
RUN_STATEMENT_COPY = "run.copy.json"  # without the statement nobody can ever open the run, so it lies here twice
CLOSING = "closing.json"


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, as run.json and closing.json carry it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def piece_path(microphone_folder: Path, index: int) -> Path:
    return microphone_folder / f"{index:06d}.piece"


def journal_path(microphone_folder: Path, index: int) -> Path:
    return microphone_folder / f"{index:06d}.journal"


@dataclass(frozen=True)
class PieceFile:
    """One file of a chain as it lies on disk."""

    index: int
    path: Path

    @property
    def is_journal(self) -> bool:
        return self.path.suffix == ".journal"


def pieces_of(run_folder: Path, microphone: str) -> Iterator[PieceFile]:
    """The chain files of one microphone, by index. A piece wins over the journal it was made from."""
    by_index: dict[int, Path] = {}
    for pattern in ("[0-9]*.journal", "[0-9]*.piece"):
        by_index.update({int(path.stem): path for path in (run_folder / microphone).glob(pattern)})
    return (PieceFile(index, by_index[index]) for index in sorted(by_index))


def newest_piece(run_folder: Path, microphone: str) -> PieceFile | None:
    """The last chain file of a microphone that is still here."""
    return max(pieces_of(run_folder, microphone), key=lambda piece: piece.index, default=None)


def recordings_in(outbox: Path) -> list[str]:
    """The recordings (UUIDs) that have something in the outbox."""
    return sorted(folder.name for folder in outbox.iterdir() if folder.is_dir() and _is_uuid(folder.name)) if outbox.is_dir() else []


def runs_of(recording_folder: Path) -> list[Path]:
    """The run folders of a recording, earliest first: by their ordinals, for the clock may have been wrong."""
    return sorted(run_folders(recording_folder), key=lambda folder: int(statement_of(folder)["ordinal"]))


def next_ordinal(recording_folder: Path) -> int:
    """The ordinal of a run that begins now. Runs stay on the kiosk until their recording is closed, so they can be counted."""
    return len(run_folders(recording_folder)) + 1


def readable_runs(recording_folder: Path) -> tuple[list[Path], bool]:
    """The run folders whose opening statement reads, earliest first, and whether there are others."""
    ordinals: dict[Path, int] = {}
    folders = run_folders(recording_folder)
    for folder in folders:
        with suppress(CaptureError):
            ordinals[folder] = int(statement_of(folder)["ordinal"])
    return sorted(ordinals, key=lambda folder: ordinals[folder]), len(ordinals) < len(folders)


def run_folders(recording_folder: Path) -> list[Path]:
    """The run folders of a recording in no order, also those whose opening statement does not read."""
    return sorted({statement.parent for name in (RUN_STATEMENT, RUN_STATEMENT_COPY) for statement in recording_folder.glob(f"*/{name}")})


def statement_of(run_folder: Path) -> dict[str, Any]:
    """run.json as a dictionary. Raises OutboxUnusable or RunKeyRefused."""
    try:
        return parse_run_statement((run_folder / RUN_STATEMENT).read_bytes())
    except OSError as error:
        raise OutboxUnusable(f"The opening statement of run {run_folder.name} cannot be read: {error.strerror}.") from error


def microphones_of(run_folder: Path) -> list[str]:
    """The ids of the microphones that the run's opening statement names."""
    return [str(microphone["id"]) for microphone in statement_of(run_folder)["microphones"]]


def is_still_needed(piece: Path) -> bool:
    """Whether the kiosk must keep this file although the server has it.

    The newest file of each microphone stays until closing.json is written: recovery and a restarted microphone process continue the
    chain from it, and closing.json names it.
    """
    microphone_folder = piece.parent
    if (microphone_folder.parent.parent / CLOSING).exists():
        return False
    newest = newest_piece(microphone_folder.parent, microphone_folder.name)
    return newest is not None and newest.path == piece


def read_closing(outbox: Path, recording: str) -> dict[str, Any] | None:
    """closing.json of a recording, or None while it is open. Raises OutboxUnusable when it does not read."""
    try:
        closing = json.loads((outbox / recording / CLOSING).read_bytes())
        if not isinstance(closing, dict) or not isinstance(closing.get("runs"), dict):
            raise ValueError
        return closing
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise OutboxUnusable(f"The closing of recording {recording} does not read. It is written anew when the kiosk starts again.") from None


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
