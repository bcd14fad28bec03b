"""Why sound is missing just now: the ledger between the last frame that was written and the next one."""

from meetrec.capture.pieces import RATE, Gap

SHORTEST_REASON_FRAMES = RATE // 100


class Absence:
    """An open stretch without sound, with the frames at which its reason changed (a pause pressed while the device was gone)."""

    def __init__(self) -> None:
        self._reasons: list[tuple[int, str, str]] = []

    def begin(self, frame: int, kind: str, noticed_by: str) -> None:
        """From `frame` on the reason is `kind` (one of pieces.GAP_KINDS); an earlier reason ends there."""
        self._reasons.append((max([frame, *(known[0] for known in self._reasons)]), kind, noticed_by))

    @property
    def is_open(self) -> bool:
        return bool(self._reasons)

    def close(self, frame: int) -> tuple[Gap, ...]:
        """Sound goes on at `frame`: the gaps up to there, without empty ones.

        A last reason of under 10 ms belongs to the one before it: it comes from rounding a moment to a frame, not from a fault.
        """
        while len(self._reasons) > 1 and frame - self._reasons[-1][0] < SHORTEST_REASON_FRAMES:
            self._reasons.pop()
        ends = [*(start for start, _, _ in self._reasons[1:]), frame] if self._reasons else []
        gaps = tuple(Gap(start, end - start, kind, by) for (start, kind, by), end in zip(self._reasons, ends, strict=True) if end > start)
        self._reasons.clear()
        return gaps
