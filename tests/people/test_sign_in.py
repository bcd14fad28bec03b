"""Signing in: one sentence for every refusal, told in the journal, short sessions, and a way out that no link can take."""

import time
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from meetrec.journal.models import JournalEntry
from meetrec.people.models import Account
from meetrec.people.security_settings import REFUSED
from meetrec.platform.database import Database
from meetrec.platform.languages import own_address

HOUR = 3600
WRONG = {"password": "not the password"}


def told(database: Database, verb: str) -> list[JournalEntry]:
    """The journal's entries of one verb."""
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry).where(JournalEntry.verb == verb)))


def enter(client: FlaskClient, account: SimpleNamespace, address: str = "/sign-in", **changes: str) -> TestResponse:
    """Send the sign-in form."""
    return client.post(address, data={"email": account.email, "password": account.password, **changes})


@pytest.mark.requirement("W-10")
def test_right_password_opens_the_staff_pages_and_is_told_once(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    assert enter(client, district.coordinator).location == "/signed-in"
    [entry] = told(database, "account.signed_in")
    assert (entry.actor, entry.subject) == (f"user:{district.coordinator.id}", f"account:{district.coordinator.id}")
    assert told(database, "account.sign_in_refused") == []


def test_sign_in_is_remembered_with_its_moment(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    enter(client, district.coordinator)
    with database.reading() as session:
        account = session.get_one(Account, district.coordinator.id)
        assert account.login_count == 1
        assert account.current_login_at is not None
        assert abs(account.current_login_at.timestamp() - time.time()) < 60


@pytest.mark.requirement("W-37")
@pytest.mark.parametrize("wrong", [WRONG, {"email": "nobody@example.org"}, {"password": ""}])
def test_refusal_is_told_whoever_tried(client: FlaskClient, database: Database, district: SimpleNamespace, wrong: dict[str, str]) -> None:
    enter(client, district.coordinator, **wrong)
    [entry] = told(database, "account.sign_in_refused")
    assert b"@" not in entry.body
    assert told(database, "account.signed_in") == []


@pytest.mark.requirement("W-10")
def test_refusal_never_says_whether_the_address_has_an_account(client: FlaskClient, district: SimpleNamespace) -> None:
    known = enter(client, district.coordinator, **WRONG)
    unknown = enter(client, district.coordinator, email="nobody@example.org")
    assert known.status_code == unknown.status_code == 200
    assert known.text.count(REFUSED) == 1
    assert _without_what_was_typed(known.text) == _without_what_was_typed(unknown.text)


def test_closed_account_is_refused_with_the_same_sentence(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).active = False
    assert REFUSED in enter(client, district.coordinator).text


def test_password_is_never_shown_again(client: FlaskClient, district: SimpleNamespace) -> None:
    assert "not the password" not in enter(client, district.coordinator, **WRONG).text


@pytest.mark.requirement("W-10")
def test_eleventh_try_within_a_minute_waits(app: Flask, client: FlaskClient, district: SimpleNamespace) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    tries = [enter(client, district.coordinator, **WRONG).status_code for _ in range(10)]
    assert tries == [200] * 10
    assert enter(client, district.coordinator).status_code == 429


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "///elsewhere.example"])
def test_sign_in_sends_nobody_elsewhere(client: FlaskClient, district: SimpleNamespace, address: str) -> None:
    page = client.get("/sign-in", query_string={"next": address})
    assert 'name="next" type="hidden" value=""' in page.text
    answer = enter(client, district.coordinator, f"/sign-in?next={quote(address)}", next=address)
    assert answer.status_code == 302
    assert own_address(answer.location)


def test_sign_in_goes_on_to_the_page_that_was_asked_for(client: FlaskClient, district: SimpleNamespace) -> None:
    assert enter(client, district.coordinator, "/sign-in?next=/meetings/new").location == "/meetings/new"


def test_no_link_can_sign_anybody_out(client: FlaskClient, district: SimpleNamespace) -> None:
    enter(client, district.coordinator)
    assert client.get("/sign-out").status_code == 405
    assert _is_signed_in(client)
    assert client.post("/sign-out").location == "/sign-in"
    assert not _is_signed_in(client)


def test_session_cookie_is_unreadable_to_scripts_and_ends_with_the_browser(client: FlaskClient, district: SimpleNamespace) -> None:
    flags = enter(client, district.coordinator).headers["Set-Cookie"]
    assert "HttpOnly" in flags
    assert "SameSite=Lax" in flags
    assert "Expires" not in flags
    assert "Max-Age" not in flags


def test_there_is_no_remember_me(client: FlaskClient, district: SimpleNamespace) -> None:
    answer = enter(client, district.coordinator, remember="y")
    assert "remember_token" not in str(answer.headers)


def test_session_ends_two_hours_after_the_last_page(client: FlaskClient, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(client, district.coordinator)
    _hours_pass(monkeypatch, 1.5)
    assert _is_signed_in(client)
    _hours_pass(monkeypatch, 3.0)  # an hour and a half after that page
    assert _is_signed_in(client)
    _hours_pass(monkeypatch, 5.5)
    assert not _is_signed_in(client)


def test_page_that_watches_by_itself_does_not_prolong_the_session(client: FlaskClient, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(client, district.coordinator)
    _hours_pass(monkeypatch, 1.5)
    assert client.get("/desk/now", headers={"Sec-Fetch-Dest": "empty"}).status_code == 200
    _hours_pass(monkeypatch, 3.0)
    assert not _is_signed_in(client)


def test_new_password_ends_the_sessions_of_the_old_one(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    enter(client, district.coordinator)
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).fs_uniquifier = "another"
    assert not _is_signed_in(client)


def test_sign_in_holds_no_lock_when_it_is_refused(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    enter(client, district.coordinator, **WRONG)
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).name = "Written at once"


def _is_signed_in(client: FlaskClient) -> bool:
    return client.get("/sign-in").status_code == 302  # who is signed in already is sent to the desk


def _hours_pass(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    """Let the clock that signs the cookie stand so many hours after now."""
    monkeypatch.setattr("itsdangerous.timed.time", SimpleNamespace(time=lambda: time.time() + hours * HOUR))


def _without_what_was_typed(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if 'name="email"' not in line and 'name="csrf_token"' not in line)


@pytest.mark.requirement("W-10")
def test_no_token_in_an_address_or_a_header_opens_a_staff_page(app: Flask, client: FlaskClient, district: SimpleNamespace) -> None:
    answer = client.post("/sign-in?include_auth_token", json={"email": district.coordinator.email, "password": district.coordinator.password})
    token = ((answer.get_json(silent=True) or {}).get("response", {}).get("user", {})).get("authentication_token", "none")
    stranger = app.test_client()
    assert stranger.get(f"/desk?auth_token={token}").status_code == 302
    assert stranger.get("/desk", headers={"Authentication-Token": token}).status_code == 302
