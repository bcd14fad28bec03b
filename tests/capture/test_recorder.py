"""Recording in the room: real PortAudio on four virtual microphones, real processes, real faults."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import soundfile
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from meetrec.capture import attended, writers
from meetrec.capture.boot import boot_of
from meetrec.capture.chain import verify_chain
from meetrec.capture.devices import list_microphones
from meetrec.capture.errors import OutboxUnusable, RecordingRefused
from meetrec.capture.inspection import inspect_folder
from meetrec.capture.outbox import RUN_STATEMENT, is_still_needed, pieces_of, read_closing, runs_of, statement_of
from meetrec.capture.pieces import RATE, Gap, PieceHeader, sha256_hex
from meetrec.capture.reading import sound_of
from meetrec.capture.recorder import Recorder
from meetrec.capture.recovery import finish, recover
from meetrec.capture.run_keys import open_run_key
from meetrec.capture.signing import KioskSigner
from meetrec.capture.writers import WRITERS
from tests.fixtures.microphones import VirtualMicrophones, noise, place_of

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]
DISTRICT = X25519PrivateKey.generate()
KIOSK = str(uuid4())
SIGNER = KioskSigner.new()
REPOSITORY = Path(__file__).resolve().parents[2]


class Room:
    """A recorder with its outbox, and what a test asks of it."""

    def __init__(self, outbox: Path) -> None:
        self.outbox = outbox
        self.recorder = Recorder(outbox, KIOSK, DISTRICT.public_key().public_bytes_raw(), list_microphones(), SIGNER).open()
        self.recording = str(uuid4())
        self.until(lambda: self.states() == ["metering"] * 4)

    def states(self) -> list[str]:
        return [shown["state"] for shown in self.recorder.status()["microphones"]]

    def shown(self, number: int) -> dict[str, Any]:
        return dict(self.recorder.status()["microphones"][number - 1])

    def until(self, is_so: Callable[[], bool], seconds: float = 10.0) -> float:
        """Wait until it is so; the seconds that took."""
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < seconds, self.recorder.status()
            time.sleep(0.02)
        return time.monotonic() - began

    def chain(self, number: int, run: int = 0) -> list[PieceHeader]:
        """The verified headers of a microphone in the recording's run."""
        folder, name = runs_of(self.outbox / self.recording)[run], f"demonstration-microphone-{number}"
        return list(verify_chain((folder / RUN_STATEMENT).read_bytes(), name, self._pieces(folder, name), self._key(folder)))

    def heard(self, number: int, run: int = 0) -> np.ndarray:
        """A microphone's sound over the run, each sample at its frame, zeros where there is none."""
        folder, name = runs_of(self.outbox / self.recording)[run], f"demonstration-microphone-{number}"
        stretches = list(sound_of(self._pieces(folder, name), self._key(folder)))
        heard = np.zeros(max(stretch.after for stretch in stretches), np.int16)
        for stretch in stretches:
            heard[stretch.header.first_frame : stretch.after] = stretch.samples
        return heard

    def gaps(self, number: int, run: int = 0) -> list[Gap]:
        return [gap for header in self.chain(number, run) for gap in header.gaps]

    @staticmethod
    def _pieces(folder: Path, name: str) -> list[bytes]:
        return [piece.path.read_bytes() for piece in pieces_of(folder, name)]

    @staticmethod
    def _key(folder: Path) -> bytes:
        return open_run_key(DISTRICT, (folder / RUN_STATEMENT).read_bytes())


@pytest.fixture
def room(virtual_microphones: VirtualMicrophones, tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path / "outbox")
    yield room
    room.recorder.close()


def played(path: Path, seconds: float, seed: int = 1) -> np.ndarray:
    """Noise for four microphones, also as a file to play."""
    sound = noise(seconds, 4, seed)
    soundfile.write(path, sound, RATE, "PCM_16")
    return sound


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


