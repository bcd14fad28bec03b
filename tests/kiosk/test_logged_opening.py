"""The opening of a meeting in the room's log: what must be said before the recording begins, and what a parent decides on the spot."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meetrec.capture.room_contents import SPOKEN_OPENING
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.opening import Present
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, OTHER_MEETING, armed, other
from tests.kiosk.logged_rooms import NOT_RECORDING, STATEMENT, Told, kinds
from tests.kiosk.sealed_recordings import SealedRun


@pytest.mark.requirement("G6.a")
def test_nothing_starts_before_the_opening_is_complete(room_screen: Screen, recorder: ScriptedRecorder) -> None:
    room = room_screen.room
    with pytest.raises(ActionRefused, match="Go through the opening first"):
        room.start(MATEO)
    room.note_opening(MATEO, replace(OPENING, everyone_told=False))
    with pytest.raises(ActionRefused, match="Tell everyone"):
        room.start(MATEO)
    assert recorder.calls == []
    room.note_opening(MATEO, OPENING)
    room.start(MATEO)
    assert recorder.calls == [f"start {MATEO}"]


def test_microphone_that_heard_no_voice_needs_a_reason_that_is_kept(opened: Room, recorder: ScriptedRecorder, told: Told) -> None:
    first, *others = recorder.now.microphones
    deaf = replace(first, heard_voice=False, voice_level_db=None, level_db=-71.26)
    recorder.now = replace(recorder.now, microphones=(deaf, *others))
    for reason in (None, " "):
        with pytest.raises(ActionRefused, match="Not every microphone has heard a voice"):
            opened.start(MATEO, reason)
    opened.start(MATEO, "Nobody sits there.")
    preflight = dict(told(MATEO))["preflight"]
    assert (preflight["started_without"], preflight["reason"]) == (["microphone-1"], "Nobody sits there.")
    assert preflight["microphones"][0] == {"id": "microphone-1", "seat": "Parent", "heard": False, "level_db": -71.3}
    assert [one["heard"] for one in preflight["microphones"][1:]] == [True] * 3


@pytest.mark.requirement("G6.a")
def test_line_needs_a_reason_only_when_the_opening_says_that_somebody_is_on_it(opened: Room, recorder: ScriptedRecorder, told: Told) -> None:
    *table, line = recorder.now.microphones
    line = replace(line, heard_voice=False, voice_level_db=None, level_db=-120.0, is_silent_when_idle=True)
    recorder.now = replace(recorder.now, microphones=(*table, line))
    with pytest.raises(ActionRefused, match="Not every microphone has heard a voice"):
        opened.start(MATEO)
    opened.note_opening(MATEO, replace(OPENING, present=(Present("parent", "table", 1),)))
    opened.start(MATEO)
    preflight = dict(told(MATEO))["preflight"]
    assert (preflight["started_without"], preflight["reason"]) == ([], None)
    assert preflight["microphones"][-1]["heard"] is False


@pytest.mark.requirement("G4", "G1.a")
def test_notice_on_the_spot_works_without_a_network_and_is_recorded_like_any_other(
    room_screen: Screen, district_server: FaultyServer, recorder: ScriptedRecorder, told: Told, restarted: Callable[[], Room]
) -> None:
    district_server.news = news(KIOSK, [], others=[other(OTHER_MEETING, clock.now())])
    room_screen.news.ask()
    district_server.fault = "500"
    room = room_screen.room
    recording = room.begin_on_the_spot(OTHER_MEETING, STATEMENT)
    kind, content = told(recording)[0]
    assert (kind, content["meeting"], content["recorder_name"], content["language"]) == ("notice", OTHER_MEETING, "Mother of Mateo", "es")
    with pytest.raises(ActionRefused, match="Notice was given"):
        room.begin_on_the_spot(OTHER_MEETING, STATEMENT)
    again = restarted()
    with pytest.raises(ActionRefused, match="Notice was given"):
        again.begin_on_the_spot(OTHER_MEETING, STATEMENT)
    again.note_opening(recording, OPENING)
    again.start(recording)
    assert kinds(told(recording)) == ["notice", "opening", "preflight", "started"]


def test_notice_of_a_meeting_that_is_not_here_today_is_refused(room_screen: Screen, outbox: Path) -> None:
    with pytest.raises(ActionRefused, match="not planned in this room today"):
        room_screen.room.begin_on_the_spot(OTHER_MEETING, STATEMENT)
    assert list(outbox.iterdir()) == []


@pytest.mark.requirement("A-05")
def test_parent_who_does_not_record_leaves_nothing_recorded_unless_they_want_the_copy(
    room_screen: Screen, told: Told, recorder: ScriptedRecorder, restarted: Callable[[], Room]
) -> None:
    room = room_screen.room
    with pytest.raises(ActionRefused, match="Go through the opening first"):
        room.decline(MATEO)
    room.note_opening(MATEO, replace(NOT_RECORDING, present=(), everyone_told=False))
    room.decline(MATEO)
    room.decline(MATEO)
    assert kinds(told(MATEO)) == ["opening", "not_recorded"]
    again = restarted()
    state = again.opening_of(MATEO)
    assert state is not None
    assert state.declined_at is not None
    with pytest.raises(ActionRefused):
        again.start(MATEO)
    again.note_opening(MATEO, NOT_RECORDING)  # a parent may change their mind
    again.start(MATEO)
    assert told(MATEO)[-1] == ("started", {"parent_wants_copy": True})


def test_recording_parent_cannot_be_declined(opened: Room) -> None:
    with pytest.raises(ActionRefused, match="makes its copy"):
        opened.decline(MATEO)


def test_chair_who_chose_not_to_record_is_asked_again_before_it_starts(room_screen: Screen) -> None:
    room_screen.room.note_opening(MATEO, NOT_RECORDING)
    room_screen.room.decline(MATEO)
    with pytest.raises(ActionRefused, match="The parent does not record"):
        room_screen.room.start(MATEO)


@pytest.mark.requirement("G6")
def test_opening_that_was_read_aloud_is_not_asked_for_again_after_a_restart(
    opened: Room, outbox: Path, signer: KioskSigner, restarted: Callable[[], Room]
) -> None:
    SealedRun(outbox, MATEO, started_at=clock.now(), signer=signer).hear(1)
    opened.start(MATEO)
    opened.add_bookmark("something else")
    assert not opened.is_opening_spoken(MATEO)
    opened.add_bookmark(SPOKEN_OPENING)
    assert opened.is_opening_spoken(MATEO)
    again = restarted()
    assert again.is_opening_spoken(MATEO)
    assert not again.is_opening_spoken(OTHER_MEETING)


def test_opening_of_a_meeting_that_is_not_armed_is_refused(room_screen: Screen) -> None:
    with pytest.raises(ActionRefused, match="not armed"):
        room_screen.room.note_opening(OTHER_MEETING, OPENING)


def test_poll_of_the_news_and_the_notice_given_here_agree(room_screen: Screen, district_server: FaultyServer, outbox: Path) -> None:
    """Once the server tells of the recording that began here, it stands in the list once."""
    district_server.news = news(KIOSK, [], others=[other(OTHER_MEETING, clock.now())])
    poll: NewsPoll = room_screen.news
    poll.ask()
    recording = room_screen.room.begin_on_the_spot(OTHER_MEETING, STATEMENT)
    district_server.news = news(KIOSK, [armed(recording, clock.now())])
    poll.ask()
    told_of = room_screen.room.cache.news
    assert told_of is not None
    assert [meeting.recording for meeting in told_of.meetings] == [recording]
