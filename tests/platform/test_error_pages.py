"""Every error is one calm page, in the visitor's language, and JSON for kiosks."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from meetrec.platform.errors import MeetRecError
from meetrec.platform.web import NotFound, public


class RoomTaken(MeetRecError):
    """A refusal of ours, for these tests."""


FAILURES: dict[str, Exception] = {
    "own": RoomTaken("The room is taken."),
    "gone": NotFound("There is no such recording."),
    "broken": ZeroDivisionError("secret"),
}


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A client of the application with a few pages that fail on purpose."""
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def fail(how: str) -> str:
        if how in FAILURES:
            raise FAILURES[how]
        abort(int(how))

    app.add_url_rule("/fail/<string:how>", "fail", public(fail), methods=["GET", "POST"])
    app.add_url_rule("/kiosk/api/fail/<string:how>", "kiosk_fail", public(fail))
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 415, 429, 500, 503])
def test_every_error_has_a_page_with_a_sentence(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/fail/{code}")
    assert answer.status_code == code
    assert '<html lang="en">' in answer.text
    assert f"Error {code}" in answer.text


def test_page_of_an_unexpected_fault_tells_no_detail(client: FlaskClient) -> None:
    answer = client.get("/fail/broken")
    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(("how", "code", "sentence"), [("own", 409, "The room is taken."), ("gone", 404, "There is no such recording.")])
def test_our_own_errors_say_their_sentence(client: FlaskClient, how: str, code: int, sentence: str) -> None:
    answer = client.get(f"/fail/{how}")
    assert (answer.status_code, sentence in answer.text) == (code, True)


def test_kiosks_get_json(client: FlaskClient) -> None:
    answer = client.get("/kiosk/api/fail/own")
    assert (answer.status_code, answer.json) == (409, {"error": "The room is taken."})


def test_kiosk_without_a_key_gets_401_as_json_and_no_redirect(client: FlaskClient) -> None:
    answer = client.get("/kiosk/api/fail/401")
    assert answer.status_code == 401
    assert set(answer.json or {}) == {"error"}


def test_visitor_goes_to_the_sign_in_and_then_on(client: FlaskClient) -> None:
    assert client.get("/fail/401?a=1").location == "/sign-in?next=/fail/401?a%3D1"


def test_what_was_posted_is_not_sent_again_after_the_sign_in(client: FlaskClient) -> None:
    assert client.post("/fail/401").location == "/sign-in"


def test_wrong_method_still_says_which_are_right(client: FlaskClient) -> None:
    assert "GET" in client.delete("/sign-in").headers["Allow"]


def test_who_is_signed_in_goes_back_to_their_pages(client: FlaskClient, district: SimpleNamespace, sign_in: Callable[[SimpleNamespace], FlaskClient]) -> None:
    assert 'href="/"' in client.get("/no-such-page").text
    sign_in(district.coordinator)
    assert 'class="usa-button" href="/signed-in"' in client.get("/no-such-page").text


@pytest.mark.parametrize("who", ["coordinator", "custodian", "administrator"])
def test_first_page_of_their_own_is_open_to_every_account(
    who: str, client: FlaskClient, district: SimpleNamespace, sign_in: Callable[[SimpleNamespace], FlaskClient]
) -> None:
    sign_in(getattr(district, who))
    assert client.get("/staff", follow_redirects=True).status_code == 200


def test_error_page_after_a_fault_asks_nothing_of_the_database(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["meetrec.database"], "read_session", lambda: pytest.fail("the database was asked"))
    assert client.get("/fail/500").status_code == 500


def test_form_without_its_token_is_explained(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/sign-in", data={"email": "a@example.org", "password": "x"})
    assert answer.status_code == 400
    assert "This page was open for too long" in answer.text
