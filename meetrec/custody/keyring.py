"""The keyring: one data key per record, wrapped, in a folder apart from the database and from its backups (W-11).

In the folder lie `000003.data-keys` (a line per record: its id and its wrapped data key), the wrapping key of the same
generation (see key_provider.py) and `keyring.lock`. The highest numbered table is the one in force. Destroying a data key for
good takes both `destroy_data_key` and `advance_generation`: after the second, no older copy of the table can be opened.
"""

import base64
import binascii
import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meetrec.custody.errors import KeyExists, KeyMissing, KeyringUnusable
from meetrec.custody.key_provider import FileKeyProvider, KeyProvider
from meetrec.platform.durable_files import make_private_folder, sync_folder, write_durably

DATA_KEY_BYTES = 32
FIRST_GENERATION = 1
TABLE_HEADING = "meetrec keyring 1"
TABLE_NAME = re.compile(r"(\d{6})\.data-keys")
LEFT_OVER_NAME = re.compile(r"\.\d{6}\.(data-keys|wrapping-key)\.[0-9a-f]+\.part")
RECORD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

WrappedKeys = dict[str, bytes]


def keyring_exists(folder: Path) -> bool:
    """Whether a keyring lies in the folder."""
    return folder.is_dir() and any(map(TABLE_NAME.fullmatch, os.listdir(folder)))


