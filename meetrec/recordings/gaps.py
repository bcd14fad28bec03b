"""The gap ledger as people read it: one row for what all microphones miss alike, and which of them lie between two lines of a transcript. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

ALIKE_SECONDS = 0.5  # microphones whose gaps begin and end this close together share a row
SHORTEST_SHOWN = 0.5
SHOWN_WHEN_LONG = ("late_start", "uneven_end", "undeclared")  # shorter ones come from rounding at the edges; the ledger holds them too
LINE_REACHES = 0.5  # seconds
CALLED_BY_THE_CHAIR = ("pause", "off_the_record")


@dataclass(frozen=True)
class GapRow:
    """One row: seconds on the recording's clock, kind and what noticed it (the ledger's words), and the seats without sound."""

    start: float
    end: float
    kind: str
    noticed_by: str
    seats: tuple[str, ...]
    is_everywhere: bool = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end - self.start


def rows_of(ledger: Mapping[str, Any]) -> list[GapRow]:
    """The ledger's rows to show, in their order; `is_everywhere` where all of several microphones miss the same."""
    rows: list[GapRow] = []
    for gap in sorted(filter(is_worth_showing, ledger["gaps"]), key=lambda gap: gap["start"]):
        _add(rows, GapRow(gap["start"], gap["end"], gap["kind"], gap["noticed_by"], (gap["seat"],)))
    microphones = len(ledger.get("clocks", ()))
    return [replace(row, is_everywhere=len(row.seats) == microphones > 1) for row in rows]


def is_worth_showing(gap: Mapping[str, Any]) -> bool:
    """Whether a gap of the ledger is told to people: not one that comes from rounding at the edges."""
    return gap["kind"] not in SHOWN_WHEN_LONG or gap["end"] - gap["start"] >= SHORTEST_SHOWN


def _add(rows: list[GapRow], row: GapRow) -> None:
    """Join the row to the one that says the same of other microphones, or add it."""
    for number in range(len(rows) - 1, -1, -1):
        if row.start - rows[number].start > ALIKE_SECONDS:
            break
        if _is_alike(rows[number], row):
            seats = (*rows[number].seats, *row.seats)
            rows[number] = replace(rows[number], end=max(rows[number].end, row.end), seats=seats)
            return
    rows.append(row)


def _is_alike(one: GapRow, other: GapRow) -> bool:
    is_same = (one.kind, one.noticed_by) == (other.kind, other.noticed_by) and abs(one.end - other.end) <= ALIKE_SECONDS
    return is_same and not set(one.seats) & set(other.seats)


def gaps_before(line_starts: Sequence[float], rows: Sequence[GapRow]) -> list[list[GapRow]]:
    """For each line of a transcript (`line_starts` in seconds, rising) the rows that begin before it and after the line in front of it,
    and at the end of the list those after the last: what a reader of the lines alone would take for whole.
    """
    between: list[list[GapRow]] = [[] for _ in range(len(line_starts) + 1)]
    for row in rows:
        begins = row.start + min(LINE_REACHES, row.seconds / 2)  # a line's edge may reach into the gap by some hundredths of a second
        between[bisect_right(line_starts, begins)].append(row)
    return between
