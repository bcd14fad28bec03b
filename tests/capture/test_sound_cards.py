"""The kernel's list of sound cards, read from files as the kernel writes them."""

from pathlib import Path

from meetrec.capture.devices import microphones_from, with_usb_ids
from meetrec.capture.sound_cards import SoundCard, card_number_of, sound_cards


def kernel_list(folder: Path, **cards: tuple[str, str | None]) -> Path:
    for place, (name, usb) in cards.items():
        (folder / place).mkdir()
        (folder / place / "id").write_text(f"{name}\n")
        if usb is not None:
            (folder / place / "usbid").write_text(f"{usb}\n")
    (folder / "cards").write_text("")
    return folder


def test_cards_are_known_by_number_name_and_usb_id(tmp_path: Path) -> None:
    folder = kernel_list(tmp_path, card0=("PCH", None), card3=("parent", "0B0E:0420"))
    assert sound_cards(folder) == {0: SoundCard(0, "PCH", None), 3: SoundCard(3, "parent", "0b0e:0420")}


def test_machine_without_sound_and_damaged_id_give_nothing_to_match(tmp_path: Path) -> None:
    assert sound_cards(tmp_path / "nowhere") == {}
    assert sound_cards(kernel_list(tmp_path, card1=("odd", "nonsense")))[1].usb is None


def test_a_microphone_bears_the_usb_id_of_its_card(tmp_path: Path) -> None:
    cards = sound_cards(kernel_list(tmp_path, card2=("USB", "0b0e:0420")))
    microphones = microphones_from(["Jabra SPEAK 510: USB Audio (hw:2,0)", "HDA Intel: ALC (hw:0,0)"])
    assert [one.usb for one in with_usb_ids(microphones, cards)] == ["0b0e:0420", None]
    assert with_usb_ids(microphones_from(["Conference line"]), cards)[0].usb is None


def test_card_number_is_read_from_a_portaudio_name() -> None:
    assert card_number_of("Jabra SPEAK 510: USB Audio (hw:12,0)") == 12
    assert card_number_of("Conference line") is None
