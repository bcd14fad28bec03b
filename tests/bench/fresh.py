"""`./dev run` in a fresh clone of this checkout's last commit: the first start with everything it fetches, and a second one."""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.figures import ROOT, Figure
from tests.fixtures.running import free_port

PATIENCE_SECONDS = 900


def measure() -> list[Figure]:
    """Seconds from the command to the printed addresses. System packages that are installed already are not counted."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "meetrec"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        first, second = _seconds_to_addresses(clone), _seconds_to_addresses(clone)
    return [
        Figure("fresh", "./dev run in a fresh clone, to the first page", first, "s", "< 360 s"),
        Figure("fresh", "./dev run, second start", second, "s", "< 10 s"),
    ]


def _seconds_to_addresses(clone: Path) -> float:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEETREC_")}
    server = free_port()
    environment |= {
        "MEETREC_SERVER__PORT": str(server),
        "MEETREC_KIOSK__PORT": str(free_port()),
        "MEETREC_KIOSK__SERVER_URL": f"http://127.0.0.1:{server}",
    }
    began = time.monotonic()
    with (clone / "run.log").open("w+") as log:
        running = subprocess.Popen(
            [str(clone / "dev"), "run", "--microphones", "demonstration"], stdout=log, stderr=log, env=environment, start_new_session=True
        )
        try:
            while "Stop with Ctrl+C" not in (clone / "run.log").read_text():
                if running.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                    raise RuntimeError((clone / "run.log").read_text())
                time.sleep(0.05)
            return time.monotonic() - began
        finally:
            os.killpg(running.pid, signal.SIGINT)
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(timeout=60)
