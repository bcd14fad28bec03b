"""The second step at the sign-in: a code counts once, and nobody enters without it where it is required."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.dialects import postgresql

from meetrec.app import create_app
from meetrec.people.models import Account
from meetrec.people.second_factor import hold
from meetrec.people.sign_in import WRITING_ENDPOINTS
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import SignIn
from tests.fixtures.second_factor import Telephone, enter, passkey, verbs

NOT_RIGHT = "This code is not right, or it was used already."


@pytest.mark.requirement("W-10")
def test_after_the_password_comes_the_code(client: FlaskClient, telephone: Telephone, database: Database, district: SimpleNamespace) -> None:
    answer = enter(client, district.coordinator)
    assert answer.location.startswith("/sign-in/code")
    assert 'action="/sign-in/code"' in client.get(answer.location).text
    assert client.get("/account").status_code == 302  # not in yet
    assert client.post("/sign-in/code", data={"code": telephone.code()}).location == "/signed-in"
    assert client.get("/account").status_code == 200
    assert verbs(database)[-1] == "account.signed_in"
    assert "account.second_factor_set" in verbs(database)


@pytest.mark.requirement("W-10")
def test_a_code_counts_once(app: Flask, client: FlaskClient, telephone: Telephone, district: SimpleNamespace) -> None:
    code = telephone.code()
    enter(client, district.coordinator)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 302
    other = app.test_client()
    enter(other, district.coordinator)
    assert NOT_RIGHT in other.post("/sign-in/code", data={"code": code}).text
    assert other.get("/account").status_code == 302


@pytest.mark.requirement("W-10")
def test_the_same_code_sent_twice_at_once_counts_once(app: Flask, telephone: Telephone, district: SimpleNamespace) -> None:
    code, clients, together = telephone.code(), [app.test_client() for _ in range(4)], Barrier(4)
    for client in clients:
        enter(client, district.coordinator)

    def send(client: FlaskClient) -> int:
        together.wait(30)
        return client.post("/sign-in/code", data={"code": code}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, clients)) == [200, 200, 200, 302]


@pytest.mark.requirement("W-10")
def test_an_account_that_is_held_is_the_one_of_now(app: Flask, database: Database, district: SimpleNamespace) -> None:
    """PostgreSQL lets two requests read the account before either writes: whoever comes second must read it again, and wait until then."""
    asked: list[str] = []
    with app.app_context(), database.read_session() as session:
        account = session.get_one(Account, district.coordinator.id)
        session.commit()
        with database.writing() as other:
            other.get_one(Account, account.id).totp_last_counter = 7
        event.listen(session, "do_orm_execute", lambda state: asked.append(str(state.statement.compile(dialect=postgresql.dialect()))))
        assert hold(session, account).totp_last_counter == 7
    assert asked[0].endswith("FOR UPDATE")
    assert "JOIN" not in asked[0]  # PostgreSQL holds no rows of an outer join, nor of a DISTINCT


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("typed", ["000000", "", "no code", "12345678901234567890"])
def test_wrong_code_is_refused_and_told(client: FlaskClient, telephone: Telephone, database: Database, district: SimpleNamespace, typed: str) -> None:
    enter(client, district.coordinator)
    assert client.post("/sign-in/code", data={"code": typed}).status_code == 200
    assert verbs(database)[-1] == "account.second_factor_refused"


@pytest.mark.requirement("W-10")
def test_codes_count_towards_the_lock(client: FlaskClient, telephone: Telephone, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).failed_tries = 9
    enter(client, district.coordinator)
    client.post("/sign-in/code", data={"code": "000000"})
    assert "account.locked" in verbs(database)
    client.post("/sign-in/code", data={"code": telephone.code()})
    assert client.get("/account").status_code == 302


@pytest.mark.requirement("W-10")
def test_nobody_gets_to_the_code_without_the_password(client: FlaskClient, telephone: Telephone) -> None:
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code", data={"code": telephone.code()}).location == "/sign-in"
    assert client.post("/sign-in/recovery", data={"code": "abcd-abcd-abcd"}).location == "/sign-in"


def test_wrong_code_while_setting_up_keeps_the_picture_and_counts_nothing(
    sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace
) -> None:
    client = sign_in(district.coordinator)
    page = client.post("/account/second-factor", data={"setup": "authenticator"}).text
    telephone = Telephone(re.search(r'meetrec-code">([A-Z2-7\- ]+)<', page)[1])  # type: ignore[index]
    assert 'class="meetrec-qr"' in page
    assert "data:" not in page
    again = client.post("/sign-in/code", data={"code": "000000"}).text
    assert NOT_RIGHT in again
    for shown in (r'(<svg class="meetrec-qr".*?</svg>)', r'(meetrec-code">[A-Z2-7\- ]+<)'):
        assert re.findall(shown, again, re.DOTALL) == re.findall(shown, page, re.DOTALL) != [], "the same picture and the same key"
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).failed_tries == 0
    assert client.post("/sign-in/code", data={"code": telephone.code()}).location == "/account"


@pytest.mark.requirement("W-10")
def test_where_it_is_required_nobody_enters_without_setting_it_up(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    app = create_app(settings.model_copy(update={"sign_in": SignIn(second_factor="required")}), database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    assert enter(client, district.coordinator).location == "/account/second-factor"
    assert client.get("/desk").status_code == 302
    page = client.post("/account/second-factor", data={"setup": "authenticator"}).text
    telephone = Telephone(re.search(r'meetrec-code">([A-Z2-7\- ]+)<', page)[1])  # type: ignore[index]
    assert client.post("/sign-in/code", data={"code": telephone.code()}).location == "/signed-in"
    assert client.get("/desk").status_code == 200
    assert "Take the second step away" not in client.get("/account/second-factor").text
    client.post("/account/second-factor", data={"setup": "disable"})
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).tf_totp_secret


@pytest.mark.requirement("W-10")
def test_no_page_of_the_sign_in_waits_for_itself(
    sign_in: Callable[..., FlaskClient], telephone: Telephone, client: FlaskClient, district: SimpleNamespace
) -> None:
    """SQLite has one writer: a page that asked for a second one in the same request would hang for half a minute."""
    enter(client, district.coordinator)
    began = time.monotonic()
    for address in ("/sign-in/code", "/sign-in/recovery", "/sign-in/choose", "/sign-in/passkey", "/sign-in/passkey/x"):
        client.post(address, data={"code": "000000"})
    client.post("/sign-in/code", data={"code": telephone.code()})
    for address in ("/verify", "/verify/passkey", "/verify/passkey/x", "/account/passkeys", "/account/passkeys/x", "/account/passkeys/delete"):
        client.post(address, data={"name": "x", "password": "wrong"})
    assert time.monotonic() - began < 15


@pytest.mark.requirement("W-10")
def test_with_two_second_steps_the_person_chooses(client: FlaskClient, telephone: Telephone, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        account.fs_webauthn_user_handle = "handle"
        account.webauthn.append(passkey("secondary"))
    assert enter(client, district.coordinator).location.startswith("/sign-in/choose")
    page = client.get("/sign-in/choose").text
    assert "With a passkey" in page
    assert client.post("/sign-in/choose", data={"which": "webauthn"}).location.startswith("/sign-in/passkey")
    enter(client, district.coordinator)
    assert client.post("/sign-in/choose", data={"which": "authenticator"}).location.startswith("/sign-in/code")
    assert client.post("/sign-in/code", data={"code": telephone.code()}).location == "/signed-in"


# Pages of Flask-Security that are sent and write nothing.
ONLY_READING = {"logout", "tf_select", "wan_signin", "wan_verify", "two_factor_rescue", "two_factor_setup_validate"}


def test_every_page_of_the_sign_in_that_writes_takes_the_lock_first(app: Flask) -> None:
    sent = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.") and "POST" in (rule.methods or ())}
    assert sent - {f"security.{name}" for name in ONLY_READING} == WRITING_ENDPOINTS
