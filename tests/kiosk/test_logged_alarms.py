"""Alarms in the room's log: in their order, with a number each, and waiting for a person over every restart."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import logged_room
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, armed
from tests.kiosk.logged_rooms import HELD, Told, kinds
from tests.kiosk.sealed_recordings import SealedRun


def test_alarm_after_a_restart_bears_a_number_that_no_earlier_alarm_of_the_recording_bore(
    opened: Room, recorder: ScriptedRecorder, outbox: Path, told: Told, signer: KioskSigner, restarted: Callable[[], Room]
) -> None:
    SealedRun(outbox, MATEO, started_at=clock.now(), signer=signer).hear(1)
    opened.start(MATEO)
    for number in (1, 2, 3):
        recorder.lose(number)
        opened.look()
    again = restarted()
    again.continue_interrupted(MATEO)
    again._recorder.lose(4)
    again.look()
    numbers = [content["number"] for kind, content in told(MATEO) if kind == "alarm"]
    assert len(numbers) == 4
    assert numbers == sorted(set(numbers)), "an answer after the restart would be taken for one of another alarm"


@pytest.mark.requirement("G5.a")
def test_unanswered_alarm_waits_for_a_person_over_a_restart_and_in_the_part_that_follows(
    opened: Room, recorder: ScriptedRecorder, outbox: Path, told: Told, signer: KioskSigner, restarted: Callable[[], Room]
) -> None:
    SealedRun(outbox, MATEO, started_at=clock.now(), signer=signer).hear(1)
    opened.start(MATEO)
    recorder.lose(2)
    opened.look()
    (lost,) = opened.faults.unanswered()
    again = restarted()
    assert again.faults.unanswered() == [lost], "the list of meetings shows it too"
    again.continue_interrupted(MATEO)
    again.look()
    assert [(fault.kind, fault.number, fault.is_over) for fault in again.faults.unanswered()] == [("lost", lost.number, True)]
    assert [one["kind"] for one in again.faults.as_json()] == ["lost"]
    again.answer_alarm(lost.number)
    assert kinds(told(MATEO))[-3:] == ["started", "alarm_over", "alarm_answered"]
    assert restarted().faults.unanswered() == []


@pytest.mark.requirement("G5.b")
def test_alarms_seen_while_a_recording_starts_stand_behind_its_start_and_never_in_the_log_before(
    room_screen: Screen, district_server: FaultyServer, recorder: ScriptedRecorder, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = "22222222-2222-4333-8444-555555555555"
    district_server.news = news(KIOSK, [armed(MATEO, clock.now()), armed(second, clock.now())])
    room_screen.news.ask()
    room = room_screen.room
    for recording in (MATEO, second):
        room.note_opening(recording, OPENING)
    room.start(MATEO)
    room.stop(HELD)  # its closing still waits for an answer
    recorder.lose(4)
    start = recorder.start

    def slow(recording: str) -> None:
        start(recording)
        room.look()  # the thread that watches looks four times a second
        room.answer_alarm(room.faults.unanswered()[0].number)

    monkeypatch.setattr(recorder, "start", slow)
    room.start(second, "That microphone does not work.")
    recorder.find(4)
    room.look()
    assert kinds(told(MATEO)) == ["opening", "preflight", "started", "stopped", "end"]
    assert kinds(told(second)) == ["opening", "preflight", "started", "alarm", "alarm_answered", "alarm_over"]


def test_looks_of_many_threads_tell_beginning_and_end_of_alarms_in_their_order(opened: Room, recorder: ScriptedRecorder, told: Told) -> None:
    opened.start(MATEO)
    stopped = threading.Event()

    def look() -> None:
        while not stopped.is_set():
            opened.look()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(40):
        recorder.lose(2)
        time.sleep(0.002)
        recorder.find(2)
        time.sleep(0.002)
    stopped.set()
    for thread in threads:
        thread.join()
    opened.look()
    alarms = [kind for kind, _ in told(MATEO) if kind.startswith("alarm")]
    assert len(alarms) >= 2
    assert alarms == ["alarm", "alarm_over"] * (len(alarms) // 2)


def test_alarms_stand_in_the_log_and_are_told_to_the_server(opened: Room, recorder: ScriptedRecorder, told: Told, district_server: FaultyServer) -> None:
    opened.start(MATEO)
    recorder.lose(2)
    opened.look()
    opened.look()
    alarm = opened.faults.unanswered()[0].number
    opened.answer_alarm(alarm)
    recorder.find(2)
    opened.look()
    number = {"number": alarm, "alarm": "lost", "microphone": "microphone-2", "seat": "Case manager"}
    assert told(MATEO)[-3:] == [("alarm", number), ("alarm_answered", number), ("alarm_over", number)]
    recorder.lose(3)
    opened.look()
    opened.courier.deliver_pass()
    state = district_server.taken[f"/kiosk/api/recordings/{MATEO}/state"]
    assert b'"kind": "lost"' in state
    assert b'"answered": false' in state


def test_state_is_told_again_every_minute_with_the_moment_it_began(
    opened: Room, recorder: ScriptedRecorder, district_server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"/kiosk/api/recordings/{MATEO}/state"
    recorder.now = replace(recorder.now, hours_left=7.5)
    opened.start(MATEO)
    opened.courier.deliver_pass()
    first = district_server.taken.pop(place)
    opened.tend(opened.look())
    opened.courier.deliver_pass()
    assert place not in district_server.taken
    monkeypatch.setattr(logged_room, "REPORT_SECONDS", -1.0)
    opened.tend(opened.look())
    opened.courier.deliver_pass()
    assert district_server.taken[place] == first
    assert b'"hours_left": 7.5' in first
