"""Key files: made once with mode 0600 outside the database, and secrets derived from one for each use."""

import os
from hmac import digest
from pathlib import Path
from secrets import token_bytes

from meetrec.platform.errors import MeetRecError


class KeyFileMissing(MeetRecError):
    """A key file is not where the settings say."""


def create_key_file(path: Path, key: bytes) -> None:
    """Write a key for its owner alone, durably; an existing file is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, key)
        os.fsync(handle)
    finally:
        os.close(handle)


def read_key_file(path: Path) -> bytes:
    """The bytes of a key file. Raises `KeyFileMissing` with a sentence when it is not there."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeyFileMissing(f"The key file {path} is missing. Run “meetrec init” on a new installation; on an old one restore it from the keyring's backup or the recovery sheet.") from error


def new_secret() -> bytes:
    """32 random bytes."""
    return token_bytes(32)


def secret(key: bytes, use: str) -> str:
    """A secret for one use, derived from a key, as text (HMAC-SHA-256, hex)."""
    return digest(key, use.encode(), "sha256").hex()
