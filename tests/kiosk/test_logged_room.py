"""What people say and do in the room stands in its log: sealed, signed, in order, and never in the way of the sound."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from meetrec.capture.room_contents import SPOKEN_OPENING
from meetrec.kiosk import sentences
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.opening import Closing
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, armed
from tests.kiosk.logged_rooms import HELD, Told, kinds


@pytest.mark.requirement("G6", "G6.a", "G6.c", "G7")
def test_whole_meeting_stands_in_its_log_in_order(opened: Room, told: Told) -> None:
    opened.start(MATEO)
    opened.add_bookmark(SPOKEN_OPENING)
    opened.add_note(" The parent’s phone rang. ")
    opened.pause()
    opened.pause()
    opened.resume()
    opened.resume()
    opened.pause(off_the_record=True)
    opened.resume()
    opened.stop(HELD)
    opened.confirm_closing(MATEO, Closing("yes", "", True))
    entries = told(MATEO)
    assert kinds(entries) == [
        "opening", "preflight", "started", "bookmark", "note", "paused", "resumed", "off_the_record", "resumed", "stopped", "closing", "end",
    ]  # fmt: skip
    assert dict(entries)["note"] == {"text": "The parent’s phone rang."}
    assert entries[-1] == ("end", {"confirmed": True})
    assert entries[0][1]["asked_by"] == "Laura Bennett"


@pytest.mark.requirement("X-4")
def test_objection_stops_the_recording_where_the_states_profile_says_so(
    opened: Room, room_screen: Screen, district_server: FaultyServer, recorder: ScriptedRecorder, told: Told
) -> None:
    opened.start(MATEO)
    with pytest.raises(ActionRefused, match="does not stop the recording"):
        opened.object("parent", HELD)
    district_server.news = news(KIOSK, [{**armed(MATEO, clock.now()), "objection_stops": True}])
    room_screen.news.ask()
    with pytest.raises(ActionRefused, match="Hold for two seconds"):
        opened.object("parent", 1999)
    with pytest.raises(ActionRefused, match="Choose who objects"):
        opened.object("advocate", HELD)
    assert recorder.now.state == "recording"
    assert opened.object("parent", HELD) == MATEO
    assert kinds(told(MATEO))[-2:] == ["objection", "stopped"]
    assert opened.closing_due() == MATEO


@pytest.mark.requirement("G7")
def test_notes_and_bookmarks_need_a_recording_and_a_text(opened: Room, told: Told) -> None:
    for act in (lambda: opened.add_note("x"), lambda: opened.add_bookmark(SPOKEN_OPENING), opened.pause):
        with pytest.raises(ActionRefused, match="Nothing is being recorded"):
            act()
    opened.start(MATEO)
    with pytest.raises(ActionRefused, match="Nothing was written"):
        opened.add_note("  ")
    with pytest.raises(ActionRefused, match="4000 characters"):
        opened.add_note("x" * 4001)
    assert kinds(told(MATEO)) == ["opening", "preflight", "started"]


@pytest.mark.parametrize(("days", "last"), [(29, "opening"), (31, "end")])
def test_meeting_that_was_opened_and_never_recorded_is_let_go_after_a_month(
    opened: Room, told: Told, restarted: Callable[[], Room], monkeypatch: pytest.MonkeyPatch, days: int, last: str
) -> None:
    later = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = restarted()
    again.tend(again.look())
    assert kinds(told(MATEO))[-1] == last
    assert again.opening_of(MATEO) is None  # put off to another day, everybody is asked anew


def test_full_disk_refuses_what_was_typed_and_never_holds_up_the_recording(
    opened: Room, recorder: ScriptedRecorder, room_screen: Screen, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    opened.start(MATEO)
    with monkeypatch.context() as disk:
        disk.setattr("meetrec.kiosk.room_log.place_file", full)
        with pytest.raises(ActionRefused, match="could not be written to the disk"):
            opened.add_note("Lost, and said so.")
        opened.pause()
        opened.resume()
        assert [fault["sentence"] for fault in room_screen.faults()] == [str(sentences.LOG_WAITS)]
        with pytest.raises(ActionRefused, match="could not be written to the disk"):
            opened.add_note("Still full.")
        opened.stop(HELD)
        assert recorder.calls == [f"start {MATEO}", "pause", "resume", "stop"]
    opened.tend(opened.look())
    assert room_screen.faults() == []
    assert kinds(told(MATEO)) == ["opening", "preflight", "started", "paused", "resumed", "stopped"]