class Keyring:
    """Data keys by record id. Safe between threads and processes: every call takes the folder's lock, shared for reading."""

    def __init__(self, folder: Path, provider: KeyProvider | None = None) -> None:
        """Open the keyring and finish what a killed process left half done.

        Raises KeyringUnusable when the folder holds no keyring: a new one is never made by accident, for instance because the
        keyring's medium is not mounted.
        """
        self._folder = folder
        self._provider = provider or FileKeyProvider(folder)
        self._seen: tuple[tuple[int, int, int], WrappedKeys] | None = None
        with self._locked(fcntl.LOCK_EX):
            self._finish_what_was_interrupted()

    @classmethod
    def create(cls, folder: Path, provider: KeyProvider | None = None) -> "Keyring":
        """Start an empty keyring. Raises KeyringUnusable when the folder holds one, or holds wrapping keys without their table."""
        make_private_folder(folder)
        provider = provider or FileKeyProvider(folder)
        _refuse_to_replace(folder, provider)
        # The empty table goes first: a table without keys can be given a wrapping key, a wrapping key without its table means loss.
        write_durably(_table_path(folder, FIRST_GENERATION), _as_text({}))
        provider.create(FIRST_GENERATION)
        (folder / "keyring.lock").touch(mode=0o600)
        return cls(folder, provider)

    @property
    def generation(self) -> int:
        """The generation of the wrapping key in force."""
        return _current_generation(self._folder)

    def record_ids(self) -> frozenset[str]:
        """Every record that has a data key."""
        with self._locked(fcntl.LOCK_SH):
            return frozenset(self._wrapped_keys())

    def new_data_key(self, record_id: str) -> bytes:
        """Make, wrap and keep the record's data key (32 bytes); durable when it returns. Raises KeyExists."""
        if not RECORD_ID.fullmatch(record_id):
            raise KeyringUnusable(f"{record_id!r} cannot be the id of a record: use letters, digits, dots, hyphens and underscores.")
        with self._locked(fcntl.LOCK_EX):
            wrapped_keys = self._wrapped_keys()
            if record_id in wrapped_keys:
                raise KeyExists(f"Record {record_id} has a data key already.")
            data_key = secrets.token_bytes(DATA_KEY_BYTES)
            wrapped = self._provider.wrap(self.generation, data_key, _bound_to(record_id, self.generation))
            self._keep(self.generation, {**wrapped_keys, record_id: wrapped})
            return data_key

    def data_key(self, record_id: str) -> bytes:
        """The record's data key (32 bytes). Raises KeyMissing, or KeyringUnusable when it cannot be unwrapped."""
        with self._locked(fcntl.LOCK_SH):
            wrapped = self._wrapped_keys().get(record_id)
            if wrapped is None:
                raise KeyMissing(f"The keyring has no data key for record {record_id}: it was destroyed, or the keyring is older than the record.")
            return self._provider.unwrap(self.generation, wrapped, _bound_to(record_id, self.generation))

    def destroy_data_key(self, record_id: str) -> None:
        """Take the record's data key out of the table (W-13). Raises KeyMissing.

        Older copies of the table can still be opened until `advance_generation` has destroyed the wrapping key in force.
        """
        with self._locked(fcntl.LOCK_EX):
            survivors = {known: wrapped for known, wrapped in self._wrapped_keys().items() if known != record_id}
            if len(survivors) == len(self._wrapped_keys()):
                raise KeyMissing(f"The keyring has no data key for record {record_id}; nothing was destroyed.")
            self._keep(self.generation, survivors)

    def advance_generation(self) -> int:
        """Rewrap every data key under a fresh wrapping key and destroy the old one; returns the new generation (W-11, W-13).

        Killed at any point, the keyring stays usable: until the new table has its name the old generation is in force, from then
        on the new one, and the next opening destroys whichever is not. A printed key-recovery sheet is out of date afterwards.
        """
        with self._locked(fcntl.LOCK_EX):
            self._finish_what_was_interrupted()
            old, new = self.generation, self.generation + 1
            self._provider.create(new)
            rewrapped = self._rewrapped(old, new)
            self._keep(new, rewrapped)
            self._finish_what_was_interrupted()
            return new

    def _rewrapped(self, old: int, new: int) -> WrappedKeys:
        """All data keys under the new generation, each unwrapped again before the old wrapping key may go."""
        rewrapped: WrappedKeys = {}
        for record_id, wrapped in self._wrapped_keys().items():
            data_key = self._provider.unwrap(old, wrapped, _bound_to(record_id, old))
            rewrapped[record_id] = self._provider.wrap(new, data_key, _bound_to(record_id, new))
            if self._provider.unwrap(new, rewrapped[record_id], _bound_to(record_id, new)) != data_key:
                raise KeyringUnusable(f"The new wrapping key does not give record {record_id}'s data key back; the old one stays in force.")
        return rewrapped

    def _finish_what_was_interrupted(self) -> None:
        """Leave one generation: the one in force. Touches nothing while its wrapping key is not there."""
        current = self.generation
        if current not in self._provider.generations():
            self._provide_first_wrapping_key(current)
        for generation in self._provider.generations():
            if generation != current:
                self._provider.destroy(generation)
        for name in os.listdir(self._folder):
            table = TABLE_NAME.fullmatch(name)
            if LEFT_OVER_NAME.fullmatch(name) or (table and int(table[1]) != current):
                (self._folder / name).unlink()
        sync_folder(self._folder)

    def _provide_first_wrapping_key(self, generation: int) -> None:
        """Finish an interrupted `create`; any other missing wrapping key must come from the recovery sheet."""
        if generation != FIRST_GENERATION or self._wrapped_keys():
            raise KeyringUnusable(f"The wrapping key of generation {generation} is missing in {self._folder}. Restore it from the key-recovery sheet.")
        self._provider.create(generation)

    def _wrapped_keys(self) -> WrappedKeys:
        """The table in force; read again only when the file is another one than last time."""
        path = _table_path(self._folder, self.generation)
        facts = path.stat()
        identity = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
        if self._seen is None or self._seen[0] != identity:
            self._seen = (identity, _from_text(path))
        return self._seen[1]

    def _keep(self, generation: int, wrapped_keys: WrappedKeys) -> None:
        try:
            write_durably(_table_path(self._folder, generation), _as_text(wrapped_keys))
        except OSError as error:
            raise KeyringUnusable(f"The keyring {self._folder} could not be written ({error.strerror}); it is as it was before.") from error

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        _current_generation(self._folder)  # a folder without a keyring gets no lock file either
        descriptor = os.open(self._folder / "keyring.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def _current_generation(folder: Path) -> int:
    try:
        tables = (TABLE_NAME.fullmatch(name) for name in os.listdir(folder))
    except OSError as error:
        raise KeyringUnusable(f"The keyring folder {folder} cannot be read ({error.strerror}). Mount its medium or correct keyring_dir.") from error
    generations = [int(match[1]) for match in tables if match]
    if not generations:
        raise KeyringUnusable(f"There is no keyring in {folder}. Mount its medium, correct keyring_dir, or start one with: meetrec init")
    return max(generations)


def _refuse_to_replace(folder: Path, provider: KeyProvider) -> None:
    if any(TABLE_NAME.fullmatch(name) for name in os.listdir(folder)):
        raise KeyringUnusable(f"There is a keyring in {folder} already; it was left as it is.")
    if provider.generations():
        raise KeyringUnusable(f"{folder} holds a wrapping key without its table of data keys. Restore the table from the keyring's backup.")


def _table_path(folder: Path, generation: int) -> Path:
    return folder / f"{generation:06d}.data-keys"


def _bound_to(record_id: str, generation: int) -> bytes:
    """Bound into every wrapping, so that two lines of the table cannot be exchanged."""
    return f"meetrec data key, record {record_id}, generation {generation}".encode()


def _as_text(wrapped_keys: WrappedKeys) -> bytes:
    lines = (f"{record_id} {base64.b64encode(wrapped).decode()}" for record_id, wrapped in sorted(wrapped_keys.items()))
    return "\n".join([TABLE_HEADING, *lines, ""]).encode()


def _from_text(path: Path) -> WrappedKeys:
    heading, *lines = path.read_text("ascii", errors="replace").splitlines() or [""]
    try:
        if heading != TABLE_HEADING:
            raise ValueError
        pairs = (line.split(" ") for line in lines)
        return {record_id: base64.b64decode(wrapped, validate=True) for record_id, wrapped in pairs}
    except (ValueError, binascii.Error) as error:
        raise KeyringUnusable(f"The keyring's table {path} is damaged. Restore it from the keyring's backup.") from error
