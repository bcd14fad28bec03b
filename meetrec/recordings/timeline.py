"""One clock for all microphones of a recording: where each piece lies on it, and what is missing where (the gap ledger).

Frame 0 is the start of the first run. The runs follow each other by their ordinal; how far one is from the one before says the wall
clock. Where the clock was set in between, the run follows at once, and the ledger says that the length of the break is not known.
Whatever is missing is exact zeros, and what a microphone counted too fast or too slowly is corrected (drift.py), so that all masters have
one length and one second of one is the same second of the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from meetrec.capture.pieces import RATE, Samples
from meetrec.recordings.delivered_runs import Boot, Microphone, OpenedRun, SealedPiece
from meetrec.recordings.errors import AssemblyFailed
from meetrec.recordings.stretches import Stretch, stretches_of

SERVER = "server"
DAMAGED = "damaged"
INTERRUPTED, POWER = "interrupted", "power"  # the kiosk's program ended; its machine was switched off or started anew
CLOCK, RUN_ORDER = "clock", "run order"  # a break of unknown length, and what noticed it
OF_UNKNOWN_LENGTH = (DAMAGED, POWER)  # where nothing follows them
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
    """One microphone over the whole recording: stretches of sound and, between them, numbers of silent frames, in order."""

    microphone: Microphone
    parts: tuple[Stretch | int, ...]

    def sound(self) -> Iterator[Samples]:
        """All samples in blocks of about ten seconds at most."""
        for part in self.parts:
            if isinstance(part, int):
                yield from _silence(part)
            else:
                yield from part.sound()

    def stretches(self) -> Iterator[tuple[int, Stretch]]:
        """Each stretch of sound with its first frame on the common clock."""
        at = 0
        for part in self.parts:
            if isinstance(part, Stretch):
                yield at, part
            at += part if isinstance(part, int) else part.frames


@dataclass(frozen=True)
class Timeline:
    """The whole recording: its length in frames, a track per microphone, and the gap ledger.

    `shifts` says for each run (by id) how many seconds later it lies here than by the kiosk's clock: for what was noted in the room.
    """

    frames: int
    tracks: tuple[Track, ...]
    missing: tuple[Missing, ...]
    shifts: Mapping[str, float]

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.frames / RATE

    def ledger(self) -> dict[str, Any]:
        """The gap ledger as JSON: gaps in seconds on the common clock, each microphone's clock, and the stretches of sound with the
        samples that were put in or left out (drift.captured_sound takes them back).
        """
        seats = {track.microphone.id: track.microphone.seat for track in self.tracks}
        clocks = [_clock_of(track) for track in self.tracks]
        stretches = [{"microphone": track.microphone.id, "first_frame": at, **one.as_json()} for track in self.tracks for at, one in track.stretches()]
        gaps = [_entry(one, seats[one.microphone]) for one in self.missing]
        return {"duration": self.seconds, "gaps": gaps, "clocks": clocks, "stretches": stretches}


def timeline_of(runs: Sequence[OpenedRun], closed_in: Boot | None = None) -> Timeline:
    """Lay all runs on one clock; `closed_in` is the boot in which the kiosk closed the recording.

    Raises AssemblyFailed when nothing was recorded or pieces lie over each other.
    """
    ordered = sorted(runs, key=lambda run: run.ordinal)
    laid = [{microphone: _laid(microphone, chain) for microphone, chain in run.chains.items()} for run in ordered]
    spans = _spans(ordered, [max((layer.at for layer in layers.values()), default=0) for layers in laid])
    boots_after = [*(run.boot for run in ordered[1:]), closed_in]
    layers = {microphone: _joined(microphone.id, ordered, laid, spans, boots_after) for microphone in _microphones(ordered)}
    if not any(isinstance(part, Stretch) for layer in layers.values() for part in layer.parts):
        raise AssemblyFailed("No microphone recorded any sound. What the kiosk delivered was kept.")
    missing = sorted((one for layer in layers.values() for one in layer.missing), key=lambda one: (one.first_frame, one.microphone))
    tracks = tuple(Track(microphone, tuple(layer.parts)) for microphone, layer in layers.items())
    shifts = {run.id: span.start / RATE - (run.started_at - ordered[0].started_at).total_seconds() for run, span in zip(ordered, spans, strict=True)}
    return Timeline(spans[-1].end, tracks, tuple(missing), shifts)


def _microphones(runs: Iterable[OpenedRun]) -> tuple[Microphone, ...]:
    """Every microphone once, in the order of their first statement."""
    known: dict[str, Microphone] = {}
    for run in runs:
        for microphone in run.microphones:
            if run.chains.get(microphone.id):
                known.setdefault(microphone.id, microphone)
    return tuple(known.values())


def _spans(runs: Sequence[OpenedRun], lengths: Sequence[int]) -> list[Span]:
    """Where each run lies. The clock says only how far a run is from the one before, and only while it can be right."""
    spans: list[Span] = []
    for number, (run, length) in enumerate(zip(runs, lengths, strict=True)):
        if number == 0:
            spans.append(Span(0, length))
            continue
        before = spans[-1]
        distance = run.started_at - runs[number - 1].started_at
        start = before.start + _frames_in(distance)
        is_believed = distance >= timedelta(0) and before.end - CLOCK_DRIFT <= start <= before.end + _frames_in(LONGEST_PAUSE)
        start = max(before.end, start) if is_believed else before.end
        spans.append(Span(start, start + length, is_believed))
    return spans


def _frames_in(distance: timedelta) -> int:
    return round(distance / timedelta(microseconds=1) * RATE / 1_000_000)


def _laid(microphone: str, chain: Sequence[SealedPiece]) -> "_Layer":
    """One microphone's chain of one run, from the run's beginning on."""
    layer = _Layer(microphone)
    for part in stretches_of(chain):
        layer.lay(part)
    return layer


def _joined(
    microphone: str, runs: Sequence[OpenedRun], laid: Sequence[Mapping[str, "_Layer"]], spans: Sequence[Span], boots_after: Sequence[Boot | None]
) -> "_Layer":
    """One microphone over all runs, on the common clock; `boots_after` says in which boot it went on after each run, or was closed."""
    layer = _Layer(microphone)
    for number, (run, layers, span) in enumerate(zip(runs, laid, spans, strict=True)):
        if not span.is_clock_believed:
            layer.missing.append(Missing(microphone, span.start, 0, CLOCK, RUN_ORDER))
        layer.append(layers.get(microphone, _Layer(microphone)), span.start)
        is_last = number == len(runs) - 1
        chain, ended = run.chains.get(microphone, ()), layer.at
        kind = DAMAGED if run.is_cut or _is_damaged_at_its_end(chain) else _kind_after(chain, is_last, run.boot, boots_after[number])
        layer.fill_to(span.end if is_last else spans[number + 1].start, kind, SERVER)
        if kind in OF_UNKNOWN_LENGTH and layer.at == ended:  # no other microphone reaches further: how much is lost nobody knows
            layer.missing.append(Missing(microphone, layer.at, 0, kind, SERVER))
    return layer


def _kind_after(chain: Sequence[SealedPiece], is_last: bool, boot: Boot | None, boot_after: Boot | None) -> str:
    """Why there is nothing after a microphone's last piece of a run."""
    if not chain:
        return "absent"
    if chain[-1].header.reason == "stopped":
        return "uneven_end" if is_last else "between_runs"
    return POWER if boot is not None and boot.ended_before(boot_after) else INTERRUPTED


