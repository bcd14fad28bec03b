"""The demonstration meeting end to end in real time: from "stop" on the room's screen to the complete transcript on the coordinator's page."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.sync_api import sync_playwright
from scipy.signal import correlate
from sqlalchemy import select

from meetrec.custody.models import ObjectRole, StoredObject
from meetrec.custody.vault import Vault
from meetrec.platform.database import Database
from tests.bench.figures import ROOT, Figure, peak_megabytes_of, score_of
from tests.fixtures.browser import CHROMIUM, LAUNCH
from tests.fixtures.running import RunningInstallation, running_installation
from tests.journeys import story

MEETING_SECONDS = 340  # the demonstration meeting lasts 338
ITEM = "iep4_shared_4ch"
DEMONSTRATION = ROOT / "hardware" / "virtual" / "demonstration_meeting.flac"


def measure() -> list[Figure]:
    """Record it whole through virtual microphones, and follow it to the transcript."""
    with tempfile.TemporaryDirectory() as folder, running_installation(Path(folder)) as installation, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        coordinator, chair = browser.new_page(), browser.new_page()
        reference = story.give_notice(browser.new_page(), installation)
        story.sign_in(coordinator, installation)
        story.match_and_arm(coordinator, installation, reference)
        story.open_meeting_at_kiosk(chair, installation)
        pressed = time.monotonic()
        story.start(chair)
        started = time.monotonic() - pressed
        chair.wait_for_timeout(1000 * MEETING_SECONDS)
        kiosk_memory = peak_megabytes_of(installation.processes()["kiosk"])
        story.open_recording(coordinator, installation)
        stopped = story.hold_stop(chair)
        chair.close()  # the browser is not what is measured
        waited = story.wait_for_transcript(coordinator) - stopped
        worker_memory = peak_megabytes_of(installation.processes()["worker"])
        score = score_of(ITEM, _transcript(installation))
        browser.close()
    return [
        Figure("meeting", "from Start to the running screen", started, "s", "≤ 1 s"),
        Figure("meeting", "from Stop to the complete transcript", waited, "s", "≤ 90 s"),
        Figure("meeting", "worker: peak memory", worker_memory, "MB", "≤ 1,000 MB"),
        Figure("meeting", "kiosk program: peak memory", kiosk_memory, "MB"),
        Figure("meeting", "cpWER", 100 * score["cpwer"], "%", "≤ 8 %"),
        Figure("meeting", "English turns", 100 * score["wer_en"], "% WER"),
        Figure("meeting", "Spanish turns", 100 * score["wer_es"], "% WER"),
    ]


def _transcript(installation: RunningInstallation) -> Path:
    """The stored transcript in plain, its times moved to the played meeting's: playing begins a moment after the recorder."""
    database, vault = Database(installation.settings.database_url), Vault.of(installation.settings)
    with database.reading() as session:
        stored = {one.role: one for one in session.scalars(select(StoredObject).order_by(StoredObject.position.desc()))}
        delay = _seconds_until_playing(vault, stored[ObjectRole.MASTER])
        with vault.open(stored[ObjectRole.TRANSCRIPT]) as reader:
            lines = json.loads(reader.read())
    path = installation.folder / "transcript.json"
    path.write_text(json.dumps([_moved(line, delay) for line in lines]))
    return path


def _seconds_until_playing(vault: Vault, master: StoredObject) -> float:
    """Where the played sound begins in the first microphone's master, by correlation."""
    with vault.open(master) as reader, soundfile.SoundFile(reader) as sound:
        recorded = sound.read(60 * 48000, dtype="float32")[::3]
    played = soundfile.read(DEMONSTRATION, dtype="float32", stop=30 * 16000)[0][:, 0]
    return float(np.argmax(correlate(recorded, played, mode="valid", method="fft"))) / 16000


def _moved(line: dict[str, Any], delay: float) -> dict[str, Any]:
    words = [{**word, "start": word["start"] - delay, "end": word["end"] - delay} for word in line["words"]]
    return {**line, "start": line["start"] - delay, "end": line["end"] - delay, "words": words}
