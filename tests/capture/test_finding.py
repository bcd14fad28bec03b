"""Which device is opened for a microphone: the exact one, the same card under another number, or the card of a socket."""

from typing import Any

import pytest

from meetrec.capture.devices import Microphone
from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.finding import mixer_of, number_of
from meetrec.capture.sound_cards import SoundCard

CARD = "Jabra SPEAK 510: USB Audio (hw:1,0)"
pytestmark = pytest.mark.requirement("G5.a")


def devices(*names: str, outputs: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """PortAudio's list of devices."""
    return [{"name": name, "max_input_channels": 1} for name in names] + [{"name": name, "max_input_channels": 0} for name in outputs]


def microphone(device: str, usb: str | None = None, card: str | None = None) -> Microphone:
    return Microphone("microphone", "The microphone", device, usb=usb, card=card)


def test_a_card_that_comes_back_under_another_number_is_found() -> None:
    assert number_of(devices("HDA Intel: ALC (hw:1,0)", "Jabra SPEAK 510: USB Audio (hw:3,0)"), microphone(CARD)) == 1


def test_the_exact_name_wins_over_the_same_name_with_another_number() -> None:
    assert number_of(devices("Jabra SPEAK 510: USB Audio (hw:0,0)", CARD), microphone(CARD)) == 1


def test_of_two_equal_cards_none_is_guessed() -> None:
    with pytest.raises(MicrophoneUnusable, match="The microphone is not attached"):
        number_of(devices("Jabra SPEAK 510: USB Audio (hw:2,0)", "Jabra SPEAK 510: USB Audio (hw:3,0)"), microphone(CARD))


def test_one_of_two_equal_microphones_is_never_taken_for_the_other() -> None:
    with pytest.raises(MicrophoneUnusable, match="is not attached"):
        number_of(devices("Jabra SPEAK 510: USB Audio (hw:2,0)"), microphone(CARD), is_only_one=False)


def test_a_name_that_only_begins_alike_or_only_plays_is_not_taken() -> None:
    for names in (("microphone 10",), ("microphone 1 (hw:1,0)",)):
        with pytest.raises(MicrophoneUnusable):
            number_of(devices(*names, outputs=("microphone 1",)), microphone("microphone 1"))


def test_of_two_equal_microphones_each_keeps_its_socket_whatever_numbers_they_come_back_with() -> None:
    names = devices("Jabra SPEAK 510: USB Audio (hw:1,0)", "Jabra SPEAK 510: USB Audio (hw:2,0)")
    swapped = {1: SoundCard(1, "parent", "0b0e:0420"), 2: SoundCard(2, "chair", "0b0e:0420")}
    assert number_of(names, microphone(CARD, card="chair"), is_only_one=False, cards=swapped) == 1
    assert number_of(names, microphone(CARD, card="parent"), is_only_one=False, cards=swapped) == 0


def test_an_empty_socket_is_not_filled_by_the_microphone_of_another() -> None:
    with pytest.raises(MicrophoneUnusable):
        number_of(devices(CARD), microphone(CARD, card="chair"), cards={1: SoundCard(1, "parent", "0b0e:0420")})


def test_a_microphone_that_was_absent_is_found_by_its_usb_id_when_it_comes() -> None:
    absent = microphone("USB 0b0e:0420", usb="0b0e:0420")
    known = {0: SoundCard(0, "PCH", None), 4: SoundCard(4, "USB", "0b0e:0420")}
    assert number_of(devices("HDA Intel: ALC (hw:0,0)", "Jabra SPEAK 510: USB Audio (hw:4,0)"), absent, cards=known) == 1
    with pytest.raises(MicrophoneUnusable):
        number_of(devices("HDA Intel: ALC (hw:0,0)"), absent, cards=known)


def test_a_cards_mixer_is_the_cards_and_a_named_inputs_mixer_bears_its_name() -> None:
    assert mixer_of(CARD) == "hw:1"
    assert mixer_of("Conference line") == "Conference line"
