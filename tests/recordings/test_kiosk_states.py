"""What the room tells while it records reaches the coordinator's desk: alarms that run, hours left on the disk, answers of the opening."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings.models import Recording
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.room_logs import OPENING, PREFLIGHT, RoomLog, deliver_log

MakeRun = Callable[..., SealedRun]
SignIn = Callable[[SimpleNamespace], FlaskClient]
LOST = {"number": 1, "kind": "lost", "microphone": "table-2", "seat": "Window", "since": "2026-10-13T14:12:00+00:00", "over": False, "answered": False}


def tell(kiosk: KioskClient, recording_id: str, **said: Any) -> int:
    """One message of the room."""
    message = {"state": "recording", "at": "2026-10-13T14:00:00Z", "alarms": [], "hours_left": None, **said}
    return kiosk.put(f"{recording_id}/state", json.dumps(message).encode()).status_code


@pytest.fixture
def recording(kiosk: KioskClient, make_run: MakeRun) -> str:
    """The id of a recording that the room has begun."""
    run = make_run()
    assert kiosk.open(run).status_code == 200
    return run.recording


@pytest.fixture
def desk(sign_in: SignIn, district: SimpleNamespace) -> Callable[[], str]:
    """Read the coordinator's desk."""
    client = sign_in(district.coordinator)
    return lambda: client.get("/desk").get_data(as_text=True)


def test_running_alarm_and_hours_left_stand_on_the_desk(kiosk: KioskClient, recording: str, desk: Callable[[], str]) -> None:
    assert tell(kiosk, recording, alarms=[LOST], hours_left=7.6) == 200
    page = desk()
    assert "Window: the microphone was unplugged or failed, since 9:12\u202fAM. Nobody in the room has answered yet." in page
    assert "The kiosk’s disk holds about 7 more hours." in page


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"answered": True}, "Somebody in the room has seen it."),
        ({"over": True}, "It is over, and nobody in the room has answered yet."),
        ({"over": True, "answered": True}, None),
        ({"kind": "disk_full", "microphone": None, "seat": None}, "Kiosk: the kiosk’s disk is full"),
        ({"kind": "strange"}, "Window: something is wrong"),
    ],
)
def test_alarm_stays_until_it_is_over_and_answered(
    kiosk: KioskClient, recording: str, desk: Callable[[], str], changed: dict[str, Any], told: str | None
) -> None:
    tell(kiosk, recording, alarms=[{**LOST, **changed}])
    page = desk()
    assert ("Alarm in the room" in page) is (told is not None)
    assert told is None or told in page


def test_desk_does_not_say_that_the_room_records_while_its_disk_is_full(kiosk: KioskClient, recording: str, desk: Callable[[], str]) -> None:
    full = {**LOST, "kind": "disk_full", "microphone": "", "seat": ""}
    for changed, is_recording in (({}, False), ({"answered": True}, False), ({"over": True}, True)):
        tell(kiosk, recording, alarms=[{**full, **changed}])
        page = desk()
        assert ("The room is recording." in page) is is_recording
        assert ("Nothing is being recorded in the room: the kiosk’s disk is full." in page) is not is_recording


def test_alarms_of_a_recording_that_was_stopped_are_left_to_its_log(kiosk: KioskClient, recording: str, desk: Callable[[], str]) -> None:
    tell(kiosk, recording, state="stopped", at="2026-10-13T15:00:00Z", alarms=[LOST], hours_left=3)
    page = desk()
    assert "Alarm in the room" not in page
    assert "more hours" not in page


def test_alarm_is_shown_although_the_kiosks_clock_was_set_back(kiosk: KioskClient, recording: str, desk: Callable[[], str], database: Database) -> None:
    tell(kiosk, recording, at="2026-10-13T14:10:00Z")
    full = {**LOST, "kind": "disk_full", "microphone": None, "seat": None}
    tell(kiosk, recording, state="paused", at="2026-10-13T14:06:00Z", alarms=[full])
    assert "Kiosk: the kiosk’s disk is full" in desk()
    with database.reading() as session:
        assert [copy.kiosk_state for copy in session.get_one(Recording, recording).copies] == ["paused"]


