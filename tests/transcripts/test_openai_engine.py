"""The second engine says honestly what its weights are, and how to get it."""

import builtins
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from meetrec.transcripts.engine_parts import Engine, EngineError
from meetrec.transcripts.engines import load_engine
from meetrec.transcripts.known_models import BASE
from meetrec.transcripts.openai_engine import OFFICIAL, REBUILT, official_checkpoint


def test_rebuilt_weights_are_labelled_as_such(openai_whisper_engine: Engine, models_dir: Path) -> None:
    official = official_checkpoint(BASE, [models_dir])
    assert openai_whisper_engine.identity.weights == (OFFICIAL if official else REBUILT)
    assert "not OpenAI's file" in REBUILT


def test_a_checkpoint_counts_as_official_only_by_its_published_hash(tmp_path: Path) -> None:
    (tmp_path / "base.pt").write_bytes(b"somebody's checkpoint")
    assert official_checkpoint(BASE, [tmp_path]) is None
    published = replace(BASE, openai_checkpoint_sha256=hashlib.sha256(b"somebody's checkpoint").hexdigest())
    assert official_checkpoint(published, [tmp_path / "elsewhere", tmp_path]) == tmp_path / "base.pt"


def test_without_the_extra_the_sentence_says_how_to_install_it(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without_torch(name: str, *rest: object, **more: object) -> object:
        if name == "torch":
            raise ImportError("No module named 'torch'")
        return real_import(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_torch)
    with pytest.raises(EngineError, match=r"pip install torch==2\.13\.0"):
        load_engine("openai-whisper", "base", models_dir)
