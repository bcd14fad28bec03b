"""Which microphone sits where: seats by configured device, and what stays the same when a cable is pulled and plugged in again.

The sound system may give a card another number each time it is plugged in: "USB Mic: Audio (hw:1,0)" comes back as "(hw:3,0)". So a
microphone is known by its name without that number wherever the full name does not fit.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import count

from meetrec.capture.devices import Microphone, microphones_from, slug_of
from meetrec.platform.settings import MicrophoneSeat

LONGEST_STEM = 36  # characters of an id of 40, so that a number fits behind it


def seated(seats: Sequence[MicrophoneSeat], attached: list[Microphone]) -> list[Microphone]:
    """The room's microphones with their seats. A named one that is not attached is in the list too, so that its absence is seen."""
    if not seats:
        return attached
    sitting = {number: found for number, seat in enumerate(seats) if (found := _named(seat.device, attached))}
    for number, seat in enumerate(seats):
        free = [one for one in attached if one not in sitting.values() and one.label == label_of(seat.device)]
        if number not in sitting and len(free) == 1:
            sitting[number] = free[0]
    taken = {one.id for one in sitting.values()}
    return [replace(sitting[number], seat=seat.seat) if number in sitting else _absent(seat, taken) for number, seat in enumerate(seats)]


def _named(device: str, attached: list[Microphone]) -> Microphone | None:
    names = {name: microphone for microphone in reversed(attached) for name in (microphone.label, microphone.id, microphone.device)}
    return names.get(device)


def _absent(seat: MicrophoneSeat, taken: set[str]) -> Microphone:
    label = label_of(seat.device)
    microphone = Microphone(free_id(slug_of(label), taken), label, seat.device, seat.seat)
    taken.add(microphone.id)
    return microphone


def with_known(known: Sequence[Microphone], found: Sequence[Microphone]) -> list[Microphone]:
    """The microphones known so far and the new ones: a loose cable must not make a seat vanish from the screen.

    One that came back under another card number keeps its id and takes its new device. No device and no id is in the list twice.
    """
    here = {one.device: one for one in found}
    new = [one for one in found if one.device not in {before.device for before in known}]
    renewed = []
    for before in known:
        back = None if before.device in here else next((one for one in new if (one.label, one.seat) == (before.label, before.seat)), None)
        if back is not None:
            new.remove(back)
        renewed.append(replace(back, id=before.id) if back is not None else before)
    for one in new:
        renewed.append(replace(one, id=free_id(one.id, {before.id for before in renewed})))
    return renewed


def free_id(wanted: str, taken: Collection[str]) -> str:
    """The wanted id, with a number behind it when it is taken."""
    return next(name for name in (wanted if number == 1 else f"{wanted[:LONGEST_STEM]}-{number}" for number in count(1)) if name not in taken)


def label_of(device: str) -> str:
    """A device's name without its card number."""
    microphones = microphones_from([device])
    return microphones[0].label if microphones else device
