"""Plays the demonstration meeting into demonstration microphones, beside the recording: it can neither delay nor break it."""

import queue
import subprocess
import threading
from pathlib import Path

import structlog

PATIENCE_SECONDS = 10.0

log = structlog.get_logger()


class DemonstrationPlayer:
    """Calls the player program (`idle`, `stop`, `play`) one after the other on a thread of its own. Without a program it does nothing."""

    def __init__(self, program: Path | None) -> None:
        self._program = program
        self._orders: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._playing: list[subprocess.Popen[bytes]] = []
        if program is not None:
            threading.Thread(target=self._obey, name="demonstration player", daemon=True).start()

    @property
    def is_there(self) -> bool:
        """Whether the microphones are demonstration ones."""
        return self._program is not None

    def order(self, *orders: str) -> None:
        """Have `idle`, `stop` or `play` done in this order; returns at once."""
        if self._program is not None:
            for order in orders:
                self._orders.put(order)

    def _obey(self) -> None:
        while True:
            order = self._orders.get()
            try:
                self._call(order)
            except OSError as error:
                log.warning("demonstration.player_failed", order=order, error=type(error).__name__)

    def _call(self, order: str) -> None:
        process = subprocess.Popen([str(self._program), order], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._playing = [earlier for earlier in self._playing if earlier.poll() is None]
        if order != "stop":
            self._playing.append(process)  # may play for as long as it likes
            return
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            log.warning("demonstration.player_hangs", order=order)
