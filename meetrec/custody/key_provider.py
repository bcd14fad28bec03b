"""Who holds the wrapping keys: a file by default; a security chip or module behind the same protocol."""

import os
import re
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from meetrec.custody.errors import KeyringUnusable
from meetrec.platform.durable_files import PrivateFileUnusable, destroy_private_file, read_private_file, write_new_durably

WRAPPING_KEY_BYTES = 32
NONCE_BYTES = 12
FILE_NAME = re.compile(r"(\d{6})\.wrapping-key")


class KeyProvider(Protocol):
    """Wrapping keys by generation (1, 2, 3 …). Each method is durable when it returns."""

    def generations(self) -> tuple[int, ...]:
        """The generations whose wrapping key exists, ascending."""

    def create(self, generation: int) -> None:
        """Make a fresh wrapping key; raises KeyringUnusable if the generation has one."""

    def wrap(self, generation: int, data_key: bytes, bound_to: bytes) -> bytes:
        """Encrypt a data key so that it opens only with the same `bound_to`."""

    def unwrap(self, generation: int, wrapped: bytes, bound_to: bytes) -> bytes:
        """The data key; raises KeyringUnusable when wrapping key, bytes or `bound_to` do not fit together."""

    def destroy(self, generation: int) -> None:
        """Make the wrapping key unrecoverable; nothing happens when it is gone already."""


class FileKeyProvider:
    """Each wrapping key in a file of its own, mode 0600, `000001.wrapping-key` and so on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def generations(self) -> tuple[int, ...]:
        found = (FILE_NAME.fullmatch(name) for name in os.listdir(self._folder))
        return tuple(sorted(int(match[1]) for match in found if match))

    def create(self, generation: int) -> None:
        self.restore(generation, AESGCM.generate_key(bit_length=8 * WRAPPING_KEY_BYTES))

    def restore(self, generation: int, wrapping_key: bytes) -> None:
        """Keep a wrapping key typed from the recovery sheet (32 bytes). Raises KeyringUnusable if one is there or it has another length."""
        if len(wrapping_key) != WRAPPING_KEY_BYTES:
            raise KeyringUnusable(f"A wrapping key has {WRAPPING_KEY_BYTES} bytes, this one has {len(wrapping_key)}.")
        try:
            write_new_durably(self._path(generation), wrapping_key)
        except FileExistsError as error:
            raise KeyringUnusable(f"There is a wrapping key for generation {generation} already; it was left as it is.") from error

    def secret(self, generation: int) -> bytes:
        """The wrapping key itself (32 bytes), for the key-recovery sheet alone."""
        try:
            wrapping_key = read_private_file(self._path(generation))
        except PrivateFileUnusable as error:
            raise KeyringUnusable(str(error)) from error
        if len(wrapping_key) != WRAPPING_KEY_BYTES:
            raise KeyringUnusable(f"{self._path(generation)} is damaged. Restore it from the key-recovery sheet.")
        return wrapping_key

    def wrap(self, generation: int, data_key: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.secret(generation)).encrypt(nonce, data_key, bound_to)

    def unwrap(self, generation: int, wrapped: bytes, bound_to: bytes) -> bytes:
        cipher = AESGCM(self.secret(generation))
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise KeyringUnusable(f"A data key cannot be unwrapped by wrapping key {generation}: one of the two is damaged or from elsewhere.") from error

    def destroy(self, generation: int) -> None:
        destroy_private_file(self._path(generation))

    def _path(self, generation: int) -> Path:
        return self._folder / f"{generation:06d}.wrapping-key"
