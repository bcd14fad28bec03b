"""Reads a stored object like a plain file: seekable, decrypting only the stream that is needed, never giving out a changed byte."""

import io
import os
from typing import BinaryIO

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag

from meetrec.custody.errors import DamagedObject, WrongKey
from meetrec.custody.sealed_layout import (
    CLOSING_BYTES,
    MAGIC,
    OPENING_BYTES,
    STREAM_PLAIN_BYTES,
    Binding,
    Closing,
    object_bytes,
    sealed_size,
    stream_offset,
    stream_plain_bytes,
)

STEP_BYTES = 256 << 10


class SealedReader(io.RawIOBase):
    """The plain bytes of one stored object. Not for several threads at once; open one each.

    `read(n)` gives exactly n bytes unless the object ends before. Damage raises DamagedObject, also on opening: the closing is
    checked first, so a shortened file is never taken for a whole one. There is no `fileno`: nobody can send the sealed file itself.
    """

    def __init__(self, file: BinaryIO, key: bytes, binding: Binding) -> None:
        """`file` is the open stored file and is closed with the reader. Raises WrongKey or DamagedObject."""
        super().__init__()
        self._file, self._key, self._binding = file, key, binding
        self._position = 0
        self._stream: _StreamReading | None = None
        self._closing = _checked_closing(file, key, binding)

    @property
    def size(self) -> int:
        """Plain bytes of the object."""
        return self._closing.size

    @property
    def sha256(self) -> str:
        """SHA-256 of the plain bytes (hex) as it was sealed in when they were written."""
        return self._closing.sha256.hex()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._checkClosed()
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._checkClosed()
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if position < 0:
            raise ValueError("cannot seek to before the beginning")
        self._position = position
        return position

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]
        """Fill `buffer` with the next plain bytes; how many (0 at the end). Raises DamagedObject."""
        self._checkClosed()
        target = memoryview(buffer).cast("B")
        wanted = max(0, min(len(target), self.size - self._position))
        filled = 0
        while filled < wanted:
            plain = self._plain_from(self._position)[: wanted - filled]
            target[filled : filled + len(plain)] = plain
            filled += len(plain)
            self._position += len(plain)
        return filled

    def readall(self) -> bytes:
        return self.read(max(0, self.size - self._position)) or b""

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._stream = None
        super().close()

    def _checkClosed(self) -> None:
        if self.closed:
            raise ValueError("the stored object is closed")

    def _plain_from(self, position: int) -> memoryview:
        """Decrypted bytes from `position` on, at least one; a backward step begins the stream again."""
        number, within = divmod(position, STREAM_PLAIN_BYTES)
        if self._stream is None or self._stream.number != number or within < self._stream.start:
            self._stream = _StreamReading(self._file, self._key, self._binding, self._closing, number)
        while within >= self._stream.end:
            self._stream.advance()
        return memoryview(self._stream.plain)[within - self._stream.start :]


class _StreamReading:
    """One stream on its way through the decryptor: `plain` holds the stream's bytes from `start` to `end`."""

    def __init__(self, file: BinaryIO, key: bytes, binding: Binding, closing: Closing, number: int) -> None:
        self.number, self.start, self.plain = number, 0, b""
        self._file, self._object_id = file, binding.object_id
        self._offset = stream_offset(number)
        self._sealed_end = self._offset + sealed_size(stream_plain_bytes(closing.size, number))
        self._decryptor = Cobblestone256Decryptor(key, binding.part(str(number), closing.writing))

    @property
    def end(self) -> int:
        return self.start + len(self.plain)

    def advance(self) -> None:
        """Decrypt the next step; the last one also proves that the stream ends where it should."""
        self.start = self.end
        sealed = _read_exactly(self._file, self._offset, min(STEP_BYTES, self._sealed_end - self._offset), self._object_id)
        self._offset += len(sealed)
        try:
            self.plain = self._decryptor.update(sealed)
            if self._offset == self._sealed_end:
                self.plain += self._decryptor.finalize()
        except InvalidTag as error:
            raise damaged(self._object_id) from error


def _checked_closing(file: BinaryIO, key: bytes, binding: Binding) -> Closing:
    """Opening and closing, each opened by itself: if either opens, the key is right and the other one is damaged."""
    length = os.fstat(file.fileno()).st_size
    if length < OPENING_BYTES + CLOSING_BYTES:
        raise damaged(binding.object_id)
    head = _read_exactly(file, 0, OPENING_BYTES, binding.object_id)
    end = _read_exactly(file, length - CLOSING_BYTES, CLOSING_BYTES, binding.object_id)
    writing = _opened(head[len(MAGIC) :], key, binding.part("opening"))
    closing = _opened(end, key, binding.part("closing"))
    if writing is None and closing is None:
        raise WrongKey(f"The key or the record given does not belong to the stored object {binding.object_id}.")
    if writing is None or closing is None or head[: len(MAGIC)] != MAGIC:
        raise damaged(binding.object_id)
    facts = Closing.unpacked(closing)
    if facts.writing != writing or object_bytes(facts.size) != length:
        raise damaged(binding.object_id)
    return facts


def _opened(sealed: bytes, key: bytes, context: bytes) -> bytes | None:
    decryptor = Cobblestone256Decryptor(key, context)
    try:
        return decryptor.update(sealed) + decryptor.finalize()
    except InvalidTag:
        return None


def _read_exactly(file: BinaryIO, offset: int, length: int, object_id: str) -> bytes:
    read = os.pread(file.fileno(), length, offset)
    if len(read) != length or not length:
        raise damaged(object_id)
    return read


def damaged(object_id: str) -> DamagedObject:
    """The sentence for stored bytes that are not what was written."""
    return DamagedObject(f"The stored object {object_id} is damaged: it was cut off or changed since it was written. Restore it from a backup.")
