"""One clock for all microphones of a recording: where each piece lies on it, and what is missing where (the gap ledger).

Frame 0 is the start of the first run. The runs follow each other by their ordinal; how far one is from the one before says the wall
clock. Where the clock was set in between, the run follows at once, and the ledger says that the length of the break is not known.
Whatever is missing is exact zeros, so that all masters have one length and one second of one is the same second of the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from meetrec.capture.pieces import RATE, Gap, Samples
from meetrec.recordings.delivered_runs import Microphone, OpenedRun, SealedPiece
from meetrec.recordings.errors import AssemblyFailed

SERVER = "server"
CLOCK, RUN_ORDER = "clock", "run order"  # a break of unknown length, and what noticed it
SILENCE_FRAMES = 10 * RATE
LONGEST_PAUSE = timedelta(hours=12)  # between runs; a clock that says more was set in between and is not believed
CLOCK_DRIFT = 5 * RATE  # frames; a sound card counts a second or two more than the clock in a long meeting


@dataclass(frozen=True)
class Missing:
    """A stretch without sound: microphone, first frame and length on the common clock, why, and who noticed it."""

    microphone: str
    first_frame: int
    frames: int
    kind: str
    noticed_by: str


@dataclass(frozen=True)
class Span:
    """Where a run lies on the common clock (first frame, end), and whether the machine's clock could be believed for its distance."""

    start: int
    end: int
    is_clock_believed: bool = True


@dataclass(frozen=True)
class Track:
    """One microphone over the whole recording: pieces and, between them, numbers of silent frames, in order."""

    microphone: Microphone
    stretches: tuple[SealedPiece | int, ...]

    def sound(self) -> Iterator[Samples]:
        """All samples in blocks of at most ten seconds."""
        for stretch in self.stretches:
            if isinstance(stretch, int):
                yield from _silence(stretch)
            else:
                yield stretch.samples()


@dataclass(frozen=True)
class Timeline:
    """The whole recording: its length in frames, a track per microphone, and the gap ledger."""

    frames: int
    tracks: tuple[Track, ...]
    missing: tuple[Missing, ...]

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.frames / RATE

    def ledger(self) -> dict[str, Any]:
        """The gap ledger as JSON: seconds on the common clock."""
        seats = {track.microphone.id: track.microphone.seat for track in self.tracks}
        return {"duration": self.seconds, "gaps": [_entry(one, seats[one.microphone]) for one in self.missing]}


def timeline_of(runs: Sequence[OpenedRun]) -> Timeline:
    """Lay all runs on one clock. Raises AssemblyFailed when nothing was recorded or pieces lie over each other."""
    ordered = sorted(runs, key=lambda run: run.ordinal)
    spans = _spans(ordered)
    total = spans[-1].end if spans else 0
    laid = [_laid(microphone, ordered, spans, total) for microphone in _microphones(ordered)]
    if not any(isinstance(stretch, SealedPiece) and stretch.frames for track, _ in laid for stretch in track.stretches):
        raise AssemblyFailed("No microphone recorded any sound. What the kiosk delivered was kept.")
    missing = sorted((one for _, gaps in laid for one in gaps), key=lambda one: (one.first_frame, one.microphone))
    return Timeline(total, tuple(track for track, _ in laid), tuple(missing))


def _microphones(runs: Iterable[OpenedRun]) -> tuple[Microphone, ...]:
    """Every microphone once, in the order of their first statement."""
    known: dict[str, Microphone] = {}
    for run in runs:
        for microphone in run.microphones:
            if run.chains.get(microphone.id):
                known.setdefault(microphone.id, microphone)
    return tuple(known.values())


def _spans(runs: Sequence[OpenedRun]) -> list[Span]:
    """Where each run lies. The clock says only how far a run is from the one before, and only while it can be right."""
    spans: list[Span] = []
    for number, run in enumerate(runs):
        if number == 0:
            spans.append(Span(0, _length_of(run)))
            continue
        before = spans[-1]
        distance = run.started_at - runs[number - 1].started_at
        start = before.start + _frames_in(distance)
        is_believed = distance >= timedelta(0) and before.end - CLOCK_DRIFT <= start <= before.end + _frames_in(LONGEST_PAUSE)
        start = max(before.end, start) if is_believed else before.end
        spans.append(Span(start, start + _length_of(run), is_believed))
    return spans


def _frames_in(distance: timedelta) -> int:
    return round(distance / timedelta(microseconds=1) * RATE / 1_000_000)


def _length_of(run: OpenedRun) -> int:
    return max((piece.header.first_frame + piece.frames for chain in run.chains.values() for piece in chain), default=0)


def _laid(microphone: Microphone, runs: Sequence[OpenedRun], spans: Sequence[Span], total: int) -> tuple[Track, list[Missing]]:
    layer = _Layer(microphone.id)
    for number, (run, span) in enumerate(zip(runs, spans, strict=True)):
        if not span.is_clock_believed:
            layer.missing.append(Missing(microphone.id, span.start, 0, CLOCK, RUN_ORDER))
        chain = run.chains.get(microphone.id, ())
        for piece in chain:
            layer.lay(piece, span.start)
        is_last = number == len(runs) - 1
        layer.fill_to(total if is_last else spans[number + 1].start, _kind_after(chain, is_last), SERVER)
    return Track(microphone, tuple(layer.stretches)), layer.missing


def _kind_after(chain: Sequence[SealedPiece], is_last: bool) -> str:
    """Why there is nothing after a microphone's last piece of a run."""
    if not chain:
        return "absent"
    if chain[-1].header.reason == "stopped":
        return "uneven_end" if is_last else "between_runs"
    return "interrupted"


class _Layer:
    """One microphone's stretches while they are laid down; `at` is the end of what is laid, on the common clock."""

    def __init__(self, microphone: str) -> None:
        self.microphone, self.at = microphone, 0
        self.stretches: list[SealedPiece | int] = []
        self.missing: list[Missing] = []

    def lay(self, piece: SealedPiece, run_start: int) -> None:
        first = run_start + piece.header.first_frame
        if first < self.at:
            raise AssemblyFailed(f"{piece.header.name} begins before the sound in front of it ends.")
        for gap in sorted(piece.header.gaps, key=lambda gap: gap.first_frame):
            self._state(gap, run_start, first)
        self.fill_to(first, "undeclared", SERVER)
        if piece.frames:
            self.stretches.append(piece)
            self.at += piece.frames

    def fill_to(self, frame: int, kind: str, noticed_by: str) -> None:
        """Silence up to `frame`, told in the ledger."""
        if frame > self.at:
            self.missing.append(Missing(self.microphone, self.at, frame - self.at, kind, noticed_by))
            self.stretches.append(frame - self.at)
            self.at = frame

    def _state(self, gap: Gap, run_start: int, limit: int) -> None:
        """A gap as the kiosk stated it, as far as it lies where sound is really missing."""
        self.fill_to(min(run_start + gap.first_frame, limit), "undeclared", SERVER)
        self.fill_to(min(run_start + gap.first_frame + gap.frames, limit), gap.kind, gap.noticed_by)


def _entry(one: Missing, seat: str) -> dict[str, Any]:
    start, end = one.first_frame / RATE, (one.first_frame + one.frames) / RATE
    return {"microphone": one.microphone, "seat": seat, "start": start, "end": end, "kind": one.kind, "noticed_by": one.noticed_by}


def _silence(frames: int) -> Iterator[Samples]:
    while frames:
        block = min(frames, SILENCE_FRAMES)
        yield np.zeros(block, np.int16)
        frames -= block
