"""Alarms met while recording stay on the screen until a person answers them, also when they are over (peers 6, 7, 12).

The same board tells the server and the room's log: what it finds new, over or answered are changes for whoever keeps them.
"""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from meetrec.capture.alarms import DISK_FILLING, DISK_FULL
from meetrec.capture.room_contents import LONGEST_NAME
from meetrec.kiosk.recorder_port import RecorderReading
from meetrec.platform import clock

ROOM = ""  # an alarm of the whole room has no microphone
INTERRUPTION = "interruption"  # the program broke off, and the recording went on by itself
ALARM, ALARM_OVER, ALARM_ANSWERED = "alarm", "alarm_over", "alarm_answered"  # as the room's log names them


@dataclass(frozen=True)
class Fault:
    """One alarm: `kind` is of capture.alarms or INTERRUPTION, `number` is what a person answers to, `name` the seat, `since` an aware datetime (UTC).

    `seconds` is for how long nothing was recorded, where the alarm is an interruption.
    """

    number: int
    kind: str
    microphone: str
    name: str
    since: datetime
    is_over: bool = False
    is_answered: bool = False
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """As the server is told."""
        who = {"number": self.number, "kind": self.kind, "microphone": self.microphone, "seat": self.name}
        return {**who, "since": self.since.isoformat(), "over": self.is_over, "answered": self.is_answered}


@dataclass(frozen=True)
class AlarmChange:
    """Something happened to an alarm; `kind` is ALARM, ALARM_OVER or ALARM_ANSWERED."""

    kind: str
    fault: Fault

    def as_content(self) -> dict[str, Any]:
        """As the room's log keeps it."""
        return {"number": self.fault.number, "alarm": self.fault.kind, "microphone": self.fault.microphone, "seat": self.fault.name[:LONGEST_NAME]}


class FaultBoard:
    """The alarms of the running recording. Safe for several threads."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._count = 0
        self._lock = threading.Lock()

    def look(self, reading: RecorderReading) -> list[AlarmChange]:
        """Note what is wrong now, and what is over; the changes, in order."""
        if not reading.is_running:
            return []
        present = {(kind, where): name for kind, where, name in _alarms_in(reading)}
        with self._lock:
            standing = {(fault.kind, fault.microphone): fault for fault in self._faults.values() if not fault.is_over}
            over = [self._end(fault) for key, fault in standing.items() if key not in present and not _is_worse_now(key, present)]
            return over + [self._begin(*key, name) for key, name in present.items() if key not in standing]

    def _begin(self, kind: str, where: str, name: str) -> AlarmChange:
        for earlier in [fault for fault in self._faults.values() if (fault.kind, fault.microphone) == (kind, where)]:
            del self._faults[earlier.number]  # the new one says it all
        self._count += 1
        fault = self._faults[self._count] = Fault(self._count, kind, where, name, clock.now())
        return AlarmChange(ALARM, fault)

    def _end(self, fault: Fault) -> AlarmChange:
        ended = self._faults[fault.number] = replace(fault, is_over=True)
        if fault.is_answered:
            del self._faults[fault.number]
        return AlarmChange(ALARM_OVER, ended)

    def note_interruption(self, seconds: float) -> list[AlarmChange]:
        """Nothing was recorded for `seconds`, until now: it is over, and a person must know."""
        with self._lock:
            self._count += 1
            since = clock.now() - timedelta(seconds=seconds)
            fault = self._faults[self._count] = Fault(self._count, INTERRUPTION, ROOM, "", since, is_over=True, seconds=seconds)
            return [AlarmChange(ALARM, fault)]

    def answer(self, number: int) -> list[AlarmChange]:
        """A person has seen the alarm; the change, none when it was answered before or is not known."""
        with self._lock:
            fault = self._faults.get(number)
            if fault is None or fault.is_answered:
                return []
            answered = self._faults[number] = replace(fault, is_answered=True)
            if fault.is_over:
                del self._faults[number]
            return [AlarmChange(ALARM_ANSWERED, answered)]

    def as_json(self) -> list[dict[str, Any]]:
        """Every alarm that stands or waits for a person, as the server is told; oldest first."""
        with self._lock:
            return [fault.as_json() for fault in self._shown()]

    def unanswered(self) -> list[Fault]:
        """What still waits for a person, oldest first."""
        with self._lock:
            return [fault for fault in self._shown() if not fault.is_answered]

    def _shown(self) -> list[Fault]:
        """A disk that is full is not said to be filling too."""
        is_full = any(fault.kind == DISK_FULL and not fault.is_over for fault in self._faults.values())
        return [fault for fault in self._faults.values() if fault.kind != DISK_FILLING or not is_full]

    def restore(self, faults: Sequence[Fault]) -> None:
        """What waited for a person when the program ended still does."""
        with self._lock:
            self._faults = {fault.number: fault for fault in faults}
            self._count = max([self._count, *self._faults])

    def count_on(self, after: int) -> None:
        """The same recording goes on: what nobody has seen stays, and numbers go on after `after`."""
        with self._lock:
            self._faults = {fault.number: fault for fault in self._faults.values() if not fault.is_answered}
            self._count = max(self._count, after)

    def clear(self, after: int = 0) -> None:
        """A new run begins with a clean board. Numbers go on after `after`, so that two alarms of a recording never share one, also over a restart."""
        with self._lock:
            self._faults.clear()
            self._count = max(self._count, after)


def _is_worse_now(standing: tuple[str, str], present: Collection[tuple[str, str]]) -> bool:
    """Whether an alarm that capture does not name any more is no nearer its end: a full disk has no more room than a filling one."""
    kind, where = standing
    return kind == DISK_FILLING and (DISK_FULL, where) in present


def _alarms_in(reading: RecorderReading) -> list[tuple[str, str, str]]:
    """Kind, microphone and name of what is wrong."""
    of_microphones = [(kind, one.id, one.name) for one in reading.microphones for kind in one.alarm_kinds]
    return of_microphones + [(kind, ROOM, "") for kind in reading.alarm_kinds]
