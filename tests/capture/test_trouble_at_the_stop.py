"""What goes wrong at the stop holds up nothing else: every chain has its end, and the closing names what could not be done."""

import os
import signal
import threading
import time

import pytest

from meetrec.capture import attended
from meetrec.capture.errors import OutboxUnusable, RecordingRefused
from meetrec.capture.outbox import read_closing
from tests.capture.four_microphones import Room

pytestmark = [pytest.mark.requirement("G5.a"), pytest.mark.requirement("G5.b")]


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
