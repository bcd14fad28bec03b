"""A gain that could not be set is said beside the microphone's state, until somebody mends it (G5.a)."""

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from meetrec.kiosk.recorder_port import MicrophoneReading
from meetrec.kiosk.room_recorder import reading_of
from meetrec.kiosk.sentences import microphone_words

pytestmark = pytest.mark.requirement("G5.a")


def shown(remark: str | None, state: str = "recording") -> MicrophoneReading:
    """A microphone as capture tells of it."""
    levels = {"level_db": -30.0, "voice_level_db": None}
    told = {"id": "left", "label": "Left", "seat": "Parent", "state": state, "sentence": None, "remark": remark, "alarm_kinds": [], **levels}
    room = {"recording": "r", "elapsed": 1.0, "alarm_kinds": [], "hours_left": None}
    status = {**room, "state": "recording", "microphones": [{**told, "sends_zeros": False, "heard_voice": False, "silent_when_idle": False}]}
    return reading_of(status).microphones[0]


def words(reading: MicrophoneReading) -> str:
    app = Flask("words")
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        return microphone_words(reading, is_heard=True, is_paused=False)


def test_refused_gain_is_said_beside_the_state() -> None:
    assert words(shown("The gain of Left was not set.")) == "Hears sound. Its gain could not be set; tell the administrator."
    assert words(shown(None)) == "Hears sound"


def test_a_microphone_that_is_gone_is_told_as_gone() -> None:
    assert words(shown("The gain of Left was not set.", "lost")) == "Not connected"
