"""The room's log holds whatever happens: any prefix of actions, a kill at any rename, a full disk, a clock that is set."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.capture import files
from meetrec.capture.damage import SET_ASIDE
from meetrec.capture.entry_damage import copy_path
from meetrec.capture.outbox import RUN_STATEMENT, utc_text
from meetrec.capture.pieces import RATE
from meetrec.capture.room_entries import entries_of, entry_path, parse_entry
from meetrec.capture.run_keys import new_run_key, run_statement
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import waiting_entries
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.courier import Courier
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.errors import KioskError
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.opening import Closing
from meetrec.kiosk.room import Room
from meetrec.kiosk.room_log import RoomLog
from meetrec.platform import clock
from tests.doubles.faulty_server import DISTRICT_PUBLIC_KEY, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, armed, log_of


@pytest.fixture
def cache(tmp_path: Path) -> MeetingsCache:
    """A kiosk that knows its district's key and one meeting."""
    cache = MeetingsCache(tmp_path / "kiosk")
    cache.take_in(news(KIOSK, [armed(MATEO, clock.now())]))
    return cache


@pytest.fixture
def log(outbox: Path, cache: MeetingsCache, signer: KioskSigner) -> RoomLog:
    return RoomLog(outbox, cache, signer)


def begin_run(outbox: Path, signer: KioskSigner, ordinal: int, started_at: datetime) -> str:
    """A run's opening statement, as the recorder leaves it."""
    run = str(uuid4())
    (outbox / MATEO / run).mkdir(parents=True)
    statement = run_statement(
        DISTRICT_PUBLIC_KEY, new_run_key(), signer, recording=MATEO, kiosk=KIOSK, run=run, rate=RATE, ordinal=ordinal, started_at=utc_text(started_at),
        microphones=[{"id": "left", "label": "Left", "seat": None, "device": "Left"}],
    )  # fmt: skip
    (outbox / MATEO / run / RUN_STATEMENT).write_bytes(statement)
    return run


def newest(outbox: Path) -> Any:
    """The header of the newest entry."""
    return parse_entry(entries_of(outbox / MATEO)[-1].read_bytes())


def test_entry_carries_its_times_and_its_run(log: RoomLog, outbox: Path, cache: MeetingsCache, signer: KioskSigner) -> None:
    log.require(MATEO, "opening", OPENING.content())
    assert (newest(outbox).elapsed, newest(outbox).run, newest(outbox).clock_offset) == (None, None, None)
    cache.note_clock_offset(-1.5)
    run = begin_run(outbox, signer, 1, clock.now() - timedelta(seconds=5))
    log.run_began(MATEO)
    log.tell(MATEO, "started", {})
    header = newest(outbox)
    assert (header.run, header.clock_offset, header.index, header.kiosk) == (run, -1.5, 1, KIOSK)
    assert 5.0 <= header.elapsed < 6.0
    assert abs((datetime.fromisoformat(header.at) - clock.now()).total_seconds()) < 2


