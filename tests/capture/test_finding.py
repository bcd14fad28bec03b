"""Which device a stream opens: the exact one, or the same card under another number."""

from types import SimpleNamespace

import pytest

from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.stream import _number_of

CARD = "Jabra SPEAK 510: USB Audio (hw:1,0)"
pytestmark = pytest.mark.requirement("G5.a")


def portaudio(*names: str, outputs: tuple[str, ...] = ()) -> SimpleNamespace:
    """A double of PortAudio's list of devices."""
    devices = [{"name": name, "max_input_channels": 1} for name in names] + [{"name": name, "max_input_channels": 0} for name in outputs]
    return SimpleNamespace(query_devices=lambda: devices)


def test_a_card_that_comes_back_under_another_number_is_found() -> None:
    assert _number_of(portaudio("HDA Intel: ALC (hw:1,0)", "Jabra SPEAK 510: USB Audio (hw:3,0)"), CARD) == 1


def test_the_exact_name_wins_over_the_same_name_with_another_number() -> None:
    assert _number_of(portaudio("Jabra SPEAK 510: USB Audio (hw:0,0)", CARD), CARD) == 1


def test_of_two_equal_cards_none_is_guessed() -> None:
    with pytest.raises(MicrophoneUnusable, match="is not attached"):
        _number_of(portaudio("Jabra SPEAK 510: USB Audio (hw:2,0)", "Jabra SPEAK 510: USB Audio (hw:3,0)"), CARD)


def test_one_of_two_equal_microphones_is_never_taken_for_the_other() -> None:
    with pytest.raises(MicrophoneUnusable, match="is not attached"):
        _number_of(portaudio("Jabra SPEAK 510: USB Audio (hw:2,0)"), CARD, is_only_one=False)


def test_a_name_that_only_begins_alike_or_only_plays_is_not_taken() -> None:
    for names in (("microphone 10",), ("microphone 1 (hw:1,0)",)):
        with pytest.raises(MicrophoneUnusable):
            _number_of(portaudio(*names, outputs=("microphone 1",)), "microphone 1")
