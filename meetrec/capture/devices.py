"""The microphones that are attached: their names, stable ids, and one plain sentence when there is none."""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from meetrec.capture.errors import MicrophoneUnusable
from meetrec.capture.sound_cards import SoundCard, card_number_of, sound_cards

LISTING_SECONDS = 15.0
# What ALSA offers beside real devices. They may hand over to any microphone at all, so they count only when there is nothing else.
ALIASES = ("default", "sysdefault", "pulse", "pipewire", "jack")
NOT_MICROPHONES = ("dmix", "dsnoop", "front", "surround", "iec958", "spdif", "hdmi", "null", "samplerate", "speexrate", "upmix", "vdownmix", "lavrate")
_CARD_NUMBER = re.compile(r"\s*\(hw:\d+,\d+\)")


@dataclass(frozen=True)
class Microphone:
    """One microphone: `id` is its slug, `device` its name in PortAudio, `label` and `seat` are for people.

    `usb` is "vendor:product" in hexadecimal. The rest is what a profile or the room's file wants of it, and None where they say nothing:
    `card` is the name that a udev rule gave its card (it stays with the socket), `channels` is how many are opened and `channel` which
    one of them is kept, counted from 1; `rate` in Hz is what the device is opened at; `gain` is in percent of `gain_control`, or of
    every capture control of its mixer. `silent_when_idle` says that exact zeros are no fault of it: nobody is on the line.
    """

    id: str
    label: str
    device: str
    seat: str | None = None
    usb: str | None = None
    card: str | None = None
    channels: int | None = None
    channel: int | None = None
    rate: int | None = None
    gain: int | None = None
    gain_control: str | None = None
    silent_when_idle: bool | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def list_microphones(*, also_named: bool = False) -> list[Microphone]:
    """The attached microphones: real cards if there are any, else named inputs, else one alias. `also_named` adds the named ones.

    Asked in a process of its own, because PortAudio may hang on a broken device and lists new devices only in a fresh process.
    Raises MicrophoneUnusable when there is none, or sound input cannot be used at all.
    """
    names = _device_names()
    microphones = all_microphones_from(names) if also_named else microphones_from(names)
    if not microphones:
        raise MicrophoneUnusable("No microphone is attached. Plug one in; it appears here by itself.")
    return with_usb_ids(microphones, sound_cards())


def _device_names() -> list[str]:
    command = [sys.executable, "-m", "meetrec.capture.devices"]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=LISTING_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise MicrophoneUnusable("A sound device does not answer. Unplug the microphones and plug them in again, one at a time.") from None
    if b"PortAudio library not found" in answer.stderr:
        raise MicrophoneUnusable("Sound input cannot be used on this machine: PortAudio is missing. Install the package libportaudio2.")
    if answer.returncode != 0:
        raise MicrophoneUnusable("Sound input cannot be used: this machine's sound system failed while it listed the microphones.")
    return [str(name) for name in json.loads(answer.stdout.splitlines()[-1])]


def microphones_from(names: list[str]) -> list[Microphone]:
    """Microphones out of the names of all input devices: real cards if there are any, else named inputs, else one alias."""
    return _microphones_of([name for name in names if has_card_number(name)] or _named(names) or _first_alias(names))


def all_microphones_from(names: list[str]) -> list[Microphone]:
    """Real cards, and behind them the inputs that an ALSA configuration names, a conference line for one; one alias when there is neither."""
    cards = [name for name in names if has_card_number(name)]
    return _microphones_of(cards + [name for name in _named(names) if name not in cards] or _first_alias(names))


def _named(names: list[str]) -> list[str]:
    return [name for name in names if name.partition(":")[0] not in (*ALIASES, *NOT_MICROPHONES)]


def _first_alias(names: list[str]) -> list[str]:
    return [alias for alias in ALIASES if alias in names][:1]


def _microphones_of(names: list[str]) -> list[Microphone]:
    labels = [label_of(name) for name in names]
    return [Microphone(slug, label, name) for slug, label, name in zip(_slugs(labels), labels, names, strict=True)]


def with_usb_ids(microphones: Sequence[Microphone], cards: dict[int, SoundCard]) -> list[Microphone]:
    """The microphones with the USB ids of their cards, as the kernel states them."""
    numbers = [card_number_of(microphone.device) for microphone in microphones]
    usb = [cards[number].usb if number in cards else None for number in numbers]
    return [replace(microphone, usb=known) for microphone, known in zip(microphones, usb, strict=True)]


def has_card_number(name: str) -> bool:
    """Whether a device name carries ALSA's card number, as every real card's does."""
    return _CARD_NUMBER.search(name) is not None


def label_of(name: str) -> str:
    """A device name without its card number, which is another one when the device is plugged in again."""
    return _CARD_NUMBER.sub("", name).strip()


def _slugs(labels: list[str]) -> list[str]:
    """A slug for each label; equal ones are numbered in order."""
    slugs: list[str] = []
    for label in labels:
        slug = slug_of(label)
        same = sum(1 for known in labels[: len(slugs)] if slug_of(known) == slug)
        slugs.append(f"{slug[:36]}-{same + 1}" if same else slug)
    return slugs


def slug_of(label: str) -> str:
    """A microphone id ([a-z0-9-], at most 40 characters) from its label."""
    ascii_only = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-") or "microphone"


def input_device_names() -> list[str]:
    """The names of all input devices PortAudio knows in this process. Raises OSError when PortAudio is not installed."""
    import sounddevice

    return [str(device["name"]) for device in sounddevice.query_devices() if device["max_input_channels"] > 0]


if __name__ == "__main__":
    print(json.dumps(input_device_names()))
