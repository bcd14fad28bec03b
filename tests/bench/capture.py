"""Capture: loss, processor, memory, detection of faults, start of recording. `MEETREC_BENCH_MINUTES=2 ./dev bench capture` shortens the real-time part."""

import importlib
import tempfile
from pathlib import Path

from tests.bench.figures import Figure

PARTS = ("capture_in_real_time", "capture_accelerated", "capture_faults", "capture_start")


def measure() -> list[Figure]:
    """All parts, one after the other; each in a folder of its own."""
    figures: list[Figure] = []
    for part in PARTS:
        with tempfile.TemporaryDirectory() as folder:
            figures += importlib.import_module(f"tests.bench.{part}").measure(Path(folder))
    return figures
