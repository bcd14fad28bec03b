"""A file of the outbox that does not read any more: set aside as it lies, and a signed piece tells so in its place (G5.b).

Design note. Disks forget. One file that does not read must not keep the rest of a meeting from the district, and must not vanish either.

* The damaged file moves to `<outbox>/.set-aside/<recording>/<run>/<microphone>/`, with a note beside it (same name, `.json`). Nothing on the
  kiosk deletes anything there; closing.json names it with its SHA-256 and the reason.
* In the chain its place is taken by a signed piece of kind "damaged", so that the pieces after it can still be held against those before.
* What can be had whole is taken instead and nothing is missing then: run.json from its copy, a piece from the journal it was made of or
  from the server, if that has given its receipt.
* A run of which neither run.json nor its copy reads can be named to nobody: the whole folder is set aside when people finish the recording.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from meetrec.capture.canonical import canonical_json
from meetrec.capture.errors import CaptureError, OutboxUnusable, SignerUnusable
from meetrec.capture.files import make_folder, place_file, sync_folder
from meetrec.capture.outbox import RUN_STATEMENT, RUN_STATEMENT_COPY, PieceFile, journal_path, piece_path, pieces_of, run_folders, statement_of
from meetrec.capture.pieces import RATE, PieceHeader, end_piece, parse_piece, require_kiosk_signed, sha256_hex
from meetrec.capture.position import delivered_position, place_after
from meetrec.capture.run_keys import parse_run_statement, signer_of
from meetrec.capture.signing import KioskSigner

SET_ASIDE = ".set-aside"
NOTE = ".note.json"
WHOLE_RUN = "whole"


@dataclass(frozen=True)
class Damage:
    """One file that was set aside: `microphone` is None for a run's opening statement; `sha256` is None when no byte of it can be read.

    `is_lost` when nothing whole could be taken instead.
    """

    run: str
    microphone: str | None
    file: str
    sha256: str | None
    reason: str
    is_lost: bool


def damaged_in(outbox: Path, recording: str) -> list[dict[str, Any]]:
    """What was set aside of a recording, as closing.json names it."""
    return [_noted(note) for note in sorted((outbox / SET_ASIDE / recording).glob(f"*/**/*{NOTE}"))]


def _noted(note: Path) -> dict[str, Any]:
    """What a note says; of one that does not read itself, what its place and the file beside it tell."""
    try:
        return asdict(Damage(**json.loads(note.read_bytes())))
    except (OSError, ValueError, TypeError):
        run, *microphone = note.parent.parts[note.parts.index(SET_ASIDE) + 2 :]
        file = note.name.removesuffix(NOTE)
        is_lost = file != RUN_STATEMENT or (note.parent / WHOLE_RUN).exists()
        return asdict(Damage(run, microphone[0] if microphone else None, file, _sha256(note.parent / file), "Its note does not read.", is_lost))


def mend_statement(run_folder: Path) -> None:
    """Put run.json back from its copy when it does not read. Raises CaptureError when neither reads, with nothing changed."""
    try:
        statement_of(run_folder)
    except CaptureError as error:
        copy = _readable_copy(run_folder)
        if copy is None:
            raise
        path = run_folder / RUN_STATEMENT
        if path.is_file():
            _set_aside(path, run_folder, Damage(run_folder.name, None, RUN_STATEMENT, _sha256(path), str(error), is_lost=False))
        place_file(path, copy)


def _readable_copy(run_folder: Path) -> bytes | None:
    try:
        content = (run_folder / RUN_STATEMENT_COPY).read_bytes()
        return content if parse_run_statement(content)["run"] == run_folder.name else None
    except (CaptureError, OSError):
        return None


def set_lost_runs_aside(recording_folder: Path) -> None:
    """Set aside the folders of runs whose opening statement is gone, all of them as they lie."""
    for run in run_folders(recording_folder):
        try:
            mend_statement(run)
        except CaptureError as error:
            _set_run_aside(run, str(error))


def _set_run_aside(run: Path, reason: str) -> None:
    folder = _place_aside(run)
    make_folder(folder)
    damage = Damage(run.name, None, RUN_STATEMENT, _sha256(run / RUN_STATEMENT), reason, is_lost=True)
    place_file(folder / f"{RUN_STATEMENT}{NOTE}", canonical_json(asdict(damage)))
    os.rename(run, folder / WHOLE_RUN)
    sync_folder(folder)
    sync_folder(run.parent)


def mend_chain(run_folder: Path, microphone: str, signer: KioskSigner, *, newest_only: bool = False) -> None:
    """Set aside every file of a chain that does not read, and put a signed piece in its place. Needs no run key.

    Raises OutboxUnusable when nobody can tell what stood before a damaged piece, SignerUnusable when another key began the run, with that
    piece left as it lies; OSError.
    """
    files = list(pieces_of(run_folder, microphone))
    public_key = signer_of((run_folder / RUN_STATEMENT).read_bytes())
    for number, file in enumerate(files):
        if newest_only and number < len(files) - 1:
            continue
        after = files[number + 1] if number + 1 < len(files) else None
        if (reason := _complaint(file, run_folder, microphone, public_key, after)) is not None:
            _replace(file, run_folder, microphone, signer, reason, after)


def _complaint(file: PieceFile, run_folder: Path, microphone: str, public_key: bytes, after: PieceFile | None) -> str | None:
    """Why a file is not what stood there; None for one that is. A journal in the middle is known by the signed file after it."""
    try:
        content = file.path.read_bytes()
        header = parse_piece(content).header
        require_kiosk_signed(content, public_key)
    except CaptureError as error:
        return str(error)
    except OSError as error:
        return f"The disk does not give it back: {error.strerror}."
    if (header.run, header.microphone, header.index) != (run_folder.name, microphone, file.index):
        return f"It says of itself that it is {header.name} of run {header.run}."
    named = _named_before(after) if header.kind == "journal" else None
    return "It is not the journal that the piece after it names." if named not in (None, sha256_hex(content)) else None


def _named_before(after: PieceFile | None) -> str | None:
    """The SHA-256 that a file names for the one before it, if it reads."""
    try:
        return parse_piece(after.path.read_bytes()).header.previous if after is not None else None
    except (CaptureError, OSError):
        return None


def _replace(file: PieceFile, run_folder: Path, microphone: str, signer: KioskSigner, reason: str, after: PieceFile | None) -> None:
    """Set the file aside first: whatever is cut off after that finds the file still in its place, and begins again."""
    require_own(run_folder, signer)
    delivered = delivered_position(run_folder, microphone)
    is_delivered = delivered is not None and delivered.index > file.index
    is_kept_as_journal = not is_delivered and after is None and _has_whole_journal(file, run_folder, microphone)
    marker = None if is_delivered or is_kept_as_journal else end_piece(_marker(file, run_folder, microphone, after), signer)
    damage = Damage(run_folder.name, microphone, file.path.name, _sha256(file.path), reason, is_lost=marker is not None)
    _set_aside(file.path, run_folder, damage)
    if marker is not None:
        place_file(piece_path(file.path.parent, file.index), marker)
    if marker is None or file.is_journal:
        file.path.unlink()
        sync_folder(file.path.parent)


def _has_whole_journal(file: PieceFile, run_folder: Path, microphone: str) -> bool:
    """Whether the journal that a damaged piece was made of still lies beside it: its sound is whole there."""
    journal = PieceFile(file.index, journal_path(run_folder / microphone, file.index))
    return not file.is_journal and journal.path.exists() and _complaint(journal, run_folder, microphone, b"", None) is None


def _marker(file: PieceFile, run_folder: Path, microphone: str, after: PieceFile | None) -> PieceHeader:
    statement = statement_of(run_folder)
    previous, first_frame = _stood_before(file, run_folder, microphone)
    names = (statement["recording"], statement["run"], microphone, file.index)
    return PieceHeader(*names, "damaged", first_frame, None, RATE, previous, stands_for=_named_before(after))


def require_own(run_folder: Path, signer: KioskSigner) -> None:
    """Whether this kiosk's key may sign in the run's name. Raises SignerUnusable; RunKeyRefused or SignatureRefused for no statement."""
    if signer_of((run_folder / RUN_STATEMENT).read_bytes()) != signer.public_bytes:
        raise SignerUnusable(f"Run {run_folder.name} was begun with another signing key than this kiosk has now, so nothing can be signed in its name.")


def _stood_before(file: PieceFile, run_folder: Path, microphone: str) -> tuple[str, int]:
    """The SHA-256 that the file's successor must name for what stands before, and the frame at which that ended."""
    if file.index == 0:
        return sha256_hex((run_folder / RUN_STATEMENT).read_bytes()), 0
    before = next((one for one in pieces_of(run_folder, microphone) if one.index == file.index - 1), None)
    place = place_after(before.path.read_bytes(), None) if before is not None else delivered_position(run_folder, microphone)
    if place is not None and place.index == file.index:
        return place.previous, place.next_frame
    try:
        header = parse_piece(file.path.read_bytes()).header  # not signed for any more, but whoever has the piece before it can check it
    except (CaptureError, OSError):
        raise OutboxUnusable(f"Piece {file.index:06d} of microphone {microphone} is damaged, and nothing here tells what stood before it.") from None
    return header.previous, header.first_frame


def _set_aside(path: Path, run_folder: Path, damage: Damage) -> None:
    """A second name for the file, out of the courier's reach, and the note beside it; both durable."""
    folder = _place_aside(run_folder) / (damage.microphone or "")
    make_folder(folder)
    name = _free_name(folder, path)
    place_file(folder / f"{name}{NOTE}", canonical_json(asdict(damage)))
    if not (folder / name).exists():
        os.link(path, folder / name)
    sync_folder(folder)


def _free_name(folder: Path, path: Path) -> str:
    """The file's own name; with a number when another that stood in its place, which its marker did, lies there under it."""
    number = 1
    while (folder / (name := path.name if number == 1 else f"{path.name}.{number}")).exists() and not (folder / name).samefile(path):
        number += 1
    return name


def _place_aside(run_folder: Path) -> Path:
    return run_folder.parent.parent / SET_ASIDE / run_folder.parent.name / run_folder.name


def _sha256(path: Path) -> str | None:
    try:
        return sha256_hex(path.read_bytes())
    except OSError:
        return None
