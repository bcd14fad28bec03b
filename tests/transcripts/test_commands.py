"""The commands on any sound file by themselves: no settings, no database."""

import json
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner

from meetrec.transcripts.commands import models, transcripts
from meetrec.transcripts.known_models import KNOWN_MODELS
from meetrec.transcripts.sound import RATE, Samples, SoundError
from meetrec.transcripts.weights import ModelNotInstalled
from tests.transcripts.conftest import GREETING
from tests.transcripts.pocket_model import POCKET, write_model


def test_transcribe_writes_json_and_tells_progress_apart(models_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    arguments = ["transcribe", str(GREETING), "--json", str(out), "--speakers", "channels", "--models-dir", str(models_dir)]
    ran = CliRunner().invoke(transcripts, arguments, catch_exceptions=False)
    lines = json.loads(out.read_text(encoding="utf-8"))
    assert "mamá" in out.read_text(encoding="utf-8")
    assert out.stat().st_mode & 0o777 == 0o600
    assert {line["speaker"] for line in lines} == {"1", "2", "3"}
    assert ran.stdout == ""
    assert "100 %" in ran.stderr


def test_dash_writes_pure_json_to_standard_output(models_dir: Path, tmp_path: Path, introduction: Samples) -> None:
    soundfile.write(tmp_path / "one.wav", introduction, RATE)
    arguments = ["transcribe", str(tmp_path / "one.wav"), "--json", "-", "--language", "en", "--models-dir", str(models_dir)]
    ran = CliRunner().invoke(transcripts, arguments, catch_exceptions=False)
    assert {line["speaker"] for line in json.loads(ran.stdout)} == {None}


def test_a_missing_model_names_the_command_that_installs_it(tmp_path: Path) -> None:
    arguments = ["transcribe", str(GREETING), "--json", "-", "--models-dir", str(tmp_path)]
    ran = CliRunner().invoke(transcripts, arguments)
    assert isinstance(ran.exception, ModelNotInstalled)
    assert "meetrec models install base" in str(ran.exception)


def test_a_missing_sound_file_is_told_before_any_model_is_loaded(tmp_path: Path) -> None:
    arguments = ["transcribe", "nowhere.flac", "--json", "-", "--models-dir", str(tmp_path)]
    assert isinstance(CliRunner().invoke(transcripts, arguments).exception, SoundError)


def test_install_list_and_verify_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN_MODELS, "pocket", POCKET)
    monkeypatch.setenv("MEETREC_MODELS_DIR", str(tmp_path / "models"))
    source = write_model(tmp_path / "usb")
    installed = CliRunner().invoke(models, ["install", "pocket", "--from", str(source)], catch_exceptions=False)
    assert "every file verified" in installed.output
    assert "pocket     installed" in CliRunner().invoke(models, ["list"]).output
    (tmp_path / "models" / "pocket" / "config.json").write_bytes(b"[]")
    assert "pocket     damaged" in CliRunner().invoke(models, ["list"]).output
    assert "config.json" in str(CliRunner().invoke(models, ["verify"]).exception)


def test_verify_with_nothing_installed_says_so(tmp_path: Path) -> None:
    ran = CliRunner().invoke(models, ["verify", "--models-dir", str(tmp_path)])
    assert isinstance(ran.exception, ModelNotInstalled)
