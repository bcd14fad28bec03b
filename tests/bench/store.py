"""The encrypted store: writing, and the first byte of a seek in a two-hour recording."""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from meetrec.custody.store import Store
from tests.bench.figures import Figure, own_peak_megabytes

BYTES = 300 * 2**20  # two hours of FLAC at 48 kHz are some 290 MB
CHUNK = 2**20
SEEKS = 40


def _sound() -> Iterator[bytes]:
    block = os.urandom(CHUNK)
    for _ in range(BYTES // CHUNK):
        yield block


def measure() -> list[Figure]:
    """Speed of writing, seconds to the first bytes at random places, memory."""
    with tempfile.TemporaryDirectory() as folder:
        store, object_id, key, context = Store(Path(folder) / "store"), str(uuid4()), os.urandom(32), "bench"
        began = time.monotonic()
        store.put(object_id, key, _sound(), context)
        writing = time.monotonic() - began
        waits = sorted(_seek(store, object_id, key, context, random.Random(seed)) for seed in range(SEEKS))  # noqa: S311 – places, not secrets
    return [
        Figure("store", "writing", BYTES / 1e6 / writing, "MB/s"),
        Figure("store", "seek, median to first byte", 1000 * waits[len(waits) // 2], "ms"),
        Figure("store", "seek, slowest of 40", 1000 * waits[-1], "ms", "≤ 200 ms"),
        Figure("store", "peak memory of the bench", own_peak_megabytes(), "MB"),
    ]


def _seek(store: Store, object_id: str, key: bytes, context: str, chance: random.Random) -> float:
    began = time.monotonic()
    with store.open(object_id, key, context) as reader:
        reader.seek(chance.randrange(BYTES - 65536))
        assert len(reader.read(65536)) == 65536
    return time.monotonic() - began
