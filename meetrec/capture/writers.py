"""Which processes write in an outbox: each holds it while it lives, and recovery waits until the last of an earlier kiosk is gone (G5.b).

A microphone's process outlives a killed kiosk by the moment it needs to seal its piece. Recovery names the hash of what it finds, so
nothing may change any more when it looks. POSIX record locks, because the kernel says which process holds one and lets go when it dies.
"""

import fcntl
import os
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from meetrec.capture.errors import OutboxUnusable
from meetrec.capture.files import make_folder

WRITERS = ".writers"
LEAVING_SECONDS = 10.0  # to seal a piece on a slow disk
DYING_SECONDS = 20.0
_LOOK_AGAIN_SECONDS = 0.05
_FLOCK = "hhqqi"  # struct flock with 64 bit offsets: type, whence, start, length, process


def hold_as_writer(outbox: Path) -> int:
    """Hold the outbox for writing, beside other writers, until this process ends; waits while recovery is at work. The open descriptor."""
    descriptor = _open(outbox)
    fcntl.lockf(descriptor, fcntl.LOCK_SH)
    return descriptor


@contextmanager
def without_writers(outbox: Path) -> Iterator[None]:
    """No other process writes in the outbox meanwhile. One that does not leave within 10 s is killed; all it has written stays.

    Raises OutboxUnusable when a process cannot be ended, with nothing changed.
    """
    descriptor = _open(outbox)
    try:
        if not _locked_within(descriptor, LEAVING_SECONDS):
            _kill_writers(descriptor)
        yield
    finally:
        os.close(descriptor)


def _open(outbox: Path) -> int:
    make_folder(outbox)
    return os.open(outbox / WRITERS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _locked_within(descriptor: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(BlockingIOError, PermissionError):  # the two ways POSIX tells that somebody else holds it
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_AGAIN_SECONDS)


def _kill_writers(descriptor: int) -> None:
    deadline = time.monotonic() + DYING_SECONDS
    while not _locked_within(descriptor, _LOOK_AGAIN_SECONDS):
        if time.monotonic() > deadline:
            raise OutboxUnusable("A microphone's program of before does not end, so nothing was changed. Switch this machine off and on again.")
        if writer := _a_writer(descriptor):
            with suppress(ProcessLookupError):
                os.kill(writer, signal.SIGKILL)


def _a_writer(descriptor: int) -> int | None:
    """The id of a process that holds the outbox, by the kernel's word; None when nobody does."""
    asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _whence, _start, _length, process = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    return process if kind != fcntl.F_UNLCK and process > 0 else None
