"""One clock for all microphones of a recording: where each piece lies on it, and what is missing where (the gap ledger).

Frame 0 is the start of the first run. A later run lies where the wall clock puts it, but never over sound that is there already.
Whatever is missing is exact zeros, so that all masters have one length and one second of one is the same second of the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from meetrec.capture.pieces import RATE, Gap, Samples
from meetrec.recordings.delivered_runs import Microphone, OpenedRun, SealedPiece
from meetrec.recordings.errors import AssemblyFailed

SERVER = "server"
SILENCE_FRAMES = 10 * RATE
LONGEST_PAUSE = timedelta(hours=12)  # between runs; a clock that says more was set in between and is not believed


@dataclass(frozen=True)
class Missing:
    """A stretch without sound: microphone, first frame and length on the common clock, why, and who noticed it."""

    microphone: str
    first_frame: int
    frames: int
    kind: str
    noticed_by: str


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
    ordered = sorted(runs, key=lambda run: run.started_at)
    spans = _spans(ordered)
    total = spans[-1][1] if spans else 0
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


def _spans(runs: Sequence[OpenedRun]) -> list[tuple[int, int]]:
    """First frame and end of each run on the common clock."""
    spans: list[tuple[int, int]] = []
    for run in runs:
        end_before = spans[-1][1] if spans else 0
        start = max(end_before, _frames_between(runs[0].started_at, run.started_at))
        if start - end_before > LONGEST_PAUSE.total_seconds() * RATE:
            start = end_before
        spans.append((start, start + _length_of(run)))
    return spans


def _frames_between(first: datetime, later: datetime) -> int:
    return round((later - first) / timedelta(microseconds=1) * RATE / 1_000_000)


def _length_of(run: OpenedRun) -> int:
    return max((piece.header.first_frame + piece.frames for chain in run.chains.values() for piece in chain), default=0)


def _laid(microphone: Microphone, runs: Sequence[OpenedRun], spans: Sequence[tuple[int, int]], total: int) -> tuple[Track, list[Missing]]:
    layer = _Layer(microphone.id)
    for number, (run, (start, _end)) in enumerate(zip(runs, spans, strict=True)):
        chain = run.chains.get(microphone.id, ())
        for piece in chain:
            layer.lay(piece, start)
        is_last = number == len(runs) - 1
        layer.fill_to(total if is_last else spans[number + 1][0], _kind_after(chain, is_last), SERVER)
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
