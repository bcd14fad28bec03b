"""Small private files that are either wholly on the disk or not there at all (key files, the keyring's table)."""

import os
import secrets
import stat
from pathlib import Path

from meetrec.platform.errors import MeetRecError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


class PrivateFileUnusable(MeetRecError):
    """A secret file is missing, is a link, or can be read by others."""


def write_durably(path: Path, content: bytes) -> None:
    """Put `content` at `path`, mode 0600, replacing what was there; a power cut leaves the old file or the new one, never a part.

    Raises OSError when the disk refuses; the old file then stands.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        _write_new(part, content)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_new_durably(path: Path, content: bytes) -> None:
    """Like write_durably, but raises FileExistsError instead of replacing: for secrets that exist only once."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        _write_new(part, content)
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def read_private_file(path: Path) -> bytes:
    """The bytes of a secret file. Raises PrivateFileUnusable when it is missing, a link, or open to other accounts."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise PrivateFileUnusable(f"The key file {path} is missing. Mount its medium or restore it from the key-recovery sheet.") from error
    except OSError as error:
        raise PrivateFileUnusable(f"The key file {path} cannot be opened: {error.strerror}.") from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
        os.close(descriptor)
        raise PrivateFileUnusable(f"The key file {path} is no plain file or can be read by other accounts. Run: chmod 600 {path}")
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def destroy_private_file(path: Path) -> None:
    """Overwrite and remove a secret file; nothing happens when it is gone already.

    Overwriting in place is the best a program can do on a plain disk; flash and copy-on-write media may keep the old blocks
    until they are reused, so a keyring belongs on an encrypted medium.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(max(os.fstat(descriptor).st_size, 1)))
        file.flush()
        os.fsync(descriptor)
    path.unlink()
    sync_folder(path.parent)


def make_private_folder(folder: Path) -> None:
    """Create `folder` (and what leads to it), readable by this account alone; an existing folder keeps its mode."""
    for missing in [*reversed(folder.parents), folder]:
        missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)  # `parents=True` would give the mode to the last folder alone


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: without this a rename may be forgotten in a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