def _is_damaged_at_its_end(chain: Sequence[SealedPiece]) -> bool:
    """Whether the last sound of a chain was lost because its file did not read any more."""
    kinds = [piece.header.kind for piece in chain if piece.header.kind != "end"]
    return bool(kinds) and kinds[-1] == DAMAGED


class _Layer:
    """One microphone's parts while they are laid down: `at` is the end of what is laid, by the clock, `counted` by its own count."""

    def __init__(self, microphone: str) -> None:
        self.microphone, self.at, self.counted = microphone, 0, 0
        self.parts: list[Stretch | int] = []
        self.missing: list[Missing] = []
        self._is_damaged = False

    def lay(self, part: Stretch | SealedPiece) -> None:
        """Add a stretch, or a piece without sound, with the gaps in front of it."""
        piece = part.pieces[0] if isinstance(part, Stretch) else part
        if piece.header.first_frame < self.counted:
            raise AssemblyFailed(f"{piece.header.name} begins before the sound in front of it ends.")
        self._lay_gaps(piece, max(self.at, part.start if isinstance(part, Stretch) else self._by_clock(piece.header.first_frame)))
        self.counted = piece.header.first_frame
        if isinstance(part, Stretch):
            self.parts.append(part)
            self.at += part.frames
            self.counted += part.captured
            self._is_damaged = part.pieces[-1].header.kind == "journal"
        elif piece.header.kind == DAMAGED:
            self._is_damaged = True

    def _by_clock(self, counted: int) -> int:
        """Where a counted frame after all that is laid stands by the clock: a count that ran ahead stays ahead."""
        return counted + min(0, self.at - self.counted)

    def _lay_gaps(self, piece: SealedPiece, begin: int) -> None:
        """The gaps in front of a piece as the kiosk stated them, by count, as far as sound is really missing up to `begin`, by the clock."""
        first = piece.header.first_frame
        on_clock = {self.counted: self.at, first: begin} if first > self.counted else {first: begin}
        ahead = min(0, self.at - self.counted)
        for gap in sorted(piece.header.gaps, key=lambda gap: gap.first_frame):
            start, end = gap.first_frame, gap.first_frame + gap.frames
            self.fill_to(min(on_clock.get(start, start + ahead), begin), self._untold, SERVER)
            self.fill_to(min(on_clock.get(end, end + ahead), begin), gap.kind, gap.noticed_by)
        self.fill_to(begin, self._untold, SERVER)

    @property
    def _untold(self) -> str:
        """What a stretch is that nobody stated: the rest of a journal whose last blocks do not read, or a gap without a reason."""
        return DAMAGED if self._is_damaged else "undeclared"

    def append(self, other: "_Layer", start: int) -> None:
        """Add what another layer holds, its beginning at frame `start`, to which this one is filled already."""
        self.parts += other.parts
        self.missing += [replace(one, first_frame=one.first_frame + start) for one in other.missing]
        self.at += other.at

    def fill_to(self, frame: int, kind: str, noticed_by: str) -> None:
        """Silence up to `frame`, told in the ledger."""
        if frame > self.at:
            self.missing.append(Missing(self.microphone, self.at, frame - self.at, kind, noticed_by))
            self.parts.append(frame - self.at)
            self.at = frame


