"""A voice is heard as one; hum, hiss, silence, knocks and beeps are not (peers 17)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from meetrec.capture.pieces import RATE
from meetrec.capture.voice import VoiceDetector
from tests.fixtures.microphones import SCRIPT, noise

pytestmark = pytest.mark.requirement("G5.a")
REAL_SPEECH = Path(__file__).resolve().parents[2].parent / "shared" / "speech" / "real"
SECONDS = 8
TIME = np.arange(SECONDS * RATE) / RATE
HISS = np.random.default_rng(7).standard_normal(len(TIME))
ROOM = HISS * 0.0008  # a quiet room, some -62 dBFS


def share_heard(sound: np.ndarray) -> float:
    """In what share of its judgements the detector hears a voice in sound of -1 to 1 at 48 kHz, given in blocks as PortAudio does."""
    detector, heard = VoiceDetector(), []
    samples = np.clip(sound * 32_768, -32_768, 32_767).astype(np.int16)
    for first in range(0, len(samples), 2_400):
        if detector.listen(samples[first : first + 2_400]):
            heard.append(detector.hearing.is_voice)
    return float(np.mean(heard))


def at_master_rate(path: Path, channel: int = 0, seconds: int = 60) -> np.ndarray:
    sound, rate = soundfile.read(path, frames=seconds * soundfile.info(path).samplerate, always_2d=True)
    times = np.arange(int(len(sound) * RATE / rate)) * rate / RATE
    return np.interp(times, np.arange(len(sound)), sound[:, channel])


def knocks(*moments: float) -> np.ndarray:
    """Knuckles on the table: 180 Hz that dies away within a tenth of a second, with a click."""
    sound, after = np.zeros(len(TIME)), np.arange(RATE // 3) / RATE
    for moment in moments:
        first = int(moment * RATE)
        sound[first : first + len(after)] += 0.6 * np.exp(-after / 0.03) * np.sin(2 * np.pi * 180 * after) + 0.3 * np.exp(-after / 0.004) * HISS[: len(after)]
    return sound


def hum() -> np.ndarray:
    return np.asarray(sum(np.sin(2 * np.pi * 60 * overtone * TIME) / overtone for overtone in range(1, 12)) * 0.05)


GATE = np.repeat(np.random.default_rng(3).random(len(TIME) // 9_600) > 0.5, 9_600)
NO_VOICES: dict[str, Callable[[], np.ndarray]] = {
    "silence": lambda: np.zeros(len(TIME)),
    "a quiet room": lambda: ROOM,
    "hiss": lambda: HISS * 0.05,
    "a fan, darker than hiss": lambda: np.convolve(HISS, np.ones(20) / 20, "same") * 0.2 + ROOM,
    "a fan that is switched on and off": lambda: np.convolve(HISS, np.ones(20) / 20, "same") * 0.2 * GATE + ROOM,
    "bursts of noise": lambda: noise(SECONDS, 1)[:, 0] / 32_768,
    "hum": lambda: hum() + ROOM,
    "hum that swells": lambda: hum() * (1 + 0.9 * np.sin(np.pi * TIME)) + ROOM,
    "hum that comes and goes": lambda: hum() * GATE + ROOM,
    "one knock": lambda: knocks(4.0) + ROOM,
    "knocking": lambda: knocks(*np.arange(0.5, 7.5, 0.35)) + ROOM,
    "clicks": lambda: (np.arange(len(TIME)) % 12_000 < 20) * 0.5 + ROOM,
    "a beep in a voice's pitch": lambda: np.sin(2 * np.pi * 200 * TIME) * 0.2 * (TIME % 0.5 < 0.2) + ROOM,
    "a telephone's ring": lambda: (np.sin(2 * np.pi * 440 * TIME) + np.sin(2 * np.pi * 480 * TIME)) * 0.1 * (TIME % 1 < 0.4) + ROOM,
}


@pytest.mark.parametrize("sound", NO_VOICES)
def test_what_is_no_voice_is_not_heard_as_one(sound: str) -> None:
    assert share_heard(NO_VOICES[sound]()) == 0.0


@pytest.mark.parametrize("seat", range(4))
def test_the_demonstration_meeting_is_heard_as_voices(seat: int) -> None:
    assert share_heard(at_master_rate(SCRIPT.with_name("demonstration_meeting.flac"), seat)) > 0.8


def test_a_voice_in_a_humming_room_is_still_heard() -> None:
    voice = at_master_rate(SCRIPT.with_name("demonstration_meeting.flac"), 0, 20)[: len(TIME)]
    assert share_heard(voice + hum() * 0.1 + HISS * 0.003) > 0.5


def test_a_voice_too_faint_to_be_understood_does_not_count() -> None:
    assert share_heard(at_master_rate(SCRIPT.with_name("demonstration_meeting.flac"), 0) * 0.01) == 0.0


@pytest.mark.skipif(not REAL_SPEECH.is_dir(), reason="the recordings of real people are not on this machine")
def test_real_people_near_a_microphone_are_heard() -> None:
    read_aloud = [path for path in sorted(REAL_SPEECH.glob("ls_*.flac")) if soundfile.info(path).duration > 4]
    heard = [share_heard(at_master_rate(path)) for path in read_aloud]
    assert len(heard) >= 20
    assert sum(share > 0 for share in heard) == len(heard)
    assert np.mean(heard) > 0.85


def test_half_seconds_of_voice_in_the_last_minute_are_counted() -> None:
    detector = VoiceDetector()
    samples = (at_master_rate(SCRIPT.with_name("demonstration_meeting.flac"), 0, 30) * 32_768).astype(np.int16)
    for first in range(0, 30 * RATE, 2_400):
        detector.listen(samples[first : first + 2_400])
    assert 20 < detector.voice_seconds <= 29
    for _ in range(64 * 20):
        detector.listen(np.zeros(2_400, np.int16))
    assert detector.voice_seconds == 0


def test_whoever_is_in_no_hurry_judges_every_second_and_counts_the_same_seconds() -> None:
    samples = np.clip(at_master_rate(SCRIPT.with_name("demonstration_meeting.flac"), 0, 30) * 32_768, -32_768, 32_767).astype(np.int16)
    quick, calm = VoiceDetector(), VoiceDetector()
    renewed = [0, 0]
    for first in range(0, len(samples), 2_400):
        renewed[0] += quick.listen(samples[first : first + 2_400])
        renewed[1] += calm.listen(samples[first : first + 2_400], steps=2)
    assert renewed[0] >= 2 * renewed[1] - 1
    assert calm.voice_seconds == pytest.approx(quick.voice_seconds, abs=4)
    assert quick.voice_seconds > 10
