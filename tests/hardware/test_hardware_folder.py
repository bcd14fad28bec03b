"""What turns a machine into a room is whole: profiles read, units and rules pass systemd's own checks, scripts pass shellcheck."""

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from meetrec.capture.devices import Microphone
from meetrec.capture.profiles import profile_for, profiles_in
from meetrec.kiosk.room_file import read_room_file

HARDWARE = Path(__file__).resolve().parents[2] / "hardware"
UNITS = sorted((HARDWARE / "systemd").glob("*.service"))
RULES = sorted((HARDWARE / "udev").glob("*.rules"))
SCRIPTS = [HARDWARE / "provision", HARDWARE / "kiosk_screen", HARDWARE / "socket_names", *(HARDWARE / "virtual").glob("*_[mp]*s")]
PROGRAMS = ("/opt/meetrec/.venv/bin/meetrec", "/usr/bin/cage")
UDEV_LINE = re.compile(r'^([A-Z]+(\{[^}]+\})?(==|!=|=|\+=|:=)"[^"]*")(, *[A-Z]+(\{[^}]+\})?(==|!=|=|\+=|:=)"[^"]*")*$')
pytestmark = pytest.mark.requirement("G5.a")


def microphone(label: str, usb: str | None = None) -> Microphone:
    return Microphone("one", label, f"{label} (hw:1,0)", usb=usb)


def test_every_profile_of_ours_reads_and_says_where_its_facts_come_from() -> None:
    profiles = profiles_in(HARDWARE / "microphones")
    assert len(profiles) >= 8
    assert all(profile.source for profile in profiles)
    ids = [usb for profile in profiles for usb in profile.usb]
    assert len(ids) == len(set(ids)), "two profiles claim one USB id"


@pytest.mark.parametrize(
    ("label", "usb", "name", "rate"),
    [
        ("Jabra SPEAK 510 USB: Audio", "0b0e:0420", "Jabra Speak 510", 16_000),
        ("Jabra SPEAK 410 USB: Audio", None, "Jabra Speak 410", 16_000),
        ("Scarlett 2i2 USB: Audio", "1235:8210", "Focusrite Scarlett 2i2 (third generation)", 48_000),
        ("Conference line", None, "Conference line", None),
        ("Some microphone: USB Audio", "ffff:0001", "Any microphone", None),
    ],
)
def test_a_device_as_it_shows_itself_finds_its_profile(label: str, usb: str | None, name: str, rate: int | None) -> None:
    profile = profile_for(microphone(label, usb), profiles_in(HARDWARE / "microphones"))
    assert profile is not None
    assert (profile.name, profile.rate) == (name, rate)


def test_the_example_of_a_rooms_file_reads() -> None:
    assert [seat.seat for seat in read_room_file(HARDWARE / "rooms" / "conference_room.toml")] == ["Case manager", "Parent", "On the line"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed, so the units were not verified")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_pass_systemds_own_check(unit: Path, tmp_path: Path) -> None:
    """On a copy that starts a program which every machine has: the check wants the program to be there."""
    for one in UNITS:
        text = one.read_text()
        for program in PROGRAMS:
            text = text.replace(program, "/bin/true")
        (tmp_path / one.name).write_text(text)
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "SYSTEMD_LOG_TARGET": "console"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert unit.name not in answer.stderr, answer.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed, so a wrong unit cannot be shown to fail")
def test_the_check_of_units_notices_a_wrong_one(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.service"
    wrong.write_text("[Service]\nType=notify\nExecStart=/bin/true\nWatchdogSec=soon\n")
    answer = subprocess.run(["systemd-analyze", "verify", "--man=no", str(wrong)], capture_output=True, text=True, timeout=60, check=False)
    assert "wrong.service" in answer.stderr


def test_recorders_unit_is_watched_restarted_and_keeps_its_token_and_its_memory_to_itself() -> None:
    text = (HARDWARE / "systemd" / "meetrec-kiosk.service").read_text()
    for line in ("Type=notify", "WatchdogSec=30", "Restart=always", "WatchdogSignal=SIGKILL", "LimitCORE=0", "StartLimitIntervalSec=0"):
        assert f"\n{line}\n" in text
    assert "launch=" not in "".join(unit.read_text() for unit in UNITS)
    assert not re.search(r"\brm\b|ExecStopPost|ExecStartPre", text), "a restart deletes nothing"


def udevadm_verifies() -> bool:
    if shutil.which("udevadm") is None:
        return False
    return "verify" in subprocess.run(["udevadm", "--help"], capture_output=True, text=True, check=False).stdout


@pytest.mark.skipif(not udevadm_verifies(), reason="udevadm verify needs systemd 254 or newer, so the rules were held to their form alone")
@pytest.mark.parametrize("rules", RULES, ids=lambda rules: rules.name)
def test_rules_pass_udevs_own_check(rules: Path) -> None:
    answer = subprocess.run(["udevadm", "verify", str(rules)], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("rules", RULES, ids=lambda rules: rules.name)
def test_every_line_of_the_rules_has_udevs_form(rules: Path) -> None:
    lines = [line for line in rules.read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if not UDEV_LINE.match(line)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_are_bash_and_can_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False).stderr == ""


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed: run `./dev setup`")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_pass_shellcheck(script: Path) -> None:
    assert subprocess.run(["shellcheck", str(script)], capture_output=True, text=True, check=False).stdout == ""


def test_drawing_of_the_room_can_be_read_by_everybody() -> None:
    drawing = ElementTree.parse(HARDWARE / "room.svg").getroot()  # noqa: S314 - our own drawing
    space = "{http://www.w3.org/2000/svg}"
    title, description = drawing.find(f"{space}title"), drawing.find(f"{space}desc")
    assert drawing.get("role") == "img"
    assert drawing.get("aria-labelledby") == "title description"
    assert title is not None
    assert description is not None
    words = " ".join(drawing.itertext())
    readme = (HARDWARE / "README.md").read_text()
    for part in ("Kiosk", "Reserve kiosk", "On the line", "Parent", "Case manager"):
        assert part in words
        assert part in readme, "the drawing's text in the README"


def test_steps_of_the_readme_are_ten_and_the_files_they_name_are_there() -> None:
    text = (HARDWARE / "README.md").read_text()
    assert re.findall(r"^### (\d+)\. ", text, re.MULTILINE) == [str(number) for number in range(1, 11)]
    named = set(re.findall(r"`(?:hardware/)((?:microphones|systemd|udev|alsa|rooms|virtual)/[\w./-]+|provision|socket_names|kiosk_screen)", text))
    assert named
    assert [name for name in named if not (HARDWARE / name.rstrip("/.")).exists()] == []
