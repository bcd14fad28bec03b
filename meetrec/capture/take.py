"""One microphone's part in one run: which blocks are wanted, where they stand in the run, and why any are missing."""

import time
from collections import deque
from dataclasses import replace
from pathlib import Path

from meetrec.capture.absences import SHORTEST_REASON_FRAMES, Absence
from meetrec.capture.ballast import Ballast
from meetrec.capture.errors import DiskFull
from meetrec.capture.look_back import LookBack
from meetrec.capture.pieces import Samples
from meetrec.capture.run_order import RunOrder, Stretch
from meetrec.capture.signing import KioskSigner
from meetrec.capture.stream import Block, StreamClock
from meetrec.capture.suspicion import LESS_THAN_TIME, Suspicion
from meetrec.capture.writer import DISK_FULL, ChainOf, PieceWriter

LAST_BLOCK_SECONDS = 1.0  # how long after a pause or stop the last wanted block may still arrive
TRY_AGAIN_SECONDS = 1.0


class Take:
    """Follows a run order with the blocks of one microphone."""

    def __init__(self, order: RunOrder, microphone: str, outbox: Path) -> None:
        self._order = order
        self._ballast = Ballast(outbox, microphone)
        self._ballast.take_on()
        chain = ChainOf(order.recording, order.run, microphone, order.run_folder, order.statement_sha256)
        self._writer = PieceWriter(chain, order.run_key, self._ballast, KioskSigner(order.signing_key))
        self._absence = Absence()
        self._missing = (order.missing_kind, order.missing_noticed_by)
        self._ahead = 0  # frames by which this microphone's count is ahead of the clock: its crystal runs fast
        self._stretches: deque[Stretch] = deque()
        self._clock: StreamClock | None = None
        self._suspicion = Suspicion()
        self._left_out = LookBack()  # of a pause
        self._judged = 0  # the attached stream's count up to which its blocks were written or left out
        self._disk_full_at: float | None = None
        self.lost_at: float | None = None  # when sound was last found to be missing in the open stream (monotonic)
        self.has_stopped = False
        self._catch_up()

    def _catch_up(self) -> None:
        """Account for what happened in the run before this process joined it."""
        self._absence.begin(self._writer.next_frame, *self._missing)
        for stretch in self._order.stretches:
            if stretch.since > self._order.began and self._order.frame_at(stretch.since) > self._writer.next_frame:
                self._absence.begin(self._order.frame_at(stretch.since), *self._missing)
            if stretch.until is None:
                self._stretches.append(stretch)
            else:
                self._absence.begin(max(self._order.frame_at(stretch.until), self._writer.next_frame), stretch.ending or "pause", "chair")

    @property
    def state(self) -> str:
        """ "disk_full", "recording", "paused", "stopped", or "waiting" while wanted sound has not come yet."""
        if self.has_stopped:
            return "stopped"
        if self._disk_full_at is not None:
            return "disk_full"
        if not self._stretches:
            return "paused"
        return "waiting" if self._absence.is_open else "recording"

    @property
    def sentence(self) -> str | None:
        return DISK_FULL if self._disk_full_at is not None else None

    def attach(self, clock: StreamClock) -> None:
        """A stream has opened; its blocks follow."""
        self._clock, self._suspicion = clock, Suspicion()
        self._left_out.release()

    def end_stretch(self, at: float, ending: str) -> None:
        """Pause, go off the record or stop at `at` (monotonic); what was heard before still arrives and is written."""
        if not self._stretches:
            if ending == "stop":
                self._finish(self._frame_of(at))
        elif self._stretches[-1].until is None:
            self._stretches[-1] = replace(self._stretches[-1], until=at, ending=ending)
        elif ending == "stop":
            self._stretches[-1] = replace(self._stretches[-1], ending="stop")

    def begin_stretch(self, at: float) -> None:
        """Resume at `at` (monotonic)."""
        self._stretches.append(Stretch(at))
        if self._absence.is_open:
            self._absence.begin(self._frame_of(at), *self._missing)
        for block, _lateness in self._left_out.release():
            if self._clock is not None and block.after > self._clock.count_at(at):
                self._write_wanted(block, self._clock)

    def hear(self, block: Block, lateness: float) -> None:
        """Take a block of the attached stream; `lateness` is the clock's answer for it."""
        assert self._clock is not None
        self._suspicion.hold(block, lateness)
        if not self._clock.is_settled:
            return
        if self._suspicion.is_judged:
            self._write_held(self._clock)

    def _write_held(self, clock: StreamClock) -> None:
        self._accept(self._suspicion.verdict(clock.start))
        for held in self._suspicion.release():
            self._write_wanted(held, clock)

    def _accept(self, verdict: tuple[str, str] | None) -> None:
        """Sound was lost inside the stream: count anew from the clock, and remember why the stretch between is missing."""
        if verdict is None or self._clock is None:
            return
        self.lost_at = time.monotonic()
        if self._stretches and not self._absence.is_open:
            self._absence.begin(self._writer.next_frame, *verdict)
        self._clock.forget()
        for block in self._suspicion.held:
            self._clock.observe(block)

    def _write_wanted(self, block: Block, clock: StreamClock) -> None:
        self._judged = block.after
        for stretch in list(self._stretches):
            first = max(block.first, clock.count_at(stretch.since))
            after = block.after if stretch.until is None else min(block.after, clock.count_at(stretch.until))
            if after > first and self._disk_full_at is None:
                since = stretch.since if first > block.first else clock.moment_of(first)
                self._write(block.samples[first - block.first : after - block.first], since)
            if stretch.until is not None and block.after >= clock.count_at(stretch.until):
                self._complete(stretch, stretch.until)
        if not self._stretches:
            self._left_out.hold(block)

    def _write(self, samples: Samples, since: float) -> None:
        """Write samples heard from `since` (monotonic) on. After an absence the clock tells their frame; otherwise they just follow."""
        heard_at = max(0, self._order.frame_at(since))
        try:
            if self._absence.is_open:
                frame = self._frame_of(since)
                self._writer.begin_at(frame, self._absence.close(frame))
            self._ahead = max(0, self._writer.next_frame - heard_at)
            self._writer.write(samples, heard_at)
        except DiskFull:
            self._note_disk_full()

    def flush(self) -> None:
        """Whoever feeds has no more for now: let nothing that was written be only in memory."""
        try:
            self._writer.flush()
        except DiskFull:
            self._note_disk_full()

    def _note_disk_full(self) -> None:
        self._disk_full_at = time.monotonic()
        if not self._absence.is_open:
            self._absence.begin(self._writer.next_frame, "interrupted", "disk full")

    def _frame_of(self, moment: float) -> int:
        """The run's frame at a moment, never before what is written.

        A count that ran ahead stays ahead: else a short absence would vanish behind it, and the ledger would not tell it.
        """
        return max(self._order.frame_at(moment) + self._ahead, self._writer.next_frame)

    def _complete(self, stretch: Stretch, until: float) -> None:
        """A wanted stretch is over: nothing of it is still on its way."""
        self._stretches.remove(stretch)
        frame = self._frame_of(until) if self._absence.is_open else self._writer.next_frame
        if stretch.ending == "stop":
            self._finish(frame)
            return
        self._close_piece()
        self._absence.begin(frame, stretch.ending or "pause", "chair")

    def _close_piece(self) -> None:
        try:
            self._writer.close_piece()
        except DiskFull:
            self._note_disk_full()

    def _finish(self, frame: int) -> None:
        self._writer.finish(frame, self._absence.close(frame))
        self._stretches.clear()
        self.has_stopped = True

    def lose(self, kind: str, noticed_by: str) -> None:
        """The stream is gone: write what was held back, close the piece, remember why sound is missing."""
        self._write_undecided()
        self._close_piece()
        self._clock = None
        self._left_out.release()
        self._missing = (kind, noticed_by)
        if self._stretches:
            at_once = self._writer.next_frame
            self._absence.begin(self._frame_of(time.monotonic()) if self._absence.is_open else at_once, kind, noticed_by)

    def _write_undecided(self) -> None:
        """Nothing more comes that could tell whether sound was lost before the held blocks: they are written as they stand."""
        if self._clock is not None and self._clock.is_settled and self._suspicion.held:
            self._write_held(self._clock)

    def attend(self, now: float) -> None:
        """Several times a second: end stretches whose last block will not come, and look for room on a full disk."""
        if any(stretch.until is not None and now > stretch.until + LAST_BLOCK_SECONDS for stretch in self._stretches):
            self._write_undecided()
        for stretch in list(self._stretches):
            if stretch.until is not None and now > stretch.until + LAST_BLOCK_SECONDS:
                self._note_unheard_end(stretch.until)
                self._complete(stretch, stretch.until)
        if self._disk_full_at is not None and now > self._disk_full_at + TRY_AGAIN_SECONDS:
            self._disk_full_at = None if self._ballast.can_go_on() else now

    def _note_unheard_end(self, until: float) -> None:
        """The last blocks of a stretch never came: what they held is missing, and no part of the pause or the end that follows."""
        unheard = self._clock.count_at(until) - self._judged if self._clock is not None else 0
        if unheard > SHORTEST_REASON_FRAMES and not self._absence.is_open:
            self._absence.begin(self._writer.next_frame, "stall", LESS_THAN_TIME)

    def leave(self) -> None:
        """The process goes. Without a stop, what is in memory is sealed and the chain stays open for recovery."""
        if not self.has_stopped:
            self._write_undecided()
            self._close_piece()
        self._ballast.drop()
