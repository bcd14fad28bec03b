"""Seats are given by device, and a microphone keeps its place whatever number its card gets."""

from dataclasses import replace

import pytest

from meetrec.capture.devices import Microphone, microphones_from, with_usb_ids
from meetrec.capture.sound_cards import SoundCard
from meetrec.kiosk.seats import seated, with_known
from meetrec.platform.settings_sections import MicrophoneSeat

LEFT, RIGHT = Microphone("left", "Left", "Left"), Microphone("right", "Right", "Right")
PARENT, CHAIR = "USB Mic: Audio (hw:1,0)", "Ceiling: Audio (hw:2,0)"


def seats(*devices: str) -> tuple[MicrophoneSeat, ...]:
    return tuple(MicrophoneSeat(device=device, seat=f"Seat {number}") for number, device in enumerate(devices, 1))


def told(microphones: list[Microphone]) -> list[tuple[str, str, str | None]]:
    return [(one.id, one.device, one.seat) for one in microphones]


def test_seats_are_given_by_device_and_a_missing_one_is_in_the_list() -> None:
    assert told(seated(seats("Right", "Ceiling mic"), [LEFT, RIGHT])) == [("right", "Right", "Seat 1"), ("ceiling-mic", "Ceiling mic", "Seat 2")]


def test_without_seats_every_attached_microphone_is_recorded() -> None:
    assert seated((), [LEFT, RIGHT]) == [LEFT, RIGHT]


@pytest.mark.parametrize("device", [PARENT, "USB Mic: Audio", "usb-mic-audio", "USB Mic: Audio (hw:3,0)"])
def test_seat_is_found_by_full_name_label_id_or_under_another_card_number(device: str) -> None:
    assert told(seated(seats(device), microphones_from([PARENT, CHAIR]))) == [("usb-mic-audio", PARENT, "Seat 1")]


def test_absent_seat_has_the_id_it_will_have_when_it_is_attached() -> None:
    (absent,) = seated(seats(PARENT), microphones_from([CHAIR]))
    assert (absent.id, absent.label) == ("usb-mic-audio", "USB Mic: Audio")


def test_two_equal_microphones_are_told_apart_by_their_full_names_and_never_share_an_id() -> None:
    other = "USB Mic: Audio (hw:2,0)"
    both = seated(seats(other, PARENT), microphones_from([PARENT, other]))
    assert [one.device for one in both] == [other, PARENT]
    one_left = seated(seats(PARENT, other), microphones_from([other]))
    assert [one.device for one in one_left] == [PARENT, other]
    assert len({one.id for one in one_left}) == 2
    back = seated(seats(PARENT, other), microphones_from([other, "USB Mic: Audio (hw:5,0)"]))
    assert [one.device for one in back] == ["USB Mic: Audio (hw:5,0)", other]


def test_unplugged_microphone_stays_known_and_takes_its_new_number_when_it_is_back() -> None:
    known = with_known([], microphones_from([PARENT, CHAIR]))
    assert with_known(known, microphones_from([CHAIR])) == known
    back = with_known(known, microphones_from([CHAIR, "USB Mic: Audio (hw:4,0)"]))
    assert told(back) == [("usb-mic-audio", "USB Mic: Audio (hw:4,0)", None), ("ceiling-audio", CHAIR, None)]


def test_seat_that_was_absent_at_the_start_is_taken_by_the_microphone_that_comes() -> None:
    known = with_known([], seated(seats(PARENT), microphones_from([CHAIR])))
    assert told(with_known(known, seated(seats(PARENT), microphones_from(["USB Mic: Audio (hw:6,0)"])))) == [
        ("usb-mic-audio", "USB Mic: Audio (hw:6,0)", "Seat 1")
    ]


def test_no_device_and_no_id_is_known_twice() -> None:
    other = "USB Mic: Audio (hw:0,0)"
    known = with_known([], microphones_from([PARENT]))
    both = with_known(known, microphones_from([other, PARENT]))  # now the new one is listed first and has the first one's id
    assert told(both) == [("usb-mic-audio", PARENT, None), ("usb-mic-audio-2", other, None)]
    assert with_known(both, [replace(one) for one in both]) == both


CARDS = {1: SoundCard(1, "parent", "0b0e:0420"), 2: SoundCard(2, "PCH", None)}


def test_seat_is_found_by_usb_id_and_by_socket() -> None:
    attached = with_usb_ids(microphones_from([PARENT, CHAIR]), CARDS)
    for row in (MicrophoneSeat(seat="Parent", usb="0b0e:0420"), MicrophoneSeat(seat="Parent", card="parent")):
        (sitting,) = seated((row,), attached, CARDS)
        assert (sitting.device, sitting.seat, sitting.card) == (PARENT, "Parent", row.card)


def test_of_two_microphones_with_one_usb_id_none_is_guessed() -> None:
    cards = {1: CARDS[1], 2: SoundCard(2, "other", "0b0e:0420")}
    attached = with_usb_ids(microphones_from([PARENT, CHAIR]), cards)
    (absent,) = seated((MicrophoneSeat(seat="Parent", usb="0b0e:0420"),), attached, cards)
    assert (absent.device, absent.label) == ("USB 0b0e:0420", "USB 0b0e:0420")


def test_microphone_known_by_usb_id_alone_takes_its_device_when_it_comes_and_keeps_its_id() -> None:
    row = (MicrophoneSeat(seat="Parent", usb="0b0e:0420"),)
    known = with_known([], seated(row, microphones_from([CHAIR]), {}))
    (back,) = with_known(known, seated(row, with_usb_ids(microphones_from([PARENT, CHAIR]), CARDS), CARDS))
    assert (back.id, back.device, back.seat) == (known[0].id, PARENT, "Parent")


def test_what_a_row_says_wins_over_the_profile() -> None:
    attached = [replace(microphones_from([PARENT])[0], gain=30, rate=16_000, seat="Table")]
    (sitting,) = seated((MicrophoneSeat(seat="Parent", device=PARENT, gain=70),), attached, {})
    assert (sitting.gain, sitting.rate, sitting.seat) == (70, 16_000, "Parent")
