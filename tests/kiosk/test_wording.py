"""Words that the room's screen makes of readings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale

from meetrec.capture.alarms import MICROPHONE_ALARMS, ROOM_ALARMS
from meetrec.kiosk import questions
from meetrec.kiosk.interruptions import Interrupted
from meetrec.kiosk.opening import Present
from meetrec.kiosk.recorder_port import MicrophoneReading, RecorderReading
from meetrec.kiosk.wording import alarm_words, hearing_words, interrupted_words, line_words, preflight_of, space_words, state_words, voice_words
from tests.doubles.scripted_recorder import microphone
from tests.fixtures.kiosk import MATEO, OPENING

NOW = datetime(2026, 10, 13, 19, 30, tzinfo=UTC)  # 2:30 PM in Chicago


@pytest.mark.parametrize(
    ("hours", "words"),
    [(None, ""), (0.5, "Room for 30 more minutes"), (0.0, "Room for 0 more minutes"), (1.9, "Room for 1 more hour of"), (41.5, "Room for 41 more hours of")],
)
def test_room_on_the_disk_is_said_in_hours_and_never_too_much(kiosk_client: FlaskClient, hours: float | None, words: str) -> None:
    with kiosk_client.application.test_request_context():
        assert space_words(hours).startswith(words)


def test_every_alarm_has_a_name_and_a_microphones_alarm_says_where(kiosk_client: FlaskClient) -> None:
    assert {*MICROPHONE_ALARMS, *ROOM_ALARMS} <= questions.ALARMS.keys()
    with kiosk_client.application.test_request_context():
        assert alarm_words("clipping", "Parent") == "Too loud: Parent"
        assert alarm_words("disk_full", "") == "Disk full"


@pytest.mark.requirement("G6.a")
def test_start_waits_for_every_voice_and_without_a_microphone_there_is_nothing_to_wait_for() -> None:
    def reading(*heard: bool) -> RecorderReading:
        return RecorderReading("idle", None, 0.0, tuple(_heard(number, is_heard) for number, is_heard in enumerate(heard, 1)))

    assert [preflight_of(reading(*heard), has_people_on_line=True) for heard in ((True, True), (True, False), ())] == ["heard", "waiting", "none"]


@pytest.mark.requirement("G6.a")
def test_line_that_nobody_is_on_is_not_waited_for_and_is_named(kiosk_client: FlaskClient) -> None:
    line = replace(_heard(4, False), is_silent_when_idle=True)
    reading = RecorderReading("idle", None, 0.0, (_heard(1, True), line))
    with kiosk_client.application.test_request_context():
        assert preflight_of(reading, has_people_on_line=False) == "heard"
        assert preflight_of(reading, has_people_on_line=True) == "waiting"
        assert hearing_words(reading, has_people_on_line=False) == "You can start. Nobody is on the line."
        assert voice_words("Quiet", "quiet", line) == "Nobody has spoken yet"
        assert voice_words("Not connected", "trouble", line) == "Not connected"
    lost = replace(reading, microphones=(reading.microphones[0], replace(line, state="lost")))
    assert preflight_of(lost, has_people_on_line=False) == "waiting"


@pytest.mark.requirement("G6.a")
def test_people_on_a_line_that_no_microphone_hears_are_spoken_of_and_others_are_not(kiosk_client: FlaskClient) -> None:
    deaf_room = RecorderReading("idle", None, 0.0, (_heard(1, True),))
    room_with_line = replace(deaf_room, microphones=(*deaf_room.microphones, replace(_heard(4, False), is_silent_when_idle=True)))
    on_line, at_table = OPENING.state(NOW), replace(OPENING, present=(Present("parent", "table", 1),)).state(NOW)
    with kiosk_client.application.test_request_context():
        assert "no microphone of this room hears the line itself" in line_words(deaf_room, on_line)
        assert {line_words(room_with_line, on_line), line_words(deaf_room, at_table), line_words(deaf_room, None)} == {""}


def _heard(number: int, is_heard: bool) -> MicrophoneReading:
    return replace(microphone(number), heard_voice=is_heard)


def test_spanish_has_no_double_point_and_names_the_day_only_when_it_is_another(kiosk_client: FlaskClient) -> None:
    with kiosk_client.application.test_request_context(), force_locale("es_US"):
        today = interrupted_words(Interrupted(MATEO, NOW, None, may_go_on=True, is_damaged=False), NOW + timedelta(minutes=5))
        yesterday = interrupted_words(Interrupted(MATEO, NOW, None, may_go_on=True, is_damaged=False), NOW + timedelta(days=1))
    assert ".." not in today
    assert "octubre" not in today
    assert "martes, 13 de octubre" in yesterday


def test_from_the_press_of_stop_on_the_page_does_not_say_that_it_records() -> None:
    reading = RecorderReading("stopping", "a recording", 60.0, (_heard(1, True),))
    assert reading.is_running
    assert state_words(reading, is_off_the_record=False) == "Stopped: what was recorded is being kept safe"
