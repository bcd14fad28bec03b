"""Every fault of a microphone, one after the other in one recording; and what the room's log tells of them."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from meetrec.capture.outbox import RUN_STATEMENT, runs_of
from meetrec.capture.pieces import RATE
from meetrec.capture.room_entries import entries_of, open_entry, require_follows
from meetrec.capture.run_keys import signer_of
from meetrec.platform import clock
from tests.doubles.faulty_server import DISTRICT_KEY, FaultyServer, news
from tests.faults.by_hand import joined_by_hand
from tests.faults.exactness import CapturedRun
from tests.fixtures.kiosk import KIOSK, MATEO, armed
from tests.fixtures.kiosk_process import KioskProcess, wait_until
from tests.fixtures.microphone_faults import FAULTS, FaultyRoom
from tests.fixtures.microphones import VirtualMicrophones, noise
from tests.fixtures.recording_room import RecordingRoom

pytestmark = [pytest.mark.slow, pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
LIMIT_SECONDS = 2.0
SECONDS = 90
ALL_AT_ONCE = "sound daemon gone"


def test_every_fault_in_one_recording_is_noticed_heals_and_leaves_the_others_exact(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> None:
    sound = noise(SECONDS, 4)
    soundfile.write(tmp_path / "noise.wav", sound, RATE, "PCM_16")
    with RecordingRoom(tmp_path / "outbox") as room:
        player = virtual_microphones.play(tmp_path / "noise.wav")
        room.until(lambda: all(shown["level_db"] > -60 for shown in room.recorder.status()["microphones"]))
        room.start()
        faulty = FaultyRoom(room, virtual_microphones)
        for name, fault in FAULTS.items():
            time.sleep(1.0 if name != ALL_AT_ONCE else 6.0)  # an alarm is shown for five seconds after its end
            if name == ALL_AT_ONCE:
                player.terminate()
                player.wait()
            noticed = fault(faulty, 3 if name == "silent zeros" else 2)
            print(f"{name}: noticed after {noticed.noticed_after:.2f} s, recorded again {noticed.recording_after:.2f} s after its healing")
            assert noticed.noticed_after <= LIMIT_SECONDS, (name, noticed)
            room.until(lambda: not any(shown["alarm_kinds"] for shown in room.recorder.status()["microphones"]), 15)
        time.sleep(1)
        room.recorder.stop()
    (folder,) = runs_of(room.outbox / room.recording)
    run = CapturedRun(folder, room.district)
    names = run.microphones
    for channel in (0, 3):
        assert [gap.kind for gap in run.gaps(names[channel])] == ["device_lost"]  # the sound daemon's; of the others' faults nothing
        (kept,) = run.heard(names[channel], sound[:, channel])
        assert kept.frames > 20 * RATE
    assert len(run.heard(names[1], sound[:, 1])) >= 5
    assert {gap.kind for gap in run.gaps(names[1])} == {"device_lost", "stall", "interrupted"}
    joined_by_hand(room.outbox / room.recording, room.district, tmp_path)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """A server with one meeting that begins now; it takes news, and no delivery yet."""
    server = FaultyServer()
    server.news = news(KIOSK, [armed(MATEO, clock.now())])
    server.fault = lambda path: None if path.endswith("/meetings") else "500"
    yield server
    server.close()


def test_the_room_s_log_tells_each_fault_and_its_end_and_arrives_whole(
    virtual_microphones: VirtualMicrophones, server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write(tmp_path / "noise.wav", noise(SECONDS, 4), RATE, "PCM_16")
    player = virtual_microphones.play(tmp_path / "noise.wav")  # silence would be an alarm of its own
    kiosk = KioskProcess(tmp_path, server.address)
    try:
        kiosk.begin()
        time.sleep(1)
        folder = kiosk.outbox / MATEO
        virtual_microphones.do("unplug", "2")
        wait_until(lambda: told(folder, "alarm") == [("lost", "demonstration-microphone-2")])
        virtual_microphones.do("suspend", "3")
        wait_until(lambda: len(told(folder, "alarm")) == 2)
        virtual_microphones.do("replug", "2")
        virtual_microphones.do("resume", "3")
        wait_until(lambda: sorted(told(folder, "alarm_over")) == [("lost", f"demonstration-microphone-{number}") for number in (2, 3)])
        kiosk.end(signal.SIGKILL)
        kiosk.start()
        wait_until(lambda: kiosk.press(f"/recordings/{MATEO}/continue").status_code == 200, 30)
        server.fault = None
        kiosk.stop()
        wait_until(lambda: f"/kiosk/api/recordings/{MATEO}/closing" in server.taken, 60)
        arrived = [server.taken[f"/kiosk/api/recordings/{MATEO}/room/{index}"] for index in range(sum("/room/" in path for path in server.taken))]
        kinds = [kind for kind, _ in chained(arrived, next(body for path, body in server.taken.items() if path.split("/")[-2] == "runs"))]
        assert kinds[:3] == ["opening", "preflight", "started"]
        assert sorted(kinds[3:7]) == ["alarm", "alarm", "alarm_over", "alarm_over"]
        assert [kind for kind in kinds[7:] if not kind.startswith("alarm")] == ["started", "stopped", "closing", "end"]
    finally:
        kiosk.end()
        player.terminate()
        player.wait()


def told(folder: Path, kind: str) -> list[tuple[str, str]]:
    """Alarm and microphone of each entry of a kind, once the whole log holds."""
    (run,) = runs_of(folder)
    entries = chained([path.read_bytes() for path in entries_of(folder)], (run / RUN_STATEMENT).read_bytes())
    return [(content["alarm"], content["microphone"]) for known, content in entries if known == kind]


def chained(entries: list[bytes], statement: bytes) -> list[tuple[str, dict]]:
    """Kind and content of each entry; AssertionError or an error by name when one does not follow, was altered, or another kiosk signed it."""
    befores = [None, *entries]
    headers = [require_follows(before, entry, signer_of(statement)) for before, entry in zip(befores, entries, strict=False)]
    return [(header.kind, open_entry(entry, DISTRICT_KEY)) for header, entry in zip(headers, entries, strict=True)]
