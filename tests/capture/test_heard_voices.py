"""Each microphone must hear a voice of its own: a neighbour's does not count (peers 17)."""

import numpy as np
import pytest
import soundfile

from meetrec.capture.heard_voices import HOLDS_SECONDS, HeardVoices
from meetrec.capture.pieces import RATE
from meetrec.capture.voice import Hearing, VoiceDetector
from tests.fixtures.microphones import SCRIPT

pytestmark = pytest.mark.requirement("G5.a")
BLOCK = 2_400


def listen(voices: HeardVoices, levels: dict[str, float], seconds: float = 4.0, since: float = 0.0, *, is_voice: bool = True) -> float:
    """Every half second each microphone tells what it hears, each at its own moment; the last moment."""
    for step in range(int(seconds * 2)):
        for order, (name, level) in enumerate(levels.items()):
            voices.note(name, Hearing(is_voice, level), since + step / 2 + order * 0.13)
    return since + seconds


def test_the_microphone_spoken_at_is_heard_and_its_neighbours_are_not() -> None:
    voices = HeardVoices()
    now = listen(voices, {"chair": -20.0, "parent": -32.0, "psychologist": -33.0})
    assert [voices.level_of(name, now) for name in ("chair", "parent", "psychologist")] == [-20.0, None, None]


def test_when_everybody_has_spoken_everybody_is_heard() -> None:
    voices, now = HeardVoices(), 0.0
    for speaker in ("chair", "parent"):
        now = listen(voices, {name: -22.0 if name == speaker else -35.0 for name in ("chair", "parent")}, since=now)
    assert voices.level_of("chair", now) == voices.level_of("parent", now) == -22.0


def test_two_people_who_speak_at_once_are_both_heard() -> None:
    voices = HeardVoices()
    now = listen(voices, {"chair": -20.0, "parent": -25.0})
    assert voices.level_of("parent", now) == -25.0


def test_a_neighbour_who_is_told_first_is_not_taken_for_the_speaker() -> None:
    voices = HeardVoices()
    now = listen(voices, {"parent": -33.0, "chair": -20.0})
    assert voices.level_of("parent", now) is None


def test_sound_that_is_no_voice_and_a_single_moment_are_not_enough() -> None:
    voices = HeardVoices()
    now = listen(voices, {"chair": -20.0}, is_voice=False)
    now = listen(voices, {"chair": -20.0}, seconds=0.5, since=now)
    now = listen(voices, {"chair": -20.0}, since=now, is_voice=False)
    assert voices.level_of("chair", now) is None


def test_the_same_moment_told_again_and_again_counts_once() -> None:
    voices = HeardVoices()
    for _ in range(20):
        voices.note("chair", Hearing(True, -20.0), 1.0)
    assert voices.level_of("chair", 1.0) is None


def test_a_test_of_half_an_hour_ago_a_lost_microphone_and_an_ended_recording_must_be_heard_anew() -> None:
    voices = HeardVoices()
    now = listen(voices, {"chair": -20.0})
    assert voices.level_of("chair", now + HOLDS_SECONDS) is None
    voices.forget("chair")
    assert voices.level_of("chair", now) is None
    now = listen(voices, {"chair": -20.0}, since=now)
    voices.forget_all()
    assert voices.level_of("chair", now) is None


def test_in_one_round_of_the_demonstration_s_waiting_sound_every_seat_is_heard() -> None:
    sound, rate = soundfile.read(SCRIPT.with_name("demonstration_idle.flac"), dtype="int16", always_2d=True)
    sound = np.repeat(sound, RATE // rate, axis=0)
    voices, detectors = HeardVoices(), [VoiceDetector() for _ in range(sound.shape[1])]
    for first in range(0, len(sound), BLOCK):
        for seat, detector in enumerate(detectors):
            if detector.listen(sound[first : first + BLOCK, seat]):
                voices.note(str(seat), detector.hearing, first / RATE)
    assert [voices.level_of(str(seat), len(sound) / RATE) is not None for seat in range(4)] == [True] * 4
