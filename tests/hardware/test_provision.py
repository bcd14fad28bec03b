"""The script that makes a machine a room's kiosk: it looks without touching, and says what it needs."""

import os
import subprocess
from pathlib import Path

import pytest

HARDWARE = Path(__file__).resolve().parents[2] / "hardware"
STEPS = ("Debian 12", "packages", "accounts", "folders", "MeetRec in", "settings", "room's file", "units and udev", "never sleeps", "start with", "enrolled")
pytestmark = pytest.mark.requirement("G5.a")


def provision(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(HARDWARE / "provision"), *options], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def places() -> list[tuple[str, float]]:
    """What the script would make, and when it was last changed."""
    made = ("/opt/meetrec", "/etc/meetrec", "/var/lib/meetrec", "/etc/systemd/system", "/etc/udev/rules.d", "/etc/passwd", "/etc/systemd/logind.conf.d")
    return [(place, os.stat(place).st_mtime) for place in made if os.path.exists(place)]


def test_check_names_every_step_and_changes_nothing() -> None:
    before = places()
    answer = provision("--check")
    lines = answer.stdout.splitlines()
    assert [line for line in lines[: len(STEPS)] if not line.startswith(("there    ", "missing  "))] == []
    assert all(step in line for step, line in zip(STEPS, lines, strict=False))
    missing = sum(line.startswith("missing") for line in lines)
    assert answer.returncode == (1 if missing else 0)
    assert lines[-1] == (f"{missing} missing. Run it without --check, as root, to make them so." if missing else "Everything is there.")
    assert places() == before


def test_a_room_without_a_screen_needs_no_browser() -> None:
    assert "chromium" in provision("--check").stdout
    assert "chromium" not in provision("--check", "--without-screen").stdout


def test_called_wrongly_it_shows_how_it_is_called() -> None:
    answer = provision("--nonsense")
    assert answer.returncode == 2
    assert "hardware/provision --check" in answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="this account is not root and cannot become another one, which the refusal needs")
def test_without_root_nothing_is_begun(tmp_path: Path) -> None:
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-s"]
    answer = subprocess.run(command, input=(HARDWARE / "provision").read_text(), capture_output=True, text=True, check=False, cwd="/")
    assert answer.returncode == 1
    assert "only root can set up a machine" in answer.stderr
    assert answer.stdout == ""
