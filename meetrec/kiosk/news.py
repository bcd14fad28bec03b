"""Asks the server every 15 seconds which meetings this room may record."""

import threading

import structlog

from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.errors import ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import MeetingsCache

EVERY_SECONDS = 15.0
AGAIN_SECONDS = 3.0  # after a try that failed, as when kiosk and server start together

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
            self._cache.take_in(self._server.meetings())
        except ServerTrouble as error:
            return error.trouble
        except Exception:  # a full disk, for one: the thread must live on, or the list would stand still without a word
            log.exception("kiosk.news_failed")
            return Trouble.HALF_ANSWER
        return None
