"""After a notice went out, the form of the same browser says so and tells nothing of it; so that going back leaves nobody in doubt."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.platform import clock

SENT = 'id="sent-before"'


def form(client: FlaskClient) -> str:
    return client.get("/notice").get_data(as_text=True)


def test_the_form_says_that_a_notice_was_sent_and_tells_nothing_of_it(client: FlaskClient, typed: dict[str, str]) -> None:
    assert (SENT in form(client), 'autocomplete="off">' in form(client).split('id="notice-form"')[1][:40]) == (False, False)
    receipt = client.post("/notice", data=typed).headers["Location"]
    page = form(client)
    assert "You need not send it again" in page
    assert 'autocomplete="off">' in page.split('id="notice-form"')[1][:40], "no browser brings half of it back"
    told = [typed[name] for name in ("recorder_name", "student_name", "meeting_date")] + [receipt]
    assert [words for words in told if words in page] == []


def test_another_browser_and_one_without_cookies_read_nothing_of_it(app: Flask, client: FlaskClient, typed: dict[str, str]) -> None:
    client.post("/notice", data=typed)
    assert SENT not in form(app.test_client())
    without = app.test_client(use_cookies=False)
    assert without.post("/notice", data={**typed, "device": "another"}).status_code == 303
    assert SENT not in form(without)


def test_it_is_said_for_two_hours(client: FlaskClient, typed: dict[str, str], set_clock: Callable[[Any], None]) -> None:
    now = clock.now().replace(microsecond=0)
    set_clock(now)
    client.post("/notice", data=typed)
    set_clock(now + timedelta(hours=2))
    assert SENT in form(client)
    set_clock(now + timedelta(hours=2, seconds=1))
    assert SENT not in form(client)


def test_a_page_with_errors_that_is_sent_once_more_after_going_back_says_it_too(client: FlaskClient, typed: dict[str, str]) -> None:
    faulty = {**typed, "meeting_time": ""}
    assert SENT not in client.post("/notice", data=faulty).get_data(as_text=True)
    client.post("/notice", data=typed)
    again = client.post("/notice", data=faulty)
    assert (again.status_code, SENT in again.get_data(as_text=True)) == (422, True)


@pytest.mark.requirement("L-48")
def test_it_is_said_in_spanish(client: FlaskClient, typed: dict[str, str]) -> None:
    client.get("/language/es")
    client.post("/notice", data=typed)
    assert "se envió un aviso desde este navegador" in form(client)
