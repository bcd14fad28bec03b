"""An administrator takes away a colleague's lost second step: after fresh proof, never their own, told to the journal and by mail (W-10)."""

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.journal.models import JournalEntry
from meetrec.people.models import Account, Passkey
from meetrec.people.roles import CHAIR
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import Mail
from tests.fixtures.accounts import AccountOf

SignIn = Callable[[SimpleNamespace], FlaskClient]
KNOWN = {"is_known": "y"}


@pytest.fixture
def chair(database: Database, account_of: AccountOf) -> SimpleNamespace:
    """A chair whose telephone is lost: authenticator, recovery codes, and a passkey on it."""
    chair = account_of(CHAIR, language="es", tf_primary_method="authenticator", tf_totp_secret="sealed", totp_last_counter=1, mf_recovery_codes=["sealed"])  # noqa: S106
    with database.writing() as session:
        account = session.get_one(Account, chair.id)
        account.webauthn.append(
            Passkey(
                name="Telephone", credential_id=b"1", public_key=b"2", device_type="single_device", backup_state=False, usage="first",
                lastuse_datetime=clock.now(),
            )
        )  # fmt: skip
    return chair


@pytest.fixture
def administrator(sign_in: SignIn, district: SimpleNamespace) -> FlaskClient:
    """A browser of the administrator."""
    return sign_in(district.administrator)


def removals(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(entry.actor, entry.subject) for entry in session.query(JournalEntry).filter_by(verb="account.second_factor_removed")]


@pytest.mark.requirement("W-10")
def test_everything_that_the_lost_telephone_opened_goes_and_the_sessions_end(
    app: Flask, administrator: FlaskClient, database: Database, district: SimpleNamespace, chair: SimpleNamespace
) -> None:
    with database.reading() as session:
        cookie = session.get_one(Account, chair.id).fs_uniquifier
    open_one = app.test_client()
    with open_one.session_transaction() as kept:
        kept["_user_id"] = cookie
    assert open_one.get("/account").status_code == 200
    assert f"/accounts/{chair.id}/second-factor" in administrator.get(f"/accounts/{chair.id}").text
    assert administrator.post(f"/accounts/{chair.id}/second-factor", data=KNOWN).location == f"/accounts/{chair.id}"
    with database.reading() as session:
        account = session.get_one(Account, chair.id)
        assert (account.tf_primary_method, account.tf_totp_secret, account.totp_last_counter, account.mf_recovery_codes) == (None, None, None, None)
        assert session.query(Passkey).count() == 0
    assert open_one.get("/account").status_code == 302
    assert removals(database) == [(f"user:{district.administrator.id}", f"account:{chair.id}")]
    client = app.test_client()
    assert client.post("/sign-in", data={"email": chair.email, "password": chair.password}).location == "/signed-in"
    assert f"/accounts/{chair.id}/second-factor" not in administrator.get(f"/accounts/{chair.id}").text


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_asks_the_administrators_password_after_a_quarter_of_an_hour(
    administrator: FlaskClient, database: Database, district: SimpleNamespace, chair: SimpleNamespace, method: str
) -> None:
    with administrator.session_transaction() as cookie:
        cookie["fs_paa"] = time.time() - 16 * 60
    address = f"/accounts/{chair.id}/second-factor"
    answer = administrator.open(address, method=method, data=KNOWN if method == "POST" else None)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/verify")
    assert removals(database) == []
    assert administrator.post(answer.location, data={"password": "wrong"}).status_code == 200
    assert administrator.post(answer.location, data={"password": district.administrator.password}).location == address
    assert administrator.get(address).status_code == 200


@pytest.mark.requirement("W-10")
def test_nothing_goes_before_the_person_is_known(administrator: FlaskClient, database: Database, chair: SimpleNamespace) -> None:
    answer = administrator.post(f"/accounts/{chair.id}/second-factor")
    assert (answer.status_code, "Make sure first that it is this person who asks." in answer.text) == (422, True)
    assert removals(database) == []


@pytest.mark.requirement("W-10")
def test_nobody_takes_away_their_own(administrator: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.administrator.id).tf_primary_method = "authenticator"
    address = f"/accounts/{district.administrator.id}"
    assert f"{address}/second-factor" not in administrator.get(address).text
    assert "Ask another administrator." in administrator.post(f"{address}/second-factor", data=KNOWN).text
    assert removals(database) == []


def test_an_account_without_one_says_so(administrator: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    assert "No second step is set up" in administrator.post(f"/accounts/{district.coordinator.id}/second-factor", data=KNOWN).text
    assert removals(database) == []


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("host", ["mail.cedarbend.org", ""])
def test_the_person_is_told_by_mail_where_mail_goes_out(
    app: Flask, administrator: FlaskClient, settings: Settings, database: Database, chair: SimpleNamespace, host: str
) -> None:
    app.extensions["meetrec.settings"] = settings.model_copy(update={"mail": Mail(host=host, sender="meetrec@cedarbend.org")})
    administrator.post(f"/accounts/{chair.id}/second-factor", data=KNOWN)
    with database.reading() as session:
        mails = session.query(OutgoingMail).all()
    assert [(mail.to_address, mail.language, mail.template, mail.about) for mail in mails] == (
        [(chair.email, "es", "second_factor_removed", f"account:{chair.id}")] if host else []
    )