def test_clock_that_is_set_in_mid_recording_does_not_move_the_elapsed_time(
    log: RoomLog, outbox: Path, signer: KioskSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_run(outbox, signer, 1, clock.now())
    log.run_began(MATEO)
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    log.tell(MATEO, "note", {"text": "x"})
    assert newest(outbox).elapsed < 2.0
    assert datetime.fromisoformat(newest(outbox).at) == tomorrow


def test_second_run_lies_after_the_first_and_between_them_the_wall_clock_tells(log: RoomLog, outbox: Path, signer: KioskSigner) -> None:
    now = clock.now()
    begin_run(outbox, signer, 1, now - timedelta(seconds=100))
    log.run_ended()
    log.tell(MATEO, "note", {"text": "Between."})
    assert newest(outbox).run is None
    assert 100 <= newest(outbox).elapsed < 102
    second = begin_run(outbox, signer, 2, now)
    log.run_began(MATEO)
    log.tell(MATEO, "note", {"text": "After."})
    assert newest(outbox).run == second
    assert 100 <= newest(outbox).elapsed < 102


def test_run_that_does_not_read_costs_the_elapsed_time_alone(log: RoomLog, outbox: Path, signer: KioskSigner) -> None:
    run = begin_run(outbox, signer, 1, clock.now())
    (outbox / MATEO / run / RUN_STATEMENT).write_bytes(b"{")
    log.run_began(MATEO)
    log.tell(MATEO, "started", {})
    assert (newest(outbox).elapsed, newest(outbox).kind) == (None, "started")


def test_nothing_is_added_behind_the_end(log: RoomLog, outbox: Path, signer: KioskSigner) -> None:
    log.tell(MATEO, "end", {"confirmed": True})
    log.tell(MATEO, "note", {"text": "Too late."})
    with pytest.raises(KioskError):
        log.require(MATEO, "note", {"text": "Too late."})
    assert log.has_ended(MATEO)
    assert not log.is_held_up
    assert [kind for kind, _ in log_of(outbox, MATEO, signer)] == ["end"]


def test_kiosk_that_never_reached_its_server_cannot_seal_and_says_so(outbox: Path, tmp_path: Path, signer: KioskSigner) -> None:
    log = RoomLog(outbox, MeetingsCache(tmp_path / "new"), signer)
    with pytest.raises(KioskError):
        log.require(MATEO, "opening", OPENING.content())
    log.tell(MATEO, "started", {})
    assert log.is_held_up
    assert list(outbox.iterdir()) == []


def test_what_waits_keeps_its_order_and_its_own_time(log: RoomLog, outbox: Path, signer: KioskSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as disk:
        disk.setattr("meetrec.kiosk.room_log.place_file", full)
        log.tell(MATEO, "paused", {})
        told_at = clock.now()
        log.tell(MATEO, "resumed", {})
        assert log.is_held_up
    time.sleep(0.2)
    log.write_waiting()
    assert not log.is_held_up
    assert [kind for kind, _ in log_of(outbox, MATEO, signer)] == ["paused", "resumed"]
    assert datetime.fromisoformat(newest(outbox).at) - told_at < timedelta(seconds=0.15)


@pytest.mark.requirement("G5.b")
@pytest.mark.parametrize(("has_copy", "first"), [(True, "started"), (False, "damaged")])
def test_log_goes_on_behind_a_newest_entry_that_the_disk_did_not_keep(log: RoomLog, outbox: Path, signer: KioskSigner, has_copy: bool, first: str) -> None:
    log.tell(MATEO, "started", {})
    path = entry_path(outbox / MATEO, 0)
    path.write_bytes(b"MEETROOM1 and something else")
    if not has_copy:
        copy_path(path).unlink()
    log.tell(MATEO, "paused", {})
    assert not log.is_held_up
    assert [kind for kind, _ in log_of(outbox, MATEO, signer)] == [first, "paused"]
    assert (outbox / SET_ASIDE / MATEO / "room" / path.name).read_bytes() == b"MEETROOM1 and something else"


def full(*_arguments: object) -> None:
    """A disk that takes nothing."""
    raise OSError(28, "No space left on device")


def test_log_that_can_not_be_written_holds_up_no_other_meeting(log: RoomLog, outbox: Path, signer: KioskSigner) -> None:
    other = str(uuid4())
    log.tell(MATEO, "started", {})
    entry_path(outbox / MATEO, 0).rename(outbox / "elsewhere")
    entry_path(outbox / MATEO, 0).mkdir()  # no reader and no writer gets past this
    log.tell(MATEO, "paused", {})
    assert log.is_held_up
    log.require(other, "opening", OPENING.content())
    log.tell(other, "started", {})
    log.write_waiting()
    assert [kind for kind, _ in log_of(outbox, other, signer)] == ["opening", "started"]
    assert log.is_held_up


def test_entry_that_no_log_may_hold_is_counted_in_its_place_and_nothing_waits_behind_it(log: RoomLog, outbox: Path, signer: KioskSigner) -> None:
    log.tell(MATEO, "started", {})
    log.tell(MATEO, "alarm", {"number": 1, "alarm": "lost", "microphone": "left", "seat": "x" * 121})
    log.require(MATEO, "note", {"text": "A note."})
    assert not log.is_held_up
    assert log_of(outbox, MATEO, signer) == [("started", {}), ("left_out", {"entries": 1}), ("note", {"text": "A note."})]


def test_alarms_that_fill_the_memory_are_counted_and_what_people_did_is_kept(
    log: RoomLog, outbox: Path, signer: KioskSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = {"number": 1, "alarm": "lost", "microphone": "left", "seat": "Parent"}
    monkeypatch.setattr(waiting_entries, "MOST_WAITING", 4)
    with monkeypatch.context() as disk, structlog.testing.capture_logs() as said:
        disk.setattr("meetrec.kiosk.room_log.place_file", full)
        for kind in ("preflight", "started"):
            log.tell(MATEO, kind, {"microphones": [], "started_without": [], "reason": None} if kind == "preflight" else {})
        for _ in range(10):
            log.tell(MATEO, "alarm", alarm)
            log.write_waiting()
        log.tell(MATEO, "stopped", {})
    log.write_waiting()
    assert log_of(outbox, MATEO, signer)[1:] == [("started", {}), ("alarm", alarm), ("alarm", alarm), ("left_out", {"entries": 8}), ("stopped", {})]
    assert [entry["event"] for entry in said] == ["room_log.entry_waits"], "the system’s own log lies on the same disk"


class Killed(BaseException):
    """The kill of a process, as far as its code can see: nothing after it runs."""


class Meeting:
    """A room whose program may be killed at any rename on the disk, and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.outbox, self.signer = folder, folder / "outbox", KioskSigner.new()
        self.outbox.mkdir()
        MeetingsCache(folder / "kiosk").take_in(news(KIOSK, [armed(MATEO, clock.now())]))
        self.start_program()

    def start_program(self) -> None:
        self.recorder = ScriptedRecorder(self.outbox)
        cache = MeetingsCache(self.folder / "kiosk")
        courier = Courier(self.outbox, DistrictServer("http://127.0.0.1:1", "token"), lambda recording, pieces: None)
        self.room = Room(self.outbox, self.recorder, cache, courier, DemonstrationPlayer(None), self.signer)

    def act(self, action: str) -> None:
        """Do one thing; what cannot be done just now is refused with a sentence."""
        with suppress(KioskError):
            self._actions()[action]()

    def _actions(self) -> dict[str, Callable[[], object]]:
        room = self.room
        return {
            "open": lambda: room.note_opening(MATEO, OPENING), "start": lambda: room.start(MATEO), "note": lambda: room.add_note("A note."),
            "mark": lambda: room.add_bookmark("here"), "pause": room.pause, "off": lambda: room.pause(off_the_record=True), "resume": room.resume,
            "lose": lambda: (self.recorder.lose(1), room.look()), "find": lambda: (self.recorder.find(1), room.look()), "tend": lambda: room.tend(room.look()),
            "stop": lambda: room.stop(2000), "confirm": lambda: room.confirm_closing(MATEO, Closing("yes")), "restart": self.start_program,
        }  # fmt: skip


ACTIONS = ("open", "start", "note", "mark", "pause", "off", "resume", "lose", "find", "tend", "stop", "confirm", "restart")


@pytest.mark.requirement("G6.a")
@given(actions=st.lists(st.sampled_from(ACTIONS), max_size=14), killed_at=st.integers(0, 24), after=st.booleans())
@settings(max_examples=50, deadline=None)
def test_any_prefix_of_actions_and_a_kill_leave_a_chain_that_holds_and_goes_on(actions: list[str], killed_at: int, after: bool) -> None:
    folder = Path(tempfile.mkdtemp())
    renames = [0]
    real_rename = os.rename

    def rename(source: Path, target: Path) -> None:
        renames[0] += 1
        if renames[0] == killed_at and not after:
            raise Killed
        real_rename(source, target)
        if renames[0] == killed_at:
            raise Killed

    try:
        meeting = Meeting(folder)
        with pytest.MonkeyPatch.context() as disk:
            disk.setattr(files.os, "rename", rename)
            try:
                for action in ("open", "start", *actions):
                    meeting.act(action)
            except Killed:
                pass
        before = log_of(meeting.outbox, MATEO, meeting.signer)
        meeting.start_program()
        for action in ("tend", "open", "start", "note", "stop", "confirm"):
            meeting.act(action)
        whole = log_of(meeting.outbox, MATEO, meeting.signer)
        assert whole[: len(before)] == before
        assert whole[-1][0] == "end"
    finally:
        shutil.rmtree(folder)
