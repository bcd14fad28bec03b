"""Asks the server every 15 seconds which meetings this room may record, and how far this machine's clock is from the server's."""

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import structlog

from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.errors import ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.platform import clock

EVERY_SECONDS = 15.0
AGAIN_SECONDS = 3.0  # after a try that failed, as when kiosk and server start together
LONGEST_ROUND_TRIP = 2.0  # seconds; an answer that took longer says too little of the clock, unless it is the first

log = structlog.get_logger()


class NewsPoll:
    """Keeps the cache fresh. `has_asked` is False until the first try ended; `trouble` is that of the last try."""

    def __init__(self, server: DistrictServer, cache: MeetingsCache) -> None:
        self._server = server
        self._cache = cache
        self.has_asked = False
        self.trouble: Trouble | None = None

    def run(self, stopped: threading.Event) -> None:
        """Ask until `stopped`; a thread of its own. No failure ends it."""
        while True:
            self.ask()
            if stopped.wait(AGAIN_SECONDS if self.trouble else EVERY_SECONDS):
                return

    def ask(self) -> None:
        """Ask once; what the server told stays in force when it does not answer."""
        trouble = self._trouble_of_asking()
        if trouble and trouble is not self.trouble:
            log.warning("kiosk.no_news", trouble=trouble)
        self.trouble, self.has_asked = trouble, True

    def _trouble_of_asking(self) -> Trouble | None:
        try:
            began = time.monotonic()
            answer = self._server.meetings()
            answered_at, round_trip = clock.now(), time.monotonic() - began
            self._cache.take_in(answer)
            self._measure_clock(answer, answered_at, round_trip)
        except ServerTrouble as error:
            return error.trouble
        except Exception:  # a full disk, for one: the thread must live on, or the list would stand still without a word
            log.exception("kiosk.news_failed")
            return Trouble.HALF_ANSWER
        return None

    def _measure_clock(self, answer: dict[str, Any], answered_at: datetime, round_trip: float) -> None:
        """The server told its time about half-way between question and answer. A time that does not read measures nothing."""
        if round_trip > LONGEST_ROUND_TRIP and self._cache.clock_offset is not None:
            return
        try:
            server_time = datetime.fromisoformat(answer["server_time"])
            self._cache.note_clock_offset((server_time - (answered_at - timedelta(seconds=round_trip / 2))).total_seconds())
        except (KeyError, TypeError, ValueError):
            log.warning("kiosk.server_time_unreadable")
