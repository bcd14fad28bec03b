"""The board of alarms: each stays until answered, and comes back when it happens again (peers 6, 7, 12)."""

from dataclasses import replace

import pytest

from meetrec.capture.alarms import MICROPHONE_ALARMS, ROOM_ALARMS
from meetrec.capture.room_contents import require_content
from meetrec.kiosk.faults import FaultBoard
from meetrec.kiosk.recorder_port import RecorderReading
from meetrec.kiosk.sentences import ALARMS, ALARMS_OVER
from tests.doubles.scripted_recorder import microphone

pytestmark = pytest.mark.requirement("G5.a")
FINE = RecorderReading("recording", "r", 1.0, (microphone(1, "recording"),))
LOST = replace(FINE, microphones=(microphone(1, "lost"),))
FULL = replace(FINE, alarm_kinds=("disk_full",))


def with_alarm(kind: str) -> RecorderReading:
    if kind in ROOM_ALARMS:
        return replace(FINE, alarm_kinds=(kind,))
    return replace(FINE, microphones=(replace(microphone(1, "recording"), alarm_kinds=(kind,)),))


def seen(*readings: RecorderReading) -> FaultBoard:
    board = FaultBoard()
    for reading in readings:
        board.look(reading)
    return board


@pytest.mark.parametrize("kind", MICROPHONE_ALARMS + ROOM_ALARMS)
def test_alarm_is_noted_once_and_outlives_its_end(kind: str) -> None:
    board = seen(with_alarm(kind), with_alarm(kind), FINE)
    assert [(fault.kind, fault.is_over) for fault in board.unanswered()] == [(kind, True)]


def test_every_alarm_of_capture_has_its_two_sentences() -> None:
    assert set(ALARMS) == set(ALARMS_OVER) == {*MICROPHONE_ALARMS, *ROOM_ALARMS}


def test_answered_alarm_that_goes_on_is_not_shown_again_but_a_new_one_is() -> None:
    board = seen(LOST)
    board.answer(board.unanswered()[0].number)
    board.look(LOST)
    assert board.unanswered() == []
    board.look(FINE)
    board.look(LOST)
    assert len(board.unanswered()) == 1


def test_second_loss_replaces_the_first_unanswered_one() -> None:
    board = seen(LOST, FINE, LOST)
    assert [fault.is_over for fault in board.unanswered()] == [False]


def test_changes_tell_beginning_end_and_answer_once_each() -> None:
    board = FaultBoard()
    told = [*board.look(LOST), *board.look(LOST), *board.look(FINE), *board.answer(1), *board.answer(1)]
    assert [change.kind for change in told] == ["alarm", "alarm_over", "alarm_answered"]
    assert told[0].as_content() == {"number": 1, "alarm": "lost", "microphone": "microphone-1", "seat": "Parent"}


def test_server_is_told_what_stands_and_what_waits_for_a_person() -> None:
    board = seen(replace(LOST, alarm_kinds=FULL.alarm_kinds))
    board.answer(1)
    lost, full = board.as_json()
    assert (lost["kind"], lost["seat"], lost["over"], lost["answered"]) == ("lost", "Parent", False, True)
    assert (full["kind"], full["microphone"], full["answered"]) == ("disk_full", "", False)
    board.look(FINE)
    assert [(one["kind"], one["over"]) for one in board.as_json()] == [("disk_full", True)]


def test_nothing_is_noted_while_nothing_is_recorded() -> None:
    assert seen(replace(LOST, state="idle")).unanswered() == []


def test_answer_to_an_unknown_alarm_is_harmless() -> None:
    board = seen(LOST)
    assert board.answer(99) == []
    assert len(board.unanswered()) == 1


def test_long_name_of_a_seat_is_cut_to_what_the_log_takes() -> None:
    lost = replace(microphone(1, "lost"), name="x" * 130)
    (change,) = FaultBoard().look(replace(FINE, microphones=(lost,)))
    require_content(change.kind, change.as_content())


def test_full_disk_takes_the_place_of_the_filling_one_which_is_over_only_when_there_is_room_again() -> None:
    board, filling = FaultBoard(), with_alarm("disk_filling")
    told = [change.as_content()["alarm"] + " " + change.kind for reading in (filling, FULL) for change in board.look(reading)]
    assert told == ["disk_filling alarm", "disk_full alarm"]
    assert [(fault.kind, fault.is_over) for fault in board.unanswered()] == [("disk_full", False)]
    assert [one["kind"] for one in board.as_json()] == ["disk_full"]
    board.look(filling)
    assert [(fault.kind, fault.is_over) for fault in board.unanswered()] == [("disk_filling", False), ("disk_full", True)]
    assert [change.kind for change in board.look(FINE)] == ["alarm_over"]
    assert [fault.is_over for fault in board.unanswered()] == [True, True]


def test_end_of_a_filling_disk_claims_nothing_of_what_a_full_one_lost() -> None:
    assert "lost" not in str(ALARMS_OVER["disk_filling"])
