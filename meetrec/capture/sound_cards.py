"""What the kernel says of this machine's sound cards: number, name of the card, and USB id (/proc/asound). Pure reading."""

import re
from dataclasses import dataclass
from pathlib import Path

KERNEL_LIST = Path("/proc/asound")
_HARDWARE = re.compile(r"\(hw:(\d+),\d+\)")
_USB_ID = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")


@dataclass(frozen=True)
class SoundCard:
    """One card: `number` changes when it is plugged in again, `name` does not where a udev rule gave it; `usb` is "vendor:product"."""

    number: int
    name: str
    usb: str | None


def sound_cards(folder: Path = KERNEL_LIST) -> dict[int, SoundCard]:
    """The cards by number; none where the kernel has no sound."""
    cards = [_card_in(place) for place in folder.glob("card[0-9]*")]
    return {card.number: card for card in cards}


def _card_in(place: Path) -> SoundCard:
    usb = _line_of(place / "usbid").lower()
    return SoundCard(int(place.name.removeprefix("card")), _line_of(place / "id"), usb if _USB_ID.fullmatch(usb) else None)


def _line_of(file: Path) -> str:
    """The file's text, or nothing: only USB cards have a usbid, and a card may vanish while it is read."""
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


def card_number_of(device: str) -> int | None:
    """The card number in a PortAudio device name such as "USB Mic: Audio (hw:2,0)"."""
    found = _HARDWARE.search(device)
    return int(found[1]) if found else None
