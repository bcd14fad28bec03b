"""Entries of the room's log that wait for the disk: in memory, in order, each recording's by themselves, so that none holds up another's."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

MOST_WAITING = 1000  # of one recording; a room that is out of disk for hours does not run out of memory too
UNBOUNDED = ("alarm", "alarm_over", "alarm_answered")  # a loose cable makes them without end; what people do is never so many
LEFT_OUT = "left_out"  # stands in the log where entries could not be kept, and says how many


@dataclass(frozen=True)
class WaitingEntry:
    """An entry with its own time, not written yet."""

    recording: str
    kind: str
    content: dict[str, Any]
    at: datetime
    clock_offset: float | None
    elapsed: float | None
    run: str | None


class WaitingEntries:
    """What waits, by recording. The log that owns it holds its lock."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[WaitingEntry]] = {}

    def __iter__(self) -> Iterator[str]:
        """The recordings for which something waits."""
        return iter([recording for recording, queue in self._queues.items() if queue])

    def of(self, recording: str) -> deque[WaitingEntry]:
        """What waits of one recording, oldest first."""
        return self._queues.setdefault(recording, deque())

    def add(self, entry: WaitingEntry) -> None:
        """Put an entry behind the others; an alarm for which there is no room is counted instead."""
        queue = self.of(entry.recording)
        if entry.kind in UNBOUNDED and len(queue) >= MOST_WAITING:
            self.leave_out(entry)
        else:
            queue.append(entry)

    def leave_out(self, entry: WaitingEntry) -> None:
        """Count an entry that cannot be kept, at its place in the log: the log says so itself."""
        queue = self.of(entry.recording)
        if queue and queue[-1].kind == LEFT_OUT:
            queue[-1] = replace(queue[-1], content={"entries": queue[-1].content["entries"] + 1})
        else:
            queue.append(replace(entry, kind=LEFT_OUT, content={"entries": 1}))
