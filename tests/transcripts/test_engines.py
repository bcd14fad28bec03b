"""Both engines: words where there are words, none where there are none, and never the network."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from meetrec.transcripts.engine_parts import Engine, EngineError
from meetrec.transcripts.engines import load_engine
from meetrec.transcripts.sound import RATE, Samples
from meetrec.transcripts.weights import ModelNotInstalled
from tests.transcripts.conftest import sound_without_a_voice

BOTH = pytest.mark.parametrize("engine_name", ["faster_whisper_engine", "openai_whisper_engine"])


@BOTH
@pytest.mark.parametrize("kind", ["silence", "noise", "tone"])
def test_sound_without_a_voice_has_no_words(engine_name: str, kind: str, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(engine_name)
    assert engine.transcribe(sound_without_a_voice(kind)) == []


@BOTH
def test_a_seats_introduction_is_written_down_with_word_times(engine_name: str, introduction: Samples, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(engine_name)
    segments = engine.transcribe(introduction)
    words = [word for segment in segments for word in segment.words]
    text = "".join(word.word for word in words)
    assert "David Cho" in text
    assert "school psychologist" in text
    assert "evaluation in September" in text
    assert {segment.language for segment in segments} == {"en"}
    assert all(0 <= word.start <= word.end <= 7.0 for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)
    said = next(word for word in words if "September" in word.word)
    assert said.start == pytest.approx(5.7, abs=0.8)


@BOTH
def test_language_is_heard(engine_name: str, introduction: Samples, request: pytest.FixtureRequest) -> None:
    probabilities = request.getfixturevalue(engine_name).languages_of(introduction)
    assert max(probabilities, key=lambda code: probabilities[code]) == "en"


def test_the_default_engine_hears_a_real_recording(faster_whisper_engine: Engine, clip: Callable[[str], Samples]) -> None:
    text = " ".join(segment.text for segment in faster_whisper_engine.transcribe(clip("jfk"))).lower()
    assert "ask not what your country can do for you" in text


def test_the_same_sound_gives_the_same_words(faster_whisper_engine: Engine, introduction: Samples) -> None:
    start = introduction[: 3 * RATE]
    assert faster_whisper_engine.transcribe(start, "en") == faster_whisper_engine.transcribe(start, "en") != []


@pytest.mark.parametrize("engine", ["faster-whisper", "openai-whisper"])
def test_engines_load_and_work_without_touching_the_network(engine: str, models_dir: Path, introduction: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an engine reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    loaded = load_engine(engine, "base", models_dir)
    assert loaded.transcribe(introduction[: 3 * RATE], "en")


def test_identity_says_what_made_the_transcript(faster_whisper_engine: Engine) -> None:
    identity = faster_whisper_engine.identity
    assert (identity.engine, identity.version, identity.model) == ("faster-whisper", "1.2.1", "base")
    assert len(identity.sha256) == 64
    assert identity.settings["vad_filter"] is True


def test_an_unknown_engine_is_answered_with_those_there_are(models_dir: Path) -> None:
    with pytest.raises(EngineError, match="faster-whisper, openai-whisper"):
        load_engine("shorthand", "base", models_dir)


def test_without_weights_no_engine_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelNotInstalled, match="meetrec models install base"):
        load_engine("faster-whisper", "base", tmp_path)
