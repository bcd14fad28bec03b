"""What the kiosk remembers of its alarms over a restart: each stays on the screen until a person has seen it (peers 6, 7, 12)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from meetrec.kiosk.faults import Fault
from meetrec.kiosk.room_news import DOES_NOT_READ
from meetrec.platform.durable_files import make_private_folder, write_durably

ALARMS_FILE = "alarms.json"

log = structlog.get_logger()


class AlarmMemory:
    """A small private file in `folder`. A disk that takes nothing costs the memory of a restart, nothing else."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ALARMS_FILE
        make_private_folder(folder)

    def note(self, recording: str, alarms: Sequence[Fault]) -> None:
        """These alarms of a recording wait for a person."""
        told = [{**asdict(one), "since": one.since.isoformat()} for one in alarms]
        try:
            write_durably(self._path, json.dumps({"recording": recording, "alarms": told}).encode())
        except OSError as error:
            log.warning("room.alarms_not_remembered", error=error.strerror)

    def read(self) -> tuple[str | None, list[Fault]]:
        """The recording and its alarms; none when nothing was noted, or it does not read."""
        try:
            told = json.loads(self._path.read_bytes())
            return str(told["recording"]), [_fault_of(one) for one in told["alarms"]]
        except (OSError, *DOES_NOT_READ):
            return None, []


def _fault_of(told: dict[str, Any]) -> Fault:
    since = datetime.fromisoformat(told["since"])
    if since.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Fault(**{**told, "number": int(told["number"]), "since": since})
