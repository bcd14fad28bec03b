"""Voice activity: silence has no spoken spans, and times in joined speech lead back to their place."""

import numpy as np
import pytest

from meetrec.transcripts.sound import RATE, Samples
from meetrec.transcripts.speech import JoinedSpeech, joined_speech, spoken_spans
from tests.transcripts.conftest import sound_without_a_voice


@pytest.mark.parametrize("kind", ["silence", "noise", "tone"])
def test_no_voice_no_spans(kind: str) -> None:
    assert spoken_spans(sound_without_a_voice(kind)) == ()


def test_no_sound_at_all_has_no_spans() -> None:
    assert spoken_spans(np.zeros(0, dtype=np.float32)) == ()


def test_speech_between_long_pauses_is_found_and_joined(introduction: Samples) -> None:
    pause = np.zeros(10 * RATE, dtype=np.float32)
    speech = joined_speech(np.concatenate([pause, introduction, pause, introduction]))
    starts = [start / RATE for start, _ in speech.spans]
    assert starts == pytest.approx([10.8, 27.7], abs=0.8)
    assert len(speech.samples) == sum(end - start for start, end in speech.spans)
    assert len(speech.samples) < 16 * RATE


def test_a_place_in_the_joined_speech_leads_back() -> None:
    speech = JoinedSpeech(np.zeros(3 * RATE, dtype=np.float32), ((10 * RATE, 12 * RATE), (100 * RATE, 101 * RATE)))
    assert speech.time_in_original(0.5) == 10.5
    assert speech.time_in_original(2.5) == 100.5
    assert speech.time_in_original(9.0) == 101.0


def test_on_a_seam_a_start_is_late_and_an_end_is_early() -> None:
    speech = JoinedSpeech(np.zeros(3 * RATE, dtype=np.float32), ((10 * RATE, 12 * RATE), (100 * RATE, 101 * RATE)))
    assert speech.time_in_original(2.0) == 100.0
    assert speech.time_in_original(2.0, is_end=True) == 12.0
