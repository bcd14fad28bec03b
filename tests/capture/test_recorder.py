"""Recording in the room: real PortAudio on four virtual microphones, sample for sample, from the start to the stop."""

import json
import os
import signal
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from meetrec.capture.boot import boot_of
from meetrec.capture.errors import RecordingRefused
from meetrec.capture.outbox import is_still_needed, pieces_of, read_closing, runs_of, statement_of
from meetrec.capture.pieces import RATE
from meetrec.capture.writers import WRITERS
from tests.capture.four_microphones import Room, played
from tests.fixtures.microphones import VirtualMicrophones, place_of

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]


def test_what_is_played_is_captured_sample_for_sample_on_four_microphones(room: Room, virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    sound = played(tmp_path / "noise.wav", 10)
    began = time.monotonic()
    room.recorder.start(room.recording)
    assert time.monotonic() - began < 1.0
    assert room.states() == ["recording"] * 4
    virtual_microphones.play(tmp_path / "noise.wav").wait()
    time.sleep(0.3)
    closing = room.recorder.stop()
    starts = []
    for number in (1, 2, 3, 4):
        heard = room.heard(number)
        starts.append(place_of(sound[:, number - 1], heard))
        assert np.array_equal(heard[starts[-1] : starts[-1] + len(sound)], sound[:, number - 1])
        assert room.chain(number)[0].first_frame == 0
        assert room.gaps(number) == []
    assert max(starts) - min(starts) < RATE * 0.02, f"the microphones lie {starts} frames apart"
    assert closing == read_closing(room.outbox, room.recording)
    assert closing["boot"] == statement_of(runs_of(room.outbox / room.recording)[0])["boot"] == boot_of(closing["kiosk"]) is not None
    assert {entry["pieces"] for entry in next(iter(closing["runs"].values())).values()} == {3}


def test_a_pause_leaves_a_gap_and_nothing_of_what_was_said(room: Room, virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    sound = played(tmp_path / "noise.wav", 6)
    room.recorder.start(room.recording)
    player = virtual_microphones.play(tmp_path / "noise.wav")
    time.sleep(2)
    room.recorder.pause()
    room.until(lambda: room.states() == ["paused"] * 4)
    elapsed = room.recorder.status()["elapsed"]
    files = sorted(path for path in room.outbox.rglob("*") if path.is_file())
    time.sleep(1.5)
    assert sorted(path for path in room.outbox.rglob("*") if path.is_file()) == files
    assert room.recorder.status()["elapsed"] == elapsed
    room.recorder.resume()
    player.wait()
    time.sleep(0.3)
    room.recorder.stop()
    for number in (1, 2, 3, 4):
        heard, (gap,) = room.heard(number), room.gaps(number)
        assert gap.kind == "pause"
        assert 1.4 * RATE < gap.frames < 2.2 * RATE
        assert not heard[gap.first_frame : gap.first_frame + gap.frames].any()
        start = place_of(sound[:, number - 1], heard)
        before, after = gap.first_frame - start, gap.first_frame + gap.frames - start
        assert np.array_equal(heard[start : gap.first_frame], sound[:before, number - 1])
        found = place_of(heard[gap.first_frame + gap.frames :], sound[:, number - 1])
        assert abs(found - after) < RATE * 0.005, "the pause lasts as long as it is stated"
        assert np.array_equal(heard[gap.first_frame + gap.frames :][: len(sound) - found], sound[found:, number - 1])


def test_a_busy_machine_loses_nothing_and_states_no_gap(room: Room, virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    sound = played(tmp_path / "noise.wav", 5)
    room.recorder.start(room.recording)
    player = virtual_microphones.play(tmp_path / "noise.wav")
    time.sleep(0.7)
    held_up = room.recorder.process_ids()["demonstration-microphone-1"]
    assert held_up is not None
    os.kill(held_up, signal.SIGSTOP)
    time.sleep(3)
    assert "does not answer" in room.shown(1)["sentence"]
    os.kill(held_up, signal.SIGCONT)
    player.wait()
    time.sleep(0.5)
    room.recorder.stop()
    heard = room.heard(1)
    start = place_of(sound[:, 0], heard)
    assert np.array_equal(heard[start : start + len(sound)], sound[:, 0])
    assert room.gaps(1) == []


def test_before_start_and_after_stop_nothing_is_written(room: Room) -> None:
    time.sleep(0.5)
    assert [path.name for path in room.outbox.rglob("*") if path.is_file()] == [WRITERS]
    room.recorder.start(room.recording)
    time.sleep(0.5)
    room.recorder.stop()
    files = sorted(path.relative_to(room.outbox) for path in room.outbox.rglob("*") if path.is_file())
    time.sleep(0.5)
    assert sorted(path.relative_to(room.outbox) for path in room.outbox.rglob("*") if path.is_file()) == files
    assert {path.suffix for path in files if path.name != WRITERS} == {".json", ".piece"}


def test_the_newest_piece_stays_until_the_recording_is_closed(room: Room) -> None:
    room.recorder.start(room.recording)
    room.recorder.pause()
    room.until(lambda: room.states() == ["paused"] * 4)
    run = runs_of(room.outbox / room.recording)[0]
    (piece,) = pieces_of(run, "demonstration-microphone-1")
    assert is_still_needed(piece.path)
    room.recorder.stop()
    assert not is_still_needed(piece.path)


def test_orders_that_make_no_sense_are_refused_with_a_sentence(room: Room) -> None:
    for order in (room.recorder.pause, room.recorder.resume, room.recorder.stop):
        with pytest.raises(RecordingRefused, match="Nothing is being recorded"):
            order()
    room.recorder.start(room.recording)
    with pytest.raises(RecordingRefused, match="running already"):
        room.recorder.start(str(uuid4()))
    room.recorder.resume()
    with pytest.raises(RecordingRefused, match="never “lunch”"):
        room.recorder.pause("lunch")
    assert room.recorder.status()["state"] == "recording"
    room.recorder.pause("off_the_record")
    room.recorder.pause()
    assert room.recorder.status()["state"] == "paused"


def test_the_status_is_json_and_levels_move(room: Room, virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    played(tmp_path / "noise.wav", 1.5)
    player = virtual_microphones.play(tmp_path / "noise.wav")
    room.until(lambda: all(shown["level_db"] > -40 for shown in room.recorder.status()["microphones"]), seconds=3)
    status = json.loads(json.dumps(room.recorder.status()))
    assert set(status["microphones"][0]) >= {"id", "label", "seat", "state", "level_db", "peak_db", "sentence"}
    player.wait()
