"""What people say and do in the room stands in its log: sealed, signed, in order, and never in the way of the sound."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from meetrec.capture.errors import OutboxUnusable
from meetrec.capture.recovery import recover
from meetrec.capture.room_contents import SPOKEN_OPENING
from meetrec.capture.signing import KioskSigner
from meetrec.kiosk import logged_room, sentences
from meetrec.kiosk.errors import ActionRefused
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.opening import Closing, OnTheSpotStatement, Present
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, OTHER_MEETING, armed, log_of, other
from tests.kiosk.sealed_recordings import SealedRun

HELD = 2000
STATEMENT = OnTheSpotStatement("Mother of Mateo", "parent", "a phone", "es", "I want to listen again.")
NOT_RECORDING = replace(OPENING, parent_records="no", device="", in_plain_sight=None, device_as_in_notice=None)

Told = Callable[[str], list[tuple[str, dict]]]


@pytest.fixture
def told(outbox: Path, signer: KioskSigner) -> Told:
    """The log of a recording, once its chain holds."""
    return lambda recording: log_of(outbox, recording, signer)


@pytest.fixture
def restarted(room: Room, outbox: Path, recorder: ScriptedRecorder, signer: KioskSigner) -> Callable[[], Room]:
    """The program after a kill: another Room over the same files."""
    return lambda: Room(outbox, ScriptedRecorder(outbox), type(room.cache)(room.cache.folder), room.courier, room.player, signer)


def kinds(entries: list[tuple[str, dict]]) -> list[str]:
    return [kind for kind, _ in entries]


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


def test_stop_that_fails_asks_for_no_closing_and_leaves_the_log_open(opened: Room, recorder: ScriptedRecorder, told: Told) -> None:
    opened.start(MATEO)
    recorder.fails_with = OutboxUnusable("x")
    with pytest.raises(OutboxUnusable):
        opened.stop(HELD)
    assert opened.closing_due() is None
    assert kinds(told(MATEO))[-1] == "started"


def test_opening_of_a_meeting_that_is_not_armed_is_refused(room_screen: Screen) -> None:
    with pytest.raises(ActionRefused, match="not armed"):
        room_screen.room.note_opening(OTHER_MEETING, OPENING)


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
