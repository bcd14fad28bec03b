"""Which microphone sits where: seats by the room's file, and what stays the same when a cable is pulled and plugged in again.

The sound system may give a card another number each time it is plugged in: "USB Mic: Audio (hw:1,0)" comes back as "(hw:3,0)". So a
microphone is known by its name without that number wherever the full name does not fit.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count

from meetrec.capture.devices import Microphone, label_of, slug_of
from meetrec.capture.finding import USB_DEVICE
from meetrec.capture.sound_cards import SoundCard, card_number_of, sound_cards
from meetrec.platform.settings_sections import MicrophoneSeat

LONGEST_STEM = 36  # characters of an id of 40, so that a number fits behind it
WISHES = ("channels", "channel", "rate", "gain", "gain_control", "card")


def seated(seats: Sequence[MicrophoneSeat], attached: list[Microphone], cards: Mapping[int, SoundCard] | None = None) -> list[Microphone]:
    """The room's microphones with their seats. A named one that is not attached is in the list too, so that its absence is seen.

    `cards` are the sound cards by number, those of this machine when left out. Without seats every attached microphone is the room's.
    """
    if not seats:
        return attached
    known_cards = sound_cards() if cards is None else cards
    sitting: dict[int, Microphone] = {}
    for number, seat in enumerate(seats):
        if (found := _named(seat, attached, known_cards)) is not None:
            sitting[number] = found
    for number, seat in enumerate(seats):
        free = [one for one in attached if one not in sitting.values() and seat.device and one.label == label_of(seat.device)]
        if number not in sitting and len(free) == 1:
            sitting[number] = free[0]
    return _in_order(seats, {number: _as_seated(one, seats[number]) for number, one in sitting.items()})


def _named(seat: MicrophoneSeat, attached: list[Microphone], cards: Mapping[int, SoundCard]) -> Microphone | None:
    """The microphone that the row names; of two with the same USB id none is guessed."""
    if seat.device is not None:
        names = {name: microphone for microphone in reversed(attached) for name in (microphone.label, microphone.id, microphone.device)}
        return names.get(seat.device)
    if seat.usb is not None:
        alike = [one for one in attached if one.usb == seat.usb]
        return alike[0] if len(alike) == 1 else None
    numbers = {card.number for card in cards.values() if card.name == seat.card}
    return next((one for one in attached if card_number_of(one.device) in numbers), None)


def _as_seated(microphone: Microphone, seat: MicrophoneSeat) -> Microphone:
    """The microphone with what its row says. The channel stands in the label, so that two seats on one device are told apart."""
    said = {wish: value for wish in WISHES if (value := getattr(seat, wish)) is not None}
    label = f"{microphone.label} (channel {seat.channel})" if seat.channel is not None else microphone.label
    slug = slug_of(label)[:LONGEST_STEM] if seat.channel is not None else microphone.id
    return replace(microphone, id=slug, label=label, seat=seat.seat, **said)


def _absent(seat: MicrophoneSeat) -> Microphone:
    device = seat.device or (f"{USB_DEVICE}{seat.usb}" if seat.usb else f"Socket {seat.card}")
    label = label_of(device)
    return _as_seated(Microphone(slug_of(label), label, device, usb=seat.usb), seat)


def _in_order(seats: Sequence[MicrophoneSeat], sitting: dict[int, Microphone]) -> list[Microphone]:
    """All seats in the room's order, no id twice; an absent microphone takes none away from an attached one."""
    everyone = {number: sitting[number] for number in sorted(sitting)} | {number: _absent(seat) for number, seat in enumerate(seats) if number not in sitting}
    taken: set[str] = set()
    for number, microphone in everyone.items():
        everyone[number] = replace(microphone, id=free_id(microphone.id, taken))
        taken.add(everyone[number].id)
    return [everyone[number] for number in range(len(seats))]


def with_known(known: Sequence[Microphone], found: Sequence[Microphone]) -> list[Microphone]:
    """The microphones known so far and the new ones: a loose cable must not make a seat vanish from the screen.

    One that came back under another card number keeps its id and takes its new device. No device and no id is in the list twice.
    """
    here = {_place(one): one for one in found}
    new = [one for one in found if _place(one) not in {_place(before) for before in known}]
    renewed = []
    for before in known:
        back = None if _place(before) in here else next((one for one in new if _is_same(before, one)), None)
        if back is not None:
            new.remove(back)
        renewed.append(replace(back, id=before.id) if back is not None else before)
    for one in new:
        renewed.append(replace(one, id=free_id(one.id, {before.id for before in renewed})))
    return renewed


def _place(microphone: Microphone) -> tuple[str, int]:
    """What no two microphones share: one channel of one device."""
    return microphone.device, microphone.channel or 1


def _is_same(before: Microphone, now: Microphone) -> bool:
    """Whether a microphone that bears a new device is the known one: the same seat with the same label, or by the room's file the same seat."""
    if before.label == now.label and before.seat == now.seat:
        return True
    return before.seat is not None and before.seat == now.seat and (before.card is not None or before.device.startswith(USB_DEVICE))


def free_id(wanted: str, taken: Collection[str]) -> str:
    """The wanted id, with a number behind it when it is taken."""
    return next(name for name in (wanted if number == 1 else f"{wanted[:LONGEST_STEM]}-{number}" for number in count(1)) if name not in taken)
