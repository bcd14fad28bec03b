"""A conference line is recorded as a microphone with a seat, and run.json states how each device delivered (G5.a)."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import soundfile
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture.alarms import MUTED_SECONDS
from meetrec.capture.devices import Microphone
from meetrec.capture.outbox import RUN_STATEMENT, pieces_of, runs_of, statement_of
from meetrec.capture.pieces import RATE
from meetrec.capture.profiles import profiles_in, with_profile
from meetrec.capture.reading import sound_of
from meetrec.capture.recorder import Recorder
from meetrec.capture.run_keys import open_run_key
from meetrec.capture.signing import KioskSigner
from meetrec.platform.places import folder
from tests.fixtures.microphones import VirtualMicrophones, noise, place_of

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
DISTRICT = X25519PrivateKey.generate()
TABLE = Microphone("table", "Demonstration microphone 1", "Demonstration microphone 1", "Parent", rate=16_000)
LINE = Microphone("conference-line", "Conference line", "Conference line", "On the line")


def wait_for(recorder: Recorder, state: str) -> None:
    deadline = time.monotonic() + 20
    while any(shown["state"] != state for shown in recorder.status()["microphones"]):
        assert time.monotonic() < deadline, recorder.status()
        time.sleep(0.05)


def sound_in(run: Path, microphone: str) -> np.ndarray:
    """A track over the run, each sample at its frame, zeros where there is none."""
    key = open_run_key(DISTRICT, (run / RUN_STATEMENT).read_bytes())
    parts = list(sound_of([piece.path.read_bytes() for piece in pieces_of(run, microphone)], key))
    track = np.zeros(max(part.after for part in parts), np.int16)
    for part in parts:
        track[part.header.first_frame : part.after] = part.samples
    return track


def test_line_that_nobody_is_on_is_not_muted_but_is_told_when_it_is_lost(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    virtual_microphones.do("line")
    line = with_profile(Microphone("conference-line", "Conference line", "Conference line"), profiles_in(folder("hardware/microphones")))
    plain = replace(LINE, id="plain", seat="Parent")
    with Recorder(tmp_path / "outbox", str(uuid4()), DISTRICT.public_key().public_bytes_raw(), [line, plain], KioskSigner.new()) as recorder:
        wait_for(recorder, "metering")
        recorder.start(str(uuid4()))
        deadline = time.monotonic() + 4 * MUTED_SECONDS
        while "muted" not in recorder.status()["microphones"][1]["alarm_kinds"]:
            assert time.monotonic() < deadline, recorder.status()
            time.sleep(0.1)
        shown = recorder.status()["microphones"][0]
        assert (shown["alarm_kinds"], shown["sends_zeros"], shown["sentence"], shown["silent_when_idle"]) == ([], False, None, True)
        os.kill(recorder.process_ids()["conference-line"], signal.SIGKILL)
        deadline = time.monotonic() + 2
        while recorder.status()["microphones"][0]["alarm_kinds"] != ["lost"]:
            assert time.monotonic() < deadline, recorder.status()
            time.sleep(0.02)


def test_people_on_the_line_have_a_track_of_their_own_beside_a_microphone_of_another_rate(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    virtual_microphones.do("line")
    call, file, recording = noise(3, 1, seed=5), tmp_path / "call.wav", str(uuid4())
    soundfile.write(file, call, RATE, "PCM_16")
    with Recorder(tmp_path / "outbox", str(uuid4()), DISTRICT.public_key().public_bytes_raw(), [TABLE, LINE], KioskSigner.new()) as recorder:
        wait_for(recorder, "metering")
        recorder.start(recording)
        wait_for(recorder, "recording")
        virtual_microphones.call(file).wait(10)
        time.sleep(1)
        recorder.stop()
    (run,) = runs_of(tmp_path / "outbox" / recording)
    stated = {one["id"]: (one["seat"], one["device_rate"]) for one in statement_of(run)["microphones"]}
    assert stated == {"table": ("Parent", 16_000), "conference-line": ("On the line", RATE)}
    line, table = sound_in(run, "conference-line"), sound_in(run, "table")
    start = place_of(call[:, 0], line)
    assert start >= 0
    assert np.array_equal(line[start : start + len(call)], call[:, 0])
    assert abs(len(table) - len(line)) < RATE // 10, "both tracks are as long as the recording, whatever rate the device has"
