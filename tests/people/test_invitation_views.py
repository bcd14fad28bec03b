"""The first password: behind a link that counts once, and never a weak one."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from meetrec.people.duty_models import AccountInvitation
from meetrec.people.invitation_actions import invite
from meetrec.people.models import Account
from meetrec.people.roles import COORDINATOR
from meetrec.platform import clock
from meetrec.platform.database import Database

PASSWORD = "nine yellow kites in the wind"  # noqa: S105
TOO_OLD = "This link was used before or is too old."


@pytest.fixture
def invited(database: Database, account_of: Callable[..., SimpleNamespace]) -> SimpleNamespace:
    """An account without a password, and the address of its link."""
    account = account_of(COORDINATOR, password=None, activated_at=None)
    with database.writing() as session:
        code = invite(session, clock.now(), "system", session.get_one(Account, account.id))
    return SimpleNamespace(account=account, address=f"/invitation/{code}")


def send(client: FlaskClient, address: str, password: str = PASSWORD, again: str | None = None) -> tuple[int, str]:
    answer = client.post(address, data={"password": password, "again": again or password})
    return answer.status_code, answer.text


@pytest.mark.requirement("W-10")
def test_the_link_sets_the_first_password_once(client: FlaskClient, invited: SimpleNamespace) -> None:
    page = client.get(invited.address)
    assert invited.account.email in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert send(client, invited.address)[0] == 302
    assert client.post("/sign-in", data={"email": invited.account.email, "password": PASSWORD}).status_code == 302
    client.post("/sign-out")
    code, text = send(client, invited.address, "another very long sentence")
    assert (code, TOO_OLD in text) == (409, True)


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize(("password", "again"), [("short", None), ("password1234567", None), (PASSWORD, "another very long sentence")])
def test_weak_or_mistyped_password_is_refused_and_the_link_stays(client: FlaskClient, invited: SimpleNamespace, password: str, again: str | None) -> None:
    code, text = send(client, invited.address, password, again)
    assert (code, 'role="alert"' in text) == (200, True)
    assert send(client, invited.address)[0] == 302


def test_link_that_is_too_old_or_unknown_says_one_sentence(client: FlaskClient, database: Database, invited: SimpleNamespace) -> None:
    with database.writing() as session:
        session.execute(update(AccountInvitation).values(expires_at=clock.now() - timedelta(seconds=1)))
    for address in (invited.address, "/invitation/unknown"):
        answer = client.get(address)
        assert (answer.status_code, TOO_OLD in answer.text, invited.account.email in answer.text) == (409, True, False)
