"""Staff, families and everybody signed in have gates of their own."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from meetrec.app import create_app
from meetrec.journal.models import JournalEntry
from meetrec.people.actions import suspend
from meetrec.people.duty_models import Suspension
from meetrec.people.models import FAMILY, Account
from meetrec.people.roles import COORDINATOR, ROLES
from meetrec.people.security_settings import REFUSED
from meetrec.people.standing import SuspensionKind
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.web import for_families, for_signed_in, for_staff


@pytest.fixture
def doors(app: Flask) -> Flask:
    """Three pages, one behind each gate."""
    app.add_url_rule("/of-staff", "of_staff", for_staff(*ROLES)(lambda: "open"))
    app.add_url_rule("/of-families", "of_families", for_families(lambda: "open"))
    app.add_url_rule("/of-everybody", "of_everybody", for_signed_in(lambda: "open"))
    return app


@pytest.mark.requirement("W-09")
@pytest.mark.parametrize("role", [*ROLES, FAMILY])
def test_each_gate_lets_its_own_people_in(doors: Flask, sign_in_as: Callable[[str], FlaskClient], role: str) -> None:
    client = sign_in_as(role)
    answers = [client.get(address).status_code for address in ("/of-staff", "/of-families", "/of-everybody")]
    assert answers == ([403, 200, 200] if role == FAMILY else [200, 403, 200])


@pytest.mark.requirement("W-02")
def test_nobody_enters_without_signing_in(doors: Flask, client: FlaskClient) -> None:
    for address in ("/of-staff", "/of-families", "/of-everybody"):
        answer = client.get(address)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in")


SUSPENDED = "Your account is closed at the moment"


@pytest.mark.requirement("W-33")
@pytest.mark.parametrize("whom", ["one person", "everybody"])
def test_suspended_person_is_out_at_the_next_request(
    doors: Flask, database: Database, sign_in_as: Callable[..., FlaskClient], district: SimpleNamespace, whom: str
) -> None:
    client = sign_in_as(COORDINATOR)
    assert client.get("/of-everybody").status_code == 200
    with database.writing() as session:
        account_id = session.scalars(select(Account.id).order_by(Account.created_at.desc())).first()
        actor = f"user:{district.administrator.id}"
        suspend(session, clock.now(), actor, account_id if whom == "one person" else None, SuspensionKind.LONG_TERM, None, "a report")
    answer = client.get("/of-everybody")
    assert answer.status_code in (302, 403)
    assert client.get("/of-everybody").status_code == 302  # signed out
    assert client.get("/").status_code == 200  # the notice page needs no account


@pytest.mark.requirement("W-33")
def test_suspended_person_learns_whom_to_call_and_the_journal_why(settings: Settings, database: Database, account_of: Callable[..., SimpleNamespace]) -> None:
    office = settings.district.model_copy(update={"office": "the district office", "telephone": "555 0100"})
    app = create_app(settings.model_copy(update={"district": office}), database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    account, client = account_of(COORDINATOR), app.test_client()
    form = {"email": account.email, "password": account.password}
    client.post("/sign-in", data=form)
    with database.writing() as session:
        session.add(Suspension(account_id=account.id, kind="long_term", reason="a report", began_at=clock.now(), began_by="system"))
    for answer in (client.get("/desk"), client.post("/sign-in", data=form)):
        assert answer.status_code == 403
        assert SUSPENDED in answer.text
        assert "the district office: 555 0100" in answer.text
        assert "a report" not in answer.text
    with database.reading() as session:
        denials = session.scalars(select(JournalEntry).where(JournalEntry.verb == "access.denied")).all()
    assert [(entry.actor, b'"suspended"' in entry.body) for entry in denials] == [(f"user:{account.id}", True)] * 2


@pytest.mark.requirement("W-34")
@pytest.mark.parametrize("address", ["/of-everybody", "/account/passkeys"])
def test_session_of_before_a_short_suspension_does_not_go_on_after_it(
    doors: Flask, database: Database, account_of: Callable[..., SimpleNamespace], address: str
) -> None:
    """Also in a browser that asked for nothing meanwhile, and with a copy of its cookie."""
    account, client = account_of(COORDINATOR), doors.test_client()
    form = {"email": account.email, "password": account.password}
    client.post("/sign-in", data=form)
    with database.writing() as session:
        now = clock.now()
        session.add(Suspension(account_id=account.id, kind="temporary", reason="a report", began_at=now, until=now, began_by="system"))
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    assert client.get(address).location.split("?")[0] == "/sign-in"
    other = doors.test_client()
    with other.session_transaction() as cookie:
        cookie.update(copied)
    assert other.get(address).status_code == 302
    assert client.post("/sign-in", data=form).location == "/signed-in"
    assert client.get(address).status_code == 200


@pytest.mark.requirement("W-33")
def test_wrong_password_of_a_suspended_account_says_nothing_of_it(client: FlaskClient, database: Database, account_of: Callable[..., SimpleNamespace]) -> None:
    account = account_of(COORDINATOR)
    with database.writing() as session:
        session.add(Suspension(account_id=account.id, kind="long_term", reason="a report", began_at=clock.now(), began_by="system"))
    answer = client.post("/sign-in", data={"email": account.email, "password": "wrong"})
    assert (answer.status_code, SUSPENDED in answer.text) == (200, False)


@pytest.mark.requirement("W-26")
@pytest.mark.parametrize("change", [{"active": False}, {"deactivated_at": datetime(2026, 1, 1, tzinfo=UTC)}, {"activated_at": None}])
def test_account_that_is_closed_or_not_yet_open_enters_nowhere(
    doors: Flask, client: FlaskClient, account_of: Callable[..., SimpleNamespace], change: dict[str, object]
) -> None:
    account = account_of(COORDINATOR, **change)
    answer = client.post("/sign-in", data={"email": account.email, "password": account.password})
    assert (answer.status_code, REFUSED in answer.text) == (200, True)
    assert client.get("/of-everybody").status_code == 302


@pytest.mark.requirement("W-26")
def test_session_of_an_account_that_was_closed_ends(doors: Flask, database: Database, sign_in_as: Callable[..., FlaskClient]) -> None:
    client = sign_in_as(COORDINATOR)
    with database.writing() as session:
        session.execute(update(Account).values(deactivated_at=clock.now()))
    assert client.get("/of-everybody").status_code == 403
    assert client.get("/of-everybody").status_code == 302


@pytest.mark.requirement("W-33")
@pytest.mark.parametrize("address", ["/account/second-factor", "/account/passkeys", "/account/password", "/sign-in/passkey"])
def test_suspended_person_changes_nothing_of_the_account(database: Database, sign_in_as: Callable[..., FlaskClient], address: str) -> None:
    client = sign_in_as(COORDINATOR)
    with database.writing() as session:
        session.add(Suspension(account_id=None, kind="long_term", reason="a report", began_at=clock.now(), began_by="system"))
    began = time.monotonic()
    assert client.post(address, data={"setup": "authenticator", "name": "x"}).status_code == 403
    assert time.monotonic() - began < 10  # it waits for no lock of its own


@pytest.mark.requirement("W-37")
def test_pages_refused_again_and_again_fill_the_journal_once_a_minute(
    doors: Flask, database: Database, sign_in_as: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    family, another, real = sign_in_as(FAMILY), sign_in_as(FAMILY), clock.now

    def denials() -> int:
        with database.reading() as session:
            return len(session.scalars(select(JournalEntry).where(JournalEntry.verb == "access.denied")).all())

    assert [family.get("/of-staff").status_code for _ in range(5)] == [403] * 5
    assert denials() == 1
    another.get("/of-staff")
    assert denials() == 2
    monkeypatch.setattr("meetrec.platform.clock.now", lambda: real() + timedelta(seconds=61))
    family.get("/of-staff")
    assert denials() == 3
