"""At kiosk start: what a crash or power cut left behind gets its end, and nothing is thrown away.

Recovery holds no run key. It leaves an open journal as it lies, as the piece of its index, and adds the chain's end with the reason
"interrupted". Whether the recording continues in a new run or is finished is for the people in the room.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meetrec.capture.closing import mend_closing, write_closing
from meetrec.capture.damage import damaged_in, mend_chain, mend_statement, require_own, set_lost_runs_aside
from meetrec.capture.errors import CaptureError, OutboxUnusable
from meetrec.capture.files import make_folder, place_file
from meetrec.capture.outbox import (
    CLOSING,
    RUN_STATEMENT,
    microphones_of,
    newest_piece,
    piece_path,
    recordings_in,
    run_folders,
    runs_of,
    statement_of,
    utc_text,
)
from meetrec.capture.pieces import RATE, PieceHeader, end_piece, sha256_hex
from meetrec.capture.position import clear_leftovers, has_ended, position_on_disk, seconds_of_run
from meetrec.capture.signing import KioskSigner
from meetrec.capture.writers import without_writers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class InterruptedRecording:
    """A recording without its closing: it can go on in a new run, or be finished.

    `seconds` is the length of all runs to the last frame kept; `troubles` are sentences about files that do not read. `started_at` is
    empty when no run's statement reads.
    """

    recording: str
    started_at: str
    runs: int
    seconds: float
    troubles: tuple[str, ...]


def recover(outbox: Path, signer: KioskSigner) -> list[InterruptedRecording]:
    """End every chain that has no end, and tell which recordings were interrupted. Call before any recorder opens this outbox.

    Microphone processes that outlived a killed kiosk are waited for. Raises OutboxUnusable when one of them cannot be ended.
    """
    with without_writers(outbox):
        found = {outbox / recording: (outbox / recording / CLOSING).exists() for recording in recordings_in(outbox)}
        for folder in [folder for folder, is_closed in found.items() if is_closed]:
            _mend_closed(folder, signer)
        return [_recover_recording(folder, runs, signer) for folder, is_closed in found.items() if not is_closed and (runs := run_folders(folder))]


def _mend_closed(folder: Path, signer: KioskSigner) -> None:
    """Mend a finished recording that waits for its delivery, and write its closing anew where that says what is here no more.

    Where nobody can mend it, it stays as it lies, and the courier delivers what is intact.
    """
    try:
        set_lost_runs_aside(folder)
        for run in runs_of(folder):
            for microphone in microphones_of(run):
                trouble = _end_if_possible(run, microphone, signer) if newest_piece(run, microphone) else None
                if trouble is not None:
                    log.warning("Recording %s is finished. %s", folder.name, trouble)
        mend_closing(folder, signer)
    except (CaptureError, OSError) as error:
        log.warning("Recording %s is finished but cannot be mended: %s", folder.name, error)


def _recover_recording(folder: Path, runs: list[Path], signer: KioskSigner) -> InterruptedRecording:
    """End what can be ended. A file that does not read is a trouble of its recording, and keeps neither the others nor the kiosk."""
    readings = [(run, *_read_statement(run)) for run in runs]
    statements = {run: statement for run, statement, _ in readings if statement is not None}
    troubles = [trouble for _, _, trouble in readings if trouble]
    for run, statement in statements.items():
        troubles += [trouble for microphone in statement["microphones"] if (trouble := _end_if_possible(run, microphone["id"], signer))]
    started_at = min((str(statement["started_at"]) for statement in statements.values()), default="")
    return InterruptedRecording(folder.name, started_at, len(runs), round(sum(map(seconds_of_run, statements)), 1), tuple(troubles))


def _read_statement(run_folder: Path) -> tuple[dict[str, Any] | None, str | None]:
    try:
        mend_statement(run_folder)
        return statement_of(run_folder), None
    except CaptureError as error:
        return None, f"Run {run_folder.name}: {error} Its files are kept as they lie."
    except OSError as error:
        return None, f"Run {run_folder.name}: {error.strerror}. Its files are kept as they lie."


def _end_if_possible(run_folder: Path, microphone: str, signer: KioskSigner) -> str | None:
    """Set aside what does not read and end one chain; the sentence when that cannot be. The file is kept as it lies."""
    try:
        mend_chain(run_folder, microphone, signer)
        end_as_interrupted(run_folder, microphone, signer)
    except CaptureError as error:
        return f"Microphone {microphone}: {error} The file is kept as it lies."
    except OSError as error:
        return f"Microphone {microphone}: {error.strerror}. Its files are kept as they lie."
    return None


def end_as_interrupted(run_folder: Path, microphone: str, signer: KioskSigner) -> None:
    """Add the end "interrupted" to a chain that has none; one that has ended stays as it is. Needs no run key.

    A newest file that does not read is set aside first. Raises OutboxUnusable when nobody can tell what stood before it, and
    SignerUnusable when another key began the run; with nothing changed.
    """
    make_folder(run_folder / microphone)
    mend_chain(run_folder, microphone, signer, newest_only=True)
    if has_ended(run_folder, microphone):
        return
    require_own(run_folder, signer)
    statement = statement_of(run_folder)
    opening = sha256_hex((run_folder / RUN_STATEMENT).read_bytes())
    clear_leftovers(run_folder, microphone)
    place = position_on_disk(run_folder, microphone, opening, keys=None)
    header = PieceHeader(
        statement["recording"], statement["run"], microphone, place.index, "end", place.next_frame, None, RATE, place.previous, (), "interrupted"
    )
    place_file(piece_path(run_folder / microphone, place.index), end_piece(header, signer))


def end_chains(recording_folder: Path, signer: KioskSigner) -> None:
    """End whatever has no end yet, so that the recording can be finished; runs without a statement that reads are set aside. Raises CaptureError."""
    set_lost_runs_aside(recording_folder)
    for run in runs_of(recording_folder):
        for microphone in microphones_of(run):
            end_as_interrupted(run, microphone, signer)


def finish(outbox: Path, recording: str, signer: KioskSigner, kiosk: str | None = None) -> dict[str, Any]:
    """Finish an interrupted recording: write closing.json, so that it is delivered as complete; its content.

    What does not read is set aside and named there. `kiosk` is this kiosk's id, for a recording none of whose statements reads.
    Raises OutboxUnusable when there is no such recording or a chain has no end (recover comes first).
    """
    if not run_folders(outbox / recording) and not damaged_in(outbox, recording):
        raise OutboxUnusable(f"There is no recording {recording} on this kiosk.")
    set_lost_runs_aside(outbox / recording)
    runs = runs_of(outbox / recording)
    for run in runs:
        for microphone in microphones_of(run):
            mend_chain(run, microphone, signer)
    named = str(statement_of(runs[0])["kiosk"]) if runs else kiosk
    if named is None:
        raise OutboxUnusable(f"No statement of recording {recording} reads, and nothing says which kiosk made it. Its files are kept as they lie.")
    return write_closing(outbox, named, recording, utc_text(datetime.now(UTC)), signer)
