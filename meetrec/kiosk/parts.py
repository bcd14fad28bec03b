"""The parts of a recording that was interrupted and continued: how much sound the earlier ones hold."""

from pathlib import Path

from meetrec.capture import outbox
from meetrec.capture.errors import CaptureError
from meetrec.capture.position import seconds_of_run


class EarlierParts:
    """Seconds of sound before the running part. Earlier parts do not change, so each is read once."""

    def __init__(self, outbox_folder: Path) -> None:
        self._outbox = outbox_folder
        self._known: dict[tuple[str, int], float] = {}

    def seconds(self, recording: str) -> float:
        """What all parts but the newest hold, a journal's included; 0.0 when a part's statement does not read."""
        key = (recording, len(outbox.run_folders(self._outbox / recording)))
        if key not in self._known:
            self._known[key] = _seconds_before_newest(self._outbox / recording)
        return self._known[key]


def _seconds_before_newest(recording_folder: Path) -> float:
    try:
        return sum(map(seconds_of_run, outbox.runs_of(recording_folder)[:-1]))
    except (CaptureError, OSError):
        return 0.0
