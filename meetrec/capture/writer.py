"""One microphone's sound onto the disk: encrypted journal, every 10 s a sealed FLAC piece, never a plain sample (G5.b)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from meetrec.capture.ballast import NO_ROOM, Ballast
from meetrec.capture.errors import CaptureError, DiskFull
from meetrec.capture.files import make_folder, place_file, write_all
from meetrec.capture.outbox import journal_path, piece_path
from meetrec.capture.pieces import (
    JOURNAL_BLOCK_FRAMES,
    PIECE_FRAMES,
    RATE,
    Gap,
    PieceHeader,
    Samples,
    decode_flac,
    encode_flac,
    end_piece,
    journal_block,
    journal_start,
    seal_piece,
    sha256_hex,
)
from meetrec.capture.position import clear_leftovers, position_on_disk
from meetrec.capture.run_keys import microphone_keys
from meetrec.capture.signing import KioskSigner

BLOCK_FRAMES = JOURNAL_BLOCK_FRAMES  # a journal block is sealed when so much came, or when whoever writes says so: what a kill -9 costs at most
DISK_FULL = "The disk is full. Everything up to now is sealed and kept; recording goes on by itself when there is room."
SYNC_FRAMES = 2 * RATE // 5  # so often the disk is made to hold it (the stated loss at a power cut is under 1 s)


@dataclass(frozen=True)
class ChainOf:
    """Whose chain is written: names (UUID, UUID, slug), folder of the run, and the SHA-256 of run.json."""

    recording: str
    run: str
    microphone: str
    run_folder: Path
    statement_sha256: str


class PieceWriter:
    """Writes one chain, continuing it where it stands on disk. Not for several threads."""

    def __init__(self, chain: ChainOf, run_key: bytes, ballast: Ballast, signer: KioskSigner) -> None:
        self._chain = chain
        self._signer = signer
        self._folder = chain.run_folder / chain.microphone
        self._keys = microphone_keys(run_key, chain.microphone)
        self._ballast = ballast
        make_folder(self._folder)
        clear_leftovers(chain.run_folder, chain.microphone)
        self._find_position()
        self._gaps: tuple[Gap, ...] = ()
        self._piece = np.zeros(PIECE_FRAMES, np.int16)
        self._forget_open_piece()

    def _find_position(self) -> None:
        place = position_on_disk(self._chain.run_folder, self._chain.microphone, self._chain.statement_sha256, self._keys)
        if place.ended:
            raise CaptureError(f"The chain of microphone {self._chain.microphone} has ended; a recording continues in a new run.")
        self._index, self._previous, self.next_frame = place.index, place.previous, place.next_frame

    def _forget_open_piece(self) -> None:
        self._descriptor: int | None = None
        self._opening = b""
        self._first_frame = self.next_frame
        self._heard_at: int | None = None
        self._in_piece = self._unwritten = self._unsynced = self._counter = 0

    @property
    def pieces(self) -> int:
        """How many pieces the chain has so far, closed or left as journals."""
        return self._index

    def begin_at(self, frame: int, gaps: tuple[Gap, ...]) -> None:
        """Sound goes on at `frame` (not before next_frame), after these gaps; the open piece is closed first."""
        self._close_piece()
        self.next_frame = self._first_frame = frame
        self._gaps += gaps

    def write(self, samples: Samples, heard_at: int | None = None) -> None:
        """Take int16 samples that follow without a gap; `heard_at` is the run's frame by the clock at the first of them, if it is known.

        Raises DiskFull after sealing what there is; then some of `samples` is lost.
        """
        with self._room_or_ballast():
            taken = 0
            while taken < len(samples):
                if not self._in_piece and heard_at is not None:
                    self._heard_at = heard_at + taken
                taken += self._take_in(samples[taken:])

    def flush(self) -> None:
        """Let nothing be only in memory. Raises DiskFull after sealing what there is."""
        if self._unwritten:
            with self._room_or_ballast():
                self._flush()

    def close_piece(self) -> None:
        """Close the open piece, if there is one. Raises DiskFull after sealing it with the ballast's room."""
        with self._room_or_ballast():
            self._close_piece()

    @contextmanager
    def _room_or_ballast(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._seal_with_ballast()
            raise DiskFull(DISK_FULL) from None

    def _take_in(self, samples: Samples) -> int:
        """Take as many samples as the open piece still holds; how many that was."""
        taken = samples[: PIECE_FRAMES - self._in_piece]
        self._piece[self._in_piece : self._in_piece + len(taken)] = taken
        self._in_piece += len(taken)
        self._unwritten += len(taken)
        self.next_frame += len(taken)
        if self._unwritten >= BLOCK_FRAMES:
            self._flush()
        if self._in_piece == PIECE_FRAMES:
            self._close_piece()
        return len(taken)

    def _flush(self) -> None:
        """Put what is only in memory into the journal, and make the disk hold it twice a second."""
        if self._descriptor is None:
            self._open_journal()
        while self._unwritten:
            self._append_block(self._sound()[self._in_piece - self._unwritten :][:BLOCK_FRAMES])
        if self._unsynced >= SYNC_FRAMES and self._descriptor is not None:
            os.fdatasync(self._descriptor)
            self._unsynced = 0

    def _open_journal(self) -> None:
        path = journal_path(self._folder, self._index)
        self._opening = journal_start(self._header("journal", None))
        place_file(path, self._opening)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)

    def _append_block(self, samples: Samples) -> None:
        assert self._descriptor is not None
        block = journal_block(self._opening, self._index, self._counter, samples, self._keys)
        self._counter += 1  # before the write: after a torn write this nonce is not used again
        write_all(self._descriptor, block)
        self._unwritten -= len(samples)
        self._unsynced += len(samples)

    def _sound(self) -> Samples:
        """All samples of the open piece."""
        return self._piece[: self._in_piece]

    def _close_piece(self) -> None:
        """Encode, compare, seal and place the open piece, then remove its journal. Nothing happens when it is empty."""
        if not self._in_piece:
            return
        if self._descriptor is None:
            self._open_journal()  # claims the index, so that a kill from here on can never lead to a second sealing under this nonce
        flac = encode_flac(self._sound())
        if not np.array_equal(decode_flac(flac), self._sound()):
            raise CaptureError(f"{self._header('flac', None).name} did not read back as it was; its journal is kept.")
        self._place(seal_piece(self._header("flac", self._in_piece), flac, self._keys, self._signer))
        self._close_journal()
        journal_path(self._folder, self._index - 1).unlink(missing_ok=True)
        self._forget_open_piece()

    def _place(self, content: bytes) -> None:
        place_file(piece_path(self._folder, self._index), content)
        self._index, self._previous, self._gaps = self._index + 1, sha256_hex(content), ()

    def _close_journal(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _seal_with_ballast(self) -> None:
        """The disk is full: drop the ballast and seal; if even that finds no room, the journal stays as it lies."""
        self._ballast.drop()
        try:
            self._close_piece()
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            if self._descriptor is not None:
                self._gaps = ()  # the journal's own header tells them
            self._close_journal()
            self._find_position()
            self._forget_open_piece()

    def finish(self, frame: int, gaps: tuple[Gap, ...], reason: str = "stopped") -> None:
        """Close the open piece and write the chain's end at `frame`, with the gaps that reach up to it."""
        self._ballast.drop()
        self.begin_at(max(frame, self.next_frame), gaps)
        self._place(end_piece(self._header("end", None, reason), self._signer))

    def _header(self, kind: str, frames: int | None, reason: str | None = None) -> PieceHeader:
        chain = self._chain
        names = (chain.recording, chain.run, chain.microphone)
        return PieceHeader(*names, self._index, kind, self._first_frame, frames, RATE, self._previous, self._gaps, reason, self._heard_at)
