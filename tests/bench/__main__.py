"""Run the benches named on the command line, or all of them; print one table and keep the figures as JSON."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from tests.bench.figures import Figure, Unavailable

# In this order: the quick ones first.
BENCHES = ("store", "people", "transcription", "start", "fresh", "capture", "meeting")
FOLDER = Path(__file__).parents[2] / ".dev" / "bench"


def main(names: list[str]) -> int:
    """Run, print, keep. A bench that lacks what it measures with says so; it is never skipped in silence."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        print(f"There is no bench called {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in names or BENCHES:
        print(f"… {name}", file=sys.stderr, flush=True)
        try:
            figures += import_module(f"tests.bench.{name}").measure()
        except Unavailable as reason:
            figures.append(Figure(name, "not measured", None, "", str(reason)))
    _print_table(figures)
    print(f"Kept in {_keep(figures)}")
    return 0


def _print_table(figures: list[Figure]) -> None:
    rows = [(figure.bench, figure.what, figure.shown, figure.aim) for figure in figures]
    widths = [max(len(row[column]) for row in [("bench", "what", "measured", "aim"), *rows]) for column in range(4)]
    for row in [("bench", "what", "measured", "aim"), tuple("-" * width for width in widths), *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _keep(figures: list[Figure]) -> Path:
    FOLDER.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC)
    path = FOLDER / f"{moment:%Y%m%dT%H%M%SZ}.json"
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    path.write_text(json.dumps({"at": moment.isoformat(), "machine": machine, "figures": [figure.as_json() for figure in figures]}, indent=1))
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
