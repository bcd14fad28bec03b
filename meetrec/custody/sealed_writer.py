"""Seals a stream of bytes into the layout of a stored object, in flat memory, and hashes both sides while it passes."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.cobblestone import Cobblestone256Encryptor

from meetrec.custody.errors import StoreUnwritable
from meetrec.custody.sealed_layout import MAGIC, STREAM_PLAIN_BYTES, WRITING_BYTES, Binding, Closing, stream_count


@dataclass(frozen=True)
class Stored:
    """What the store has taken in: plain bytes and their SHA-256 (hex), SHA-256 of the stored file (hex), number of streams."""

    size: int
    sha256: str
    stored_sha256: str
    streams: int


def write_sealed(file: BinaryIO, key: bytes, binding: Binding, source: Iterable[bytes]) -> Stored:
    """Write all of `source` to `file` and flush it to the disk. Raises StoreUnwritable; errors of the source pass through."""
    writer = _SealedWriter(file, key, binding)
    for plain in source:
        writer.take(memoryview(plain).cast("B"))
    return writer.finish()


class _SealedWriter:
    def __init__(self, file: BinaryIO, key: bytes, binding: Binding) -> None:
        self._file, self._key, self._binding = file, key, binding
        self._writing = os.urandom(WRITING_BYTES)
        self._plain_hash, self._stored_hash = hashlib.sha256(), hashlib.sha256()
        self._size = 0
        self._stream: Cobblestone256Encryptor | None = None
        self._put(MAGIC + self._sealed("opening", self._writing))

    def take(self, plain: memoryview) -> None:
        """Any number of bytes; a new stream begins wherever the last one is full."""
        self._plain_hash.update(plain)
        while plain:
            room = STREAM_PLAIN_BYTES - self._size % STREAM_PLAIN_BYTES
            self._put(self._open_stream().update(plain[:room]))
            self._size += len(plain[:room])
            plain = plain[room:]
            if self._size % STREAM_PLAIN_BYTES == 0:
                self._close_stream()

    def finish(self) -> Stored:
        self._close_stream()
        closing = Closing(self._size, self._plain_hash.digest(), self._writing)
        self._put(self._sealed("closing", closing.packed()))
        self._flush()
        return Stored(self._size, self._plain_hash.hexdigest(), self._stored_hash.hexdigest(), stream_count(self._size))

    def _open_stream(self) -> Cobblestone256Encryptor:
        if self._stream is None:
            number = self._size // STREAM_PLAIN_BYTES
            self._stream = Cobblestone256Encryptor(self._key, self._binding.part(str(number), self._writing))
        return self._stream

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._put(self._stream.finalize())
            self._stream = None

    def _sealed(self, part: str, plain: bytes) -> bytes:
        encryptor = Cobblestone256Encryptor(self._key, self._binding.part(part))
        return encryptor.update(plain) + encryptor.finalize()

    def _put(self, sealed: bytes) -> None:
        self._stored_hash.update(sealed)
        try:
            self._file.write(sealed)
        except OSError as error:
            raise not_written(error) from error

    def _flush(self) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise not_written(error) from error


def not_written(error: OSError) -> StoreUnwritable:
    """The sentence for a disk that would not take the object."""
    return StoreUnwritable(f"The store could not write the object ({error.strerror}). Nothing of it was kept; make room on the disk and try again.")
