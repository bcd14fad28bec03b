"""A passkey opens the account it belongs to: as the second step after that account's own password, or where the device knew its person."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.platform.database import Database
from tests.fixtures.second_factor import enter
from tests.fixtures.security_keys import SecurityKey, asked_of, use


@pytest.fixture
def coordinator(account_of: Callable[..., SimpleNamespace]) -> SimpleNamespace:
    """Whose account it is."""
    return account_of("coordinator")


@pytest.mark.requirement("W-10")
def test_passkey_is_the_second_step_after_the_password_of_its_own_account(client: FlaskClient, database: Database, coordinator: SimpleNamespace) -> None:
    key = SecurityKey(database, coordinator, "secondary")
    assert enter(client, coordinator).location.startswith("/sign-in/passkey")
    assert use(client, key, knows_its_person=False).location == "/signed-in"
    assert client.get("/account").status_code == 200


@pytest.mark.requirement("W-10")
def test_second_step_of_one_account_does_not_follow_the_password_of_another(
    client: FlaskClient, database: Database, coordinator: SimpleNamespace, account_of: Callable[..., SimpleNamespace]
) -> None:
    """Whoever finds a key must not get in with a password of their own."""
    found, finder = SecurityKey(database, coordinator, "secondary"), account_of("family")
    SecurityKey(database, finder, "secondary")
    assert enter(client, finder).location.startswith("/sign-in/passkey")
    assert use(client, found, knows_its_person=False).location.startswith("/sign-in/passkey")
    assert client.get("/account").status_code == 302
    with database.reading() as session:
        assert list(session.scalars(select(JournalEntry.verb).where(JournalEntry.verb.in_(("account.signed_in", "account.sign_in_refused"))))) == [
            "account.sign_in_refused"
        ]


@pytest.mark.requirement("W-10")
def test_passkey_in_place_of_the_password_opens_the_account(client: FlaskClient, database: Database, coordinator: SimpleNamespace) -> None:
    assert use(client, SecurityKey(database, coordinator, "first")).location == "/signed-in"
    assert client.get("/account").status_code == 200


@pytest.mark.requirement("W-10")
def test_passkey_in_place_of_the_password_must_know_its_person(
    app: Flask, database: Database, coordinator: SimpleNamespace, account_of: Callable[..., SimpleNamespace]
) -> None:
    """A second step asks the device for less: what it asked must not serve in place of a password."""
    found, finder, asking, client = SecurityKey(database, coordinator, "first"), account_of("family"), app.test_client(), app.test_client()
    SecurityKey(database, finder, "secondary")
    enter(asking, finder)
    address, challenge = asked_of(asking)
    answer = client.post(address, data={"credential": found.answer(challenge, knows_its_person=False)})
    assert answer.location.startswith("/sign-in/passkey")
    assert client.get("/account").status_code == 302
