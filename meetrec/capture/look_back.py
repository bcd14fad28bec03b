"""The newest second of sound that nobody wanted, in memory alone: the word to begin may come after the sound from which on it is wanted (G5.a)."""

from collections import deque

from meetrec.capture.stream import Block

LOOK_BACK_SECONDS = 1.0


class LookBack:
    """Blocks of one stream with their lateness (seconds), the newest LOOK_BACK_SECONDS of them."""

    def __init__(self) -> None:
        self._held: deque[tuple[Block, float]] = deque()

    def hold(self, block: Block, lateness: float = 0.0) -> None:
        """Remember a block that nobody wanted yet."""
        self._held.append((block, lateness))
        while self._held[0][0].arrived < block.arrived - LOOK_BACK_SECONDS:
            self._held.popleft()

    def release(self) -> list[tuple[Block, float]]:
        """All that is remembered, the oldest first, and remember nothing."""
        held = list(self._held)
        self._held.clear()
        return held
