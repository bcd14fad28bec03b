"""Twelve power cuts: the outbox's disk is copied as far as it was written, in the middle of recording; less than a second is missing, the rest exact.

The processes stand still (SIGSTOP) while the copy is made, so that it is one moment. What the kernel had not written to the disk is not
in the copy, as after a cut; the copy is then mounted, its file system replayed, and the outbox recovered as at a kiosk's start.
"""

import os
import random
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import soundfile
from flask import Flask

from meetrec.capture.outbox import CLOSING, runs_of
from meetrec.capture.pieces import RATE
from meetrec.capture.recovery import finish, recover
from meetrec.capture.signing import KioskSigner
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings.rules import RecordingState
from tests.faults.by_hand import joined_by_hand
from tests.faults.exactness import CapturedRun
from tests.faults.handed_over import HandedOver, lost_seconds
from tests.faults.recorded_district import RecordedDistrict, switched_server
from tests.faults.small_disks import SmallDisk, mounted
from tests.fixtures.kiosk_process import KioskProcess, wait_until
from tests.fixtures.microphones import VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom
from tests.fixtures.recordings import notice, recording_id

__all__ = ["notice", "recording_id"]

pytestmark = [pytest.mark.slow, pytest.mark.requirement("G5.b")]
CUTS = 12
MOST_LOST_SECONDS = 1.0
SECONDS = 60


def stand_still(processes: list[int], *, is_still: bool) -> None:
    for process in processes:
        os.kill(process, signal.SIGSTOP if is_still else signal.SIGCONT)


def test_twelve_power_cuts_cost_less_than_a_second_each(
    virtual_microphones: VirtualMicrophones, handed_over: HandedOver, disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, chance, sound = KioskSigner.new(), random.Random(2), noise(SECONDS, 4)  # noqa: S311 – moments, not secrets
    monkeypatch.setattr(KioskSigner, "new", lambda: signer)
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    cuts: list[tuple[Path, list[int]]] = []
    with RecordingRoom(disk.folder / "outbox") as room:
        player = virtual_microphones.play(tmp_path / "noise.wav")
        room.start()
        for cut in range(CUTS):
            time.sleep(0.7 + 2.2 * chance.random())
            processes = [room.process_of(number) for number in (1, 2, 3, 4)]
            stand_still(processes, is_still=True)
            try:
                image = disk.image_now(tmp_path / f"cut-{cut}.img")
                reached = [handed_over.until(process, sound[:, channel]) for channel, process in enumerate(processes)]
            finally:
                stand_still(processes, is_still=False)
            cuts.append((image, reached))
        room.recorder.stop()
        player.terminate()
        player.wait()
    lost = [seconds for image, reached in cuts for seconds in _lost(image, reached, room, signer, sound)]
    print(f"{CUTS} power cuts, 4 microphones: lost {min(lost):.2f} to {max(lost):.2f} s")
    assert len(lost) == 4 * CUTS
    assert max(lost) < MOST_LOST_SECONDS
    joined_by_hand(room.outbox / room.recording, room.district, tmp_path)


def _lost(image: Path, reached: list[int], room: RecordingRoom, signer: KioskSigner, sound) -> list[float]:
    """Seconds that each microphone lost, once the copy was recovered and its recording finished."""
    with mounted(image, image.with_suffix(".mounted")) as place:
        outbox = place / "outbox"
        (found,) = recover(outbox, signer)
        assert (found.recording, found.troubles) == (room.recording, ())
        finish(outbox, room.recording, signer)
        assert (outbox / room.recording / CLOSING).exists()
        (folder,) = runs_of(outbox / room.recording)
        run = CapturedRun(folder, room.district)
        lost = []
        for channel, name in enumerate(run.microphones):
            (kept,) = run.heard(name, sound[:, channel])
            assert run.kinds(name)[-1] == "end"
            lost.append(lost_seconds(reached[channel], kept.after))
    image.unlink()
    return lost


def test_a_whole_kiosk_starts_again_after_a_power_cut_and_delivers_what_it_had(
    virtual_microphones: VirtualMicrophones, handed_over: HandedOver, disk: SmallDisk, app: Flask, district: SimpleNamespace, recording_id: str,
    database: Database, settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    sound = noise(SECONDS, 4)
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    player = virtual_microphones.play(tmp_path / "noise.wav")
    (disk.folder / "kiosk").mkdir()
    with switched_server(app) as server:
        server.is_away = True
        room = RecordedDistrict(disk.folder / "kiosk", server, district, recording_id, database, settings.keyring_dir, handed_over.environment)
        room.kiosk.begin(recording_id)
        room.wait_until_recording()
        time.sleep(2.3)
        microphones = room.microphone_processes()
        stand_still([room.kiosk.process.pid, *microphones], is_still=True)
        image = disk.image_now(tmp_path / "cut.img")
        reached = [max(handed_over.until(process, sound[:, channel]) for process in microphones) for channel in range(4)]
        for process in (room.kiosk.process.pid, *microphones):
            os.kill(process, signal.SIGKILL)
        room.kiosk.process.wait(10)
        with mounted(image, tmp_path / "after") as place:
            room.kiosk = KioskProcess(place / "kiosk", server.address, district.kiosk_token, handed_over.environment)
            try:
                for channel, stretches in enumerate(room.heard(sound).values()):
                    assert lost_seconds(reached[channel], stretches[-1].after) < MOST_LOST_SECONDS
                told = room.log()
                assert told[:3] == ["opening", "preflight", "started"]
                assert told[3:] in ([], ["alarm disk_filling"]), "that so small a disk fills up may be told, and nothing else"
                wait_until(lambda: room.kiosk.press(f"/recordings/{recording_id}/continue").status_code == 200, 30)
                time.sleep(0.5)
                assert room.finish_and_deliver().state is RecordingState.DELIVERED
            finally:
                room.kiosk.end()
    player.terminate()
    player.wait()
