"""Where delivered pieces wait: durable with every folder's name before they are confirmed, never replaced."""

from pathlib import Path

import pytest

from meetrec.recordings import incoming
from meetrec.recordings.errors import DeliveryRefused


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose names were made durable; the real sync is done too."""
    told: list[Path] = []
    sync_folder = incoming.sync_folder

    def noted(folder: Path) -> None:
        sync_folder(folder)
        told.append(folder)

    monkeypatch.setattr(incoming, "sync_folder", noted)
    return told


def test_piece_that_lies_there_already_is_confirmed_only_when_its_names_are_durable(tmp_path: Path, synced: list[Path]) -> None:
    folder = tmp_path / "incoming"
    path = incoming.piece_path(folder, "recording", "run", "table-1", 0)
    for _attempt in range(2):  # the first may have been killed between the file and the sync of its folders
        synced.clear()
        incoming.keep(folder, path, b"sealed", "The piece")
        assert synced == [path.parent, path.parent.parent, path.parent.parent.parent, folder, tmp_path]
    assert [one.name for one in path.parent.iterdir()] == ["000000.piece"]


def test_other_bytes_are_refused_and_the_first_ones_stay(tmp_path: Path) -> None:
    path = incoming.statement_path(tmp_path, "recording", "run")
    incoming.keep(tmp_path, path, b"first", "The statement")
    with pytest.raises(DeliveryRefused, match="The statement was delivered before"):
        incoming.keep(tmp_path, path, b"second", "The statement")
    assert path.read_bytes() == b"first"
