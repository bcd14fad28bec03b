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


@pytest.mark.parametrize("is_recording", [True, False])
def test_during_a_recording_it_refuses_before_its_first_step_and_without_anything_missing_it_restarts_nothing(is_recording: bool, tmp_path: Path) -> None:
    note, called = tmp_path / "running.json", tmp_path / "called"
    if is_recording:
        note.write_text("{}")
    script = (HARDWARE / "provision").read_text()
    head, order = script.split('read_options "$@"\n')
    for name, value in {"open_recording": note, "here": HARDWARE.parent}.items():
        head = head.replace(f"\n{name}=", f"\n{name}={value} #")
    looks = f'step() {{ say "step $1"; }}; is_running_here() {{ true; }}; systemctl() {{ printf "%s\\n" "$*" >>{called}; }}; id() {{ echo 0; }}\n'
    command = ["bash", "-s", "--", "--without-screen"]
    answer = subprocess.run(command, input=f'{head}{looks}read_options "$@"\n{order}', capture_output=True, text=True, check=False, cwd="/")
    if is_recording:
        assert (answer.returncode, answer.stdout, called.exists()) == (1, "", False)
        assert "Stop or finish it there" in answer.stderr
    else:
        assert answer.returncode == 0, answer.stderr
        assert called.read_text() == "start meetrec-kiosk.service\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="this account is not root and cannot become another one, which the refusal needs")
def test_without_root_nothing_is_begun(tmp_path: Path) -> None:
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-s"]
    answer = subprocess.run(command, input=(HARDWARE / "provision").read_text(), capture_output=True, text=True, check=False, cwd="/")
    assert answer.returncode == 1
    assert "only root can set up a machine" in answer.stderr
    assert answer.stdout == ""
