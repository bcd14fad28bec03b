"""Every fault of a microphone is noticed within two seconds, heals by itself, and costs the other microphones no sample (G5.a)."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
import soundfile

from meetrec.capture import attended, microphone, recorder, space
from meetrec.capture.chain import verify_chain
from meetrec.capture.devices import Microphone
from meetrec.capture.microphone import MicrophoneStatus
from meetrec.capture.pieces import RATE, sha256_hex
from meetrec.capture.run_order import RunOrder, Stretch
from meetrec.capture.space import ASSUMED_BYTES_PER_HOUR
from tests.capture.sealed_runs import MICROPHONE, SealedRun
from tests.doubles.overflowing_stream import OverflowingStream
from tests.fixtures import microphone_faults as faults
from tests.fixtures.microphone_faults import FaultyRoom
from tests.fixtures.microphones import SCRIPT, VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
LIMIT_SECONDS = 2.0
SETTLED_FRAMES = RATE // 2  # the run begins while the player may still be starting


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """Half a minute of noise for four microphones, as a file and as samples."""
    path, sound = tmp_path_factory.mktemp("sound") / "noise.wav", noise(30, 4)
    soundfile.write(path, sound, RATE, "PCM_16")
    return path, sound


@pytest.fixture
def faulty(virtual_microphones: VirtualMicrophones, tmp_path: Path, played: tuple[Path, np.ndarray]) -> Iterator[FaultyRoom]:
    """A room that records what is being played."""
    with RecordingRoom(tmp_path / "outbox") as room:
        player = virtual_microphones.play(played[0])
        room.until(lambda: all(shown["level_db"] > -60 for shown in room.recorder.status()["microphones"]))
        room.start()
        time.sleep(1)
        yield FaultyRoom(room, virtual_microphones)
        player.terminate()
        player.wait()


def others_lost_nothing(faulty: FaultyRoom, sound: np.ndarray, *faulted: int) -> bool:
    faulty.room.recorder.stop()
    others = [number for number in (1, 2, 3, 4) if number not in faulted]
    return all(faulty.room.lost_nothing_of(number, sound[:, number - 1], SETTLED_FRAMES) for number in others)


@pytest.mark.parametrize(
    ("fault", "gap", "noticed_by"),
    [
        ("unplugged", "device_lost", "finished callback"),
        ("stalled", "stall", "no callback for 1 s"),
        ("suspended for a moment", "stall", "frames fewer than the time that passed"),
        ("process killed", "interrupted", "process restarted"),
    ],
)
def test_a_fault_is_noticed_within_two_seconds_and_stays_with_its_microphone(
    fault: str, gap: str, noticed_by: str, faulty: FaultyRoom, played: tuple[Path, np.ndarray]
) -> None:
    noticed = faults.FAULTS[fault](faulty, 2)
    assert noticed.noticed_after <= LIMIT_SECONDS, noticed
    time.sleep(0.7)
    assert others_lost_nothing(faulty, played[1], 2)
    (stated,) = faulty.room.gaps(2)
    assert (stated.kind, stated.noticed_by) == (gap, noticed_by)


def test_silent_zeros_show_within_two_seconds_and_the_alarm_follows_when_it_is_sure(faulty: FaultyRoom, played: tuple[Path, np.ndarray]) -> None:
    noticed = faults.sending_zeros(faulty, 3)
    assert noticed.noticed_after <= LIMIT_SECONDS, noticed
    assert faulty.room.shown(3)["alarm_kinds"] == []
    faulty.mute(3, is_muted=True)
    faulty.room.until(lambda: faulty.room.shown(3)["alarm_kinds"] == ["muted"], 6)
    assert "muted" in faulty.room.shown(3)["sentence"]
    faulty.mute(3, is_muted=False)
    faulty.room.until(lambda: faulty.room.shown(3)["alarm_kinds"] == [], 2)
    assert others_lost_nothing(faulty, played[1], 3)
    assert faulty.room.gaps(3) == []


def test_a_hung_process_shows_within_two_seconds_and_is_replaced(faulty: FaultyRoom, played: tuple[Path, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attended, "HUNG_SECONDS", 3.0)
    noticed = faults.process_hung(faulty, 4)
    assert noticed.noticed_after <= LIMIT_SECONDS, noticed
    assert others_lost_nothing(faulty, played[1], 4)
    (stated,) = faulty.room.gaps(4)
    assert (stated.kind, stated.noticed_by) == ("stall", "process did not answer")


def test_a_second_microphone_may_fail_while_the_first_is_still_gone(faulty: FaultyRoom, played: tuple[Path, np.ndarray]) -> None:
    faulty.microphones.do("unplug", "1")
    faulty.room.until(lambda: faulty.is_lost(1), LIMIT_SECONDS)
    assert faults.stalled(faulty, 2).noticed_after <= LIMIT_SECONDS
    assert faulty.is_lost(1)
    faulty.microphones.do("replug", "1")
    faulty.room.until(lambda: faulty.room.states() == ["recording"] * 4)
    assert others_lost_nothing(faulty, played[1], 1, 2)
    assert [gap.kind for gap in faulty.room.gaps(1)] == ["device_lost"]
    assert [gap.kind for gap in faulty.room.gaps(2)] == ["stall"]


def test_when_the_sound_daemon_dies_and_comes_back_every_microphone_records_again(faulty: FaultyRoom) -> None:
    noticed = faults.sound_daemon_gone(faulty, 1)
    assert noticed.noticed_after <= LIMIT_SECONDS, noticed
    faulty.room.until(lambda: faulty.room.states() == ["recording"] * 4)
    faulty.room.recorder.stop()
    assert [[gap.kind for gap in faulty.room.gaps(number)] for number in (1, 2, 3, 4)] == [["device_lost"]] * 4


def test_a_microphone_whose_first_callback_never_comes_is_told_within_two_seconds_of_the_others(
    virtual_microphones: VirtualMicrophones, tmp_path: Path
) -> None:
    with RecordingRoom(tmp_path / "outbox") as room:
        virtual_microphones.do("suspend", "2")
        others_deliver = room.until(lambda: [room.states()[index] for index in (0, 2, 3)] == ["metering"] * 3)
        told = room.until(lambda: room.shown(2)["state"] == "lost")
        assert told - others_deliver <= LIMIT_SECONDS
        assert "delivers no sound" in room.shown(2)["sentence"]
        virtual_microphones.do("resume", "2")
        room.until(lambda: room.shown(2)["state"] == "metering", 5)


def test_an_overflow_is_noticed_within_two_seconds_and_stated(virtual_microphones: VirtualMicrophones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "DeviceStream", OverflowingStream)
    monkeypatch.setattr(OverflowingStream, "overflow", threading.Event())
    run = SealedRun(tmp_path)
    ours, child = multiprocessing.Pipe()
    process = microphone.MicrophoneProcess(Microphone(MICROPHONE, "Table 1", virtual_microphones.names[0]), True, tmp_path, child)
    thread = threading.Thread(target=process.run)
    thread.start()
    said = Status(ours)
    said.until(lambda status: status.state == "metering")
    began = time.monotonic()
    ours.send(("start", order_of(run, began)))
    said.until(lambda status: status.state == "recording")
    time.sleep(0.5)
    OverflowingStream.overflow.set()
    overflowed = time.monotonic()
    said.until(lambda status: status.lost_at is not None)
    assert time.monotonic() - overflowed <= LIMIT_SECONDS
    ours.send(("stop", time.monotonic()))
    said.until(lambda status: status.ended_run == run.run)
    ours.close()
    thread.join()
    (gap,) = [gap for header in verify_chain(run.statement, MICROPHONE, run.pieces(), run.run_key) for gap in header.gaps if gap.kind != "late_start"]
    assert (gap.kind, gap.noticed_by) == ("overflow", "PortAudio's overflow flag")
    assert 0.25 * RATE < gap.frames < 0.6 * RATE


class Status:
    """What a microphone's process says over its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def until(self, is_so: Callable[[MicrophoneStatus], bool], seconds: float = 15.0) -> None:
        deadline, status = time.monotonic() + seconds, None
        while status is None or not is_so(status):
            assert time.monotonic() < deadline, status
            if self._connection.poll(0.1):
                status = self._connection.recv()


