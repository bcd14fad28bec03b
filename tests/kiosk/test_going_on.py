"""What broke off minutes ago goes on by itself, and nothing that people had stopped, paused or taken off the record (peers #4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from meetrec.capture import boot
from meetrec.capture.recovery import recover
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import going_on
from meetrec.kiosk.going_on import GO_ON_WITHIN, RUNNING_FILE, RunningNotes
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import MATEO, OPENING, log_of
from tests.kiosk.sealed_recordings import SealedRun

pytestmark = pytest.mark.requirement("G5.a")
Restarted = Callable[[], Room]
SECONDS = 3.0


@pytest.fixture
def recording(opened: Room, outbox: Path, signer: KioskSigner) -> Room:
    """A room that records; three seconds of it are sealed."""
    opened.cache.note_clock_offset(0.0)
    opened.start(MATEO)
    SealedRun(outbox, MATEO, started_at=clock.now(), signer=signer).hear(SECONDS)
    return opened


@pytest.fixture
def restarted(room: Room, outbox: Path, signer: KioskSigner) -> Restarted:
    """The program after a kill, once it has looked around."""

    def restarted() -> Room:
        recover(outbox, signer)
        again = Room(outbox, ScriptedRecorder(outbox), type(room.cache)(room.cache.folder), room.courier, room.player, signer)
        again.go_on_by_itself()
        return again

    return restarted


def runs(room: Room) -> bool:
    return room.look().is_running


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The clock that counts from the boot is so much further."""
    real = going_on.boot_seconds
    monkeypatch.setattr(going_on, "boot_seconds", lambda: real() + seconds)


def test_recording_that_broke_off_goes_on_and_says_for_how_long_nothing_was_recorded(
    recording: Room, restarted: Restarted, monkeypatch: pytest.MonkeyPatch, outbox: Path, signer: KioskSigner
) -> None:
    later(monkeypatch, 65.0 + SECONDS)
    again = restarted()
    assert again.look().recording == MATEO
    (banner,) = again.faults.unanswered()
    assert (banner.kind, banner.is_over) == ("interruption", True)
    assert 64 < banner.seconds < 70
    again.look()
    assert again.faults.unanswered() == [banner], "it stays until a person answers"
    told = log_of(outbox, MATEO, signer)
    assert [kind for kind, _ in told] == ["opening", "preflight", "started", "started", "alarm"]
    assert told[3][1] == {"after_interruption": True}


@pytest.mark.parametrize(
    "people", ["paused", "off the record", "paused, with a note after it", "stopped, and the stop failed", "objected, and killed before the stop"]
)
def test_what_people_held_or_ended_waits_for_a_person(people: str, recording: Room, recorder: ScriptedRecorder, restarted: Restarted) -> None:
    if people == "stopped, and the stop failed":
        recorder.fails_with = OSError(5, "Input/output error")
        with pytest.raises(OSError, match="Input"):
            recording.stop(2000)
    elif people == "objected, and killed before the stop":
        recording.log.tell(MATEO, "objection", {"by": "parent"})
    else:
        recording.pause(off_the_record=people == "off the record")
    if "note" in people:
        recording.add_note("A note.")
    again = restarted()
    assert not runs(again)
    assert [one.recording for one in again.interrupted(clock.now())] == [MATEO]
    again.go_on_by_itself()
    assert not runs(again)


def test_recording_that_went_on_after_a_pause_goes_on_by_itself(recording: Room, restarted: Restarted) -> None:
    recording.pause()
    recording.resume()
    assert runs(restarted())


def test_break_of_more_than_some_minutes_waits_for_a_person(recording: Room, restarted: Restarted, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, GO_ON_WITHIN.total_seconds() + SECONDS + 1)
    assert not runs(restarted())


@pytest.mark.parametrize(("minutes", "is_told"), [(5, False), (25, True)])
def test_person_who_continues_after_a_long_break_is_told_how_long_nothing_was_recorded(
    minutes: int, is_told: bool, recording: Room, restarted: Restarted, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording.pause()
    again, real = restarted(), clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=minutes))
    again.continue_interrupted(MATEO)
    assert [fault.kind for fault in again.faults.unanswered()] == ["interruption"] * is_told
    assert all(24 * 60 < fault.seconds < 26 * 60 for fault in again.faults.unanswered())


@pytest.mark.parametrize("wall", [timedelta(days=3), timedelta(days=-3)])
def test_clock_that_was_set_changes_nothing_within_one_boot(wall: timedelta, recording: Room, restarted: Restarted, monkeypatch: pytest.MonkeyPatch) -> None:
    recording.cache.note_clock_offset(-wall.total_seconds())
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + wall)
    assert runs(restarted())


@pytest.mark.parametrize(("wall", "offset", "goes_on"), [(60.0, 0.0, True), (660.0, 0.0, False), (3600.0, -3540.0, True), (-3600.0, 0.0, False)])
def test_after_a_power_cut_the_corrected_wall_clock_tells(
    wall: float, offset: float, goes_on: bool, recording: Room, restarted: Restarted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other_boot = tmp_path / "boot_id"
    other_boot.write_text("another boot\n")
    monkeypatch.setattr(boot, "BOOT_ID", other_boot)
    recording.cache.note_clock_offset(offset)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=wall))
    assert runs(restarted()) is goes_on


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b"[1]", b'{"recording": 1, "is_recording": true, "began_at": "2026-10-13T14:00:00", "boot": null, "since": 1}']
)
def test_without_a_note_that_reads_nothing_goes_on(content: bytes | None, recording: Room, restarted: Restarted) -> None:
    path = recording.cache.folder / RUNNING_FILE
    path.unlink() if content is None else path.write_bytes(content)
    assert not runs(restarted())


def test_note_that_the_disk_does_not_take_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    notes = RunningNotes(tmp_path / "kiosk")
    notes.begin(MATEO)
    assert notes.read() is not None
    monkeypatch.setattr(going_on, "write_durably", full)
    notes.say(is_recording=False)
    assert notes.read() is None, "what was paused would go on by itself"


def test_meeting_that_a_person_opens_meanwhile_wins(recording: Room, outbox: Path, room_screen: Screen, signer: KioskSigner) -> None:
    recover(outbox, signer)
    recorder = ScriptedRecorder(outbox)
    ready, recorder.now = recorder.now, replace(recorder.now, microphones=())
    again = Room(outbox, recorder, type(recording.cache)(recording.cache.folder), recording.courier, recording.player, signer)
    again.go_on_by_itself()
    assert not runs(again), "there is no microphone yet"
    again.note_opening(MATEO, OPENING)
    recorder.now = ready
    again.go_on_by_itself()
    assert not runs(again)


def test_it_is_tried_until_a_microphone_is_there(recording: Room, outbox: Path, signer: KioskSigner) -> None:
    recover(outbox, signer)
    recorder = ScriptedRecorder(outbox)
    ready, recorder.now = recorder.now, replace(recorder.now, microphones=())
    again = Room(outbox, recorder, type(recording.cache)(recording.cache.folder), recording.courier, recording.player, signer)
    again.go_on_by_itself()
    recorder.now = ready
    again.go_on_by_itself()
    assert runs(again)
