"""How far a microphone's count of frames strays from the room's clock, and a correction that can be taken back (G5.b). Pure.

A sound card counts by its own crystal. Two cards that differ by 100 parts per million are 0.7 s apart after two hours. Each piece says
where its first sample was heard by count and by the clock; a line through the differences tells how fast the card really counted. A block
can arrive late but never early, so the earliest of each minute are believed and the others are not.

The correction puts in or leaves out single samples, spread evenly, each at the quietest sample near its place. Where they are, and what
those left out were, stands in the ledger; `captured_sound` takes the correction back, bit for bit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meetrec.capture.pieces import RATE, Samples

MEASURABLE_FRAMES = 120 * RATE  # a shorter stretch says nothing of its own about a card's speed: lateness of 16 ms would pass for 300 ppm
PIECE_SPAN = 10 * RATE  # between the last note and the end of a whole piece
LEAST_POINTS = 6
CLEAR_OF_SCATTER = 4  # how many times the scatter of its own points a stray must be, to be told from late arrivals
POINTS_A_WINDOW = 6  # pieces of 10 s, of which the earliest heard is believed
MOST_POINTS = 300  # for the median of all slopes between two points
CORRECTED_FROM = RATE // 200  # frames (5 ms): what strays less by its end stays as it was heard
MOST_STRAY = 1e-3  # of the count; a card that seems to stray more was not measured, it is broken
WINDOW = RATE // 200  # frames to each side of a place, in which the quietest sample is looked for

Positions = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class ClockLine:
    """Where the clock stands against the count: frames at the stretch's first sample, and frames more for each frame counted.

    Not believed is one that strays as no crystal does: the stretch begins where it was heard, and nothing in it is moved.
    """

    offset: float = 0.0
    slope: float = 0.0
    is_believed: bool = True

    @property
    def parts_per_million(self) -> float:
        """How fast the microphone counts: below zero it runs slow, above zero it runs fast."""
        return -self.slope * 1e6


@dataclass(frozen=True)
class Edits:
    """What was changed in one piece: positions among its captured samples, and for samples left out their values."""

    positions: Positions
    values: Samples


def line_through(counted: Sequence[int], strayed: Sequence[int]) -> ClockLine | None:
    """The line of a stretch: `strayed` frames by which each piece was heard later by the clock than by count, `counted` frames into
    the stretch. None when the stretch is too short to tell. A stray that is not clear of its points' scatter is none.
    """
    if len(counted) < LEAST_POINTS or counted[-1] - counted[0] < MEASURABLE_FRAMES - PIECE_SPAN:
        return None
    x, y = np.asarray(counted, np.float64), np.asarray(strayed, np.float64)
    earliest = _earliest(y - _median_slope(x, y) * x)
    slope = _clear_slope(x[earliest], y[earliest])
    offsets = (y - slope * x)[earliest]
    return ClockLine(float(np.median(offsets)), slope) if abs(slope) <= MOST_STRAY else ClockLine(float(offsets[0]), is_believed=False)


def _clear_slope(x: Numbers, y: Numbers) -> float:
    """The median slope, or 0 where the whole stray is no larger than what the points scatter around it by themselves."""
    slope = _median_slope(x, y)
    rest = y - slope * x
    scatter = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))  # a standard deviation that outliers do not move
    return slope if abs(slope) * (x[-1] - x[0]) > CLEAR_OF_SCATTER * scatter else 0.0


def offset_with(slope: float, counted: Sequence[int], strayed: Sequence[int]) -> float:
    """Where the clock stands at the first sample of a stretch whose slope another one told. Frames; 0 when nothing was noted."""
    if not counted:
        return 0.0
    rest = np.asarray(strayed, np.float64) - slope * np.asarray(counted, np.float64)
    return float(np.median(rest[_earliest(rest)]))


def _earliest(rest: Numbers) -> Positions:
    """Of each window of points the one heard earliest: the others came late."""
    size = max(1, min(POINTS_A_WINDOW, len(rest) // LEAST_POINTS)) if len(rest) >= LEAST_POINTS else len(rest)
    windows = np.array_split(np.arange(len(rest)), max(1, len(rest) // size))
    return np.array([window[np.argmin(rest[window])] for window in windows])


def _median_slope(x: Numbers, y: Numbers) -> float:
    """The median of the slopes between all points that lie at least a third of the whole apart (Theil and Sen): outliers do not move it."""
    step = -(-len(x) // MOST_POINTS)
    x, y = x[::step], y[::step]
    one, other = np.triu_indices(len(x), 1)
    is_far = x[other] - x[one] >= (x[-1] - x[0]) / 3
    one, other = one[is_far], other[is_far]
    return float(np.median((y[other] - y[one]) / (x[other] - x[one])))


def samples_to_change(captured: int, slope: float) -> int:
    """How many samples a stretch of `captured` frames lacks (above zero: put in) or has too many (below zero: leave out)."""
    strayed = captured * slope
    return round(strayed) if abs(strayed) > CORRECTED_FROM else 0


def places(captured: int, changes: int) -> Positions:
    """Where `changes` samples are put in or left out: in the middle of as many equal parts of the stretch."""
    return (2 * np.arange(abs(changes), dtype=np.int64) + 1) * captured // (2 * max(1, abs(changes)))


def edits_of(samples: Samples, around: Positions, is_put_in: bool) -> Edits:
    """The quietest sample near each place, the first of equals. Windows end where the piece ends, so that no piece needs another."""
    positions = np.array([_quietest(samples, int(place)) for place in around], np.int64)
    return Edits(positions, np.zeros(0, np.int16) if is_put_in else samples[positions])


def _quietest(samples: Samples, place: int) -> int:
    low = max(0, place - WINDOW)
    return low + int(np.argmin(np.abs(samples[low : place + WINDOW + 1].astype(np.int32))))


def corrected(samples: Samples, edits: Edits, is_put_in: bool) -> Samples:
    """A piece's sound with the samples put in, each half-way between its neighbours, or left out."""
    if not is_put_in:
        return np.delete(samples, edits.positions)
    after = np.minimum(edits.positions + 1, len(samples) - 1)
    between = (samples[edits.positions].astype(np.int32) + samples[after]) >> 1
    return np.insert(samples, edits.positions + 1, between.astype(np.int16))


