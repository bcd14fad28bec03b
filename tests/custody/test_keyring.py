"""The keyring: one key per record, destroyed for good, and usable after a kill at any step."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from meetrec.custody.errors import KeyExists, KeyMissing, KeyringUnusable
from meetrec.custody.key_provider import FileKeyProvider
from meetrec.custody.keyring import Keyring

DURABLE_STEPS = ("open", "fsync", "link", "replace", "unlink")  # every call by which the keyring changes the disk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keyring"


@pytest.fixture
def keyring(folder: Path) -> Keyring:
    return Keyring.create(folder)


@pytest.mark.requirement("W-11")
def test_each_record_has_a_key_of_its_own_that_survives_a_restart(keyring: Keyring, folder: Path) -> None:
    keys = {record: keyring.new_data_key(record) for record in (str(uuid4()) for _ in range(5))}
    assert len(set(keys.values())) == 5
    assert {len(key) for key in keys.values()} == {32}
    reopened = Keyring(folder)
    assert {record: reopened.data_key(record) for record in keys} == keys
    assert reopened.record_ids() == set(keys)


def test_record_never_gets_a_second_key(keyring: Keyring) -> None:
    key = keyring.new_data_key("record-1")
    with pytest.raises(KeyExists):
        keyring.new_data_key("record-1")
    assert keyring.data_key("record-1") == key


def test_unknown_record_is_named(keyring: Keyring) -> None:
    with pytest.raises(KeyMissing, match="record-2"):
        keyring.data_key("record-2")
    with pytest.raises(KeyMissing, match="nothing was destroyed"):
        keyring.destroy_data_key("record-2")


@pytest.mark.parametrize("record_id", ["", "two words", "line\nbreak", "../up", "x" * 81])
def test_id_that_would_break_the_table_is_refused(keyring: Keyring, record_id: str) -> None:
    with pytest.raises(KeyringUnusable, match="cannot be the id of a record"):
        keyring.new_data_key(record_id)


@pytest.mark.requirement("W-11")
def test_no_key_lies_unwrapped_and_no_file_is_open_to_others(keyring: Keyring, folder: Path) -> None:
    key = keyring.new_data_key("record-1")
    for path in folder.iterdir():
        assert key not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0, path.name
    assert folder.stat().st_mode & 0o077 == 0


def test_two_open_keyrings_see_each_others_keys(keyring: Keyring, folder: Path) -> None:
    other = Keyring(folder)
    key = keyring.new_data_key("record-1")
    assert other.data_key("record-1") == key
    other.advance_generation()
    assert keyring.data_key("record-1") == key
    other.destroy_data_key("record-1")
    with pytest.raises(KeyMissing):
        keyring.data_key("record-1")


MAKE_TWENTY_KEYS = """
import sys
from pathlib import Path
from meetrec.custody.keyring import Keyring
keyring = Keyring(Path(sys.argv[1]))
for number in range(20):
    keyring.new_data_key(f"{sys.argv[2]}-{number}")
