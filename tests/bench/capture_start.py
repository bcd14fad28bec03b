"""From the press of Start to a recording that runs, in the real kiosk process over HTTP, with four microphones that are ready."""

import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from meetrec.platform import clock
from tests.bench.figures import Figure
from tests.bench.virtual_room import four_microphones
from tests.doubles.faulty_server import FaultyServer, news
from tests.fixtures.kiosk import KIOSK, armed
from tests.fixtures.kiosk_process import KioskProcess, wait_until

STARTS = 10
READY_SECONDS = 3.0  # until every microphone's process delivers


def measure(folder: Path) -> list[Figure]:
    """Each start is another meeting's; the answer to the press comes when every microphone records."""
    recordings = [str(uuid4()) for _ in range(STARTS)]
    server = FaultyServer()
    server.news = news(KIOSK, [armed(recording, clock.now()) for recording in recordings])
    with four_microphones(folder):
        kiosk = KioskProcess(folder, server.address)
        try:
            wait_until(lambda: len(kiosk.status()["microphones"]) == 4)
            time.sleep(READY_SECONDS)
            seconds = [_start(kiosk, recording) for recording in recordings]
        finally:
            kiosk.end()
            server.close()
    return [
        Figure("capture", f"start of recording after the button, median of {STARTS}", median(seconds), "s", "≤ 1 s"),
        Figure("capture", f"start of recording after the button, worst of {STARTS}", max(seconds), "s", "≤ 1 s"),
    ]


def _start(kiosk: KioskProcess, recording: str) -> float:
    kiosk.open_meeting(recording)
    began = time.monotonic()
    answer = kiosk.press_start(recording)
    seconds = time.monotonic() - began
    if answer.status_code != 200 or kiosk.status()["state"] != "recording":
        raise RuntimeError(answer.text)
    time.sleep(0.5)
    kiosk.stop(recording)
    return seconds
