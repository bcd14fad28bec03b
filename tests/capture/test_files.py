"""Files and folders that outlast a power cut."""

from pathlib import Path

import pytest

from meetrec.capture import files
from meetrec.capture.files import make_folder


@pytest.mark.requirement("G5.b")
def test_a_folder_made_before_a_kill_is_made_durable_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recording").mkdir()
    synced: list[Path] = []
    monkeypatch.setattr(files, "sync_folder", synced.append)
    make_folder(tmp_path / "recording" / "run")
    assert synced == [tmp_path, tmp_path / "recording"]
    make_folder(tmp_path / "recording" / "run")
    assert synced[2:] == [tmp_path / "recording"]
    assert (tmp_path / "recording" / "run").stat().st_mode & 0o777 == 0o700
