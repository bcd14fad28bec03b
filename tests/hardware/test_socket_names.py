"""Names for microphones by their USB sockets: listed from the kernel's tree, written as udev rules that fit exactly one socket."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.hardware.test_hardware_folder import HARDWARE, UDEV_LINE

pytestmark = pytest.mark.requirement("G5.a")


def socket_names(*pairs: str, sysfs: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"SOCKET_NAMES_SYSFS": str(sysfs)} if sysfs else {})}
    return subprocess.run([str(HARDWARE / "socket_names"), *pairs], capture_output=True, text=True, check=False, env=environment)


def plug_in(sysfs: Path, number: int, socket: str, usb: str, product: str) -> None:
    """A sound card in a tree as the kernel shows it: the card hangs on an interface of the USB device."""
    interface = sysfs / "devices" / "usb1" / socket / f"{socket}:1.0"
    card = interface / "sound" / f"card{number}"
    card.mkdir(parents=True)
    vendor, model = usb.split(":")
    for name, text in (("idVendor", vendor), ("idProduct", model), ("product", product)):
        (interface.parent / name).write_text(f"{text}\n")
    (card / "id").write_text("USB\n")
    (card / "device").symlink_to(interface)
    (sysfs / "class" / "sound").mkdir(parents=True, exist_ok=True)
    (sysfs / "class" / "sound" / f"card{number}").symlink_to(card)


def test_attached_cards_are_listed_with_their_sockets(tmp_path: Path) -> None:
    plug_in(tmp_path, 1, "1-1.2", "0b0e:0420", "Jabra SPEAK 510 USB")
    plug_in(tmp_path, 2, "1-1.3", "0b0e:0420", "Jabra SPEAK 510 USB")
    lines = socket_names(sysfs=tmp_path).stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["1-1.2", "0b0e:0420"], ["1-1.3", "0b0e:0420"]]
    assert "Jabra SPEAK 510 USB" in lines[0]


def test_a_machine_without_usb_sound_is_told_so(tmp_path: Path) -> None:
    answer = socket_names(sysfs=tmp_path)
    assert (answer.returncode, answer.stderr) == (1, "socket_names: no USB sound card is attached\n")


def test_each_name_becomes_one_rule_for_one_socket() -> None:
    rules = [line for line in socket_names("chair=1-1.2", "parent=2-3").stdout.splitlines() if not line.startswith("#")]
    assert all(UDEV_LINE.match(rule) for rule in rules)
    assert [('KERNELS=="1-1.2"' in rule, 'ATTR{id}="chair"' in rule) for rule in rules] == [(True, True), (False, False)]


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        (("the chair=1-1.2",), "cannot be a card's name"),
        (("chair=hub",), "is not a socket such as 1-1.2"),
        (("chair=1-1.2", "chair=1-1.3"), "the name chair is given twice"),
        (("chair=1-1.2", "parent=1-1.2"), "the socket 1-1.2 is given twice"),
    ],
)
def test_what_would_mix_up_seats_is_refused(pairs: tuple[str, ...], sentence: str) -> None:
    answer = socket_names(*pairs)
    assert answer.returncode == 2
    assert sentence in answer.stderr
