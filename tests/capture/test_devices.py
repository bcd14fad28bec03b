"""Which inputs are microphones, and what their stable ids are."""

import pytest

from meetrec.capture.devices import list_microphones, microphones_from, slug_of
from meetrec.capture.errors import MicrophoneUnusable
from tests.fixtures.microphones import VirtualMicrophones


def test_real_cards_win_over_aliases_and_keep_their_id_when_the_card_number_changes() -> None:
    before = microphones_from(["Jabra SPEAK 510: USB Audio (hw:1,0)", "sysdefault", "pulse", "default"])
    after = microphones_from(["Jabra SPEAK 510: USB Audio (hw:3,0)", "sysdefault", "pulse", "default"])
    assert [microphone.id for microphone in before] == [microphone.id for microphone in after] == ["jabra-speak-510-usb-audio"]
    assert before[0].label == "Jabra SPEAK 510: USB Audio"


def test_two_equal_microphones_get_two_ids() -> None:
    assert [m.id for m in microphones_from(["Mic: USB (hw:1,0)", "Mic: USB (hw:2,0)"])] == ["mic-usb", "mic-usb-2"]


def test_an_alias_is_used_only_when_there_is_nothing_else() -> None:
    assert [m.device for m in microphones_from(["pulse", "default", "dmix"])] == ["default"]
    assert [m.device for m in microphones_from(["Room", "default"])] == ["Room"]
    assert microphones_from([]) == []


def test_a_slug_is_short_plain_and_never_empty() -> None:
    assert slug_of("Micrófono nº 1 – Ventana") == "microfono-no-1-ventana"
    assert slug_of("麦克风") == "microphone"
    assert len(slug_of("x" * 90)) == 40


def test_a_machine_without_microphones_is_told_in_a_sentence(virtual_microphones: VirtualMicrophones) -> None:
    for number in ("1", "2", "3", "4"):
        virtual_microphones.do("unplug", number)
    with pytest.raises(MicrophoneUnusable, match="No microphone is attached"):
        list_microphones()


def test_virtual_microphones_are_listed_in_order(virtual_microphones: VirtualMicrophones) -> None:
    assert [microphone.device for microphone in list_microphones()] == virtual_microphones.names
