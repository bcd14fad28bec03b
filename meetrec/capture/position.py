"""Where a microphone's chain stands on disk, also after its process was killed between two journal blocks."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from meetrec.capture.canonical import canonical_json
from meetrec.capture.errors import CaptureError
from meetrec.capture.files import place_file, sync_file, sync_folder
from meetrec.capture.outbox import PieceFile, journal_path, microphones_of, newest_piece
from meetrec.capture.pieces import RATE, TAG_BYTES, PieceHeader, hash_to_follow, parse_piece, read_journal
from meetrec.capture.run_keys import MicrophoneKeys

DELIVERED = "delivered.json"


@dataclass(frozen=True)
class ChainPosition:
    """What the next piece must carry: its index, the SHA-256 of the file before it, and the first frame it may have."""

    index: int
    previous: str
    next_frame: int
    ended: bool = False


def position_on_disk(run_folder: Path, microphone: str, statement_sha256: str, keys: MicrophoneKeys | None) -> ChainPosition:
    """Read where the chain stands. A journal left open becomes the piece of its index, as it lies.

    Without `keys` a journal's length is told from its block lengths. Raises PieceRefused when the newest file is damaged.
    """
    newest, delivered = newest_piece(run_folder, microphone), delivered_position(run_folder, microphone)
    if delivered is not None and (newest is None or newest.index < delivered.index - 1):
        return delivered  # the newest one was damaged after the server had it
    return place_after(_made_durable(newest), keys) if newest is not None else ChainPosition(0, statement_sha256, 0)


def place_after(piece: bytes, keys: MicrophoneKeys | None) -> ChainPosition:
    """Where a chain stands after this piece (whole file). Raises PieceRefused."""
    header = parse_piece(piece).header
    return ChainPosition(header.index + 1, hash_to_follow(piece), _end_of(header, piece, keys), header.kind == "end")


def has_ended(run_folder: Path, microphone: str) -> bool:
    """Whether the microphone's chain has its end. Raises PieceRefused when the newest file is damaged."""
    return position_on_disk(run_folder, microphone, "", keys=None).ended


def seconds_of_run(run_folder: Path) -> float:
    """How far the longest microphone of a run reaches, by count; a damaged one counts nothing. Raises CaptureError when its statement does not read."""
    reached = [0.0]
    for microphone in microphones_of(run_folder):
        with suppress(CaptureError, OSError):
            reached.append(position_on_disk(run_folder, microphone, "", keys=None).next_frame / RATE)
    return max(reached)


def note_delivered(piece: Path) -> None:
    """Keep in mind, across restarts, where the chain stands after a piece for which the server gave its receipt.

    The kiosk deletes pieces then; should the one that follows not read any more, this tells what stood before it.
    """
    folder, place = piece.parent, place_after(piece.read_bytes(), None)
    known = delivered_position(folder.parent, folder.name)
    if known is None or known.index < place.index:
        place_file(folder / DELIVERED, canonical_json(asdict(place)))


def delivered_position(run_folder: Path, microphone: str) -> ChainPosition | None:
    """Where the chain stands after the newest piece that the server has, by the note here; None without a note that reads."""
    try:
        return ChainPosition(**json.loads((run_folder / microphone / DELIVERED).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _made_durable(piece: PieceFile) -> bytes:
    """The file's bytes, which no power cut may shorten once the next piece names their hash."""
    sync_file(piece.path)
    sync_folder(piece.path.parent)
    return piece.path.read_bytes()


def _end_of(header: PieceHeader, content: bytes, keys: MicrophoneKeys | None) -> int:
    if header.kind == "journal":
        return header.first_frame + (len(read_journal(content, keys).samples) if keys else frames_in_journal(content))
    return header.first_frame + (header.frames or 0)


def frames_in_journal(journal: bytes) -> int:
    """How many frames the whole blocks of a journal hold, told without a key; what they say is not verified."""
    body, position, frames = parse_piece(journal).body, 0, 0
    while (length := int.from_bytes(body[position : position + 4], "big")) and position + 4 + length <= len(body):
        frames += max(0, length - TAG_BYTES) // 2
        position += 4 + length
    return frames


def clear_leftovers(run_folder: Path, microphone: str) -> None:
    """Remove what a kill left half done: `.part` files, and a journal whose piece stands beside it, whole and readable.

    A `.part` is never the only copy: its journal is removed only after the rename.
    """
    folder = run_folder / microphone
    for part in folder.glob("*.part"):
        part.unlink()
    for piece in folder.glob("[0-9]*.piece"):
        if journal_path(folder, int(piece.stem)).exists() and parse_piece(piece.read_bytes()).header.index == int(piece.stem):
            journal_path(folder, int(piece.stem)).unlink()
