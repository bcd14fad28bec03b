"""The installation's own secret, and secrets derived from it for each use."""

from contextlib import suppress
from hmac import digest
from pathlib import Path
from secrets import token_bytes

from meetrec.platform.durable_files import make_private_folder, read_private_file, write_new_durably


def create_key_file(path: Path) -> None:
    """Write 32 random bytes for the owner alone, durably; an existing file is left as it is (FileExistsError)."""
    make_private_folder(path.parent)
    write_new_durably(path, token_bytes(32))


def read_key_file(path: Path) -> bytes:
    """The bytes of a key file. Raises PrivateFileUnusable with a sentence when it is not there."""
    return read_private_file(path)


def key_in_file(path: Path) -> bytes:
    """The bytes of a key file, made now if it is not there yet."""
    with suppress(FileExistsError):
        create_key_file(path)
    return read_key_file(path)


def secret(key: bytes, use: str) -> str:
    """A secret for one use, derived from a key, as text (HMAC-SHA-256, hex)."""
    return digest(key, use.encode(), "sha256").hex()
