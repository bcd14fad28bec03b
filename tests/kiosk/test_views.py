"""What the buttons of the screen do while a meeting is recorded, and what each page says."""

from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from meetrec.capture.errors import DiskFull, MicrophoneUnusable, OutboxUnusable, RecordingRefused
from meetrec.kiosk.errors import Trouble
from meetrec.kiosk.room import Room
from meetrec.kiosk.screen import Screen
from meetrec.kiosk.sentences import OF_TROUBLE
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, armed
from tests.kiosk.screen_buttons import PAUSE, RESUME, START, STOP, text
from tests.kiosk.sealed_recordings import SealedRun

pytestmark = pytest.mark.usefixtures("opened")


def test_second_press_of_start_changes_nothing(kiosk_client: FlaskClient, recorder: ScriptedRecorder) -> None:
    assert [kiosk_client.post(START).json for _ in range(2)] == [{"now_at": "/recording"}] * 2
    assert recorder.calls == [f"start {MATEO}"]


def test_meeting_that_is_not_armed_is_not_recorded(kiosk_client: FlaskClient, recorder: ScriptedRecorder) -> None:
    answer = kiosk_client.post(f"/meetings/{uuid4()}/start")
    assert answer.status_code == 409
    assert "not armed" in answer.json["error"]
    assert recorder.calls == []


def test_another_meeting_cannot_start_while_one_is_recorded(kiosk_client: FlaskClient, recorder: ScriptedRecorder) -> None:
    kiosk_client.post(START)
    assert "Another meeting is being recorded" in kiosk_client.post(f"/meetings/{uuid4()}/start").json["error"]


@pytest.mark.parametrize("path", ["/", f"/meetings/{MATEO}"])
def test_every_page_leads_to_the_recorder_while_it_runs(kiosk_client: FlaskClient, path: str) -> None:
    kiosk_client.post(START)
    assert kiosk_client.get(path).location == "/recording"


def test_nothing_leads_away_from_the_recorder(kiosk_client: FlaskClient) -> None:
    kiosk_client.post(START)
    page = text(kiosk_client, "/recording")
    assert "<a " not in page
    assert "M. R." in page


def test_pause_and_resume_twice_are_harmless(kiosk_client: FlaskClient, recorder: ScriptedRecorder) -> None:
    kiosk_client.post(START)
    for path, state in ((PAUSE, "paused"), (PAUSE, "paused"), (RESUME, "recording"), (RESUME, "recording")):
        assert kiosk_client.post(path).status_code == 200
        assert kiosk_client.get("/status").json["state"] == state


@pytest.mark.parametrize("held", ["1999", "0", "-5", "", "two seconds", None])
def test_recording_is_not_stopped_without_the_two_seconds(kiosk_client: FlaskClient, recorder: ScriptedRecorder, held: str | None) -> None:
    kiosk_client.post(START)
    answer = kiosk_client.post(STOP, data={} if held is None else {"held_ms": held})
    assert answer.status_code == 409
    assert "Hold for two seconds to stop" in answer.json["error"]
    assert recorder.now.state == "recording"


def test_after_the_hold_the_page_says_what_is_saved_and_delivered(kiosk_client: FlaskClient, room: Room, outbox: Path) -> None:
    kiosk_client.post(START)
    assert kiosk_client.post(STOP, data={"held_ms": "2000"}).json["now_at"] == f"/recordings/{MATEO}/closing"
    address = kiosk_client.post(f"/recordings/{MATEO}/closing", data={"in_plain_sight": "yes", "district_copy_complete": "yes"}).json["now_at"]
    assert address == f"/recordings/{MATEO}/saved"
    assert "Saved. 34 of 34 pieces delivered." in text(kiosk_client, address)
    room.cache.note_delivered(MATEO, 34, clock.now())
    (outbox / MATEO / "closing.json").unlink()
    assert "Delivered. The district’s copy is safe on the server." in text(kiosk_client, address)
    assert "ask the coordinator to arm the room again" in kiosk_client.post(START).json["error"]


def test_meeting_that_is_armed_again_is_recorded_a_second_time_beside_the_first(
    kiosk_client: FlaskClient, room_screen: Screen, district_server: FaultyServer, recorder: ScriptedRecorder
) -> None:
    kiosk_client.post(START)
    kiosk_client.post(STOP, data={"held_ms": "2000"})
    assert "stands in the list once more, by itself" in text(kiosk_client, f"/recordings/{MATEO}/saved")
    version = kiosk_client.get("/status").json["version"]
    again, now = str(uuid4()), clock.now()
    district_server.news = news(KIOSK, [armed(MATEO, now), armed(again, now)])
    room_screen.news.ask()
    assert kiosk_client.get("/status").json["version"] != version  # an open page draws the list anew
    page = text(kiosk_client)
    assert f'href="/recordings/{MATEO}/saved"' in page
    assert f'href="/meetings/{again}"' in page
    room_screen.room.note_opening(again, OPENING)
    assert kiosk_client.post(f"/meetings/{again}/start").status_code == 200
    assert recorder.calls == [f"start {MATEO}", "stop", f"start {again}"]


