"""How processes of one installation hold together: children end with their parent, and one folder has one parent."""

import ctypes
import fcntl
import gc
import os
import signal
from pathlib import Path
from typing import IO

from meetrec.platform.durable_files import make_private_folder
from meetrec.platform.errors import MeetRecError

CHILD_VARIABLE = "MEETREC_ENDS_WITH_PARENT"
PR_SET_PDEATHSIG = 1  # Linux: prctl(2)
COLLECT_AFTER = (20_000, 20, 50)  # new objects; collections of the newest; of the middle ones


class RunsAlready(MeetRecError):
    """Another process looks after this folder."""


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent is gone, also after a `kill -9`. Only where the parent asked for it."""
    if os.environ.get(CHILD_VARIABLE):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def keep_what_stands() -> None:
    """Tell the collector of garbage that what this process has loaded by now stays: looking through it all took a sixth of a second every few requests.

    A page that reads a thousand rows makes a hundred thousand objects; the collector looks at those of one page at a time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def hold_alone(folder: Path) -> IO[bytes]:
    """Hold the folder until the returned file is closed or this process ends. Raises `RunsAlready`."""
    make_private_folder(folder)
    file = (folder / "up.lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise RunsAlready(f"MeetRec runs already with the data in {folder}. Stop it first, or use its addresses.") from error
    return file
