"""Faults met while recording stay on the screen until a person answers them, also when they are over (peers #12)."""

import threading
from dataclasses import dataclass, replace

from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderReading

ROOM = ""  # a fault of the whole room has no microphone


@dataclass(frozen=True)
class Fault:
    """`kind` is "lost", "muted" or "disk_full"; `number` is what a person answers to."""

    number: int
    kind: str
    microphone: str
    name: str
    is_over: bool = False
    is_answered: bool = False


class FaultBoard:
    """The faults of the running recording. Safe for several threads."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._count = 0
        self._lock = threading.Lock()

    def look(self, reading: RecorderReading) -> None:
        """Note what is wrong now, and what is over."""
        if not reading.is_running:
            return
        present = {(kind, where): name for kind, where, name in _faults_in(reading)}
        with self._lock:
            for fault in list(self._faults.values()):
                if (fault.kind, fault.microphone) not in present:
                    self._end(fault)
            standing = {(fault.kind, fault.microphone) for fault in self._faults.values() if not fault.is_over}
            for (kind, where), name in present.items():
                if (kind, where) not in standing:
                    self._begin(kind, where, name)

    def _begin(self, kind: str, where: str, name: str) -> None:
        for earlier in [fault for fault in self._faults.values() if (fault.kind, fault.microphone) == (kind, where)]:
            del self._faults[earlier.number]  # the new one says it all
        self._count += 1
        self._faults[self._count] = Fault(self._count, kind, where, name)

    def _end(self, fault: Fault) -> None:
        if fault.is_answered:
            del self._faults[fault.number]
        else:
            self._faults[fault.number] = replace(fault, is_over=True)

    def answer(self, number: int) -> None:
        """A person has seen the fault."""
        with self._lock:
            fault = self._faults.get(number)
            if fault is not None and fault.is_over:
                del self._faults[number]
            elif fault is not None:
                self._faults[number] = replace(fault, is_answered=True)

    def unanswered(self) -> list[Fault]:
        """What still waits for a person, oldest first."""
        with self._lock:
            return [fault for fault in self._faults.values() if not fault.is_answered]

    def clear(self) -> None:
        """A new recording begins with a clean board."""
        with self._lock:
            self._faults.clear()


def _faults_in(reading: RecorderReading) -> list[tuple[str, str, str]]:
    found = [("lost", microphone.id, microphone.name) for microphone in reading.microphones if microphone.is_lost]
    found += [("muted", microphone.id, microphone.name) for microphone in reading.microphones if microphone.is_mute]
    return found + ([("disk_full", ROOM, "")] if any(map(_has_no_room, reading.microphones)) else [])


def _has_no_room(microphone: MicrophoneReading) -> bool:
    return microphone.state == "disk_full"