def test_a_microphone_that_does_not_answer_the_stop_has_its_chain_ended_as_interrupted(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attended, "HUNG_SECONDS", 1.0)
    room.recorder.start(room.recording)
    time.sleep(1)
    hung = room.recorder.process_ids()["demonstration-microphone-2"]
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    closing = room.recorder.stop()
    assert [(header.kind, header.reason) for header in room.chain(2)] == [("journal", None), ("end", "interrupted")]
    assert room.chain(1)[-1].reason == "stopped"
    assert closing == read_closing(room.outbox, room.recording)


def test_a_chain_that_cannot_be_ended_neither_holds_up_the_others_nor_leaves_the_screen_at_recording(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attended, "HUNG_SECONDS", 1.0)
    room.recorder.start(room.recording)
    time.sleep(1)
    for number in (1, 3):
        hung = room.recorder.process_ids()[f"demonstration-microphone-{number}"]
        assert hung is not None
        os.kill(hung, signal.SIGSTOP)
    (damaged,) = (path for path in room.outbox.rglob("*.journal") if path.parent.name == "demonstration-microphone-1")
    damaged.unlink()
    damaged.mkdir()  # what no program can set aside or end
    with pytest.raises(OutboxUnusable, match=r"could not be closed: .* Everything that was recorded is kept"):
        room.recorder.stop()
    assert room.recorder.status()["state"] == "ready"
    assert [header.kind for header in room.chain(3)] == ["journal", "end"]
    assert damaged.exists()
    assert not (room.outbox / ".ballast-demonstration-microphone-1").exists()
    assert not (room.outbox / ".ballast-demonstration-microphone-3").exists()


def test_a_journal_that_does_not_read_at_the_stop_is_named_in_the_closing_and_all_else_is_closed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attended, "HUNG_SECONDS", 1.0)
    room.recorder.start(room.recording)
    time.sleep(1)
    hung = room.recorder.process_ids()["demonstration-microphone-1"]
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    (damaged,) = (path for path in room.outbox.rglob("*.journal") if path.parent.name == "demonstration-microphone-1")
    damaged.write_bytes(b"")
    closing = room.recorder.stop()
    assert [(one["microphone"], one["file"], one["is_lost"]) for one in closing["damaged"]] == [("demonstration-microphone-1", damaged.name, True)]
    assert [header.kind for header in room.chain(1)] == ["damaged", "end"]
    assert [header.kind for header in room.chain(2)] == ["flac", "end"]


def test_a_microphone_whose_disk_is_slow_at_the_stop_still_ends_its_chain_itself(room: Room) -> None:
    room.recorder.start(room.recording)
    time.sleep(1)
    slow = room.recorder.process_ids()["demonstration-microphone-2"]
    assert slow is not None
    os.kill(slow, signal.SIGSTOP)
    late = threading.Timer(6, os.kill, (slow, signal.SIGCONT))  # longer than any disk should take, shorter than what counts as hung
    late.start()
    stopping = threading.Thread(target=room.recorder.stop)
    stopping.start()
    room.until(lambda: room.recorder.status()["state"] == "stopping", seconds=2)
    elapsed = room.recorder.status()["elapsed"]
    with pytest.raises(RecordingRefused):
        room.recorder.resume()
    time.sleep(1)
    assert (room.recorder.status()["state"], room.recorder.status()["elapsed"]) == ("stopping", elapsed)  # a stop is no recording
    stopping.join()
    late.join()
    assert room.recorder.status()["state"] == "ready"
    assert [(header.kind, header.reason) for header in room.chain(2)] == [("flac", None), ("end", "stopped")]
    assert room.gaps(2) == []


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


