"""A log of which the disk kept not everything: what lies there twice comes back, what is lost is stated, and the chain still holds."""

import os
from pathlib import Path
from uuid import uuid4

import pytest

from meetrec.capture.damage import SET_ASIDE
from meetrec.capture.entry_damage import copy_path, mend_log, note_receipt, remove_entry
from meetrec.capture.pieces import sha256_hex
from meetrec.capture.room_entries import entries_of, entry_path, open_entry, parse_entry, require_follows
from meetrec.capture.signing import KioskSigner
from tests.capture.test_room_entries import DISTRICT, KIOSK, PUBLIC, RECORDING, SIGNER, chain

KINDS = ("notice", "opening", "started", "note", "stopped", "end")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recording's folder with a log of six entries, each lying there twice."""
    folder = tmp_path / "outbox" / RECORDING
    (folder / "room").mkdir(parents=True)
    for index, entry in enumerate(chain(*KINDS)):
        entry_path(folder, index).write_bytes(entry)
        copy_path(entry_path(folder, index)).write_bytes(entry)
    return folder


def flip(path: Path) -> None:
    """One bit of a file changes."""
    content = path.read_bytes()
    path.write_bytes(content[:-70] + bytes([content[-70] ^ 1]) + content[-69:])


def mend(folder: Path, signer: KioskSigner = SIGNER) -> list[int]:
    return mend_log(folder, KIOSK, PUBLIC, signer)


def kinds_of_chain(folder: Path) -> list[str]:
    """The kinds of the entries, once the whole chain holds and every content opens."""
    before, kinds = None, []
    for path in entries_of(folder):
        entry = path.read_bytes()
        kinds.append(require_follows(before, entry, SIGNER.public_bytes).kind)
        open_entry(entry, DISTRICT)
        before = entry
    return kinds


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("index", range(6))
def test_entry_that_does_not_read_comes_back_from_its_copy(folder: Path, index: int) -> None:
    path = entry_path(folder, index)
    flip(path)
    damaged = path.read_bytes()
    assert mend(folder) == []
    assert kinds_of_chain(folder) == list(KINDS)
    assert (folder.parent / SET_ASIDE / RECORDING / "room" / path.name).read_bytes() == damaged


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize("lost", [(0,), (3,), (5,), (2, 3), (0, 1, 2, 3, 4, 5)])
def test_lost_entries_are_stated_in_their_places_and_the_chain_holds(folder: Path, lost: tuple[int, ...]) -> None:
    for index in lost:
        flip(entry_path(folder, index))
        copy_path(entry_path(folder, index)).unlink()
    found = sha256_hex(entry_path(folder, lost[0]).read_bytes())
    assert mend(folder) == list(lost)
    assert kinds_of_chain(folder) == ["damaged" if index in lost else kind for index, kind in enumerate(KINDS)]
    said = open_entry(entry_path(folder, lost[0]).read_bytes(), DISTRICT)
    assert said["sha256"] == found
    assert "altered" in said["reason"]
    assert mend(folder) == []


def test_nothing_is_touched_where_all_reads(folder: Path) -> None:
    assert mend(folder) == []
    assert not (folder.parent / SET_ASIDE).exists()


def test_entry_that_another_key_signed_is_left_as_it_lies(folder: Path) -> None:
    before = [path.read_bytes() for path in entries_of(folder)]
    assert mend(folder, KioskSigner.new()) == []
    assert [path.read_bytes() for path in entries_of(folder)] == before


def test_file_of_another_recording_is_no_entry_of_this_log(folder: Path) -> None:
    elsewhere = folder.parent / str(uuid4())
    folder.rename(elsewhere)
    assert mend_log(elsewhere, KIOSK, PUBLIC, SIGNER) == list(range(6))


@pytest.mark.requirement("G5.b")
def test_entry_that_the_disk_does_not_give_back_is_lost_like_any_other(folder: Path) -> None:
    path = entry_path(folder, 3)
    copy_path(path).unlink()
    path.unlink()
    os.symlink(folder / "room", path)  # reading it raises OSError
    assert mend(folder) == [3]
    assert kinds_of_chain(folder)[3] == "damaged"


@pytest.mark.requirement("G5.b")
def test_what_follows_a_delivered_entry_that_is_lost_is_chained_to_what_the_server_has(folder: Path) -> None:
    newest = entry_path(folder, 5)
    delivered = newest.read_bytes()
    note_receipt(newest)
    flip(newest)
    copy_path(newest).unlink()
    assert mend(folder) == [5]
    assert parse_entry(newest.read_bytes()).stands_for == sha256_hex(delivered)
    remove_entry(newest)
    assert sorted(path.name for path in (folder / "room").glob("000005*")) == []
