"""Where delivered pieces and room entries wait, still sealed, until their recording is assembled: written once, durably, never replaced."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from meetrec.platform.durable_files import make_private_folder, sync_folder
from meetrec.recordings.errors import DeliveryRefused, NoRoomLeft
from meetrec.recordings.rules import is_id

STATEMENT = "run.json"
ROOM = "room"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def statement_path(incoming: Path, recording_id: str, run_id: str) -> Path:
    """Where the opening statement of a run lies."""
    return incoming / recording_id / run_id / STATEMENT


def piece_path(incoming: Path, recording_id: str, run_id: str, microphone: str, index: int) -> Path:
    """Where a delivered piece lies, whatever its kind."""
    return incoming / recording_id / run_id / microphone / f"{index:06d}.piece"


def room_folder(incoming: Path, recording_id: str, kiosk_id: str) -> Path:
    """Where the entries of one kiosk's room log lie."""
    return incoming / recording_id / ROOM / kiosk_id


def entry_path(incoming: Path, recording_id: str, kiosk_id: str, index: int) -> Path:
    """Where a delivered entry of the room log lies."""
    return room_folder(incoming, recording_id, kiosk_id) / f"{index:06d}.entry"


def keep(incoming: Path, path: Path, content: bytes, name: str) -> None:
    """Put the bytes at `path` below `incoming` for good: on the disk with their name when this returns. The same bytes again change nothing.

    Raises DeliveryRefused when other bytes lie there (`name` says which piece), NoRoomLeft when the disk is full.
    """
    try:
        _make_folders(incoming, path.parent)
        _write_once(path, content, name)
        _sync_names(incoming, path.parent)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise no_room_left() from error


def no_room_left() -> NoRoomLeft:
    """The sentence for a full disk of the server."""
    return NoRoomLeft("The server's disk is full. What was sent was not taken; it is kept on the kiosk and will be sent again.")


def remove_delivery(incoming: Path, recording_id: str, run_ids: Iterable[str], kiosk_id: str) -> None:
    """Remove what one kiosk delivered of a recording once it is stored and read back (S-06); what another kiosk delivered stays."""
    for folder in _delivered(incoming, recording_id, run_ids, kiosk_id):
        shutil.rmtree(folder)
        sync_folder(folder.parent)
    for emptied in (incoming / recording_id / ROOM, incoming / recording_id):
        with suppress(OSError):  # another kiosk's lies there, or is being put there now
            emptied.rmdir()
    sync_folder(incoming)


def holds_delivery(incoming: Path, recording_id: str, run_ids: Iterable[str], kiosk_id: str) -> bool:
    """Whether anything that this kiosk delivered of the recording still waits here."""
    return bool(_delivered(incoming, recording_id, run_ids, kiosk_id))


def _delivered(incoming: Path, recording_id: str, run_ids: Iterable[str], kiosk_id: str) -> list[Path]:
    folders = [*(incoming / recording_id / run for run in run_ids), room_folder(incoming, recording_id, kiosk_id)]
    return [folder for folder in folders if folder.is_dir()]


def waiting_recordings(incoming: Path) -> tuple[str, ...]:
    """Ids of recordings whose pieces lie here; other folders, such as lost+found, are not ours."""
    return tuple(sorted(entry.name for entry in incoming.iterdir() if entry.is_dir() and is_id(entry.name))) if incoming.is_dir() else ()


def _write_once(path: Path, content: bytes, name: str) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        _write_through(part, content)
        os.link(part, path)  # unlike a rename, never replaces what another request put there
    except FileExistsError:
        if path.read_bytes() != content:
            raise DeliveryRefused(f"{name} was delivered before with other bytes. The first ones stay.", "other_bytes") from None
    finally:
        part.unlink(missing_ok=True)


def _write_through(part: Path, content: bytes) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        left = memoryview(content)
        while left:  # a nearly full disk takes a part without complaint
            left = left[file.write(left) :]
        os.fsync(descriptor)


def _make_folders(incoming: Path, folder: Path) -> None:
    for step in reversed(_steps(incoming, folder)):
        make_private_folder(step)


def _sync_names(incoming: Path, folder: Path) -> None:
    """Make the names durable from the file up: a piece whose folder is forgotten is lost with it.

    Also when all of it was there already: who put it there may have been killed before this.
    """
    for step in (*_steps(incoming, folder), incoming.parent):
        sync_folder(step)


def _steps(incoming: Path, folder: Path) -> list[Path]:
    """`folder` and what leads to it, up to `incoming` itself."""
    return [folder, *(above for above in folder.parents if above.is_relative_to(incoming))]
