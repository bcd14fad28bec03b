"""How many hours of recording the disk still holds, by what the last pieces really took (peers 6: measure what is written)."""

from collections import deque
from pathlib import Path

from meetrec.capture.alarms import LEAST_HOURS
from meetrec.capture.ballast import room_in
from meetrec.capture.errors import CaptureError
from meetrec.capture.outbox import microphones_of, pieces_of
from meetrec.capture.pieces import RATE, parse_piece

ASSUMED_BYTES_PER_HOUR = 158_000_000  # one microphone, until this room's own is measured
MEASURED_PIECES = 360
LEAST_MEASURED_FRAMES = 60 * RATE
ENOUGH_AGAIN = 1.1  # the alarm ends only well above its limit, or it would come and go
HOUR_FRAMES = 3_600 * RATE


class SpaceWatch:
    """Looks at the disk of `outbox`, now and then. `hours_left` is None before the first look. Not for several threads."""

    def __init__(self, outbox: Path, microphones: int) -> None:
        self._outbox = outbox
        self._microphones = microphones
        self._measured: deque[tuple[int, int]] = deque(maxlen=MEASURED_PIECES)
        self._seen: dict[str, int] = {}
        self._run: Path | None = None
        self.hours_left: float | None = None
        self.is_filling = False

    def look(self, run: Path | None) -> None:
        """Measure the pieces that the run at `run` (None: nothing runs) closed since the last look, and the free room."""
        if run is not None:
            self._measure(run)
        hours = room_in(self._outbox) / self.bytes_per_hour
        self.is_filling = hours < LEAST_HOURS * (ENOUGH_AGAIN if self.is_filling else 1)
        self.hours_left = round(hours, 1)

    @property
    def bytes_per_hour(self) -> float:
        """What an hour of all microphones takes."""
        frames = sum(frames for frames, _ in self._measured)
        if frames < LEAST_MEASURED_FRAMES:
            return float(ASSUMED_BYTES_PER_HOUR * self._microphones)
        return sum(size for _, size in self._measured) / frames * HOUR_FRAMES * self._microphones

    def _measure(self, run: Path) -> None:
        if run != self._run:
            self._run, self._seen = run, {}
        for microphone in microphones_of(run):
            for piece in pieces_of(run, microphone):
                if piece.index >= self._seen.get(microphone, 0) and piece.path.suffix == ".piece":
                    self._seen[microphone] = piece.index + 1
                    self._measure_piece(piece.path)

    def _measure_piece(self, path: Path) -> None:
        try:
            content = path.read_bytes()
            frames = parse_piece(content).header.frames or 0
        except (OSError, CaptureError):  # delivered and gone, or damaged: others tell that; here it only is no measure
            return
        self._measured.append((frames, len(content)))
