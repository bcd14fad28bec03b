"""Pieces that follow each other without a gap, where the room's clock puts them, and how their microphone's drift is taken out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from meetrec.capture.pieces import Samples
from meetrec.recordings.delivered_runs import SealedPiece
from meetrec.recordings.drift import CORRECTED_FROM, ClockLine, Edits, Positions, corrected, edits_of, line_through, offset_with, places, samples_to_change


@dataclass(frozen=True)
class Stretch:
    """Sound of one microphone without a gap; frames count from its run's beginning. `is_measured` says that `line` is worth telling."""

    pieces: tuple[SealedPiece, ...]
    line: ClockLine = field(default_factory=ClockLine)
    is_measured: bool = False
    _edits: dict[int, Edits] = field(default_factory=dict, compare=False, repr=False)  # found when a piece's sound is first read

    @property
    def counted_from(self) -> int:
        """The first frame, by count."""
        return self.pieces[0].header.first_frame

    @property
    def captured(self) -> int:
        """How many frames were captured."""
        return sum(piece.frames for piece in self.pieces)

    @property
    def start(self) -> int:
        """The first frame, by the clock where that tells something else than the count."""
        shift = round(self.line.offset)
        return max(0, self.counted_from + (shift if abs(shift) > CORRECTED_FROM else 0))

    @property
    def changes(self) -> int:
        """How many samples are put in (above zero) or left out (below zero)."""
        return samples_to_change(self.captured, self.line.slope)

    @property
    def frames(self) -> int:
        """How many frames of the master it fills."""
        return self.captured + self.changes

    def sound(self) -> Iterator[Samples]:
        """The samples piece by piece, corrected."""
        is_put_in = self.changes > 0
        for number, _begins, around in self._parts():
            samples = self.pieces[number].samples()
            if not len(around):
                yield samples
                continue
            if number not in self._edits:
                self._edits[number] = edits_of(samples, around, is_put_in)
            yield corrected(samples, self._edits[number], is_put_in)

    def _parts(self) -> Iterator[tuple[int, int, Positions]]:
        """For each piece its number, where it begins in the stretch, and the places in it around which a sample is changed."""
        wanted, begins = places(self.captured, self.changes), 0
        for number, piece in enumerate(self.pieces):
            low, high = np.searchsorted(wanted, [begins, begins + piece.frames])
            yield number, begins, wanted[low:high] - begins
            begins += piece.frames

    def as_json(self) -> dict[str, Any]:
        """What the ledger says of it, enough to take the correction back. `steps` are the distances between the changed samples, the first
        one's from the stretch's first captured sample.
        """
        changed = {1: "put_in", -1: "left_out", 0: None}[int(np.sign(self.changes))]
        edits = list(self._all_edits())
        positions = np.concatenate([np.zeros(1, np.int64), *(begins + one.positions for begins, one in edits)])
        values = np.concatenate([np.zeros(0, np.int16), *(one.values for _begins, one in edits)])
        return {
            "frames": self.frames, "captured_frames": self.captured, "parts_per_million": round(self.line.parts_per_million, 3),
            "change": changed, "samples": abs(self.changes), "steps": np.diff(positions).tolist(), "values": values.tolist(),
        }  # fmt: skip

    def _all_edits(self) -> Iterator[tuple[int, Edits]]:
        """Where each piece begins in the stretch, and its changed samples; one whose sound was not read yet is read now."""
        is_put_in = self.changes > 0
        for number, begins, around in self._parts():
            if len(around):
                if number not in self._edits:
                    self._edits[number] = edits_of(self.pieces[number].samples(), around, is_put_in)
                yield begins, self._edits[number]


def stretches_of(chain: Sequence[SealedPiece]) -> list[Stretch | SealedPiece]:
    """A chain's stretches and, between them, the pieces that hold no sound (its end), in order."""
    parts: list[Stretch | SealedPiece] = []
    together: list[SealedPiece] = []
    for piece in chain:
        if together and (piece.header.gaps or not piece.frames or piece.header.first_frame != _end_of(together[-1])):
            parts.append(Stretch(tuple(together)))
            together = []
        if piece.frames:
            together.append(piece)
        else:
            parts.append(piece)
    return _with_lines([*parts, *([Stretch(tuple(together))] if together else [])])


def _end_of(piece: SealedPiece) -> int:
    return piece.header.first_frame + piece.frames


def _with_lines(parts: Sequence[Stretch | SealedPiece]) -> list[Stretch | SealedPiece]:
    """Each stretch with its line; one too short to be measured takes the slope of the microphone's longest in this run."""
    stretches = [part for part in parts if isinstance(part, Stretch)]
    lines = {id(one): line_through(*_points(one)) for one in stretches}
    measured = [(one.captured, line.slope) for one in stretches if (line := lines[id(one)]) and line.is_believed]
    usual = max(measured)[1] if measured else 0.0
    return [_with_line(part, lines[id(part)], usual) if isinstance(part, Stretch) else part for part in parts]


def _with_line(stretch: Stretch, line: ClockLine | None, usual: float) -> Stretch:
    if line is not None:
        return Stretch(stretch.pieces, line, is_measured=line.is_believed)
    return Stretch(stretch.pieces, ClockLine(offset_with(usual, *_points(stretch)), usual))


def _points(stretch: Stretch) -> tuple[list[int], list[int]]:
    """For each piece that says when it was heard: frames into the stretch, and by how many frames the clock stood ahead of the count."""
    heard = [(piece.header.first_frame, piece.header.heard_at) for piece in stretch.pieces if piece.header.heard_at is not None]
    return [counted - stretch.counted_from for counted, _ in heard], [at - counted for counted, at in heard]
