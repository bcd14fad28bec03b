"""How far the beginnings of two kiosks' copies lie apart: by each one's wall clock and what it measured against the server's. Pure.

For people who listen to both, and to say where one has sound that the other lacks. Nothing is joined or moved by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Seconds by which one measurement may be wrong: half of the longest round trip that a kiosk lets count (kiosk/news.py).
WRONG_BY = 1.0


@dataclass(frozen=True)
class Beginning:
    """When a kiosk's copy began by its own clock, and each offset it measured (moment by that clock, seconds to add for the server's)."""

    at: datetime
    offsets: Sequence[tuple[datetime, float]]

    @property
    def by_the_server(self) -> datetime:
        """By the server's clock, with the offset measured nearest to it; by the kiosk's own where it measured none."""
        nearest = min(self.offsets, key=lambda one: abs(one[0] - self.at), default=None)
        return self.at + timedelta(seconds=nearest[1]) if nearest else self.at

    @property
    def uncertainty(self) -> float | None:
        """Seconds by which that may be wrong; None where the kiosk never compared its clock."""
        measured = [seconds for _at, seconds in self.offsets]
        return WRONG_BY + max(measured) - min(measured) if measured else None


@dataclass(frozen=True)
class Distance:
    """How many seconds after another copy this one begins (negative: before it), and by how many that may be wrong; None: nobody can say."""

    seconds: float
    uncertainty: float | None


def distance(one: Beginning, other: Beginning) -> Distance:
    """How much later `other` begins than `one`."""
    seconds = round((other.by_the_server - one.by_the_server).total_seconds(), 3)
    if one.uncertainty is None or other.uncertainty is None:
        return Distance(seconds, None)
    return Distance(seconds, round(one.uncertainty + other.uncertainty, 3))
