"""Carries sealed pieces to the server and deletes a local one only after the server answered with the same hash, durably stored.

All state is in the files (peers #5, #16): after a restart everything that still lies here is delivered again, which the server answers
as before. What is remembered in memory only saves a second delivery. Nothing is ever deleted for another reason than a receipt (peers #2, #3).
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from meetrec.capture import outbox
from meetrec.capture.ballast import NO_ROOM
from meetrec.capture.entry_damage import note_receipt, remove_entry
from meetrec.capture.errors import CaptureError
from meetrec.capture.outbox import PieceFile
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.position import note_delivered
from meetrec.capture.room_entries import ROOM_FOLDER, entries_of
from meetrec.kiosk.api import DistrictServer, Receipt, StateReport
from meetrec.kiosk.errors import WITH_THE_CONNECTION, ServerTrouble, Trouble
from meetrec.kiosk.room_log import log_has_ended

FIRST_WAIT = 1.0  # seconds after a failure, doubled up to LONGEST_WAIT
LONGEST_WAIT = 60.0
MOST_DOUBLINGS = 10  # days without a server must not grow a number that no longer fits
IDLE_WAIT = 1.0
DELIVERED = ".delivered-"  # a recording's folder that only waits to be removed; no UUID, so nobody takes it for a recording

log = structlog.get_logger()


@dataclass(frozen=True)
class DeliveryState:
    """How delivering goes: the trouble of the last pass, if any, and how many passes failed in a row."""

    trouble: Trouble | None = None
    failures: int = 0

    @property
    def wait(self) -> float:
        """Seconds until the next pass."""
        return min(FIRST_WAIT * 2 ** min(self.failures - 1, MOST_DOUBLINGS), LONGEST_WAIT) if self.failures else IDLE_WAIT


class Courier:
    """Delivers everything that lies in the outbox. `on_delivered(recording, pieces)` is called before a folder is removed."""

    def __init__(self, outbox_folder: Path, server: DistrictServer, on_delivered: Callable[[str, int], None]) -> None:
        self._outbox = outbox_folder
        self._server = server
        self._on_delivered = on_delivered
        self._confirmed: set[Path] = set()  # delivered files that stay here a while: bounded by the microphones of open runs
        self._reports: dict[str, StateReport] = {}
        self.mend_log: Callable[[str], object] = _nobody_mends  # the room's, once there is one: it alone writes to a recording's log
        self._wake = threading.Event()
        self.state = DeliveryState()

    def run(self, stopped: threading.Event) -> None:
        """Deliver until `stopped`; a thread of its own. No failure ends it."""
        while not stopped.is_set():
            self.deliver_pass()
            self._wake.wait(self.state.wait)
            self._wake.clear()

    def wake(self) -> None:
        """There is something new, or the program ends: do not wait any longer."""
        self._wake.set()

    def report(self, recording: str, report: StateReport) -> None:
        """Have the newest state of a recording told to the server, when it can be."""
        self._reports[recording] = report
        self.wake()

    def deliver_pass(self) -> DeliveryState:
        """Go once through everything that lies here. A piece the server refuses holds up its own chain only."""
        try:
            trouble = self._deliver_everything()
        except Exception:  # a thread that dies would leave the pieces here for ever, without a word
            log.exception("courier.pass_failed")
            trouble = Trouble.UNREADABLE_PIECE
        failures = self.state.failures + 1 if trouble else 0
        if trouble and trouble is not self.state.trouble:
            log.warning("courier.trouble", trouble=trouble)
        self.state = DeliveryState(trouble, failures)
        return self.state

    def _deliver_everything(self) -> Trouble | None:
        self._sweep()
        folders = [self._outbox / recording for recording in outbox.recordings_in(self._outbox)]
        trouble = self._first_trouble(self._deliver_recording, folders)
        if trouble not in WITH_THE_CONNECTION:
            trouble = self._first_trouble(self._deliver_report, list(self._reports)) or trouble
        return trouble

    def _first_trouble(self, step: Callable[[Any], Trouble | None], places: Iterable[Any]) -> Trouble | None:
        """Take the step at each place; a trouble with one place does not hold up the others, one with the connection does."""
        first: Trouble | None = None
        for place in places:
            trouble = self._trouble_at(step, place)
            if trouble in WITH_THE_CONNECTION:
                return trouble
            first = first or trouble
        return first

    @staticmethod
    def _trouble_at(step: Callable[[Any], Trouble | None], place: Any) -> Trouble | None:
        """The trouble a step met, whether it returned it or broke off."""
        try:
            return step(place)
        except ServerTrouble as error:
            return error.trouble
        except (CaptureError, OSError) as error:
            log.warning("courier.unreadable", error=type(error).__name__)
            return Trouble.UNREADABLE_PIECE

    def _deliver_recording(self, folder: Path) -> Trouble | None:
        """The room's log first, since a notice given in the room is what makes the recording known; then the sound; the closing last."""
        is_closed = (folder / outbox.CLOSING).exists()  # asked first: what is listed after it is all there will ever be
        is_told = _is_told(folder)
        trouble = self._trouble_at(self._deliver_log, folder)
        if trouble in WITH_THE_CONNECTION:
            return trouble
        runs, has_unreadable = outbox.readable_runs(folder)
        trouble = self._first_trouble(self._deliver_run, runs) or trouble or (Trouble.UNREADABLE_PIECE if has_unreadable else None)
        if trouble is None and is_told and is_closed:
            self._close(folder)
        elif trouble is None and is_told and not outbox.run_folders(folder):
            self._let_go_of_log(folder)
        return trouble

    def _deliver_log(self, folder: Path) -> None:
        """Deliver the entries in order, mended where the disk did not keep them. Each stays until the next, chained to it, was taken."""
        if any(path not in self._confirmed for path in entries_of(folder)):
            self.mend_log(folder.name)
        before: Path | None = None
        for path in entries_of(folder):
            is_new = path not in self._confirmed
            self._deliver_file(path, f"{folder.name}/{ROOM_FOLDER}/{int(path.stem)}", must_be_durable=True)
            if is_new:
                with _where_there_is_room():
                    note_receipt(path)
            if before is not None:
                self._delete_entry(before)
            before = path

    def _let_go_of_log(self, folder: Path) -> None:
        """A meeting that was not recorded: its log has ended and lies at the server.

        A folder without an entry stays: the room makes it for a first entry, or for a run, and must find it a moment later.
        """
        lying = entries_of(folder)
        if not lying:
            return
        for path in lying:
            if path in self._confirmed:
                self._delete_entry(path)
        with suppress(OSError):  # something was begun here just now; then the folder stays
            (folder / ROOM_FOLDER).rmdir()
            folder.rmdir()

    def _deliver_run(self, run: Path) -> Trouble | None:
        self._deliver_file(run / outbox.RUN_STATEMENT, f"{run.parent.name}/runs/{run.name}")
        return self._first_trouble(self._deliver_chain, [run / microphone for microphone in outbox.microphones_of(run)])

    def _deliver_chain(self, folder: Path) -> None:
        """Deliver one microphone's pieces in order; the first that fails ends it, so that the server's chain has no hole."""
        run = folder.parent
        for piece in _settled_pieces(run, folder.name):
            self._deliver_file(piece.path, f"{run.parent.name}/runs/{run.name}/{folder.name}/{piece.index}", must_be_durable=True)
            with _where_there_is_room():
                note_delivered(piece.path)
            if not outbox.is_still_needed(piece.path):
                self._delete(piece.path)

    def _deliver_file(self, path: Path, place: str, *, must_be_durable: bool = False) -> None:
        """Deliver one file unless that is done. Raises ServerTrouble; only a receipt for exactly these bytes counts."""
        if path in self._confirmed:
            return
        content = path.read_bytes()
        _require_receipt(self._server.deliver(place, content), content, must_be_durable)
        self._confirmed.add(path)

    def _delete(self, path: Path) -> None:
        path.unlink()
        self._confirmed.discard(path)

    def _delete_entry(self, path: Path) -> None:
        remove_entry(path)
        self._confirmed.discard(path)

    def _close(self, folder: Path) -> None:
        """Everything is there: hand over closing.json, and only then remove the folder: at once by its name, whenever this is cut off."""
        runs = [path for path in folder.iterdir() if path.is_dir()]
        _require_nothing_left(runs)
        if any(path not in self._confirmed for path in entries_of(folder)):
            raise ServerTrouble(Trouble.UNREADABLE_PIECE)
        self._deliver_file(folder / outbox.CLOSING, f"{folder.name}/closing")
        pieces, is_noted = pieces_in(outbox.read_closing(self._outbox, folder.name) or {"runs": {}}), False
        with _where_there_is_room():
            self._on_delivered(folder.name, pieces)
            is_noted = True
        folder.rename(self._outbox / f"{DELIVERED}{folder.name}")
        self._sweep()
        if not is_noted:
            with _where_there_is_room():  # what the recording took is free now
                self._on_delivered(folder.name, pieces)
        self._confirmed = {path for path in self._confirmed if folder not in path.parents}
        log.info("courier.delivered", recording=folder.name)

    def _sweep(self) -> None:
        """Remove what was delivered, also what a restart left of it."""
        for folder in self._outbox.glob(f"{DELIVERED}*"):
            shutil.rmtree(folder)

    def _deliver_report(self, recording: str) -> None:
        """States are for information: one the server does not want is dropped, one it could not take is tried again."""
        report = self._reports[recording]
        try:
            self._server.report_state(recording, report)
        except ServerTrouble as error:
            if error.trouble in WITH_THE_CONNECTION:
                raise
        if self._reports.get(recording) is report:
            del self._reports[recording]


