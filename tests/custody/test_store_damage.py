"""The encrypted store gives out nothing that is damaged, exchanged, missing or in a wrong place as whole."""

import hashlib
import os
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.custody.errors import DamagedObject, ObjectExists, ObjectMissing, PlaceRefused, WrongKey
from meetrec.custody.sealed_layout import STREAM_PLAIN_BYTES, stream_offset
from meetrec.custody.store import Store
from tests.custody.sealed_objects import KEY, OBJECT, RECORD, some_bytes, store, stored_file

__all__ = ["store"]


@pytest.mark.requirement("W-11")
def test_another_key_record_or_object_does_not_open_it(store: Store, tmp_path: Path) -> None:
    store.put(OBJECT, KEY, [b"sound"], RECORD)
    for key, record in [(bytes(32), RECORD), (KEY, str(uuid4())), (b"short", RECORD)]:
        with pytest.raises(WrongKey):
            store.open(OBJECT, key, record)
    elsewhere = str(uuid4())
    stored_file(tmp_path, elsewhere).parent.mkdir(exist_ok=True)
    stored_file(tmp_path, elsewhere).write_bytes(stored_file(tmp_path).read_bytes())
    with pytest.raises(WrongKey):
        store.open(elsewhere, KEY, RECORD)


def test_missing_object_is_said_to_be_missing(store: Store) -> None:
    with pytest.raises(ObjectMissing):
        store.open(OBJECT, KEY, RECORD)
    assert not store.has(OBJECT)


def test_bytes_other_than_the_record_speaks_of_are_refused(store: Store) -> None:
    store.put(OBJECT, KEY, [b"sound"], RECORD)
    with pytest.raises(DamagedObject, match="SHA-256 differs"):
        store.open(OBJECT, KEY, RECORD, hashlib.sha256(b"other sound").hexdigest())


@pytest.mark.requirement("G5.b")
def test_every_single_flipped_byte_is_damage(store: Store, tmp_path: Path) -> None:
    stored = store.put(OBJECT, KEY, [b"Good morning, everybody."], RECORD)
    path = stored_file(tmp_path)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(DamagedObject, match="Restore it from a backup"):
            store.verify(OBJECT, KEY, RECORD, stored.sha256)


@pytest.mark.requirement("G5.b")
def test_every_truncation_and_every_addition_is_damage_already_on_opening(store: Store, tmp_path: Path) -> None:
    store.put(OBJECT, KEY, [some_bytes(STREAM_PLAIN_BYTES + 50_000)], RECORD)
    path = stored_file(tmp_path)
    whole = path.read_bytes()
    shorter = [0, 1, 95, 96, 200, stream_offset(1), stream_offset(1) + 128, len(whole) - 16384, len(whole) - 1]
    for content in [*(whole[:length] for length in shorter), whole + b"\0", whole + whole]:
        path.write_bytes(content)
        with pytest.raises(DamagedObject):
            store.open(OBJECT, KEY, RECORD)


@pytest.mark.requirement("G5.b")
def test_streams_cannot_be_exchanged_or_left_out(store: Store, tmp_path: Path) -> None:
    store.put(OBJECT, KEY, [some_bytes(3 * STREAM_PLAIN_BYTES)], RECORD)
    path = stored_file(tmp_path)
    whole = path.read_bytes()
    head, first, second, rest = (
        whole[: stream_offset(0)],
        whole[stream_offset(0) : stream_offset(1)],
        whole[stream_offset(1) : stream_offset(2)],
        whole[stream_offset(2) :],
    )
    path.write_bytes(head + second + first + rest)
    with store.open(OBJECT, KEY, RECORD) as reader, pytest.raises(DamagedObject):
        reader.read(1)
    path.write_bytes(head + first + rest)
    with pytest.raises(DamagedObject):
        store.open(OBJECT, KEY, RECORD)


@pytest.mark.requirement("G5.b")
def test_parts_of_two_writings_of_one_object_do_not_mix(store: Store, tmp_path: Path) -> None:
    writings = []
    for seed in (1, 2):
        store.put(OBJECT, KEY, [some_bytes(STREAM_PLAIN_BYTES, seed)], RECORD)
        writings.append(stored_file(tmp_path).read_bytes())
        stored_file(tmp_path).unlink()
    one, other = writings
    for cut in (stream_offset(0), stream_offset(1)):
        stored_file(tmp_path).write_bytes(one[:cut] + other[cut:])
        with pytest.raises(DamagedObject), store.open(OBJECT, KEY, RECORD) as reader:
            reader.read()


@pytest.mark.requirement("G5.b")
def test_damage_further_back_is_raised_where_it_lies_and_not_before(store: Store, tmp_path: Path) -> None:
    plain = some_bytes(2 * STREAM_PLAIN_BYTES)
    store.put(OBJECT, KEY, [plain], RECORD)
    with stored_file(tmp_path).open("r+b") as file:
        file.seek(stream_offset(1) + 2_000_000)
        file.write(b"\0\0\0\0")
    with store.open(OBJECT, KEY, RECORD) as reader:
        assert reader.read(STREAM_PLAIN_BYTES) == plain[:STREAM_PLAIN_BYTES]
        with pytest.raises(DamagedObject):
            reader.read()


@pytest.mark.parametrize("object_id", ["", "../../etc/passwd", "x", OBJECT.upper(), OBJECT.replace("-", ""), f"{OBJECT}/..", f"{{{OBJECT}}}"])
def test_id_that_is_no_uuid_never_becomes_a_path(store: Store, object_id: str) -> None:
    for refused in (
        lambda: store.open(object_id, KEY, RECORD),
        lambda: store.put(object_id, KEY, [b"x"], RECORD),
        lambda: store.has(object_id),
        lambda: store.stored_sha256(object_id),
    ):
        with pytest.raises(PlaceRefused):
            refused()


def test_links_inside_the_store_are_refused(store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    other = f"{(int(OBJECT[:2], 16) + 1) % 256:02x}{OBJECT[2:]}"
    store.put(OBJECT, KEY, [b"sound"], RECORD)
    stored_file(tmp_path).rename(outside / OBJECT)
    stored_file(tmp_path).symlink_to(outside / OBJECT)
    with pytest.raises(PlaceRefused):
        store.open(OBJECT, KEY, RECORD)
    with pytest.raises(ObjectExists):
        store.put(OBJECT, KEY, [b"sound"], RECORD)
    stored_file(tmp_path, other).parent.symlink_to(outside)
    with pytest.raises(PlaceRefused):
        store.put(other, KEY, [b"sound"], RECORD)
    assert os.listdir(outside) == [OBJECT]


def test_pipe_in_the_place_of_an_object_does_not_hang_the_server(store: Store, tmp_path: Path) -> None:
    stored_file(tmp_path).parent.mkdir()
    os.mkfifo(stored_file(tmp_path))
    with pytest.raises(PlaceRefused):
        store.open(OBJECT, KEY, RECORD)
