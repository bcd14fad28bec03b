"""The public form sent twice, too fast, too often, from a stale page or after going back: one notice, and nothing typed is lost."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.notices.models import Notice
from meetrec.platform import clock

Stored = Callable[[], Mapping[str, Notice]]
SetClock = Callable[[Any], None]


def test_same_form_sent_twice_is_one_notice_and_a_corrected_one_is_another(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    first, again = (client.post("/notice", data=typed).headers["Location"] for _ in range(2))
    assert first == again
    assert len(stored_notices()) == 1
    corrected = client.post("/notice", data={**typed, "device": "a tape recorder"}).headers["Location"]
    assert corrected != first
    assert len(stored_notices()) == 2


def test_two_families_who_say_the_same_have_two_notices_and_one_browser_has_one(
    app: Flask, typed: dict[str, str], stored_notices: Stored, after_writing: Callable[[], None]
) -> None:
    for family in (app.test_client(), app.test_client()):
        for _ in range(2):  # going back opens the form anew
            nonce = re.findall(r'name="nonce"[^>]*value="([^"]+)"', family.get("/notice").get_data(as_text=True))[0]
            after_writing()
            family.post("/notice", data={**typed, "nonce": nonce})
    assert len(stored_notices()) == 2


@pytest.mark.requirement("A-04")
def test_browser_without_cookies_can_send_the_notice_and_sends_it_once(
    app: Flask, typed: dict[str, str], stored_notices: Stored, after_writing: Callable[[], None]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    family = app.test_client(use_cookies=False)
    nonce = re.findall(r'name="nonce"[^>]*value="([^"]+)"', family.get("/notice").get_data(as_text=True))[0]
    after_writing()
    assert [family.post("/notice", data={**typed, "nonce": nonce}).status_code for _ in range(2)] == [303, 303]
    assert len(stored_notices()) == 1


def test_stale_page_of_a_signed_in_account_comes_back_with_everything_typed(
    app: Flask, client: FlaskClient, typed: dict[str, str], stored_notices: Stored, sign_in: Callable[..., Any], district: SimpleNamespace
) -> None:
    sign_in(district.coordinator)
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.post("/notice", data=typed).get_data(as_text=True)
    assert "Everything you typed is still here." in page
    assert 'value="Ana Rivera"' in page
    assert stored_notices() == {}
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[-1]
    assert client.post("/notice", data={**typed, "csrf_token": token}).status_code == 303


@pytest.fixture
def after_writing(set_clock: SetClock) -> Callable[[], None]:
    """A person takes five seconds for the form."""
    return lambda: set_clock(clock.now() + timedelta(seconds=5))


@pytest.mark.usefixtures("rate_limits")
def test_eleventh_notice_of_a_minute_comes_back_as_typed_and_is_not_called_sent(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    answers = [client.post("/notice", data={**typed, "device": f"device {number}"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    page = answers[-1].get_data(as_text=True)
    assert "has not been sent yet" in page
    assert 'value="Ana Rivera"' in page
    assert 'value="device 10"' in page
    assert len(stored_notices()) == 10


@pytest.mark.usefixtures("rate_limits")
def test_only_new_notices_count_against_the_limit(client: FlaskClient, typed: dict[str, str]) -> None:
    for _ in range(12):
        assert client.post("/notice", data={**typed, "meeting_time": "25:00"}).status_code == 422
        assert client.post("/notice", data=typed).status_code == 303


def test_form_sent_in_less_than_two_seconds_comes_back_once_and_loses_nothing(
    client: FlaskClient, typed: dict[str, str], stored_notices: Stored, opened: Callable[..., str]
) -> None:
    answer = client.post("/notice", data={**typed, "nonce": opened(at=clock.now() - timedelta(seconds=1))})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This came faster than a person can write." in page
    assert 'value="Ana Rivera"' in page
    assert stored_notices() == {}
    nonce = re.findall(r'name="nonce"[^>]*value="([^"]+)"', page)[0]
    assert client.post("/notice", data={**typed, "nonce": nonce}).status_code == 303


@pytest.mark.parametrize("nonce", ["", "n" * 40, "made.up"])
def test_form_that_nobody_opened_stores_nothing_and_can_be_sent_again(client: FlaskClient, typed: dict[str, str], stored_notices: Stored, nonce: str) -> None:
    page = client.post("/notice", data={**typed, "nonce": nonce}).get_data(as_text=True)
    assert "Please send it once more." in page
    assert stored_notices() == {}
    signed = re.findall(r'name="nonce"[^>]*value="([^"]+)"', page)[0]
    assert client.post("/notice", data={**typed, "nonce": signed}).status_code == 303


def test_same_words_after_a_withdrawal_are_a_new_notice(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    address = client.post("/notice", data=typed).headers["Location"]
    client.post(f"{address}/withdraw")
    again = client.post("/notice", data=typed).headers["Location"]
    assert again != address
    assert sorted(notice.status for notice in stored_notices().values()) == ["timely", "withdrawn"]


@pytest.mark.parametrize("left_empty", ["student_name", "device", None])
def test_going_back_and_sending_once_more_leads_to_the_receipt_that_is_there(
    client: FlaskClient, typed: dict[str, str], stored_notices: Stored, opened: Callable[..., str], left_empty: str | None
) -> None:
    first = client.post("/notice", data=typed).headers["Location"]
    again = {**typed, "nonce": opened(at=clock.now())} | ({left_empty: ""} if left_empty else {})
    answer = client.post("/notice", data=again)
    assert (answer.status_code, answer.headers["Location"]) == (303, first)
    assert "We have this notice already." in client.get(first).get_data(as_text=True)
    assert len(stored_notices()) == 1


@pytest.mark.parametrize("changed", [{"recorder_name": ""}, {"recorder_name": "Luis Rivera"}, {"meeting_date": ""}])
def test_who_does_not_say_the_same_is_not_led_to_the_receipt_of_before(
    client: FlaskClient, typed: dict[str, str], opened: Callable[..., str], changed: dict[str, str]
) -> None:
    client.post("/notice", data=typed)
    assert client.post("/notice", data={**typed, **changed, "nonce": opened(at=clock.now())}).status_code == 422
    assert client.post("/notice", data={**typed, "student_name": "", "nonce": opened("o" * 40)}).status_code == 422


def test_a_notice_that_was_withdrawn_is_not_called_there_already(client: FlaskClient, typed: dict[str, str], opened: Callable[..., str]) -> None:
    client.post(client.post("/notice", data=typed).headers["Location"] + "/withdraw")
    assert client.post("/notice", data={**typed, "nonce": opened(at=clock.now())}).status_code == 422