def _clock_of(track: Track) -> dict[str, Any]:
    """How a microphone's clock ran, over the stretches long enough to tell: seconds measured, and by how many it went ahead (or behind)."""
    measured = [stretch for _, stretch in track.stretches() if stretch.is_measured]
    frames = sum(stretch.captured for stretch in measured)
    ahead = -sum(stretch.captured * stretch.line.slope for stretch in measured)
    changes = [stretch.changes for _, stretch in track.stretches()]
    return {
        "microphone": track.microphone.id, "seat": track.microphone.seat, "seconds": frames / RATE, "ahead": round(ahead / RATE, 6),
        "parts_per_million": round(1e6 * ahead / frames, 3) if frames else None,
        "put_in": sum(one for one in changes if one > 0), "left_out": -sum(one for one in changes if one < 0),
        "not_believed": any(not stretch.line.is_believed for _, stretch in track.stretches()),
    }  # fmt: skip


def _entry(one: Missing, seat: str) -> dict[str, Any]:
    start, end = one.first_frame / RATE, (one.first_frame + one.frames) / RATE
    return {"microphone": one.microphone, "seat": seat, "start": start, "end": end, "kind": one.kind, "noticed_by": one.noticed_by}


def _silence(frames: int) -> Iterator[Samples]:
    while frames:
        block = min(frames, SILENCE_FRAMES)
        yield np.zeros(block, np.int16)
        frames -= block
