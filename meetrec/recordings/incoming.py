"""Where delivered pieces wait, still sealed, until their recording is assembled: written once, durably, never replaced."""

import errno
import os
import secrets
import shutil
from pathlib import Path

from meetrec.platform.durable_files import make_private_folder, sync_folder
from meetrec.recordings.errors import DeliveryRefused, NoRoomLeft

STATEMENT = "run.json"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def statement_path(incoming: Path, recording_id: str, run_id: str) -> Path:
    """Where the opening statement of a run lies."""
    return incoming / recording_id / run_id / STATEMENT


def piece_path(incoming: Path, recording_id: str, run_id: str, microphone: str, index: int) -> Path:
    """Where a delivered piece lies, whatever its kind."""
    return incoming / recording_id / run_id / microphone / f"{index:06d}.piece"


def keep(path: Path, content: bytes, name: str) -> None:
    """Put the bytes at `path` for good: on the disk with their name when this returns. The same bytes again change nothing.

    Raises DeliveryRefused when other bytes lie there (`name` says which piece), NoRoomLeft when the disk is full.
    """
    try:
        _keep(path, content)
    except FileExistsError:
        if path.read_bytes() != content:
            raise DeliveryRefused(f"{name} was delivered before with other bytes. The first ones stay.") from None
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise no_room_left() from error


def no_room_left() -> NoRoomLeft:
    """The sentence for a full disk of the server."""
    return NoRoomLeft("The server's disk is full. What was sent was not taken; it is kept on the kiosk and will be sent again.")


def remove_delivery(incoming: Path, recording_id: str) -> None:
    """Remove a recording's waiting pieces once it is stored and read back (S-06)."""
    folder = incoming / recording_id
    if folder.is_dir():
        shutil.rmtree(folder)
        sync_folder(incoming)


def waiting_recordings(incoming: Path) -> tuple[str, ...]:
    """Ids of recordings whose pieces lie here."""
    return tuple(sorted(entry.name for entry in incoming.iterdir() if entry.is_dir())) if incoming.is_dir() else ()


def _keep(path: Path, content: bytes) -> None:
    _make_folders(path.parent)
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        _write_through(part, content)
        os.link(part, path)  # unlike a rename, never replaces what another request put there
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def _write_through(part: Path, content: bytes) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        left = memoryview(content)
        while left:  # a nearly full disk takes a part without complaint
            left = left[file.write(left) :]
        os.fsync(descriptor)


def _make_folders(folder: Path) -> None:
    """Create the folders and make their names durable too: a piece whose folder is forgotten is lost with it."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    make_private_folder(folder)
    sync_folder(folder.parent)