def test_message_without_alarms_changes_none(kiosk: KioskClient, recording: str, database: Database) -> None:
    tell(kiosk, recording, alarms=[LOST], hours_left=5)
    kiosk.put(f"{recording}/state", json.dumps({"state": "paused", "at": "2026-10-13T14:20:00Z"}).encode())
    with database.reading() as session:
        (found,) = session.get_one(Recording, recording).copies
    assert (found.kiosk_state, found.kiosk_hours_left, [one["number"] for one in found.kiosk_alarms or ()]) == ("paused", 5.0, [1])


@pytest.mark.parametrize(
    "said",
    [
        {"alarms": {}}, {"alarms": [1]}, {"alarms": [{}]}, {"alarms": [{**LOST, "kind": "LOST!"}]}, {"alarms": [{**LOST, "since": "soon"}]},
        {"alarms": [{**LOST, "over": 1}]}, {"alarms": [{**LOST, "seat": 7}]}, {"alarms": [{**LOST, "seat": "x" * 200}]}, {"alarms": [LOST] * 201},
        {"hours_left": "many"}, {"hours_left": -1}, {"hours_left": True}, {"hours_left": float("inf")}, {"state": "dancing"}, {"at": "later"},
    ],
)  # fmt: skip
def test_message_that_says_what_none_says_is_refused(kiosk: KioskClient, recording: str, said: dict[str, Any]) -> None:
    assert tell(kiosk, recording, **said) == 409


def test_nothing_but_known_fields_of_an_alarm_is_kept(kiosk: KioskClient, recording: str, database: Database) -> None:
    tell(kiosk, recording, alarms=[{**LOST, "words": "what was said"}])
    with database.reading() as session:
        assert "what was said" not in json.dumps(session.get_one(Recording, recording).copies[0].kiosk_alarms)


@pytest.mark.requirement("G6.a")
@pytest.mark.requirement("G5.a")
def test_copy_of_a_parent_who_does_not_record_is_not_missed_but_one_of_a_parent_who_did_not_say_is(
    kiosk: KioskClient, log: RoomLog, desk: Callable[[], str], sign_in: SignIn, district: SimpleNamespace, set_now: Callable[[Any], None]
) -> None:
    unsaid = {"device": "", "device_as_in_notice": None, "in_plain_sight": None}
    log.add("opening", {**OPENING, **unsaid, "parent_records": "declined"})
    log.add("opening", {**OPENING, **unsaid, "parent_records": "no"})
    log.add("not_recorded")
    log.add("started", {"parent_wants_copy": True})
    set_now(district.meeting.planned_end + timedelta(minutes=5))
    again = sign_in(district.coordinator)
    kiosk.put(f"{log.recording}/room/0", log.entries[0])
    page = again.get("/desk").get_data(as_text=True)
    assert "The parent did not say whether they record." in page
    assert "copy is missing" in page
    for index in (1, 2):
        kiosk.put(f"{log.recording}/room/{index}", log.entries[index])
    page = again.get("/desk").get_data(as_text=True)
    assert "The parent does not record." in page
    assert "the chair chose not to record" in page
    assert "copy is missing" not in page
    deliver_log(kiosk, log)  # begun for the parent all the same, and then nothing came
    page = again.get("/desk").get_data(as_text=True)
    assert "the chair chose not to record" not in page
    assert "copy is missing" in page


@pytest.mark.requirement("G6.a")
def test_desk_learns_that_it_was_begun_without_a_microphone_that_heard_a_voice(kiosk: KioskClient, log: RoomLog, desk: Callable[[], str]) -> None:
    log.add("opening", OPENING)
    log.add("preflight", PREFLIGHT)
    deliver_log(kiosk, log)
    assert "It was begun although 1 microphone had heard no voice." in desk()


