"""Keeps the machine from going to sleep or blanking its screen while the kiosk runs (peers 14): an inhibitor lock of logind.

systemd-inhibit holds the lock for as long as its child lives. The child reads a pipe whose other end is ours, so the lock is let go
however this process ends, also when it is killed. Where there is no logind nothing is held; `meetrec doctor` says so.
"""

import subprocess
import threading
from pathlib import Path

import structlog

# Most first: a program that runs as a service may need a polkit rule for more than the last.
LOCKS = ("sleep:idle:handle-lid-switch", "sleep:idle", "idle")
LEAST = "sleep:idle"
REFUSED_SECONDS = 1.0  # a lock that is not refused by then is held
AGAIN_SECONDS = 60.0
LOOK_SECONDS = 5.0
ANSWER_SECONDS = 10.0

log = structlog.get_logger()


def inhibited(lock: str, command: list[str]) -> list[str]:
    """The command line that runs `command` with the lock held."""
    return ["systemd-inhibit", f"--what={lock}", "--mode=block", "--who=MeetRec", "--why=This machine records meetings", *command]


def has_systemd() -> bool:
    """Whether this machine is run by systemd; where it is not, there is nobody to ask."""
    return Path("/run/systemd/system").is_dir()


def can_stay_awake() -> bool:
    """Whether logind gives this user the lock against sleep; tried for real."""
    try:
        done = subprocess.run(inhibited(LEAST, ["true"]), stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


class Wakefulness:
    """Holds the strongest lock that it is given. `lock` is the one held, None when none is."""

    def __init__(self) -> None:
        self.lock: str | None = None
        self._holder: subprocess.Popen[bytes] | None = None
        self._was_told = False

    def run(self, stopped: threading.Event) -> None:
        """Hold a lock until `stopped`; one that is lost or refused is asked for again every minute. A thread of its own."""
        try:
            while not stopped.is_set():
                self._ask()
                while self._is_held() and not stopped.wait(LOOK_SECONDS):
                    pass
                stopped.wait(AGAIN_SECONDS)
        finally:
            self._let_go()

    def _ask(self) -> None:
        self.lock = next((lock for lock in LOCKS if self._takes(lock)), None)
        if self.lock != LOCKS[0] and not self._was_told:  # told once: it stays quiet where there is no logind
            self._was_told = True
            log.warning("kiosk.sleep_not_blocked", held=self.lock)

    def _takes(self, lock: str) -> bool:
        self._let_go()
        try:
            self._holder = subprocess.Popen(inhibited(lock, ["cat"]), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self._holder.wait(REFUSED_SECONDS)
        except subprocess.TimeoutExpired:
            return True
        except OSError:  # no systemd on this machine
            return False
        return False

    def _is_held(self) -> bool:
        return self._holder is not None and self._holder.poll() is None

    def _let_go(self) -> None:
        holder, self._holder, self.lock = self._holder, None, None
        if holder is None or holder.stdin is None:
            return
        holder.stdin.close()
        try:
            holder.wait(ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            holder.kill()
            holder.wait()
