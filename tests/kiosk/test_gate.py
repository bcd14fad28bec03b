"""The screen's door: own host, own origin, launched, and closed unless a view says otherwise."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.kiosk.gate import COOKIE, ScreenKeys, entrance_of
from meetrec.kiosk.places import kiosk_folder
from meetrec.kiosk.screen import Screen
from meetrec.platform.settings import Settings
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import MATEO, PORT, client_of

START = f"/meetings/{MATEO}/start"


@pytest.fixture
def keys(settings: Settings) -> ScreenKeys:
    return ScreenKeys.in_folder(kiosk_folder(settings))


@pytest.fixture
def stranger(settings: Settings, room_screen: Screen) -> FlaskClient:
    """A browser that was not launched."""
    return client_of(settings, room_screen)


def test_without_the_launch_token_the_screen_says_what_to_do(stranger: FlaskClient) -> None:
    answer = stranger.get("/")
    assert answer.status_code == 403
    assert "Open the address that the program printed" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/recording", "/status", "/status/levels", f"/meetings/{MATEO}", "/language/es"])
def test_every_page_needs_the_launch(stranger: FlaskClient, path: str) -> None:
    assert stranger.get(path).status_code == 403


def test_launch_puts_a_strict_cookie_and_clears_the_address(stranger: FlaskClient, keys: ScreenKeys) -> None:
    answer = stranger.get(f"/?launch={keys.launch}")
    assert (answer.status_code, answer.location) == (302, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert keys.launch not in cookie
    assert stranger.get("/").status_code == 200


def test_wrong_launch_token_is_refused_also_on_a_launched_screen(kiosk_client: FlaskClient) -> None:
    assert kiosk_client.get("/?launch=guess").status_code == 403


def test_launch_outlives_a_restart_of_the_program(settings: Settings) -> None:
    assert ScreenKeys.in_folder(kiosk_folder(settings)) == ScreenKeys.in_folder(kiosk_folder(settings))


@pytest.mark.parametrize("host", [f"attacker.example:{PORT}", "127.0.0.1", "127.0.0.1:8000", f"127.0.0.1.attacker.example:{PORT}", ""])
def test_another_host_name_is_refused_everywhere(kiosk_client: FlaskClient, host: str) -> None:
    for path in ("/", "/status", "/static/kiosk.css"):
        assert kiosk_client.get(path, environ_overrides={"HTTP_HOST": host}).status_code == 403


def test_localhost_is_this_machine_too(stranger: FlaskClient, keys: ScreenKeys) -> None:
    assert stranger.get(f"/?launch={keys.launch}", environ_overrides={"HTTP_HOST": f"localhost:{PORT}"}).status_code == 302


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://attacker.example", "null", "https://127.0.0.1:8100", ""])
def test_action_from_another_origin_changes_nothing(kiosk_client: FlaskClient, recorder: ScriptedRecorder, origin: str) -> None:
    assert kiosk_client.post(START, environ_overrides={"HTTP_ORIGIN": origin}).status_code == 403
    assert recorder.calls == []


def test_action_without_the_form_token_changes_nothing(kiosk_client: FlaskClient, recorder: ScriptedRecorder) -> None:
    assert kiosk_client.post(START, environ_overrides={"HTTP_X_MEETREC_KIOSK": "guess"}).status_code == 403
    assert recorder.calls == []


@pytest.mark.usefixtures("opened")
def test_plain_form_with_its_token_works_without_javascript(kiosk_client: FlaskClient, recorder: ScriptedRecorder, keys: ScreenKeys) -> None:
    answer = kiosk_client.post(START, data={"form_token": keys.forms}, environ_overrides={"HTTP_X_MEETREC_KIOSK": ""})
    assert (answer.status_code, answer.location) == (303, "/recording")
    assert recorder.calls == [f"start {MATEO}"]


def test_every_view_says_who_may_enter(stranger: FlaskClient) -> None:
    app: Flask = stranger.application
    entrances = {rule.endpoint: entrance_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    assert entrances.pop("static") == "anybody"
    assert set(entrances.values()) == {"screen"}


def test_view_without_a_mark_is_closed(settings: Settings, room_screen: Screen, keys: ScreenKeys) -> None:
    client = client_of(settings, room_screen)
    client.application.add_url_rule("/forgotten", "forgotten", lambda: "open")
    client.get(f"/?launch={keys.launch}")
    assert client.get("/forgotten").status_code == 403


def test_pages_forbid_everything_from_elsewhere_and_are_not_kept(kiosk_client: FlaskClient) -> None:
    answer = kiosk_client.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
