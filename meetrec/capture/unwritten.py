"""For how long a recording stood open while nothing was written, because every microphone was lost or the disk was full. Pure: no clock."""

from collections.abc import Collection

NOT_WRITTEN = ("lost", "failed", "disk_full")


class UnwrittenTime:
    """Counts such seconds of one run, told every moment how its microphones fare. Not for several threads."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._told_at: float | None = None

    def note(self, now: float, is_wanted: bool, states: Collection[str]) -> None:
        """At the moment `now` (monotonic): whether sound is wanted, and the state of each microphone."""
        is_unwritten = is_wanted and all(state in NOT_WRITTEN for state in states)
        if is_unwritten and self._told_at is not None:
            self._seconds += max(0.0, now - self._told_at)
        self._told_at = now if is_unwritten else None

    def recorded_of(self, wanted_seconds: float) -> float:
        """What was recorded of so many wanted seconds."""
        return round(max(0.0, wanted_seconds - self._seconds), 2)
