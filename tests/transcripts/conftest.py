"""What the transcript tests share: the installed models, real clips of speech, generated sounds without a voice."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from meetrec.transcripts.decoders import open_sound
from meetrec.transcripts.engine_parts import Engine
from meetrec.transcripts.engines import load_engine
from meetrec.transcripts.sound import RATE, Samples, mixed_to_one
from tests.fixtures.recordings import kiosk, make_run, notice, recording_id, vault, work
from tests.recordings.conftest import log, make_log, midday, set_now
from tests.transcripts.stored_recordings import drafted, stored

__all__ = ["drafted", "kiosk", "log", "make_log", "make_run", "midday", "notice", "recording_id", "set_now", "stored", "vault", "work"]

REPOSITORY = Path(__file__).parents[2]
SPEECH = REPOSITORY.parent / "shared" / "speech"
GREETING = Path(__file__).parent / "data" / "greeting_4ch.flac"


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder with the real Whisper base; it is a part of the set-up, so its absence is a failure."""
    folder = Path(os.environ.get("MEETREC_MODELS_DIR", REPOSITORY / ".dev" / "models"))
    if not (folder / "base").is_dir():
        pytest.fail(f"No model in {folder}. Install it with: meetrec models install base --models-dir {folder}")
    return folder


@pytest.fixture(scope="session")
def faster_whisper_engine(models_dir: Path) -> Engine:
    return load_engine("faster-whisper", "base", models_dir)


@pytest.fixture(scope="session")
def openai_whisper_engine(models_dir: Path) -> Engine:
    return load_engine("openai-whisper", "base", models_dir)


@pytest.fixture
def greeting() -> Path:
    """18 s, four seats: seat 1 and 2 introduce themselves in English, seat 3 in Spanish, seat 0 says nothing."""
    return GREETING


@pytest.fixture
def introduction() -> Samples:
    """Seat 1 of the greeting alone: “I'm David Cho, the school psychologist. I completed the evaluation in September.”"""
    return np.ascontiguousarray(open_sound(GREETING).read(0, int(6.9 * RATE))[:, 1])


@pytest.fixture
def clip() -> Callable[[str], Samples]:
    """A real clip by name, as mono samples; skips where the shared recordings are not there."""

    def read(name: str) -> Samples:
        path = SPEECH / "real" / f"{name}.flac"
        if not path.exists():
            pytest.skip(f"the shared recording {path} is not here")
        sound = open_sound(path)
        return mixed_to_one(sound.read(0, sound.frames))

    return read


def sound_without_a_voice(kind: str, seconds: int = 20) -> Samples:
    """Digital silence, white noise at -20 dBFS or a 440 Hz tone, 16 kHz mono."""
    from pydub import AudioSegment
    from pydub.generators import Sine, WhiteNoise

    length = seconds * 1000
    made = {
        "silence": lambda: AudioSegment.silent(length, frame_rate=RATE),
        "noise": lambda: WhiteNoise(sample_rate=RATE).to_audio_segment(length, volume=-20),
        "tone": lambda: Sine(440, sample_rate=RATE).to_audio_segment(length, volume=-12),
    }[kind]()
    return np.array(made.get_array_of_samples(), dtype=np.float32) / 32768