def test_a_recording_goes_on_in_a_second_run_after_the_kiosk_was_closed_in_the_middle(room: Room) -> None:
    room.recorder.start(room.recording)
    time.sleep(1)
    for process_id in room.recorder.process_ids().values():
        assert process_id is not None
        os.kill(process_id, signal.SIGSTOP if process_id % 2 else signal.SIGCONT)
        os.kill(process_id, signal.SIGKILL)
    room.recorder.close()
    (interrupted,) = recover(room.outbox, SIGNER)
    assert (interrupted.recording, interrupted.runs, interrupted.troubles) == (room.recording, 1, ())
    assert 0.3 < interrupted.seconds < 1.5
    again = Room(room.outbox)
    again.recording = room.recording
    try:
        again.recorder.start(room.recording)
        time.sleep(0.7)
        closing = again.recorder.stop()
    finally:
        again.recorder.close()
    assert len(closing["runs"]) == 2
    assert [statement_of(run)["ordinal"] for run in runs_of(room.outbox / room.recording)] == [1, 2]
    for number in (1, 2, 3, 4):
        assert [header.kind for header in room.chain(number, 0)] == ["journal", "end"]
        assert room.chain(number, 0)[-1].reason == "interrupted"
        assert room.chain(number, 1)[-1].reason == "stopped"
    assert recover(room.outbox, SIGNER) == []
    with pytest.raises(RecordingRefused, match="has been finished"):
        again.recorder.start(room.recording)


RECORD_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from meetrec.capture.devices import list_microphones
from meetrec.capture.recorder import Recorder
from meetrec.capture.signing import KioskSigner

if __name__ == "__main__":
    recorder = Recorder(Path(sys.argv[1]), "kiosk", bytes.fromhex(sys.argv[2]), list_microphones(), KioskSigner(bytes.fromhex(sys.argv[4]))).open()
    while any(shown["state"] != "metering" for shown in recorder.status()["microphones"]):
        time.sleep(0.05)
    recorder.start(sys.argv[3])
    print(*recorder.process_ids().values(), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("hangs", [False, True])
def test_recovery_waits_for_the_microphone_processes_of_a_killed_kiosk(
    hangs: bool, virtual_microphones: VirtualMicrophones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "LEAVING_SECONDS", 1.0 if hangs else 10.0)
    outbox, recording, script = tmp_path / "outbox", str(uuid4()), tmp_path / "record.py"
    script.write_text(RECORD_UNTIL_KILLED)
    arguments = [sys.executable, str(script), str(outbox), DISTRICT.public_key().public_bytes_raw().hex(), recording, SIGNER.private_bytes.hex()]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}) as kiosk:
        assert kiosk.stdout is not None
        left = [int(number) for number in kiosk.stdout.readline().split()]
        time.sleep(1)
        for number in left:
            os.kill(number, signal.SIGSTOP)  # it comes to its sealing late, or never
        kiosk.kill()
    late = threading.Timer(0.5, lambda: [os.kill(number, signal.SIGCONT) for number in left if not hangs])
    late.start()
    (interrupted,) = recover(outbox, SIGNER)
    late.join()
    found = {path: path.read_bytes() for path in outbox.rglob("*.*") if path.is_file()}
    time.sleep(0.5)
    assert {path: path.read_bytes() for path in outbox.rglob("*.*") if path.is_file()} == found
    assert (interrupted.recording, interrupted.troubles) == (recording, ())
    for chain in [chain for run in inspect_folder(outbox) for chain in run.chains]:
        assert (chain.fault, chain.ended) == (None, "interrupted")
    assert len(left) == 4
    assert not any(_is_alive(number) for number in left)


def _is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_interrupted_recording_can_be_finished_as_it_is(room: Room) -> None:
    room.recorder.start(room.recording)
    time.sleep(0.8)
    room.recorder.close()
    recover(room.outbox, SIGNER)
    closing = finish(room.outbox, room.recording, SIGNER)
    (run,) = closing["runs"].values()
    for number in (1, 2, 3, 4):
        chain = room.chain(number)
        assert [(header.kind, header.reason) for header in chain] == [("flac", None), ("end", "interrupted")]
        last = runs_of(room.outbox / room.recording)[0] / f"demonstration-microphone-{number}" / "000001.piece"
        assert run[f"demonstration-microphone-{number}"] == {"pieces": 2, "last": sha256_hex(last.read_bytes())}


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
