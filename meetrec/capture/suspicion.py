"""Blocks that came late: only delayed, or was sound lost before them? Held back in memory until it is clear.

PortAudio raises no flag when a suspended device comes back with a second missing, and none when a busy machine gets everything late
but whole. Frames against time passed tell the two apart: what was only late catches up within half a second.
"""

from meetrec.capture.pieces import RATE
from meetrec.capture.stream import Block

LATE_SECONDS = 0.15
LOST_BY_OVERFLOW_SECONDS = 0.002
HOLDING_SECONDS = 0.5
LESS_THAN_TIME = "frames fewer than the time that passed"  # as the ledger names what noticed it


class Suspicion:
    """The blocks not yet written, and what is suspected of the stretch before the first of them."""

    def __init__(self) -> None:
        self.held: list[Block] = []
        self._of: str | None = None
        self._began = 0.0

    def hold(self, block: Block, lateness: float) -> None:
        """Take a block in; a late or overflowed one begins a suspicion."""
        suspected = "overflow" if block.overflowed else "stall" if lateness > LATE_SECONDS else None
        if self._of is None and suspected is not None and block.first > 0:
            self._of, self._began = suspected, block.arrived
        self.held.append(block)

    @property
    def is_judged(self) -> bool:
        """Whether the held blocks may be written: nothing is suspected, or enough came to decide."""
        return self._of is None or self.held[-1].arrived - self._began > HOLDING_SECONDS

    def verdict(self, usual_start: float) -> tuple[str, str] | None:
        """Gap kind and what noticed it, when sound was lost; `usual_start` is the stream's start (monotonic s) by its earlier blocks."""
        kind, self._of = self._of, None
        if kind is None:
            return None
        still_late = min(block.arrived - block.after / RATE for block in self.held) - usual_start
        if still_late <= (LATE_SECONDS if kind == "stall" else LOST_BY_OVERFLOW_SECONDS):
            return None
        return kind, LESS_THAN_TIME if kind == "stall" else "PortAudio's overflow flag"

    def release(self) -> list[Block]:
        """The held blocks, for writing."""
        held, self.held = self.held, []
        return held
