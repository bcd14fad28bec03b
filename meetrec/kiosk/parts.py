"""The parts of a recording that was interrupted and continued: how much sound the earlier ones hold."""

from pathlib import Path

from meetrec.capture import outbox
from meetrec.capture.errors import CaptureError
from meetrec.capture.pieces import parse_piece


class EarlierParts:
    """Seconds of sound before the running part. Earlier parts do not change, so each is read once."""

    def __init__(self, outbox_folder: Path) -> None:
        self._outbox = outbox_folder
        self._known: dict[tuple[str, int], float] = {}

    def seconds(self, recording: str) -> float:
        """What all parts but the newest hold, to within the ten seconds of an open piece; 0.0 when a part does not read."""
        key = (recording, len(outbox.run_folders(self._outbox / recording)))
        if key not in self._known:
            self._known[key] = _seconds_before_newest(self._outbox / recording)
        return self._known[key]


def _seconds_before_newest(recording_folder: Path) -> float:
    try:
        return sum(map(_seconds_of, outbox.runs_of(recording_folder)[:-1]))
    except (CaptureError, OSError):
        return 0.0


def _seconds_of(run: Path) -> float:
    newest = [outbox.newest_piece(run, microphone) for microphone in outbox.microphones_of(run)]
    headers = [parse_piece(piece.path.read_bytes()).header for piece in newest if piece is not None]
    frames = max((header.first_frame + (header.frames or 0) for header in headers), default=0)
    return float(frames / outbox.statement_of(run)["rate"])
