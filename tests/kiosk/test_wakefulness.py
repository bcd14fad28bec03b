"""The machine stays awake while the kiosk runs: a real child holds the lock. logind itself is a double, as there is none in a container."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from meetrec.installation.doctor import NotInOrder, _stays_awake
from meetrec.kiosk import wakefulness
from meetrec.kiosk.wakefulness import LOCKS, Wakefulness, can_stay_awake
from meetrec.platform.settings import Settings
from tests.fixtures.kiosk_process import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
# Like systemd-inhibit: refuses, or runs the command with the lock held. Here a held lock is a file.
DOUBLE = """#!/bin/sh
lock=${1#--what=}
case " $REFUSED " in *" $lock "*) exit 1 ;; esac
shift 4
touch "$HELD/$lock"
"$@"
rm "$HELD/$lock"
"""


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of held locks; the double stands first on the path."""
    programs, held = tmp_path / "bin", tmp_path / "held"
    programs.mkdir()
    held.mkdir()
    (programs / "systemd-inhibit").write_text(DOUBLE)
    (programs / "systemd-inhibit").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("HELD", str(held))
    monkeypatch.setenv("REFUSED", "")
    return held


@pytest.fixture
def stopped() -> Iterator[threading.Event]:
    stopped = threading.Event()
    yield stopped
    stopped.set()


def locks_in(held: Path) -> list[str]:
    return [path.name for path in held.iterdir()]


def test_sleep_is_blocked_while_the_kiosk_runs_and_allowed_when_it_ends(held: Path, stopped: threading.Event) -> None:
    awake = Wakefulness()
    thread = threading.Thread(target=awake.run, args=(stopped,))
    thread.start()
    wait_until(lambda: awake.lock == LOCKS[0])
    assert locks_in(held) == [LOCKS[0]]
    stopped.set()
    thread.join(5)
    assert locks_in(held) == []
    assert awake.lock is None


def test_a_killed_kiosk_holds_no_lock(held: Path) -> None:
    code = "import threading; from meetrec.kiosk.wakefulness import Wakefulness; Wakefulness().run(threading.Event())"
    with subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY) as kiosk:
        wait_until(lambda: locks_in(held) == [LOCKS[0]])
        kiosk.kill()
    wait_until(lambda: locks_in(held) == [])


def test_where_blocking_sleep_is_refused_the_screen_is_still_kept_from_blanking(held: Path, stopped: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUSED", "sleep:idle:handle-lid-switch sleep:idle")
    awake = Wakefulness()
    thread = threading.Thread(target=awake.run, args=(stopped,))
    thread.start()
    wait_until(lambda: awake.lock == "idle")
    assert not can_stay_awake()
    stopped.set()
    thread.join(5)


def test_a_lost_lock_is_asked_for_again(held: Path, stopped: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakefulness, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(wakefulness, "AGAIN_SECONDS", 0.05)
    awake = Wakefulness()
    thread = threading.Thread(target=awake.run, args=(stopped,))
    thread.start()
    wait_until(lambda: awake.lock is not None)
    first = awake._holder
    assert first is not None
    first.kill()
    wait_until(lambda: awake.lock is not None and awake._holder is not first)
    stopped.set()
    thread.join(5)


def test_the_doctor_says_how_sleep_stands(held: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakefulness, "has_systemd", lambda: True)
    assert _stays_awake(settings) == "blocked while the kiosk runs"
    monkeypatch.setenv("REFUSED", "sleep:idle")
    with pytest.raises(NotInOrder, match="may fall asleep in the middle of a meeting"):
        _stays_awake(settings)
    monkeypatch.setattr(wakefulness, "has_systemd", lambda: False)
    assert "cannot block sleep" in _stays_awake(settings)


def test_without_logind_nothing_is_held_and_nothing_breaks(stopped: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not can_stay_awake()
    awake = Wakefulness()
    thread = threading.Thread(target=awake.run, args=(stopped,))
    thread.start()
    stopped.set()
    thread.join(5)
    assert not thread.is_alive()
    assert awake.lock is None
