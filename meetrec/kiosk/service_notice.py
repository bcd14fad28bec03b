"""Tells systemd how the kiosk is: ready, ending, and alive as long as the capture loop turns and microphones answer (G5.a).

systemd's own protocol: short datagrams to the socket that NOTIFY_SOCKET names. Without it (a kiosk started by hand) nothing is told.
"""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from meetrec.capture.pulse import CapturePulse

LOOK_SECONDS = 2.0
STUCK_SECONDS = 20.0  # the recorder may hold its loop this long while it ends the chain of a microphone that hangs

log = structlog.get_logger()


@dataclass(frozen=True)
class Verdict:
    """Whether the service is alive, and the words that `systemctl status` shows."""

    is_alive: bool
    words: str


def verdict_on(pulse: CapturePulse) -> Verdict:
    """One hung microphone is the recorder's to start anew while the others go on; a standing loop, or no answer at all, is systemd's."""
    silent = ", ".join(pulse.unanswering)
    if pulse.turned_seconds_ago > STUCK_SECONDS:
        return Verdict(False, f"The recorder's loop has not turned for {pulse.turned_seconds_ago:.0f} s.")
    if not pulse.microphones:
        return Verdict(True, "No microphone is attached yet.")
    if len(pulse.unanswering) == pulse.microphones:
        return Verdict(False, f"No microphone's process answers: {silent}.")
    if pulse.unanswering:
        return Verdict(True, f"{len(pulse.unanswering)} of {pulse.microphones} microphones do not answer and are being started again: {silent}.")
    return Verdict(True, f"All {pulse.microphones} microphones answer.")


class ServiceNotice:
    """The way to systemd; each call returns at once and never raises, for a recording must not fail over it."""

    def __init__(self, address: str | None) -> None:
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address
        self._has_failed = False

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "ServiceNotice":
        """The way that the environment of this process names, or none."""
        return cls(environment.get("NOTIFY_SOCKET") or None)

    @property
    def is_heard(self) -> bool:
        """Whether this process was started by systemd as a service that notifies."""
        return self._address is not None

    def ready(self) -> None:
        """The screen can be opened, and the microphones are being attended to."""
        self._tell("READY=1")

    def ending(self) -> None:
        """What is open is being sealed."""
        self._tell("STOPPING=1")

    def alive(self, words: str) -> None:
        self._tell(f"WATCHDOG=1\nSTATUS={words}")

    def not_alive(self, words: str) -> None:
        """The words alone: without the sign of life systemd starts the service anew."""
        self._tell(f"STATUS={words}")

    def _tell(self, message: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as way:
                way.sendto(message.encode(), self._address)
        except OSError as error:
            if not self._has_failed:
                log.warning("service.not_told", problem=error.strerror)
            self._has_failed = True


class WatchdogFeeder:
    """Looks at capture's pulse every two seconds, and tells systemd what it found."""

    def __init__(self, notice: ServiceNotice, pulse: Callable[[], CapturePulse]) -> None:
        self._notice, self._pulse = notice, pulse

    def run(self, stopped: threading.Event) -> None:
        """Feed until `stopped`; a thread of its own."""
        while not stopped.is_set():
            self.look()
            stopped.wait(LOOK_SECONDS)

    def look(self) -> None:
        """One look; a pulse that cannot be taken is no sign of life."""
        try:
            verdict = verdict_on(self._pulse())
        except Exception:
            log.exception("service.no_pulse")
            return
        if verdict.is_alive:
            self._notice.alive(verdict.words)
        else:
            log.warning("service.not_alive", why=verdict.words)
            self._notice.not_alive(verdict.words)


def service_notice() -> ServiceNotice:
    """The way of this process to systemd."""
    return ServiceNotice.of(os.environ)
