"""Which device of PortAudio's list a microphone is, also after it was plugged in again; of two that look alike none is guessed."""

from collections.abc import Iterable, Mapping
from typing import Any

from meetrec.capture.devices import Microphone, has_card_number, label_of
from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.sound_cards import SoundCard, card_number_of, sound_cards

USB_DEVICE = "USB "  # a microphone that has not been attached yet is known by its USB id alone


def number_of(devices: Iterable[Mapping[str, Any]], microphone: Microphone, is_only_one: bool = True, cards: Mapping[int, SoundCard] | None = None) -> int:
    """The device's number in PortAudio's list. Raises MicrophoneUnusable when it is not attached, or cannot be told from another.

    By its card's name where a udev rule gave it one, else by its exact name (PortAudio's own search would take "microphone 10" for
    "microphone 1"). A card's number changes when it is plugged in again; then the name without it counts, when only one device bears
    it. Of two equal microphones one would be taken for the other, so with them only the exact name counts.
    """
    inputs = {number: str(known["name"]) for number, known in enumerate(devices) if known["max_input_channels"] > 0}
    known_cards = sound_cards() if cards is None else cards
    found = _by_card_name(inputs, microphone, known_cards) if microphone.card else _by_device(inputs, microphone, is_only_one, known_cards)
    if len(found) == 1:
        return found[0]
    raise MicrophoneUnusable(f"{microphone.label} is not attached. Check its cable; recording goes on by itself when it is back.")


def _by_card_name(inputs: dict[int, str], microphone: Microphone, cards: Mapping[int, SoundCard]) -> list[int]:
    numbers = {card.number for card in cards.values() if card.name == microphone.card}
    return [number for number, name in inputs.items() if card_number_of(name) in numbers][:1]  # a card's first input is its microphone


def _by_device(inputs: dict[int, str], microphone: Microphone, is_only_one: bool, cards: Mapping[int, SoundCard]) -> list[int]:
    device = microphone.device
    exact = [number for number, name in inputs.items() if name == device]
    if exact or not is_only_one:
        return exact[:1]
    if device.startswith(USB_DEVICE):
        numbers = {card.number for card in cards.values() if card.usb == microphone.usb}
        return [number for number, name in inputs.items() if card_number_of(name) in numbers]
    alike = {number: label_of(name) for number, name in inputs.items() if has_card_number(name) and has_card_number(device)}
    return [number for number, label in alike.items() if label == label_of(device)]


def mixer_of(device: str) -> str:
    """ALSA's mixer of a device: that of its card, or the one that bears the same name in ALSA's configuration."""
    number = card_number_of(device)
    return device if number is None else f"hw:{number}"
