"""Plays the demonstration meeting into demonstration microphones, beside the recording: it can neither delay nor break it."""

import queue
import subprocess
import threading
from pathlib import Path

import structlog

PATIENCE_SECONDS = 10.0
ENDING_SECONDS = 3.0

log = structlog.get_logger()


class DemonstrationPlayer:
    """Calls the player program (`idle`, `stop`, `play`) one after the other on a thread of its own. Without a program it does nothing."""

    def __init__(self, program: Path | None) -> None:
        self._program = program
        self._orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._obey, name="demonstration player", daemon=True)
        if program is not None:
            self._thread.start()

    @property
    def is_there(self) -> bool:
        """Whether the microphones are demonstration ones."""
        return self._program is not None

    def order(self, *orders: str) -> None:
        """Have `idle`, `stop` or `play` done in this order; returns at once."""
        if self._program is not None:
            for order in orders:
                self._orders.put(order)

    def close(self) -> None:
        """Be silent, and end."""
        if self._program is not None:
            self._orders.put("stop")
            self._orders.put(None)
            self._thread.join(ENDING_SECONDS)

    def _obey(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                subprocess.run(
                    [str(self._program), order], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    timeout=PATIENCE_SECONDS, check=True,
                )  # fmt: skip
            except (OSError, subprocess.SubprocessError) as error:
                log.warning("demonstration.player_failed", order=order, error=type(error).__name__)
