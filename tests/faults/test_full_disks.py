"""Disks that are really full: of sound, of somebody else's files, of the kiosk's own state, and the server's. What was recorded stays exact."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
import soundfile
from flask import Flask

from meetrec.capture.errors import DiskFull
from meetrec.capture.outbox import recordings_in, runs_of
from meetrec.capture.pieces import RATE
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.courier import Courier, DeliveryState
from meetrec.kiosk.errors import Trouble
from meetrec.platform import clock
from meetrec.platform.settings import Settings
from tests.doubles.faulty_server import FaultyServer, news
from tests.faults.by_hand import joined_by_hand
from tests.faults.exactness import CapturedRun
from tests.faults.recorded_district import switched_server
from tests.faults.small_disks import SmallDisk
from tests.fixtures.kiosk import KIOSK, MATEO, armed
from tests.fixtures.kiosk_process import KioskProcess, wait_until
from tests.fixtures.microphones import VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom
from tests.fixtures.recordings import notice, recording_id
from tests.kiosk.sealed_recordings import SealedRun, files_in

__all__ = ["notice", "recording_id"]
pytestmark = [pytest.mark.slow, pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
SECONDS = 60


@pytest.fixture
def served() -> Iterator[FaultyServer]:
    """A server that behaves, with one meeting that begins now."""
    server = FaultyServer()
    server.news = news(KIOSK, [armed(MATEO, clock.now())])
    yield server
    server.close()


def test_a_disk_that_fills_in_mid_recording_is_told_sealed_and_recording_goes_on_when_there_is_room(
    virtual_microphones: VirtualMicrophones, disk: SmallDisk, tmp_path: Path
) -> None:
    sound = noise(SECONDS, 4)
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    with RecordingRoom(disk.folder / "outbox") as room:
        player = virtual_microphones.play(tmp_path / "noise.wav")
        room.start()
        time.sleep(2)

        def is_full() -> bool:
            disk.fill()  # whatever becomes free is taken at once, also the ballast of a microphone that has sealed already
            return room.states() == ["disk_full"] * 4

        room.until(is_full, 20)
        assert "disk_full" in room.recorder.status()["alarm_kinds"]
        assert all("goes on by itself" in room.shown(number)["sentence"] for number in (1, 2, 3, 4))
        elapsed = room.recorder.status()["elapsed"]
        time.sleep(1)
        assert room.recorder.status()["elapsed"] == pytest.approx(elapsed, abs=0.05), "nothing is recorded, so nothing is counted"
        disk.make_room()
        room.until(lambda: room.states() == ["recording"] * 4)
        assert "disk_full" not in room.recorder.status()["alarm_kinds"]
        time.sleep(1.5)
        room.recorder.stop()
        player.terminate()
        player.wait()
    (folder,) = runs_of(room.outbox / room.recording)
    run = CapturedRun(folder, room.district)
    for channel, name in enumerate(run.microphones):
        before, after = run.heard(name, sound[:, channel])[0], run.heard(name, sound[:, channel])[-1]
        assert before.frames > RATE
        assert after.frames > RATE
        assert {(gap.kind, gap.noticed_by) for gap in run.gaps(name)} == {("interrupted", "disk full")}
    joined_by_hand(room.outbox / room.recording, room.district, tmp_path)


def test_on_a_full_disk_the_last_piece_is_sealed_with_the_ballast_s_room(virtual_microphones: VirtualMicrophones, disk: SmallDisk, tmp_path: Path) -> None:
    sound = noise(SECONDS, 4)
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    with RecordingRoom(disk.folder / "outbox") as known:
        microphones = known.microphones[:1]
    with RecordingRoom(disk.folder / "outbox", microphones) as room:
        player = virtual_microphones.play(tmp_path / "noise.wav")
        room.start()
        time.sleep(2)
        disk.fill()
        room.until(lambda: room.states() == ["disk_full"], 20)
        (folder,) = runs_of(room.outbox / room.recording)
        run = CapturedRun(folder, room.district)
        assert run.kinds(run.microphones[0]) == ["flac"]
        room.recorder.stop()
        player.terminate()
        player.wait()
    assert run.kinds(run.microphones[0]) == ["flac", "end"]
    (kept,) = run.heard(run.microphones[0], sound[:, 0])
    assert kept.frames > RATE


def test_on_a_disk_that_is_full_at_the_start_nothing_is_begun(virtual_microphones: VirtualMicrophones, disk: SmallDisk) -> None:
    with RecordingRoom(disk.folder / "outbox") as room:
        room.until(lambda: room.states() == ["metering"] * 4, 30)
        disk.fill()
        with pytest.raises(DiskFull, match="nothing was started"):
            room.recorder.start(room.recording)
        assert recordings_in(room.outbox) == []
        disk.make_room()
        room.start()
        room.until(lambda: room.states() == ["recording"] * 4)
        room.recorder.stop()


def test_a_full_disk_empties_itself_by_delivering(disk: SmallDisk, served: FaultyServer) -> None:
    outbox = disk.folder / "outbox"
    outbox.mkdir()
    run = SealedRun(outbox, str(uuid4()))
    run.hear(45)
    run.stop()
    disk.fill()
    courier = Courier(outbox, DistrictServer(served.address, "the kiosk's token"), lambda _recording, _pieces: None)
    assert courier.deliver_pass() == DeliveryState()
    assert recordings_in(outbox) == []
    assert files_in(outbox) == set()
    assert disk.free > 0


def test_a_kiosk_whose_own_folder_is_full_records_and_delivers(
    virtual_microphones: VirtualMicrophones, disk: SmallDisk, served: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kiosk = KioskProcess(tmp_path, served.address, environment={"MEETREC_DATA_DIR": str(disk.folder)})
    try:
        wait_until(lambda: MATEO in kiosk.get("/").text)
        disk.fill()
        kiosk.begin()
        time.sleep(1.5)
        assert kiosk.status()["state"] == "recording"
        kiosk.stop()
        wait_until(lambda: recordings_in(kiosk.outbox) == [], 60)
        assert f"/kiosk/api/recordings/{MATEO}/closing" in served.taken
    finally:
        kiosk.end()


@contextmanager
def seen_at(disk: SmallDisk, place: Path) -> Iterator[None]:
    """The disk is mounted at a second place too."""
    place.mkdir(parents=True)
    subprocess.run(["mount", "--bind", disk.folder, place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_full_disk_of_the_server_loses_nothing_and_takes_all_when_there_is_room(
    disk: SmallDisk, app: Flask, district: SimpleNamespace, recording_id: str, settings: Settings, tmp_path: Path
) -> None:
    outbox = tmp_path / "outbox"
    delivered: list[str] = []
    with seen_at(disk, settings.incoming_dir), switched_server(app) as server:
        news_of_kiosk = DistrictServer(server.address, district.kiosk_token)
        run = _recorded(outbox, recording_id, district, news_of_kiosk)
        run.stop()
        before = files_in(outbox)
        courier = Courier(outbox, news_of_kiosk, lambda recording, _pieces: delivered.append(recording))
        disk.fill()
        assert courier.deliver_pass().trouble is Trouble.SERVER_FAULT
        assert files_in(outbox) == before
        disk.make_room()
        assert courier.deliver_pass() == DeliveryState()
        assert delivered == [recording_id]


def _recorded(outbox: Path, recording: str, district: SimpleNamespace, server: DistrictServer) -> SealedRun:
    from base64 import b64decode

    key = b64decode(server.meetings()["district_public_key"])
    run = SealedRun(outbox, recording, district.kiosk.id, key, signer=district.kiosk_signer)
    run.hear(12)
    return run
