"""The room's own file: seats by device, USB id or socket; what cannot be told apart is refused before anything is recorded."""

from pathlib import Path

import pytest

from meetrec.capture.profiles import profile_for
from meetrec.kiosk.errors import KioskError
from meetrec.kiosk.room_file import attached_microphones, read_room_file, room_profiles, room_seats
from meetrec.kiosk.seats import seated
from meetrec.platform.errors import SettingsError
from meetrec.platform.settings import load_settings
from meetrec.platform.settings_sections import Kiosk, MicrophoneSeat
from tests.fixtures.microphones import VirtualMicrophones, virtual_microphones

__all__ = ["virtual_microphones"]
pytestmark = pytest.mark.requirement("G5.a")


def room_file(folder: Path, text: str) -> Kiosk:
    (folder / "room.toml").write_text(text)
    return Kiosk(room_file=folder / "room.toml")


def test_rows_name_a_microphone_by_device_usb_id_or_socket(tmp_path: Path) -> None:
    kiosk = room_file(
        tmp_path,
        '[[microphone]]\nseat = "Parent"\nusb = "0b0e:0420"\n[[microphone]]\nseat = "Chair"\ncard = "chair"\ngain = 70\n'
        '[[microphone]]\nseat = "On the line"\ndevice = "Conference line"\n',
    )
    assert [(seat.seat, seat.usb, seat.card, seat.device, seat.gain) for seat in room_seats(kiosk)] == [
        ("Parent", "0b0e:0420", None, None, None),
        ("Chair", None, "chair", None, 70),
        ("On the line", None, None, "Conference line", None),
    ]


def test_seats_of_the_settings_file_stay_valid_as_they_were() -> None:
    seats = (MicrophoneSeat(device="Left", seat="Parent"),)
    assert room_seats(Kiosk(microphones=seats)) == seats
    assert room_seats(Kiosk()) == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("microphone = 1", r"must hold rows that begin with \[\[microphone\]\]"),
        ("colour = 1\n[[microphone]]\n", "and nothing else"),
        ("[[microphone", "is not TOML"),
        ('[[microphone]]\nseat = "Chair"\n', "microphone 1 .*exactly one of device, usb and card"),
        (f'[[microphone]]\nseat = "{"x" * 121}"\nusb = "0b0e:0420"\n', "microphone 1.seat cannot be used"),
        ('[[microphone]]\nseat = "Chair"\nusb = "nonsense"\n', "microphone 1.usb cannot be used"),
        ('[[microphone]]\nseat = "Chair"\ncard = "a"\ncolour = 1\n', "microphone 1.colour is not known"),
        ('[[microphone]]\nseat = "A"\nusb = "0b0e:0420"\n[[microphone]]\nseat = "B"\nusb = "0b0e:0420"\n', "Two seats name the same microphone, 0b0e:0420"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(KioskError, match=sentence):
        room_seats(room_file(tmp_path, text))


def test_file_and_settings_do_not_both_name_seats_and_a_missing_file_is_said(tmp_path: Path) -> None:
    both = Kiosk(room_file=tmp_path / "room.toml", microphones=(MicrophoneSeat(device="Left", seat="Parent"),))
    with pytest.raises(KioskError, match="Keep one of them"):
        room_seats(both)
    with pytest.raises(KioskError, match="cannot be read"):
        read_room_file(tmp_path / "nowhere.toml")


def test_a_seat_without_a_microphone_stops_the_start_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETREC_KIOSK__MICROPHONES", '[{"seat": "Chair"}]')
    with pytest.raises(SettingsError, match=r"kiosk\.microphones\.0 cannot be used: the seat “Chair” must name its microphone"):
        load_settings()


def test_conference_line_gets_its_seat_from_its_profile(virtual_microphones: VirtualMicrophones) -> None:
    virtual_microphones.do("line")
    attached = attached_microphones(Kiosk())()
    assert [(one.label, one.seat) for one in attached][-1] == ("Conference line", "On the line")


def test_channels_of_one_device_are_two_seats_with_two_ids(virtual_microphones: VirtualMicrophones) -> None:
    virtual_microphones.do("interface")
    seats = tuple(MicrophoneSeat(device="Two inputs", seat=f"Seat {channel}", channels=2, channel=channel) for channel in (1, 2))
    attached = attached_microphones(Kiosk(microphones=seats))()
    assert [(one.id, one.seat, one.channel) for one in seated(room_seats(Kiosk(microphones=seats)), attached)] == [
        ("two-inputs-channel-1", "Seat 1", 1),
        ("two-inputs-channel-2", "Seat 2", 2),
    ]


def test_every_microphone_has_a_profile_of_ours(virtual_microphones: VirtualMicrophones) -> None:
    profiles = room_profiles(Kiosk())
    assert [profile_for(one, profiles).name for one in attached_microphones(Kiosk())()] == ["Any microphone"] * 4
