"""What the kiosk remembers of openings over a restart, so that nothing is asked twice (G6). It holds no free text: that lies sealed in the log."""

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from meetrec.kiosk.opening import OpeningState
from meetrec.kiosk.room_news import DOES_NOT_READ
from meetrec.platform.durable_files import make_private_folder, write_durably

MEMORY_FILE = "openings.json"
KEPT = timedelta(days=30)

log = structlog.get_logger()


class RoomMemory:
    """A small private file in `folder`. Safe for several threads. A disk that takes nothing costs the memory of a restart, nothing else."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / MEMORY_FILE
        self._lock = threading.Lock()
        make_private_folder(folder)
        self._openings = self._on_disk()

    def opening_of(self, recording: str) -> OpeningState | None:
        """What was told at the opening of this recording."""
        return self._openings.get(recording)

    def note_opening(self, recording: str, opening: OpeningState) -> None:
        """Remember an opening, or what was decided after it; those of long ago leave."""
        with self._lock:
            kept = {name: one for name, one in self._openings.items() if one.noted_at > opening.noted_at - KEPT}
            self._openings = {**kept, recording: opening}
            try:
                write_durably(self._path, json.dumps({name: one.as_json() for name, one in self._openings.items()}).encode())
            except OSError as error:
                log.warning("room.opening_not_remembered", error=error.strerror)

    def _on_disk(self) -> dict[str, OpeningState]:
        try:
            return {str(name): OpeningState.from_json(entry) for name, entry in json.loads(self._path.read_bytes()).items()}
        except (OSError, *DOES_NOT_READ):
            return {}


def is_of_now(opening: OpeningState, now: datetime) -> bool:
    """Whether an opening is of this meeting, and not of an earlier day on which it was put off: then everybody is asked anew."""
    return now - opening.noted_at < timedelta(hours=12)
