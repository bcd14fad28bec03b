"""Seats are given by device, and a microphone keeps its place whatever number its card gets."""

from dataclasses import replace

import pytest

from meetrec.capture.devices import Microphone, microphones_from
from meetrec.kiosk.seats import seated, with_known
from meetrec.platform.settings import MicrophoneSeat

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
