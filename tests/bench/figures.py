"""One measured figure, and the ways to measure: wall time of a command, its peak memory, a score of a transcript."""

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
MANIFEST = SHARED / "speech" / "meetings" / "manifest.json"
SCORE = SHARED / "speech" / "score.py"


class Unavailable(Exception):
    """What a bench measures with is not on this machine; the sentence says what."""


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `aim` is what it must reach, in words."""

    bench: str
    what: str
    value: float | None
    unit: str
    aim: str = ""

    @property
    def shown(self) -> str:
        """The figure as the table shows it."""
        return "–" if self.value is None else f"{self.value:,.3g} {self.unit}".strip() if abs(self.value) < 1000 else f"{self.value:,.0f} {self.unit}".strip()

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return asdict(self)


@dataclass(frozen=True)
class Run:
    """One finished command: seconds of wall time, peak memory in MB."""

    seconds: float
    megabytes: float


def run_measured(arguments: list[str], **options: Any) -> Run:
    """Run a command to its end; its wall time and the peak memory of the largest of its processes."""
    began = time.monotonic()
    code = (
        "import resource, subprocess, sys;"
        "done = subprocess.run(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr);"
        "sys.exit(done.returncode)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")
    return Run(time.monotonic() - began, int(done.stderr.strip().splitlines()[-1]) / 1024)


def peak_megabytes_of(process_id: int) -> float:
    """The most memory (resident) that a running process has had, in MB."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise Unavailable(f"process {process_id} has no VmHWM")


def score_of(item: str, transcript: Path) -> dict[str, Any]:
    """The measures of the shared scoring script for one item."""
    if not SCORE.exists():
        raise Unavailable("the speech set with its scoring script is not beside this checkout")
    done = subprocess.run([sys.executable, str(SCORE), str(MANIFEST), item, str(transcript), "--json"], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)[0]
    return found


def own_peak_megabytes() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
