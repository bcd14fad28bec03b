"""The first page of the screen: the meetings it lists, and when it is drawn anew."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.fixtures.kiosk import KIOSK, MATEO, OPENING, armed
from tests.kiosk.screen_buttons import text

pytestmark = pytest.mark.usefixtures("opened")


def test_home_shows_room_initials_and_how_to_get_armed(kiosk_client: FlaskClient, room_screen: Screen, district_server: FaultyServer) -> None:
    page = text(kiosk_client)
    assert "Conference Room A" in page
    assert "M. R." in page
    assert "Connected" in page
    district_server.news = news(KIOSK, [])
    room_screen.news.ask()
    assert "ask the coordinator to arm it" in text(kiosk_client)


def test_meeting_of_another_day_says_so_before_it_is_started(kiosk_client: FlaskClient, room_screen: Screen, district_server: FaultyServer) -> None:
    district_server.news = news(KIOSK, [armed(MATEO, clock.now() + timedelta(days=2))])
    room_screen.news.ask()
    assert "Later this week" in text(kiosk_client)
    assert "not for today" in text(kiosk_client, f"/meetings/{MATEO}?change=1")


@pytest.mark.parametrize("days", [3, -3])
def test_meeting_of_today_can_be_opened_and_recorded_although_this_machines_clock_is_days_off(
    days: int, kiosk_client: FlaskClient, room_screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.now
    room_screen.room.cache.note_clock_offset(-timedelta(days=days).total_seconds())
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=days))
    assert "M. R." in text(kiosk_client)
    assert "No meeting is armed" not in text(kiosk_client)
    assert kiosk_client.get(f"/meetings/{MATEO}?change=1").status_code == 200


@pytest.mark.parametrize("days", [-2, 9])
def test_armed_meeting_of_no_day_near_stands_in_the_list_all_the_same(
    days: int, kiosk_client: FlaskClient, room_screen: Screen, district_server: FaultyServer
) -> None:
    district_server.news = news(KIOSK, [armed(MATEO, clock.now() + timedelta(days=days))])
    room_screen.news.ask()
    assert "Another day" in text(kiosk_client)
    assert f"/meetings/{MATEO}" in text(kiosk_client)
    assert "not for today" in text(kiosk_client, f"/meetings/{MATEO}?change=1")


def test_status_looks_through_the_outbox_once_and_not_at_all_while_it_records(
    kiosk_client: FlaskClient, room_screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, looked = room_screen.room, []
    interrupted = room.interrupted
    monkeypatch.setattr(room, "interrupted", lambda now: looked.append(now) or interrupted(now))
    kiosk_client.get("/status")
    assert len(looked) == 1
    room.start(MATEO)
    looked.clear()
    kiosk_client.get("/status")
    assert looked == []


def test_list_is_drawn_anew_when_a_recording_was_stopped(kiosk_client: FlaskClient, room_screen: Screen) -> None:
    before = kiosk_client.get("/status").json["version"]
    assert kiosk_client.get("/status").json["version"] == before
    room_screen.room.start(MATEO)
    room_screen.room.stop(2000)
    assert kiosk_client.get("/status").json["version"] not in ("", before)


def test_list_is_not_drawn_anew_for_what_it_does_not_show(kiosk_client: FlaskClient, room_screen: Screen, district_server: FaultyServer) -> None:
    (mateo,) = district_server.news["meetings"]
    before = kiosk_client.get("/status").json["version"]
    district_server.news = news(KIOSK, [{**mateo, "device": "another device"}])
    room_screen.news.ask()
    assert kiosk_client.get("/status").json["version"] == before
    district_server.news = news(KIOSK, [{**mateo, "initials": "M. S."}])
    room_screen.news.ask()
    assert kiosk_client.get("/status").json["version"] != before


@pytest.mark.requirement("A-05")
def test_list_says_that_do_not_record_was_chosen_until_the_parent_records_after_all(kiosk_client: FlaskClient, room_screen: Screen) -> None:
    chosen, before = "“Do not record” was chosen", kiosk_client.get("/status").json["version"]
    assert chosen not in kiosk_client.get("/").text
    answer = {"parent_records": "declined", "asked_by": "Laura Bennett", "choice": "do_not_record"}
    assert kiosk_client.post(f"/meetings/{MATEO}", data=answer).json == {"now_at": "/"}
    assert chosen in kiosk_client.get("/").text
    assert kiosk_client.get("/status").json["version"] != before  # an open list is drawn anew
    room_screen.room.note_opening(MATEO, OPENING)
    assert chosen not in kiosk_client.get("/").text