def order_of(run: SealedRun, began: float) -> RunOrder:
    names = (run.recording, run.run, run.folder, sha256_hex(run.statement))
    return RunOrder(*names, began, (Stretch(began),), run_key=run.run_key, signing_key=run.signer.private_bytes)


def test_a_voice_is_heard_by_the_microphone_it_is_spoken_at_and_not_by_its_neighbours(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    with RecordingRoom(tmp_path / "outbox") as room:
        room.until(lambda: room.states() == ["metering"] * 4, 30)
        assert not any(shown["heard_voice"] for shown in room.recorder.status()["microphones"])
        player = virtual_microphones.play(SCRIPT.with_name("demonstration_idle.flac"))  # its first seconds are seat 1's
        room.until(lambda: room.shown(1)["heard_voice"])
        assert [room.shown(number)["heard_voice"] for number in (2, 3, 4)] == [False] * 3
        assert room.shown(1)["voice_level_db"] > -40
        virtual_microphones.do("unplug", "1")
        room.until(lambda: not room.shown(1)["heard_voice"], LIMIT_SECONDS)  # whatever is plugged in next must be heard anew
        player.terminate()
        player.wait()


def test_shouting_and_a_filling_disk_are_alarms_by_name(virtual_microphones: VirtualMicrophones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SPACE_SECONDS", 0.1)
    shouting = noise(8, 4)
    shouting[:, 1] = np.where(shouting[:, 1] > 0, 32_767, -32_768)
    soundfile.write(tmp_path / "shouting.wav", shouting, RATE, "PCM_16")
    with RecordingRoom(tmp_path / "outbox") as room:
        room.start()
        player = virtual_microphones.play(tmp_path / "shouting.wav")
        room.until(lambda: room.shown(2)["alarm_kinds"] == ["clipping"])
        assert [room.shown(number)["alarm_kinds"] for number in (1, 3, 4)] == [[]] * 3
        assert room.recorder.status()["alarm_kinds"] == []
        monkeypatch.setattr(space, "room_in", lambda _folder: ASSUMED_BYTES_PER_HOUR * 4)
        room.until(lambda: room.recorder.status()["alarm_kinds"] == ["disk_filling"])
        assert room.recorder.status()["hours_left"] == 1.0
        player.terminate()
        player.wait()


def test_a_machine_that_is_busy_for_seconds_raises_no_alarm(faulty: FaultyRoom, played: tuple[Path, np.ndarray]) -> None:
    until = time.monotonic() + 5
    busy = [threading.Thread(target=_keep_a_core_busy, args=(until,)) for _ in range(2 * (os.cpu_count() or 2))]
    for one in busy:
        one.start()
    seen = set()
    while time.monotonic() < until:
        seen |= {kind for shown in faulty.room.recorder.status()["microphones"] for kind in shown["alarm_kinds"]}
        time.sleep(0.1)
    for one in busy:
        one.join()
    assert seen == set()
    assert others_lost_nothing(faulty, played[1])


def _keep_a_core_busy(until: float) -> None:
    while time.monotonic() < until:
        noise(0.05, 4)
