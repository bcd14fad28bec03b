"""The end of a recording in the room's log: stopped, interrupted or left unanswered, each log ends once and in its order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from meetrec.capture.errors import OutboxUnusable
from meetrec.capture.recovery import recover
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import logged_room
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.opening import Closing
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, OTHER_MEETING, armed
from tests.kiosk.logged_rooms import HELD, Told, kinds
from tests.kiosk.sealed_recordings import SealedRun


@pytest.mark.requirement("G6.a")
def test_restart_in_mid_meeting_asks_nothing_twice_and_the_log_goes_on(
    opened: Room, outbox: Path, told: Told, signer: KioskSigner, restarted: Callable[[], Room]
) -> None:
    SealedRun(outbox, MATEO, started_at=clock.now(), signer=signer).hear(1)
    opened.start(MATEO)
    again = restarted()
    assert again.opening_of(MATEO) == opened.opening_of(MATEO)
    assert again.closing_due() is None
    again.continue_interrupted(MATEO)
    again.add_note("After the restart.")
    assert kinds(told(MATEO)) == ["opening", "preflight", "started", "started", "note"]


def test_interrupted_recording_is_not_finished_while_another_one_runs(
    opened: Room, room_screen: Screen, outbox: Path, told: Told, signer: KioskSigner, district_server: FaultyServer
) -> None:
    second = "22222222-2222-4333-8444-555555555555"
    district_server.news = news(KIOSK, [armed(MATEO, clock.now()), armed(second, clock.now())])
    room_screen.news.ask()
    SealedRun(outbox, second, signer=signer).hear(1)
    recover(outbox, signer)
    opened.start(MATEO)
    with pytest.raises(ActionRefused, match="Stop that recording first"):
        opened.finish_interrupted(second, HELD)
    opened.add_note("It goes on.")
    assert kinds(told(MATEO)) == ["opening", "preflight", "started", "note"]
    opened.stop(HELD)
    opened.finish_interrupted(second, HELD)
    assert [one.recording for one in opened.interrupted(clock.now())] == []


def test_finished_interrupted_recording_is_asked_for_its_closing(opened: Room, outbox: Path, told: Told, signer: KioskSigner) -> None:
    SealedRun(outbox, MATEO, signer=signer).hear(1)
    recover(outbox, signer)
    opened.finish_interrupted(MATEO, HELD)
    assert opened.closing_due() == MATEO
    opened.confirm_closing(MATEO, Closing("no", "The phone lay in a bag.", False))
    assert kinds(told(MATEO)) == ["opening", "stopped", "closing", "end"]


@pytest.mark.requirement("G6.c")
def test_unanswered_closing_ends_the_log_after_five_minutes(opened: Room, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.start(MATEO)
    opened.stop(HELD)
    opened.tend(opened.look())
    assert opened.closing_due() == MATEO
    monkeypatch.setattr(logged_room, "CLOSING_SECONDS", -1.0)
    opened.tend(opened.look())
    assert opened.closing_due() is None
    assert told(MATEO)[-1] == ("end", {"confirmed": False})
    with pytest.raises(ActionRefused, match="no recording that waits"):
        opened.confirm_closing(MATEO, Closing("yes"))


def test_unanswered_closing_ends_with_the_next_recording_and_with_the_next_start_of_the_program(
    opened: Room, room_screen: Screen, district_server: FaultyServer, told: Told, restarted: Callable[[], Room]
) -> None:
    opened.start(MATEO)
    opened.stop(HELD)
    district_server.news = news(KIOSK, [armed(MATEO, clock.now()), armed(OTHER_MEETING, clock.now())])
    room_screen.news.ask()
    opened.note_opening(OTHER_MEETING, OPENING)
    assert opened.closing_due() == MATEO
    opened.start(OTHER_MEETING)
    assert told(MATEO)[-1] == ("end", {"confirmed": False})
    opened.stop(HELD)
    again = restarted()
    assert again.closing_due() is None
    again.tend(again.look())
    assert told(OTHER_MEETING)[-1] == ("end", {"confirmed": False})


def test_stop_that_fails_asks_for_no_closing_and_leaves_the_log_open(opened: Room, recorder: ScriptedRecorder, told: Told) -> None:
    opened.start(MATEO)
    recorder.fails_with = OutboxUnusable("x")
    with pytest.raises(OutboxUnusable):
        opened.stop(HELD)
    assert opened.closing_due() is None
    assert kinds(told(MATEO))[-1] == "started"