def test_second_stop_of_another_tab_is_harmless(kiosk_client: FlaskClient, recorder: ScriptedRecorder) -> None:
    kiosk_client.post(START)
    for _ in range(2):
        assert kiosk_client.post(STOP, data={"held_ms": "2100"}).status_code == 200
    assert recorder.calls.count("stop") == 1


def test_stopped_offline_says_that_the_pieces_are_kept(kiosk_client: FlaskClient, outbox: Path, room_screen: Screen, district_server: FaultyServer) -> None:
    run = SealedRun(outbox, MATEO)
    run.hear(1)
    run.stop()
    district_server.fault = "500"
    room_screen.room.courier.deliver_pass()
    page = text(kiosk_client, f"/recordings/{MATEO}/saved")
    assert "Saved. 0 of 4 pieces delivered. The others are kept on this machine, sealed." in page


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DiskFull("x"), "Everything up to now is sealed and kept"),
        (MicrophoneUnusable("x"), "Plug a microphone in"),
        (RecordingRefused("x"), "No microphone delivers sound"),
    ],
)
def test_start_that_fails_says_why_and_can_be_repeated(kiosk_client: FlaskClient, recorder: ScriptedRecorder, error: Exception, sentence: str) -> None:
    recorder.fails_with = error
    answer = kiosk_client.post(START)
    assert answer.status_code == 409
    assert sentence in answer.json["error"]
    assert kiosk_client.post(START).status_code == 200


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_its_calm_sentence_on_the_screen(kiosk_client: FlaskClient, room_screen: Screen, trouble: Trouble) -> None:
    room_screen.news.trouble = trouble
    status = kiosk_client.get("/status").json
    assert status["is_connected"] is False
    assert status["texts"]["server"] == str(OF_TROUBLE[trouble])


def test_stop_that_fails_does_not_show_the_recording_before_as_the_saved_one(kiosk_client: FlaskClient, recorder: ScriptedRecorder, room: Room) -> None:
    room.last_stopped = str(uuid4())
    kiosk_client.post(START)
    recorder.fails_with = OutboxUnusable("x")
    assert "could not be closed" in kiosk_client.post(STOP, data={"held_ms": "2000"}).json["error"]
    assert kiosk_client.get("/status").json["after"] == "/"


def test_a_page_that_asks_while_the_program_is_stopping_is_sent_nowhere(
    kiosk_client: FlaskClient, room: Room, room_screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk_client.post(START)
    asked: list[tuple[str, object]] = []
    tell = room.log.tell

    def asking(recording: str, kind: str, content: dict[str, object]) -> None:
        status = room_screen.status(clock.now())
        asked.append((status["state"], status["after"]))
        tell(recording, kind, content)

    monkeypatch.setattr(room.log, "tell", asking)
    stopped = kiosk_client.post(STOP, data={"held_ms": "2000"}).json["now_at"]
    assert asked == [("idle", None)]
    assert kiosk_client.get("/status").json["after"] == stopped == f"/recordings/{MATEO}/closing"


def test_lost_microphone_stays_on_the_screen_until_somebody_answers(kiosk_client: FlaskClient, recorder: ScriptedRecorder) -> None:
    kiosk_client.post(START)
    recorder.lose(2)
    fault = kiosk_client.get("/status").json["faults"][0]
    assert fault["sentence"].startswith("The microphone “Case manager” is not connected. What it recorded so far is kept")
    recorder.find(2)
    assert "is back" in kiosk_client.get("/status").json["faults"][0]["sentence"]
    assert "is back" in text(kiosk_client, "/recording")
    kiosk_client.post(f"/faults/{fault['number']}/answer")
    assert kiosk_client.get("/status").json["faults"] == []


def test_each_refusal_has_its_own_sentence(kiosk_client: FlaskClient) -> None:
    assert "no such page" in text(kiosk_client, "/nowhere")
    wrong_way = kiosk_client.get(START)
    assert wrong_way.status_code == 405
    assert "cannot be used that way" in wrong_way.json["error"]
    large = kiosk_client.post(STOP, data={"held_ms": "2" * 20_000})
    assert large.status_code == 413
    assert "too large for this screen" in large.json["error"]


def test_spanish_screen_says_that_it_records_and_what_a_pause_is(kiosk_client: FlaskClient) -> None:
    kiosk_client.get("/language/es")
    kiosk_client.post(START)
    assert "<span data-state-words>Grabando</span>" in text(kiosk_client, "/recording")
    kiosk_client.post(PAUSE)
    page = text(kiosk_client, "/recording")
    assert "No se está grabando" in page
    assert "No se grabó" not in page


def test_screen_speaks_the_chosen_language_and_follows_no_foreign_address(kiosk_client: FlaskClient) -> None:
    assert kiosk_client.get("/language/es?next=//attacker.example").location == "/"
    assert '<html lang="es">' in text(kiosk_client)
    assert kiosk_client.get("/language/xx").status_code == 404
