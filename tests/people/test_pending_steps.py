"""What one sign-in left half done never goes on as another's, and a second step that is there is not replaced by the password alone."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask import session as cookie
from flask.testing import FlaskClient
from flask_security import login_user

from meetrec.app import create_app
from meetrec.people.duty_models import Suspension
from meetrec.people.models import Account
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import SignIn
from tests.fixtures.second_factor import Telephone, enter, passkey


def seed_for(app: Flask) -> str:
    """The seed of an authenticator, encrypted as accounts keep it."""
    with app.app_context():
        return str(app.extensions["security"].totp_factory.generate_totp_secret())


def signed_in_beside(client: FlaskClient, account: SimpleNamespace, database: Database) -> None:
    """Put into the cookie what signing in by a passkey or the school account puts there, whatever else it holds."""
    with database.reading() as session, client.session_transaction() as cookie:
        cookie.update(_user_id=session.get_one(Account, account.id).fs_uniquifier, _fresh=True, fs_paa=time.time(), fs_cc="set")


@pytest.mark.requirement("W-10")
def test_authenticator_of_one_account_never_opens_another_half_signed_in(
    app: Flask, client: FlaskClient, database: Database, district: SimpleNamespace, account_of: Callable[..., SimpleNamespace]
) -> None:
    """Password of one account typed, another signed in beside it, its authenticator set up, its session ended elsewhere: the code is nobody's."""
    seed, family = seed_for(app), account_of("family")
    theirs = account_of("coordinator", tf_primary_method="authenticator", tf_totp_secret=seed)
    enter(client, theirs)
    signed_in_beside(client, family, database)
    page = client.post("/account/second-factor", data={"setup": "authenticator"}).text
    telephone = Telephone(re.search(r'meetrec-code">([A-Z2-7\- ]+)<', page)[1])  # type: ignore[index]
    with database.writing() as session:
        session.get_one(Account, family.id).fs_uniquifier = "ended elsewhere"
    assert client.post("/sign-in/code", data={"code": telephone.code()}).location == "/sign-in"
    assert client.get("/desk").status_code == 302
    with database.reading() as session:
        assert session.get_one(Account, theirs.id).tf_totp_secret == seed


@pytest.mark.requirement("W-10")
def test_signing_in_forgets_what_another_sign_in_left_half_done(app: Flask, database: Database, district: SimpleNamespace) -> None:
    with app.test_request_context(), database.writing() as session:
        cookie.update(tf_user_id="somebody else", tf_state="ready", tf_select=True, language="es")
        account = app.extensions["meetrec.account_session"]().get_one(Account, district.coordinator.id)
        session.rollback()
        login_user(account, authn_via=["webauthn"])
        assert {key for key in cookie if key.startswith("tf_")} == set()
        assert cookie["language"] == "es"
        app.extensions["meetrec.account_session"].remove()


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("there", ["authenticator", "passkey"])
def test_second_step_that_is_there_is_not_replaced_by_the_password_alone(settings: Settings, database: Database, district: SimpleNamespace, there: str) -> None:
    """A page left open from before the account had a second step."""
    app = create_app(settings.model_copy(update={"sign_in": SignIn(second_factor="required")}), database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    enter(client, district.coordinator)
    page = client.post("/account/second-factor", data={"setup": "authenticator"}).text
    telephone = Telephone(re.search(r'meetrec-code">([A-Z2-7\- ]+)<', page)[1])  # type: ignore[index]
    seed = seed_for(app)
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        if there == "authenticator":
            account.tf_primary_method, account.tf_totp_secret = "authenticator", seed
        else:
            account.webauthn.append(passkey("first"))
    answer = client.post("/sign-in/code", data={"code": telephone.code()}, follow_redirects=True)
    assert "was set up for this account before" in answer.text
    assert client.get("/desk").status_code == 302
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).tf_totp_secret == (seed if there == "authenticator" else None)


@pytest.mark.requirement("W-33")
def test_nobody_sets_up_the_first_second_step_of_a_suspended_account(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    app = create_app(settings.model_copy(update={"sign_in": SignIn(second_factor="required")}), database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    enter(client, district.coordinator)
    page = client.post("/account/second-factor", data={"setup": "authenticator"}).text
    telephone = Telephone(re.search(r'meetrec-code">([A-Z2-7\- ]+)<', page)[1])  # type: ignore[index]
    with database.writing() as session:
        session.add(Suspension(account_id=district.coordinator.id, kind="long_term", reason="a report", began_at=clock.now(), began_by="system"))
    assert client.post("/sign-in/code", data={"code": telephone.code()}).status_code == 403
    assert client.get("/desk").status_code == 302