@pytest.mark.requirement("X-4")
def test_objection_stands_on_the_desk(kiosk: KioskClient, log: RoomLog, desk: Callable[[], str]) -> None:
    log.add("opening", OPENING)
    log.add("objection", {"by": "parent"})
    deliver_log(kiosk, log)
    page = desk()
    assert "At 9:01\u202fAM the parent objected to the recording." in page
    assert "it was stopped" not in page  # nothing has said so yet


@pytest.mark.requirement("X-4")
def test_after_an_objection_the_room_is_armed_again_only_once_a_person_confirms_that_it_is_over(
    kiosk: KioskClient, log: RoomLog, make_run: MakeRun, sign_in: SignIn, district: SimpleNamespace, database: Database
) -> None:
    log.add("objection", {"by": "parent"})
    log.add("end", {"confirmed": False})
    deliver_log(kiosk, log)
    kiosk.deliver(make_run())
    client, address = sign_in(district.coordinator), f"/recordings/{log.recording}/arm-again"
    assert 'name="objection_over"' in client.get(f"/recordings/{log.recording}").get_data(as_text=True)
    refused = client.post(address)
    assert (refused.status_code, "Confirm that it no longer stands" in refused.get_data(as_text=True)) == (409, True)
    assert client.post(address, data={"objection_over": "y"}).status_code == 303
    with database.reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.verb == "objection.over")).one()
    assert (told.recording_id, told.actor) == (log.recording, f"user:{district.coordinator.id}")


# What the kiosk is told.


@pytest.mark.requirement("G6.b")
def test_kiosk_learns_the_device_of_the_notice(kiosk: KioskClient, recording_id: str) -> None:
    (armed,) = (kiosk.meetings().json or {})["meetings"]
    assert (armed["recording"], armed["device"], armed["objection_stops"]) == (recording_id, "telephone", False)


@pytest.mark.requirement("X-4")
def test_kiosk_learns_where_an_objection_stops_the_recording(kiosk: KioskClient, recording_id: str, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["meetrec.settings"]
    changed = settings.model_copy(update={"district": settings.district.model_copy(update={"state_profile": "california"})})
    monkeypatch.setitem(app.extensions, "meetrec.settings", changed)
    assert [one["objection_stops"] for one in (kiosk.meetings().json or {})["meetings"]] == [True]


@pytest.mark.requirement("W-01")
def test_kiosk_learns_todays_other_meetings_by_initials(
    kiosk: KioskClient, district: SimpleNamespace, set_now: Callable[[Any], None], log_of_other: Callable[[], None]
) -> None:
    assert (kiosk.meetings().json or {})["others"] == []  # it is not today
    set_now(district.meeting.start - timedelta(hours=1))
    answer = kiosk.meetings()
    (other,) = (answer.json or {})["others"]
    assert (other["meeting"], other["initials"], other["kind"], other["objection_stops"]) == (district.meeting.id, "M. R.", "IEP", False)
    assert datetime.fromisoformat(other["start"]) == district.meeting.start
    assert "Mateo" not in answer.get_data(as_text=True)
    log_of_other()
    assert (kiosk.meetings().json or {})["others"] == []
    assert len((kiosk.meetings().json or {})["meetings"]) == 1


@pytest.fixture
def log_of_other(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Arm the room only now."""
    return lambda: request.getfixturevalue("recording_id")


def test_room_is_known_by_the_servers_clock(kiosk: KioskClient, district: SimpleNamespace) -> None:
    before = clock.now()
    assert before.isoformat() <= (kiosk.meetings().json or {})["server_time"] <= clock.now().isoformat()


@pytest.mark.requirement("G6.a")
def test_desk_does_not_say_that_a_parent_does_not_record_who_did_not_say(kiosk: KioskClient, log: RoomLog, desk: Callable[[], str]) -> None:
    log.add("opening", {**OPENING, "device": "", "device_as_in_notice": None, "in_plain_sight": None, "parent_records": "declined"})
    log.add("not_recorded")
    for index in (0, 1):
        kiosk.put(f"{log.recording}/room/{index}", log.entries[index])
    page = desk()
    assert "the chair chose not to record, since the parent did not say that they do." in page
    assert "since the parent does not." not in page