"""


def test_processes_that_write_at_once_lose_no_key(keyring: Keyring, folder: Path) -> None:
    commands = [[sys.executable, "-c", MAKE_TWENTY_KEYS, str(folder), name] for name in ("web", "worker")]
    processes = [subprocess.Popen(command) for command in commands]
    while any(process.poll() is None for process in processes):
        keyring.advance_generation()
    assert [process.returncode for process in processes] == [0, 0]
    assert len(keyring.record_ids()) == 40
    assert all(keyring.data_key(record) for record in keyring.record_ids())


@pytest.mark.requirement("W-13")
def test_destroyed_key_stays_destroyed_even_with_an_older_copy_of_the_table(keyring: Keyring, folder: Path, tmp_path: Path) -> None:
    keyring.new_data_key("destroyed")
    kept = keyring.new_data_key("kept")
    backup = (folder / "000001.data-keys").read_bytes()
    keyring.destroy_data_key("destroyed")
    assert keyring.advance_generation() == 2
    assert keyring.data_key("kept") == kept
    assert sorted(path.name for path in folder.iterdir()) == ["000002.data-keys", "000002.wrapping-key", "keyring.lock"]
    (folder / "000002.data-keys").unlink()
    (folder / "000001.data-keys").write_bytes(backup)
    with pytest.raises(KeyringUnusable, match="wrapping key of generation 1 is missing"):
        Keyring(folder)
    (folder / "000002.wrapping-key").rename(folder / "000001.wrapping-key")
    with pytest.raises(KeyringUnusable, match="cannot be unwrapped"):
        Keyring(folder).data_key("destroyed")


@pytest.mark.requirement("W-13")
def test_old_wrapping_key_is_overwritten_before_its_name_goes(keyring: Keyring, folder: Path, tmp_path: Path) -> None:
    old = FileKeyProvider(folder).secret(1)
    os.link(folder / "000001.wrapping-key", tmp_path / "second-name")  # what would remain on the disk
    keyring.advance_generation()
    assert old not in (tmp_path / "second-name").read_bytes()


def _die_at(step: int, before: bool) -> None:
    """In a child: count every call that changes the disk, and kill the process at the given one, before or after it is done."""
    calls = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            is_the_step = calls == step
            if is_the_step and before:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if is_the_step:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    for name in DURABLE_STEPS:
        setattr(os, name, counted(getattr(os, name)))


def _killed_at_every_step(folder: Path, action: Callable[[], object]) -> Iterator[None]:
    """Run `action` in children, each killed one step later, always from the same start; pause after each kill."""
    start = folder.with_name("start")
    shutil.copytree(folder, start)
    for step in itertools.count(1):
        for before in (True, False):
            shutil.rmtree(folder)
            shutil.copytree(start, folder)
            child = os.fork()
            if child == 0:
                with contextlib.suppress(Exception):
                    _die_at(step, before)
                    action()
                    os._exit(0)
                os._exit(1)
            status = os.waitpid(child, 0)[1]
            if os.WIFEXITED(status):
                assert os.WEXITSTATUS(status) == 0
                return
            yield


def _only_one_generation_is_left(keyring: Keyring, folder: Path) -> bool:
    current = f"{keyring.generation:06d}"
    return sorted(path.name for path in folder.iterdir()) == [f"{current}.data-keys", f"{current}.wrapping-key", "keyring.lock"]


@pytest.mark.requirement("W-11")
@pytest.mark.requirement("W-13")
def test_killed_at_any_step_of_advancing_the_keyring_stays_usable_and_no_second_wrapping_key_is_left(keyring: Keyring, folder: Path) -> None:
    keys = {record: keyring.new_data_key(record) for record in ("record-1", "record-2", "record-3")}
    generations = set()
    for _ in _killed_at_every_step(folder, lambda: Keyring(folder).advance_generation()):
        reopened = Keyring(folder)
        assert {record: reopened.data_key(record) for record in keys} == keys
        assert _only_one_generation_is_left(reopened, folder)
        generations.add(reopened.generation)
        reopened.advance_generation()
        assert {record: reopened.data_key(record) for record in keys} == keys
    assert generations == {1, 2}, "kills both before and after the new table was in force"


@pytest.mark.requirement("W-11")
def test_killed_at_any_step_of_making_a_key_the_others_stay_and_the_new_one_is_whole_or_absent(keyring: Keyring, folder: Path) -> None:
    key = keyring.new_data_key("record-1")
    outcomes = set()
    for _ in _killed_at_every_step(folder, lambda: Keyring(folder).new_data_key("new")):
        reopened = Keyring(folder)
        assert reopened.data_key("record-1") == key
        assert _only_one_generation_is_left(reopened, folder)
        outcomes.add("new" in reopened.record_ids())
        if "new" in reopened.record_ids():
            assert len(reopened.data_key("new")) == 32
    assert outcomes == {True, False}


@pytest.mark.requirement("W-13")
def test_killed_at_any_step_of_destroying_a_key_the_others_stay(keyring: Keyring, folder: Path) -> None:
    keyring.new_data_key("gone")
    key = keyring.new_data_key("record-1")
    outcomes = set()
    for _ in _killed_at_every_step(folder, lambda: Keyring(folder).destroy_data_key("gone")):
        reopened = Keyring(folder)
        assert reopened.data_key("record-1") == key
        outcomes.add("gone" in reopened.record_ids())
    assert outcomes == {True, False}


def test_killed_at_any_step_of_creating_it_can_be_created_or_opened_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "keyring"
    folder.mkdir(mode=0o700)
    for _ in _killed_at_every_step(folder, lambda: Keyring.create(folder)):
        begun = (folder / "000001.data-keys").exists()
        keyring = Keyring(folder) if begun else Keyring.create(folder)
        key = keyring.new_data_key("record-1")
        assert Keyring(folder).data_key("record-1") == key


def test_full_disk_while_advancing_leaves_the_old_generation_in_force(keyring: Keyring, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = keyring.new_data_key("record-1")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full_disk)
        with pytest.raises(KeyringUnusable, match="No space left on device"):
            keyring.advance_generation()
    assert keyring.generation == 1
    assert keyring.data_key("record-1") == key
    assert keyring.advance_generation() == 2


def test_folder_without_a_keyring_is_never_taken_for_a_new_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "not-mounted"):
        with pytest.raises(KeyringUnusable, match="Mount its medium"):
            Keyring(folder)
    assert list(tmp_path.iterdir()) == []


def test_keyring_is_never_created_over_another(keyring: Keyring, folder: Path) -> None:
    with pytest.raises(KeyringUnusable, match="already"):
        Keyring.create(folder)
    (folder / "000001.data-keys").unlink()
    with pytest.raises(KeyringUnusable, match="without its table"):
        Keyring.create(folder)


def test_missing_wrapping_key_stops_everything_and_touches_nothing_until_it_is_restored(keyring: Keyring, folder: Path) -> None:
    key = keyring.new_data_key("record-1")
    wrapping_key = FileKeyProvider(folder).secret(1)
    (folder / "000001.wrapping-key").unlink()
    with pytest.raises(KeyringUnusable, match="Restore it from the key-recovery sheet"):
        Keyring(folder)
    with pytest.raises(KeyringUnusable, match="missing"):
        keyring.data_key("record-1")
    with pytest.raises(KeyringUnusable, match="32 bytes"):
        FileKeyProvider(folder).restore(1, b"too short")
    FileKeyProvider(folder).restore(1, wrapping_key)
    assert Keyring(folder).data_key("record-1") == key
    with pytest.raises(KeyringUnusable, match="already"):
        FileKeyProvider(folder).restore(1, wrapping_key)


def test_wrapping_key_that_others_can_read_is_refused_with_the_command_that_mends_it(keyring: Keyring, folder: Path) -> None:
    keyring.new_data_key("record-1")
    (folder / "000001.wrapping-key").chmod(0o640)
    with pytest.raises(KeyringUnusable, match="chmod 600"):
        keyring.data_key("record-1")


def test_lines_of_the_table_cannot_be_exchanged(keyring: Keyring, folder: Path) -> None:
    keyring.new_data_key("record-1")
    keyring.new_data_key("record-2")
    table = folder / "000001.data-keys"
    heading, one, two = table.read_text().splitlines()
    table.write_text("\n".join([heading, f"record-1 {two.split()[1]}", f"record-2 {one.split()[1]}", ""]))
    with pytest.raises(KeyringUnusable, match="cannot be unwrapped"):
        Keyring(folder).data_key("record-1")


@pytest.mark.parametrize("content", [b"", b"something else\n", b"meetrec keyring 1\nrecord-1\n", b"meetrec keyring 1\nrecord-1 %%%\n", b"\xff\xfe"])
def test_damaged_table_is_a_sentence(keyring: Keyring, folder: Path, content: bytes) -> None:
    keyring.new_data_key("record-1")
    (folder / "000001.data-keys").write_bytes(content)
    with pytest.raises(KeyringUnusable, match="Restore it from the keyring's backup"):
        Keyring(folder).data_key("record-1")
