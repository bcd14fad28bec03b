"""Writing files that outlast a power cut: whole or not at all, with short writes looped."""

import os
from contextlib import suppress
from pathlib import Path


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte. A short write does not raise (a disk that is nearly full does that), so it is repeated."""
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]


def place_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` durably: `.part`, fsync, rename, fsync of the folder. Raises OSError; then `path` is untouched."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(part, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in `folder` durable."""
    sync_file(folder)


def sync_file(path: Path) -> None:
    """Make what was written to `path` durable, whoever wrote it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make `folder` and its missing parents, durable and private (0700).

    One that exists is made durable too: whoever made it may have been killed before.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    with suppress(PermissionError):  # a folder that this account may not even list is not one in which it makes others
        sync_folder(folder.parent)
