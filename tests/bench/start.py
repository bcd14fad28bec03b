"""A second start of the demonstration: from the command to pages that answer."""

import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, peak_megabytes_of
from tests.fixtures.running import running_installation


def measure() -> list[Figure]:
    """The first start makes the district; the second is the one measured."""
    with tempfile.TemporaryDirectory() as folder:
        with running_installation(Path(folder)):
            pass
        began = time.monotonic()
        with running_installation(Path(folder)) as installation:
            seconds = time.monotonic() - began
            memory = {duty: peak_megabytes_of(process) for duty, process in installation.processes().items()}
    return [
        Figure("start", "second start, microphones included", seconds, "s", "≤ 10 s"),
        *(Figure("start", f"{duty}: memory", size, "MB") for duty, size in sorted(memory.items())),
    ]
