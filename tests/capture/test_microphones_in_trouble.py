"""Microphones that are killed, unplugged, stalled or hang while the room is recorded: the others go on, and every gap is told."""

import errno
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from meetrec.capture import attended
from meetrec.capture.pieces import RATE
from tests.capture.four_microphones import Room, played
from tests.fixtures.microphones import VirtualMicrophones, place_of

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]


def test_a_killed_microphone_process_keeps_what_it_wrote_and_goes_on_in_the_same_chain(
    room: Room, virtual_microphones: VirtualMicrophones, tmp_path: Path
) -> None:
    sound = played(tmp_path / "noise.wav", 5.5)
    room.recorder.start(room.recording)
    player = virtual_microphones.play(tmp_path / "noise.wav")
    time.sleep(2.5)
    killed = room.recorder.process_ids()["demonstration-microphone-2"]
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    room.until(lambda: room.shown(2)["state"] == "lost", seconds=2)
    assert "being started again" in room.shown(2)["sentence"]
    room.until(lambda: room.shown(2)["state"] == "recording", seconds=5)
    player.wait()
    time.sleep(0.3)
    room.recorder.stop()
    assert [header.kind for header in room.chain(2)] == ["journal", "flac", "end"]
    (gap,) = room.gaps(2)
    assert gap.kind == "interrupted"
    heard, start = room.heard(2), place_of(sound[:, 1], room.heard(2))
    assert np.array_equal(heard[start : gap.first_frame], sound[: gap.first_frame - start, 1])
    assert gap.first_frame - start > 1.5 * RATE, "at most half a second of 2.5 is lost"
    found = place_of(heard[gap.first_frame + gap.frames :], sound[:, 1])
    assert abs(found - (gap.first_frame + gap.frames - start)) < RATE * 0.03
    for number in (1, 3, 4):
        heard = room.heard(number)
        start = place_of(sound[:, number - 1], heard)
        assert np.array_equal(heard[start : start + len(sound)], sound[:, number - 1])


def test_an_unplugged_microphone_shows_within_two_seconds_and_leaves_the_others_exact(
    room: Room, virtual_microphones: VirtualMicrophones, tmp_path: Path
) -> None:
    sound = played(tmp_path / "noise.wav", 6)
    room.recorder.start(room.recording)
    player = virtual_microphones.play(tmp_path / "noise.wav")
    time.sleep(1.5)
    virtual_microphones.do("unplug", "3")
    assert room.until(lambda: room.shown(3)["state"] == "lost", seconds=2) < 2
    assert room.shown(3)["sentence"].startswith("Demonstration microphone 3 was unplugged.")
    room.until(lambda: "is not attached" in room.shown(3)["sentence"], seconds=3)
    virtual_microphones.do("replug", "3")
    room.until(lambda: room.shown(3)["state"] == "recording", seconds=4)
    player.wait()
    time.sleep(0.3)
    room.recorder.stop()
    (gap,) = room.gaps(3)
    assert (gap.kind, gap.noticed_by) == ("device_lost", "finished callback")
    heard, start = room.heard(3), place_of(sound[:, 2], room.heard(3))
    assert np.array_equal(heard[start : gap.first_frame], sound[: gap.first_frame - start, 2])
    found = place_of(heard[gap.first_frame + gap.frames :], sound[:, 2])
    assert abs(found - (gap.first_frame + gap.frames - start)) < RATE * 0.05, "what came after stands where it was said"
    for number in (1, 2, 4):
        heard = room.heard(number)
        start = place_of(sound[:, number - 1], heard)
        assert np.array_equal(heard[start : start + len(sound)], sound[:, number - 1])
        assert room.gaps(number) == []


def test_a_stalled_microphone_is_told_and_comes_back(room: Room, virtual_microphones: VirtualMicrophones) -> None:
    room.recorder.start(room.recording)
    virtual_microphones.do("suspend", "1")
    room.until(lambda: room.shown(1)["state"] == "lost", seconds=2.5)
    assert "stopped delivering sound" in room.shown(1)["sentence"]
    virtual_microphones.do("resume", "1")
    room.until(lambda: room.shown(1)["state"] == "recording", seconds=6)
    room.recorder.stop()
    (gap,) = room.gaps(1)
    assert (gap.kind, gap.noticed_by) == ("stall", "no callback for 1 s")
    assert room.gaps(2) == []


def test_a_short_suspension_that_nothing_flags_is_found_by_the_frames_that_are_missing(room: Room, virtual_microphones: VirtualMicrophones) -> None:
    room.recorder.start(room.recording)
    time.sleep(1)
    virtual_microphones.do("suspend", "4")
    time.sleep(0.6)
    virtual_microphones.do("resume", "4")
    time.sleep(1.5)
    room.recorder.stop()
    (gap,) = room.gaps(4)
    assert (gap.kind, gap.noticed_by) == ("stall", "frames fewer than the time that passed")
    assert 0.4 * RATE < gap.frames < 1.1 * RATE


def test_a_microphone_process_that_hangs_is_killed_and_started_anew(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attended, "HUNG_SECONDS", 2.0)
    room.recorder.start(room.recording)
    time.sleep(0.7)
    hung = room.recorder.process_ids()["demonstration-microphone-1"]
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    room.until(lambda: room.recorder.process_ids()["demonstration-microphone-1"] != hung, seconds=4)
    room.until(lambda: room.shown(1)["state"] == "recording", seconds=6)
    room.recorder.stop()
    (gap,) = room.gaps(1)
    assert (gap.kind, gap.noticed_by) == ("stall", "process did not answer")


def test_microphones_are_started_anew_also_after_one_could_not_be_started(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    started, refused = attended.AttendedMicrophone.start_process, []

    def refuse_twice(microphone: attended.AttendedMicrophone) -> None:
        if len(refused) < 2:
            refused.append(microphone)
            raise OSError(errno.EMFILE, "Too many open files")
        started(microphone)

    monkeypatch.setattr(attended.AttendedMicrophone, "start_process", refuse_twice)
    room.recorder.start(room.recording)
    killed = room.recorder.process_ids()["demonstration-microphone-2"]
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    room.until(lambda: len(refused) == 2 and room.shown(2)["state"] == "recording", seconds=8)
    assert room.states() == ["recording"] * 4


def test_a_connection_closed_by_another_thread_does_not_end_the_attention(room: Room) -> None:
    before, first = room.recorder.process_ids(), room.recorder._attended[0]
    assert first._connection is not None
    first._connection.close()
    room.until(lambda: room.recorder.process_ids() != before)
    room.until(lambda: room.states() == ["metering"] * 4)


def test_when_the_whole_sound_system_dies_what_was_said_before_is_kept(room: Room, virtual_microphones: VirtualMicrophones) -> None:
    room.recorder.start(room.recording)
    time.sleep(1.5)
    virtual_microphones.do("kill")
    room.until(lambda: room.states() == ["lost"] * 4, seconds=2)
    closing = room.recorder.stop()
    assert len(closing["runs"]) == 1
    for number in (1, 2, 3, 4):
        chain = room.chain(number)
        assert [header.kind for header in chain] == ["flac", "end"]
        assert chain[0].frames is not None
        assert chain[0].frames > RATE
        assert [gap.kind for gap in chain[1].gaps] == ["device_lost"]
