"""Too many refused tries close an account for a while, and nobody learns it from the page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.journal import actions as journal
from meetrec.people.lockout import are_codes_closed, count_refused_try, unlock
from meetrec.people.models import Account
from meetrec.people.security_settings import REFUSED
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings_sections import SignIn
from tests.fixtures.accounts import password_hash
from tests.fixtures.second_factor import verbs
from tests.fixtures.security_keys import SecurityKey, use

RULE = SignIn(lock_after=3, lock_minutes=15)


def enter(client: FlaskClient, account: SimpleNamespace, password: str | None = None) -> int:
    """Send the sign-in form; 302 lets in, 200 is the form with its refusal."""
    answer = client.post("/sign-in", data={"email": account.email, "password": password or account.password})
    assert answer.status_code == 302 or REFUSED in answer.text
    return answer.status_code


def lock(database: Database, account: SimpleNamespace) -> None:
    """As ten wrong passwords do."""
    with database.writing() as session:
        session.get_one(Account, account.id).locked_until = clock.now() + timedelta(minutes=5)


@pytest.mark.requirement("W-10")
def test_tenth_refused_try_closes_the_account_for_a_quarter_of_an_hour(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).failed_tries = 8
    assert enter(client, district.coordinator, "wrong") == 200
    assert "account.locked" not in verbs(database)
    assert enter(client, district.coordinator, "wrong") == 200
    assert verbs(database).count("account.locked") == 1
    assert enter(client, district.coordinator) == 200  # with the right password, and the same sentence
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        assert account.locked_until is not None
        assert timedelta(minutes=14) < account.locked_until - clock.now() <= timedelta(minutes=15)
        account.locked_until = clock.now() - timedelta(seconds=1)
    assert enter(client, district.coordinator) == 302


@pytest.mark.requirement("W-10")
def test_signing_in_forgets_the_refused_tries(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    enter(client, district.coordinator, "wrong")
    enter(client, district.coordinator)
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).failed_tries == 0


@pytest.mark.requirement("W-10")
def test_wrong_passwords_typed_elsewhere_end_nobodys_session(
    app: Flask, sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace
) -> None:
    client = sign_in(district.coordinator)
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).locked_until = clock.now() + timedelta(minutes=5)
    assert client.get("/account").status_code == 200
    assert enter(app.test_client(), district.coordinator) == 200


@pytest.mark.requirement("W-10")
def test_wrong_passwords_do_not_close_the_passkey(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    """Else anybody could keep the only administrator out for good."""
    key = SecurityKey(database, district.administrator, "first")
    lock(database, district.administrator)
    assert enter(client, district.administrator) == 200
    assert use(client, key).location == "/signed-in"
    assert client.get("/accounts").status_code == 200


@pytest.mark.requirement("W-10")
def test_wrong_passwords_close_the_passkey_that_follows_the_password(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    key = SecurityKey(database, district.coordinator, "secondary")
    enter(client, district.coordinator)
    lock(database, district.coordinator)
    assert use(client, key).location.startswith("/sign-in/passkey")
    assert client.get("/account").status_code == 302


@pytest.mark.requirement("W-10")
def test_ten_refused_codes_in_a_row_close_the_codes_for_a_while(database: Database, district: SimpleNamespace, now: datetime) -> None:
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)

        def tell(verb: str, times: int) -> None:
            for _ in range(times):
                journal.append(session, now, "public", verb, f"account:{account.id}")

        tell("account.second_factor_refused", 2)
        assert not are_codes_closed(session, now, account, RULE)
        tell("account.second_factor_refused", 1)
        assert are_codes_closed(session, now, account, RULE)
        assert not are_codes_closed(session, now + timedelta(minutes=15), account, RULE)
        unlock(session, now, "system", account)
        tell("account.second_factor_refused", 2)
        assert not are_codes_closed(session, now, account, RULE)


def test_tries_while_it_is_closed_do_not_prolong_it(database: Database, district: SimpleNamespace, now: datetime) -> None:
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        for minute in range(6):
            count_refused_try(session, now + timedelta(minutes=minute), account, RULE)
        assert account.locked_until == now + timedelta(minutes=2 + 15)
        count_refused_try(session, now + timedelta(minutes=30), account, RULE)
        assert (account.failed_tries, account.locked_until) == (1, None)


@pytest.mark.requirement("W-10")
def test_administrator_opens_it_before_its_time(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        account.locked_until = clock.now() + timedelta(minutes=5)
        unlock(session, clock.now(), f"user:{district.administrator.id}", account)
    assert enter(client, district.coordinator) == 302
    assert "account.unlocked" in verbs(database)


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("address", ["/verify", "/account/password"])
def test_an_open_session_is_no_place_to_try_passwords(sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace, address: str) -> None:
    client, new = sign_in(district.coordinator), "nine yellow kites in the wind"
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).failed_tries = 9
    client.post(address, data={"password": "wrong", "new_password": new, "new_password_confirm": new})
    assert "account.locked" in verbs(database)
    client.post(address, data={"password": district.coordinator.password, "new_password": new, "new_password_confirm": new})
    assert "account.password_changed" not in verbs(database)


def test_password_of_a_test_account_is_argon2() -> None:
    assert password_hash().startswith("$argon2id$")
