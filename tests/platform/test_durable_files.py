"""Small secret files: whole or not at all, for this account alone."""

import os
from pathlib import Path

import pytest

from meetrec.platform.durable_files import PrivateFileUnusable, destroy_private_file, read_private_file, write_durably, write_new_durably


def test_written_file_is_private_and_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    write_durably(path, b"one")
    write_durably(path, b"two")
    assert read_private_file(path) == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["a.key"]


def test_disk_that_refuses_leaves_the_old_file_and_no_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.key"
    write_durably(path, b"one")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space"):
            write_durably(path, b"two")
        with pytest.raises(OSError, match="No space"):
            write_new_durably(tmp_path / "b.key", b"two")
    assert read_private_file(path) == b"one"
    assert os.listdir(tmp_path) == ["a.key"]


def test_new_file_never_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    write_new_durably(path, b"one")
    with pytest.raises(FileExistsError):
        write_new_durably(path, b"two")
    assert read_private_file(path) == b"one"
    assert os.listdir(tmp_path) == ["a.key"]


def test_link_missing_file_and_folder_are_refused_with_a_sentence(tmp_path: Path) -> None:
    write_durably(tmp_path / "a.key", b"one")
    (tmp_path / "link.key").symlink_to(tmp_path / "a.key")
    for name, named in [("link.key", "cannot be opened"), ("none.key", "is missing"), (".", "no plain file")]:
        with pytest.raises(PrivateFileUnusable, match=named):
            read_private_file(tmp_path / name)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_file_open_to_others_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.key"
    write_durably(path, b"one")
    path.chmod(mode)
    with pytest.raises(PrivateFileUnusable, match="chmod 600"):
        read_private_file(path)


def test_destroyed_file_is_overwritten_and_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    write_durably(path, b"a secret of some length")
    os.link(path, tmp_path / "what-remains-on-the-disk")
    destroy_private_file(path)
    destroy_private_file(path)
    remains = (tmp_path / "what-remains-on-the-disk").read_bytes()
    assert not path.exists()
    assert len(remains) == 23
    assert b"secret" not in remains
