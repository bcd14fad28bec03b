"""The encrypted store: what goes in comes out, nothing is overwritten, and a writer that fails leaves nothing behind."""

import hashlib
import io
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meetrec.custody.errors import ObjectExists, StoreUnwritable
from meetrec.custody.sealed_layout import STREAM_PLAIN_BYTES, object_bytes
from meetrec.custody.store import Store
from tests.custody.sealed_objects import KEY, OBJECT, RECORD, some_bytes, store, stored_file

__all__ = ["store"]


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("size", [0, 1, 16384, 16385, STREAM_PLAIN_BYTES - 1, STREAM_PLAIN_BYTES, STREAM_PLAIN_BYTES + 1])
def test_what_goes_in_comes_out_with_its_hash(store: Store, tmp_path: Path, size: int) -> None:
    plain = some_bytes(size)
    stored = store.put(OBJECT, KEY, io.BytesIO(plain), RECORD)
    assert (stored.size, stored.sha256) == (size, hashlib.sha256(plain).hexdigest())
    assert stored.streams == -(-size // STREAM_PLAIN_BYTES)
    on_disk = stored_file(tmp_path).read_bytes()
    assert len(on_disk) == object_bytes(size)
    assert stored.stored_sha256 == hashlib.sha256(on_disk).hexdigest() == store.stored_sha256(OBJECT)
    with store.open(OBJECT, KEY, RECORD, stored.sha256) as reader:
        assert (reader.size, reader.sha256) == (size, stored.sha256)
        assert reader.read() == plain
        assert reader.read(1) == b""
    store.verify(OBJECT, KEY, RECORD, stored.sha256)


def test_source_may_be_an_iterable_of_any_pieces(store: Store) -> None:
    plain = some_bytes(STREAM_PLAIN_BYTES * 2 + 77)
    pieces = [plain[:5], b"", plain[5:100_000], plain[100_000:]]
    assert store.put(OBJECT, KEY, iter(pieces), RECORD).sha256 == hashlib.sha256(plain).hexdigest()
    with store.open(OBJECT, KEY, RECORD) as reader:
        assert reader.readall() == plain


@pytest.mark.requirement("W-11")
def test_plain_bytes_never_lie_on_the_disk(store: Store, tmp_path: Path) -> None:
    store.put(OBJECT, KEY, [b"Mateo reads well " * 5000], RECORD)
    assert all(b"Mateo" not in path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    assert stored_file(tmp_path).stat().st_mode & 0o077 == 0


def test_every_seek_gives_the_same_bytes_as_the_plain_file(store: Store) -> None:
    plain = some_bytes(STREAM_PLAIN_BYTES * 2 + 12345)
    store.put(OBJECT, KEY, [plain], RECORD)
    places = random.Random(2)  # noqa: S311
    with store.open(OBJECT, KEY, RECORD) as reader:
        for _ in range(150):
            at, length = places.randrange(len(plain) + 10), places.choice([1, 100, 8192, 300_000])
            assert reader.seek(at) == at
            assert reader.read(length) == plain[at : at + length]
            assert reader.tell() == at + len(plain[at : at + length])
        assert reader.seek(-3, io.SEEK_END) == len(plain) - 3
        assert reader.seek(1, io.SEEK_CUR) == len(plain) - 2
        assert io.BufferedReader(reader).read() == plain[-2:]
    with pytest.raises(ValueError, match="closed"):
        reader.read(1)


def test_reader_has_no_descriptor_by_which_the_sealed_file_could_be_sent(store: Store) -> None:
    store.put(OBJECT, KEY, [b"sound"], RECORD)
    with store.open(OBJECT, KEY, RECORD) as reader, pytest.raises(io.UnsupportedOperation):
        reader.fileno()


def bytes_read() -> int:
    """By this process so far, from files and the rest."""
    return int(Path("/proc/self/io").read_text(encoding="ascii").split()[1])


@pytest.mark.requirement("G5.b")
def test_first_byte_anywhere_costs_no_more_than_its_stream(store: Store, tmp_path: Path) -> None:
    block, blocks = some_bytes(1 << 20), 40
    store.put(OBJECT, KEY, (block for _ in range(blocks)), RECORD)
    size = blocks << 20
    most = 0
    for at in [0, STREAM_PLAIN_BYTES - 1, size // 2, size - 1, *range(777, size, size // 20)]:
        before = bytes_read()
        with store.open(OBJECT, KEY, RECORD) as reader:
            reader.seek(at)
            assert reader.read(1) == block[at % (1 << 20) :][:1]
        most = max(most, bytes_read() - before)
    stored_file(tmp_path).unlink()
    assert most <= object_bytes(STREAM_PLAIN_BYTES) + 1024  # its stream, and what the object says of itself


WRITE_AND_READ_96_MIB = """
import resource, sys
from pathlib import Path
from meetrec.custody.store import Store
def most_kib(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
store, block = Store(Path(sys.argv[1])), bytes(1 << 20)
store.put("00000000-0000-0000-0000-000000000000", bytes(32), [block], "record")
before = most_kib()
stored = store.put(sys.argv[2], bytes(32), (block for _ in range(96)), "record")
store.verify(sys.argv[2], bytes(32), "record", stored.sha256)
print(most_kib() - before)
"""


def test_memory_stays_flat_while_writing_and_reading(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_AND_READ_96_MIB, str(tmp_path / "store"), OBJECT]
    grown_kib = int(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert grown_kib < 16 * 1024


def test_store_never_overwrites(store: Store) -> None:
    first = store.put(OBJECT, KEY, [b"the first"], RECORD)
    with pytest.raises(ObjectExists, match="left as it is"):
        store.put(OBJECT, KEY, [b"the second"], RECORD)
    store.verify(OBJECT, KEY, RECORD, first.sha256)


def test_of_two_writers_of_one_id_the_later_fails_and_the_earlier_stands(store: Store, tmp_path: Path) -> None:
    def source_that_is_overtaken() -> Iterator[bytes]:
        yield b"slow"
        store.put(OBJECT, KEY, [b"quick"], RECORD)

    with pytest.raises(ObjectExists):
        store.put(OBJECT, KEY, source_that_is_overtaken(), RECORD)
    with store.open(OBJECT, KEY, RECORD) as reader:
        assert reader.read() == b"quick"
    assert os.listdir(stored_file(tmp_path).parent) == [OBJECT]


def test_source_that_breaks_off_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield some_bytes(100_000)
        raise FileNotFoundError("the piece is gone")

    with pytest.raises(FileNotFoundError, match="the piece is gone"):
        store.put(OBJECT, KEY, broken(), RECORD)
    assert not store.has(OBJECT)
    assert os.listdir(stored_file(tmp_path).parent) == []


def test_full_disk_is_a_sentence_and_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limit[1]))  # the kernel itself refuses to let the file grow
    try:
        with pytest.raises(StoreUnwritable, match="Nothing of it was kept"):
            store.put(OBJECT, KEY, [some_bytes(1 << 20)], RECORD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    assert os.listdir(stored_file(tmp_path).parent) == []
    store.put(OBJECT, KEY, [b"again"], RECORD)


WRITE_AND_WAIT = """
import sys, time
from pathlib import Path
from meetrec.custody.store import Store
def endless():
    yield bytes(300_000)
    print("writing", flush=True)
    time.sleep(60)
Store(Path(sys.argv[1])).put(sys.argv[2], bytes(range(32)), endless(), "record")
"""


def test_killed_writer_leaves_no_object_and_its_remains_are_swept_while_living_writers_are_spared(store: Store, tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITE_AND_WAIT, str(tmp_path / "store"), OBJECT], stdout=subprocess.PIPE)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        assert store.remove_unfinished() == 0
        assert len(os.listdir(stored_file(tmp_path).parent)) == 1
    finally:
        writer.kill()
        writer.communicate()
    assert not store.has(OBJECT)
    assert store.remove_unfinished() == 1
    assert os.listdir(stored_file(tmp_path).parent) == []
    store.put(OBJECT, KEY, [b"again"], RECORD)
    assert store.remove_unfinished() == 0
    assert store.has(OBJECT)
