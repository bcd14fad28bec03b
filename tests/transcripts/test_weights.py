"""Installing weights: verified before use, renamed into place, refused when wrong."""

import hashlib
from pathlib import Path

import pytest

from meetrec.transcripts.known_models import KNOWN_MODELS
from meetrec.transcripts.weights import (
    ModelNotInstalled,
    WeightsError,
    WrongWeights,
    install,
    installed_models,
    models_directory,
    verify,
)
from meetrec.transcripts.weights_sources import AdministratorFolder
from tests.transcripts.pocket_model import CONTENTS, POCKET, write_model


@pytest.fixture(autouse=True)
def pocket_in_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN_MODELS, "pocket", POCKET)


def test_model_comes_from_the_administrators_folder(tmp_path: Path) -> None:
    source = AdministratorFolder(write_model(tmp_path / "usb"))
    installed = install("pocket", tmp_path / "models", [source])
    assert {file.name: file.read_bytes() for file in installed.folder.iterdir()} == CONTENTS
    assert installed.source == f"folder {tmp_path / 'usb'}"


def test_wrong_bytes_are_refused_naming_file_expected_and_got(tmp_path: Path) -> None:
    source = AdministratorFolder(write_model(tmp_path / "usb", model_bin=b"something else"))
    with pytest.raises(WeightsError) as refused:
        install("pocket", tmp_path / "models", [source])
    sentence = str(refused.value)
    assert "model.bin" in sentence
    assert POCKET.files["model.bin"].sha256 in sentence
    assert hashlib.sha256(b"something else").hexdigest() in sentence


def test_refused_files_leave_nothing_behind(tmp_path: Path) -> None:
    source = AdministratorFolder(write_model(tmp_path / "usb", model_bin=b"something else"))
    with pytest.raises(WeightsError):
        install("pocket", tmp_path / "models", [source])
    assert list((tmp_path / "models").iterdir()) == []


def test_the_next_source_is_tried_and_each_refusal_is_told(tmp_path: Path) -> None:
    absent = AdministratorFolder(tmp_path / "absent")
    wrong = AdministratorFolder(write_model(tmp_path / "wrong", config_json=b"[]"))
    right = AdministratorFolder(write_model(tmp_path / "right"))
    installed = install("pocket", tmp_path / "models", [absent, wrong, right])
    assert installed.source == right.name
    assert [refusal.split(":")[0] for refusal in installed.refusals] == [absent.name, wrong.name]
    assert "config.json" in installed.refusals[1]


def test_when_every_source_fails_all_reasons_are_listed(tmp_path: Path) -> None:
    sources = [AdministratorFolder(tmp_path / "one"), AdministratorFolder(tmp_path / "two")]
    with pytest.raises(WeightsError) as failed:
        install("pocket", tmp_path / "models", sources)
    assert str(failed.value).count("\n  - ") == 2
    assert all(source.name in str(failed.value) for source in sources)


def test_a_half_present_folder_is_replaced_whole(tmp_path: Path) -> None:
    write_model(tmp_path / "models" / "pocket", model_bin=None)
    (tmp_path / "models" / "pocket" / "odd").write_text("left over")
    with pytest.raises(ModelNotInstalled, match=r"incomplete: model\.bin missing"):
        verify("pocket", tmp_path / "models")
    install("pocket", tmp_path / "models", [AdministratorFolder(write_model(tmp_path / "usb"))])
    assert {file.name for file in (tmp_path / "models" / "pocket").iterdir()} == set(CONTENTS)
    assert [entry.name for entry in (tmp_path / "models").iterdir()] == ["pocket"]


def test_a_damaged_model_stays_when_no_source_can_replace_it(tmp_path: Path) -> None:
    damaged = write_model(tmp_path / "models" / "pocket", model_bin=b"bit rot")
    with pytest.raises(WeightsError):
        install("pocket", tmp_path / "models", [])
    assert (damaged / "model.bin").read_bytes() == b"bit rot"
    with pytest.raises(WrongWeights, match=r"model\.bin"):
        verify("pocket", tmp_path / "models")


def test_a_right_model_is_not_fetched_again(tmp_path: Path) -> None:
    write_model(tmp_path / "models" / "pocket")
    installed = install("pocket", tmp_path / "models", [])
    assert installed.source is None


def test_a_models_folder_that_cannot_be_made_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="cannot be written"):
        install("pocket", tmp_path / "models", [AdministratorFolder(write_model(tmp_path / "usb"))])


def test_missing_model_is_answered_with_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(ModelNotInstalled, match="meetrec models install base"):
        verify("base", tmp_path)


def test_list_tells_installed_damaged_and_absent_apart(tmp_path: Path) -> None:
    write_model(tmp_path / "pocket", model_bin=b"bit rot")
    states = {state.model.name: state for state in installed_models(tmp_path)}
    assert (states["pocket"].is_present, states["base"].is_present) == (True, False)
    assert "refused" in (states["pocket"].problem or "")


def test_real_base_model_verifies(models_dir: Path) -> None:
    assert verify("base", models_dir) == models_dir / "base"


def test_environment_names_the_models_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEETREC_MODELS_DIR", str(tmp_path))
    assert models_directory() == tmp_path
    monkeypatch.delenv("MEETREC_MODELS_DIR")
    assert models_directory() == Path.home() / ".local/share/meetrec/models"
