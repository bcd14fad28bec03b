"""The one door to stored bytes: writes an object once, sealed, and opens it for whoever has the record's data key (G5.b, W-11)."""

import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable
from uuid import UUID

from meetrec.custody.errors import DamagedObject, ObjectExists, ObjectMissing, PlaceRefused, WrongKey
from meetrec.custody.keyring import DATA_KEY_BYTES
from meetrec.custody.sealed_layout import Binding
from meetrec.custody.sealed_reader import SealedReader, damaged
from meetrec.custody.sealed_writer import Stored, not_written, write_sealed
from meetrec.platform.durable_files import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder

READ_BYTES = 1 << 20
SHARD_NAME = re.compile(r"[0-9a-f]{2}")
PART_NAME = re.compile(r"\.[0-9a-f-]{36}\.[0-9a-f]+\.part")

__all__ = ["SealedReader", "Store", "Stored"]


@runtime_checkable
class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Store:
    """Sealed objects under a folder, each in a file named by its UUID: `3f/3f2b…`. Safe between threads and processes.

    `context` is the text the object is bound to, by custom the record's id; it must be given again to open it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self._folder = folder.resolve()

    def put(self, object_id: str, key: bytes, source: BinaryIO | Iterable[bytes], context: str) -> Stored:
        """Seal everything `source` gives under the record's data key (32 bytes); on the disk for good when it returns.

        Raises ObjectExists (the store never overwrites), StoreUnwritable, PlaceRefused, WrongKey; errors of the source pass
        through. Whatever is raised, nothing of the object is kept.
        """
        _check_key(key)
        with self._shard(_shard_name(object_id), create=True) as shard:
            if object_id in os.listdir(shard):
                raise _exists(object_id)
            with _unfinished_file(shard, object_id) as (file, part_name):
                stored = write_sealed(file, key, Binding(context, object_id), _chunks_of(source))
                _give_its_name(shard, part_name, object_id)
        return stored

    def open(self, object_id: str, key: bytes, context: str, sha256: str | None = None) -> SealedReader:
        """The object's plain bytes, decrypted as they are read; close the reader after use.

        With `sha256` (hex, from the record) it is made sure that these are the bytes the record speaks of.
        Raises ObjectMissing, WrongKey, DamagedObject, PlaceRefused.
        """
        _check_key(key)
        file = self._stored_file(object_id)
        try:
            reader = SealedReader(file, key, Binding(context, object_id))
            if sha256 is not None and reader.sha256 != sha256:
                raise DamagedObject(f"The stored object {object_id} is not the one its record speaks of: its SHA-256 differs.")
        except BaseException:
            file.close()
            raise
        return reader

    def verify(self, object_id: str, key: bytes, context: str, sha256: str) -> None:
        """Read the whole object and hold it against the SHA-256 of its plain bytes (hex). Raises as `open` does."""
        hashed = hashlib.sha256()
        with self.open(object_id, key, context, sha256) as reader:
            while plain := reader.read(READ_BYTES):
                hashed.update(plain)
        if hashed.hexdigest() != sha256:
            raise damaged(object_id)

    def stored_sha256(self, object_id: str) -> str:
        """SHA-256 of the sealed file (hex), to compare with `Stored.stored_sha256` where no key is at hand."""
        with self._stored_file(object_id) as file:
            hashed = hashlib.sha256()
            while stored := file.read(READ_BYTES):
                hashed.update(stored)
        return hashed.hexdigest()

    def has(self, object_id: str) -> bool:
        """Whether there is an object under this id."""
        try:
            self._stored_file(object_id).close()
        except ObjectMissing:
            return False
        return True

    def take_back(self, object_id: str) -> None:
        """Remove an object that no record has ever named, such as an upload that was refused; one that is not there is no error."""
        with suppress(ObjectMissing), self._shard(_shard_name(object_id)) as shard, suppress(FileNotFoundError):
            os.unlink(object_id, dir_fd=shard)
            os.fsync(shard)

    def remove_unfinished(self) -> int:
        """Remove what killed writers left behind (never part of an object) and say how many files; living writers hold a lock."""
        removed = 0
        for shard_name in filter(SHARD_NAME.fullmatch, os.listdir(self._folder)):
            with self._shard(shard_name) as shard:
                removed += sum(_removed_if_abandoned(shard, name) for name in os.listdir(shard) if PART_NAME.fullmatch(name))
        return removed

    def _stored_file(self, object_id: str) -> BinaryIO:
        with self._shard(_shard_name(object_id)) as shard:
            # Not to block on a pipe that somebody put there: O_NONBLOCK changes nothing for a file.
            descriptor = _opened_without_links(object_id, os.O_RDONLY | os.O_NONBLOCK, shard)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _refused(object_id)
        return os.fdopen(descriptor, "rb", buffering=0)

    @contextmanager
    def _shard(self, shard_name: str, create: bool = False) -> Iterator[int]:
        """The open sub-folder; everything inside is named relative to it, so no name leads outside."""
        if create:
            self._make_shard(shard_name)
        descriptor = _opened_without_links(str(self._folder / shard_name), os.O_RDONLY | os.O_DIRECTORY, None)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _make_shard(self, shard_name: str) -> None:
        try:
            os.mkdir(self._folder / shard_name, PRIVATE_FOLDER)
            sync_folder(self._folder)
        except FileExistsError:
            return
        except OSError as error:
            raise not_written(error) from error


def _shard_name(object_id: str) -> str:
    """The first two digits of a UUID in its usual form; anything else is refused before it becomes part of a path."""
    try:
        if str(UUID(object_id)) == object_id:
            return object_id[:2]
    except (ValueError, AttributeError, TypeError):
        pass
    raise PlaceRefused(f"{object_id!r} is not the id of a stored object: a UUID in small letters with hyphens is needed.")


def _opened_without_links(name: str, flags: int, folder: int | None) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        raise ObjectMissing(f"The store has no object {Path(name).name}.") from None
    except OSError as error:
        raise _refused(Path(name).name) from error


@contextmanager
def _unfinished_file(shard: int, object_id: str) -> Iterator[tuple[BinaryIO, str]]:
    """A locked file beside the place of the object; whatever happens, its temporary name is gone afterwards."""
    name = f".{object_id}.{secrets.token_hex(6)}.part"
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE, dir_fd=shard)
    except OSError as error:
        raise not_written(error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield file, name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=shard)


def _give_its_name(shard: int, part_name: str, object_id: str) -> None:
    """Link instead of rename: of two writers of the same id, the second one fails and nothing is overwritten."""
    try:
        os.link(part_name, object_id, src_dir_fd=shard, dst_dir_fd=shard, follow_symlinks=False)
        os.fsync(shard)
    except FileExistsError:
        raise _exists(object_id) from None
    except OSError as error:
        raise not_written(error) from error


def _removed_if_abandoned(shard: int, name: str) -> bool:
    with suppress(ObjectMissing), os.fdopen(_opened_without_links(name, os.O_RDONLY, shard), "rb") as file, suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(name, dir_fd=shard)
        return True
    return False


def _chunks_of(source: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    if isinstance(source, _Readable):
        return iter(lambda: source.read(READ_BYTES), b"")
    return source


def _check_key(key: bytes) -> None:
    if len(key) != DATA_KEY_BYTES:
        raise WrongKey(f"A data key has {DATA_KEY_BYTES} bytes, this one has {len(key)}.")


def _exists(object_id: str) -> ObjectExists:
    return ObjectExists(f"There is an object {object_id} in the store already; it was left as it is.")


def _refused(name: str) -> PlaceRefused:
    return PlaceRefused(f"“{name}” in the store is a link, not a plain file or folder, or may not be opened; it was not touched.")
