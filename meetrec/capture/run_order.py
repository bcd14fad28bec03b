"""What the recorder tells a microphone's process to record; travels over their connection, never to disk."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from meetrec.capture.pieces import RATE


@dataclass(frozen=True)
class Stretch:
    """A stretch that is wanted, in monotonic seconds. `until` is None while it is open; `ending` is "pause", "off_the_record" or "stop"."""

    since: float
    until: float | None = None
    ending: str | None = None


@dataclass(frozen=True)
class RunOrder:
    """One run. `began` is its started_at on the monotonic clock that all processes of the machine share.

    `stretches` tells all of the run so far, for a process that joins in the middle; `missing_kind` and `missing_noticed_by` say why
    what is not on disk yet is missing.
    """

    recording: str
    run: str
    run_folder: Path
    statement_sha256: str
    began: float
    stretches: tuple[Stretch, ...]
    missing_kind: str = "late_start"
    missing_noticed_by: str = "first sample"
    run_key: bytes = field(repr=False, default=b"")
    signing_key: bytes = field(repr=False, default=b"")  # the kiosk's private one

    @property
    def joins_in_the_middle(self) -> bool:
        """Whether it is given to a process that takes the place of one that died."""
        return self.missing_kind != RunOrder.missing_kind

    def frame_at(self, moment: float) -> int:
        """The run's frame at a monotonic moment; negative before the run began."""
        return round((moment - self.began) * RATE)

    @property
    def state(self) -> str:
        """ "recording", "paused", or "stopping" from the press until everything is sealed."""
        last = self.stretches[-1]
        return "recording" if last.until is None else "stopping" if last.ending == "stop" else "paused"

    def stopped(self, at: float) -> "RunOrder":
        """The same run with its end at `at` (monotonic), or where it was paused: nothing more is wanted, however long the sealing takes."""
        last = self.stretches[-1]
        return replace(self, stretches=(*self.stretches[:-1], replace(last, until=last.until or at, ending="stop")))

    def recorded_seconds(self, now: float) -> float:
        """The length of all wanted stretches at a monotonic moment, without pauses."""
        return round(sum(max(0.0, (stretch.until or now) - stretch.since) for stretch in self.stretches), 2)
