"""The board of faults: each stays until answered, and comes back when it happens again (peers 6, 12)."""

from dataclasses import replace

import pytest

from meetrec.kiosk.faults import FaultBoard
from meetrec.kiosk.recorder_port import RecorderReading
from tests.doubles.scripted_recorder import microphone

FINE = RecorderReading("recording", "r", 1.0, (microphone(1, "recording"),))
LOST = replace(FINE, microphones=(microphone(1, "lost"),))
MUTED = replace(FINE, microphones=(microphone(1, "recording", is_mute=True),))
FULL = replace(FINE, microphones=(microphone(1, "disk_full"),))


def seen(*readings: RecorderReading) -> FaultBoard:
    board = FaultBoard()
    for reading in readings:
        board.look(reading)
    return board


@pytest.mark.parametrize(("reading", "kind"), [(LOST, "lost"), (MUTED, "muted"), (FULL, "disk_full")])
def test_fault_is_noted_once_and_outlives_its_end(reading: RecorderReading, kind: str) -> None:
    board = seen(reading, reading, FINE)
    assert [(fault.kind, fault.is_over) for fault in board.unanswered()] == [(kind, True)]


def test_answered_fault_that_goes_on_is_not_shown_again_but_a_new_one_is() -> None:
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


def test_nothing_is_noted_while_nothing_is_recorded() -> None:
    assert seen(replace(LOST, state="idle")).unanswered() == []


def test_answer_to_an_unknown_fault_is_harmless() -> None:
    board = seen(LOST)
    board.answer(99)
    assert len(board.unanswered()) == 1
