"""How a stored object lies on the disk, format 1: an opening, Cobblestone-256 streams of 4 MiB plain each, a closing.

    "MRSTORE1" | opening: sealed(writing)      | stream 0 | stream 1 | …  | closing: sealed(size, sha256, writing)

`writing` is a random number of this one writing. Each part is a Cobblestone message of its own under the record's data key, and
its context names the record's context, the object and the part; the streams' also the writing. So parts cannot be exchanged,
left out or taken from another object, and the closing tells the whole size before the first byte is given out.
Architecture allows 16 MiB; 4 MiB make the worst seek four times shorter and cost 72 bytes per stream.
"""

import hashlib
import json
import struct
from dataclasses import dataclass

MAGIC = b"MRSTORE1"
STREAM_PLAIN_BYTES = 4 << 20
CLOSING = struct.Struct(">Q32s16s")  # size of the plain bytes, their SHA-256, the writing
WRITING_BYTES = 16

CHUNK_BYTES, TAG_BYTES, STREAM_HEADER_BYTES = 16384, 16, 56  # of Cobblestone-256


def sealed_size(plain_bytes: int) -> int:
    """Bytes of a Cobblestone message over so many plain bytes."""
    return STREAM_HEADER_BYTES + plain_bytes + TAG_BYTES * (plain_bytes // CHUNK_BYTES + 1)


OPENING_BYTES = len(MAGIC) + sealed_size(WRITING_BYTES)
CLOSING_BYTES = sealed_size(CLOSING.size)


def stream_count(size: int) -> int:
    """How many streams hold `size` plain bytes; none for an empty object."""
    return -(-size // STREAM_PLAIN_BYTES)


def stream_plain_bytes(size: int, stream: int) -> int:
    """Plain bytes in the given stream of an object of `size` plain bytes."""
    return min(STREAM_PLAIN_BYTES, size - stream * STREAM_PLAIN_BYTES)


def stream_offset(stream: int) -> int:
    """Where the stream begins in the file."""
    return OPENING_BYTES + stream * sealed_size(STREAM_PLAIN_BYTES)


def object_bytes(size: int) -> int:
    """Length of the whole file for `size` plain bytes."""
    streams = stream_count(size)
    body = stream_offset(streams - 1) + sealed_size(stream_plain_bytes(size, streams - 1)) if streams else OPENING_BYTES
    return body + CLOSING_BYTES


@dataclass(frozen=True)
class Closing:
    """What the closing says of the object."""

    size: int
    sha256: bytes
    writing: bytes

    def packed(self) -> bytes:
        return CLOSING.pack(self.size, self.sha256, self.writing)

    @classmethod
    def unpacked(cls, plain: bytes) -> "Closing":
        return cls(*CLOSING.unpack(plain))


@dataclass(frozen=True)
class Binding:
    """What every part of one object is bound to: the caller's context (the record) and the object's id."""

    context: str
    object_id: str

    def part(self, part: str, writing: bytes = b"") -> bytes:
        """The Cobblestone context of a part: "opening", "closing" or the stream's number."""
        facts = {
            "purpose": "meetrec stored object 1",
            "context": self.context,
            "object": self.object_id,
            "part": part,
            "writing": writing.hex(),
        }
        # A digest keeps the context short whatever the caller passes.
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).digest()
