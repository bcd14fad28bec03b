"""Keyring and store together: gives a record its key, puts its objects, and opens them for whoever custody let in (G5.b, W-11)."""

from collections.abc import Iterable
from contextlib import suppress
from typing import BinaryIO, Protocol

from meetrec.custody.errors import KeyExists, KeyMissing
from meetrec.custody.keyring import Keyring
from meetrec.custody.sealed_layout import stream_count
from meetrec.custody.store import SealedReader, Store, Stored
from meetrec.platform.settings import Settings


class SealedObject(Protocol):
    """What the vault must know of an object to open it: a row of `stored_object` has it."""

    id: str
    record_id: str
    sha256: str


class Vault:
    """The objects of records, each sealed under its record's own key and bound to its record."""

    def __init__(self, keyring: Keyring, store: Store) -> None:
        self._keyring, self._store = keyring, store

    @classmethod
    def of(cls, settings: Settings) -> "Vault":
        """The installation's vault. Raises KeyringUnusable when the keyring is not there."""
        return cls(Keyring(settings.keyring_dir), Store(settings.store_dir))

    def prepare(self, record_id: str) -> None:
        """Give the record its data key, once; a repeated attempt goes on with the key that is there."""
        try:
            self._keyring.new_data_key(record_id)
        except KeyExists:
            return

    def put(self, record_id: str, object_id: str, source: BinaryIO | Iterable[bytes]) -> Stored:
        """Seal an object for a prepared record; durable when it returns. Raises ObjectExists, StoreUnwritable, KeyMissing."""
        return self._store.put(object_id, self._keyring.data_key(record_id), source, record_id)

    def has(self, object_id: str) -> bool:
        """Whether the object is stored."""
        return self._store.has(object_id)

    def open(self, stored: SealedObject) -> SealedReader:
        """The plain bytes of a stored object, held against the SHA-256 of its row (G5.b); close the reader after use.

        Raises ObjectMissing, DamagedObject, WrongKey, KeyMissing.
        """
        return self._store.open(stored.id, self._keyring.data_key(stored.record_id), stored.record_id, stored.sha256)

    def read(self, stored: SealedObject) -> bytes:
        """All plain bytes of a small object: a transcript, peaks, a gap ledger."""
        with self.open(stored) as reader:
            return reader.readall()

    def remove_unfinished(self) -> int:
        """Remove what killed writers left half written; how many files. For the timetable."""
        return self._store.remove_unfinished()

    def take_back(self, record_id: str, object_id: str) -> None:
        """Undo `prepare` and `put` of an object that was refused before any record named it: nothing of it is kept, its key included.

        Only for the one object of a record that never came to be; what is a record leaves by retention alone (G5.b).
        """
        self._store.take_back(object_id)
        with suppress(KeyMissing):
            self._keyring.destroy_data_key(record_id)

    def open_unlisted(self, record_id: str, object_id: str) -> SealedReader:
        """An object that no row names yet, such as one of an attempt that was cut off."""
        return self._store.open(object_id, self._keyring.data_key(record_id), record_id)

    def describe(self, record_id: str, object_id: str) -> Stored:
        """What a row must say of an object that is stored already; its plain bytes are known from its seal."""
        with self.open_unlisted(record_id, object_id) as reader:
            return Stored(reader.size, reader.sha256, self._store.stored_sha256(object_id), stream_count(reader.size))

    def verify(self, stored: SealedObject) -> None:
        """Read the whole object back and hold it against its row. Raises DamagedObject and what `open` raises."""
        self._store.verify(stored.id, self._keyring.data_key(stored.record_id), stored.record_id, stored.sha256)