def captured_sound(master: Iterable[Samples], ledger: Mapping[str, Any], microphone: str) -> Iterator[Samples]:
    """The samples that were captured, bit for bit: a master's blocks without the silence of its gaps and with each correction taken back.

    `ledger` is the record's gap ledger, `microphone` the id under which it lists this master.
    """
    waiting = iter([one for one in ledger["stretches"] if one["microphone"] == microphone])
    stretch, at = next(waiting, None), 0
    for block in master:
        end = at + len(block)
        while stretch is not None and stretch["first_frame"] < end:
            first, after = stretch["first_frame"], stretch["first_frame"] + stretch["frames"]
            low, high = max(first, at), min(after, end)
            yield _taken_back(block[low - at : high - at], stretch, low - first)
            if after > end:
                break
            stretch = next(waiting, None)
        at = end


def _taken_back(samples: Samples, stretch: Mapping[str, Any], begins: int) -> Samples:
    """A part of a stretch, from its master's frame `begins` on, as it was captured."""
    positions = np.cumsum(np.asarray(stretch["steps"], np.int64))
    order = np.arange(len(positions))
    end = begins + len(samples)
    if stretch["change"] == "put_in":
        here = positions + 1 + order  # where each sample put in lies in the corrected stretch
        return np.delete(samples, here[(here >= begins) & (here < end)] - begins)
    here = positions - order  # which sample of the corrected stretch each one left out stood before
    is_here = (here >= begins) & ((here < end) | (end == stretch["frames"]))
    return np.insert(samples, here[is_here] - begins, np.asarray(stretch["values"], np.int16)[is_here])