@contextmanager
def _where_there_is_room() -> Iterator[None]:
    """A note that a full disk does not take is left out. What was delivered must leave all the same: it is what fills the disk."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        log.warning("courier.no_room_for_a_note")


def _nobody_mends(_recording: str) -> None:
    """Deliveries without a room take the log as it lies."""


def _settled_pieces(run: Path, microphone: str) -> list[PieceFile]:
    """The chain files nobody writes any more: all of one listing but a newest journal.

    Judged by one listing: between two of them a journal can become a piece, and its bytes would be delivered under the piece's index.
    """
    pieces = list(outbox.pieces_of(run, microphone))
    return pieces[:-1] if pieces and pieces[-1].is_journal else pieces


def _is_told(folder: Path) -> bool:
    """Whether the room's log has its end, or there is none. One that does not read keeps the closing here, never the sound."""
    try:
        return not entries_of(folder) or log_has_ended(folder)
    except (CaptureError, OSError):
        return False


def _require_receipt(receipt: Receipt, content: bytes, must_be_durable: bool) -> None:
    if receipt.sha256 != sha256_hex(content):
        raise ServerTrouble(Trouble.WRONG_HASH)
    if must_be_durable and not receipt.durable:
        raise ServerTrouble(Trouble.NOT_DURABLE)


def _require_nothing_left(runs: list[Path]) -> None:
    """A piece without a receipt is never removed, whatever went before."""
    if any(path.suffix in (".piece", ".journal") for run in runs for path in run.rglob("*")):
        raise ServerTrouble(Trouble.UNREADABLE_PIECE)


def pieces_in(closing: dict[str, Any]) -> int:
    """How many pieces a closed recording has, over all runs and microphones, ends included."""
    return sum(int(entry["pieces"]) for run in closing["runs"].values() for entry in run.values())


def pieces_waiting(recording_folder: Path) -> int:
    """How many pieces of a recording still lie here."""
    return sum(1 for path in recording_folder.glob("*/*/*") if path.suffix in (".piece", ".journal"))
