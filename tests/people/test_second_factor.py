"""The second step: a code counts once, recovery codes are shown once, and nothing of the account changes without fresh proof."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql
from werkzeug.test import TestResponse

from meetrec.app import create_app
from meetrec.journal.models import JournalEntry
from meetrec.people.models import Account, Passkey
from meetrec.people.second_factor import hold
from meetrec.people.sign_in import WRITING_ENDPOINTS
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import SignIn

NOT_RIGHT = "This code is not right, or it was used already."


class Telephone:
    """An authenticator: it has the key, and its clock stands as many codes ahead as were asked of it, for no code counts twice."""

    def __init__(self, key: str) -> None:
        self.totp, self.given = TOTP(key=key), 0

    def code(self) -> str:
        """The next code."""
        return str(self.totp.generate(time.time() + 30 * self.given).token)


def set_up(client: FlaskClient) -> Telephone:
    """Set up an authenticator as a person does, up to the code that proves it."""
    page = client.post("/account/second-factor", data={"setup": "authenticator"}).text
    telephone = Telephone(re.search(r'meetrec-code">([A-Z2-7\- ]+)<', page)[1])  # type: ignore[index]
    answer = client.post("/sign-in/code", data={"code": telephone.code()})
    assert (answer.status_code, answer.location) == (302, "/account"), answer.text
    telephone.given = 1
    return telephone


def passkey(usage: str) -> Passkey:
    """One that was made some day; its key opens nothing."""
    return Passkey(
        name="Key ring", credential_id=b"1", public_key=b"2", device_type="single_device", backup_state=False, usage=usage, lastuse_datetime=clock.now()
    )


def enter(client: FlaskClient, account: SimpleNamespace) -> TestResponse:
    """Send the sign-in form."""
    return client.post("/sign-in", data={"email": account.email, "password": account.password})


def verbs(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry.verb).where(JournalEntry.verb.startswith("account.")).order_by(JournalEntry.sequence)))


@pytest.fixture
def telephone(sign_in: Callable[..., FlaskClient], district: SimpleNamespace) -> Telephone:
    """The coordinator's, set up; the coordinator is signed out again."""
    client = sign_in(district.coordinator)
    telephone = set_up(client)
    client.post("/sign-out")
    return telephone


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


@pytest.mark.requirement("W-10")
def test_recovery_codes_are_shown_once_and_count_once(app: Flask, sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    set_up(client)
    page = client.post("/account/recovery-codes", data={"generate_new_codes": "y"}).text
    codes = re.findall(r'meetrec-code">([0-9a-f-]+)<', page)
    assert len(set(codes)) == 10
    for address in ("/account/recovery-codes", "/account/recovery-codes?show_codes=1"):
        assert codes[0] not in client.get(address).text
        assert codes[0] not in client.get(address, headers={"Accept": "application/json"}).text
    for count in (302, 200):
        other = app.test_client()
        enter(other, district.coordinator)
        assert other.post("/sign-in/recovery", data={"code": f" {codes[0].upper()} "}).status_code == count
    assert verbs(database)[-1] == "account.second_factor_refused"
    assert "9 recovery codes are left" in client.get("/account").text


@pytest.mark.requirement("W-10")
def test_seed_and_recovery_codes_lie_encrypted(sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    telephone = set_up(client)
    codes = re.findall(r'meetrec-code">([0-9a-f-]+)<', client.post("/account/recovery-codes").text)
    with database.reading() as session:
        account = session.get_one(Account, district.coordinator.id)
        kept = f"{account.tf_totp_secret} {account.mf_recovery_codes}"
    assert telephone.totp.base32_key not in kept.upper()
    assert not any(code in kept for code in codes)


@pytest.mark.requirement("W-10")
def test_taking_the_second_step_away_takes_the_recovery_codes_too(sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    set_up(client)
    client.post("/account/recovery-codes")
    assert client.post("/account/second-factor", data={"setup": "disable"}).location == "/account"
    with database.reading() as session:
        account = session.get_one(Account, district.coordinator.id)
        assert (account.tf_totp_secret, account.totp_last_counter, account.mf_recovery_codes) == (None, None, None)
    assert verbs(database)[-1] == "account.second_factor_removed"


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("address", ["/account/second-factor", "/account/recovery-codes", "/account/passkeys", "/account/passkeys/delete"])
def test_what_opens_the_account_changes_after_fresh_proof_only(sign_in: Callable[..., FlaskClient], district: SimpleNamespace, address: str) -> None:
    client = sign_in(district.coordinator)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time() - 16 * 60
    answer = client.post(address, data={"setup": "authenticator", "name": "telephone"})
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/verify")
    assert client.post(answer.location, data={"password": district.coordinator.password}).location == address
    assert client.get(address).status_code in (200, 302)


def test_link_to_the_code_signs_nobody_out(sign_in: Callable[..., FlaskClient], district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    assert client.get("/sign-in/code").location == "/account"
    assert client.get("/account").status_code == 200


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
def test_new_password_ends_the_other_sessions_and_keeps_this_one(
    app: Flask, sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace
) -> None:
    client, other = sign_in(district.coordinator), app.test_client()
    enter(other, district.coordinator)
    new = "nine yellow kites in the wind"
    data = {"password": district.coordinator.password, "new_password": new, "new_password_confirm": new}
    assert client.post("/account/password", data=data).location == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert verbs(database)[-1] == "account.password_changed"
    assert enter(other, district.coordinator).status_code == 200
    assert other.post("/sign-in", data={"email": district.coordinator.email, "password": new}).status_code == 302


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("new", ["short", "password1234567", "a long enough test sentence"], ids=["short", "common", "the one of now"])
def test_weak_or_old_password_is_refused(sign_in: Callable[..., FlaskClient], database: Database, district: SimpleNamespace, new: str) -> None:
    client = sign_in(district.coordinator)
    answer = client.post("/account/password", data={"password": district.coordinator.password, "new_password": new, "new_password_confirm": new})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert "account.password_changed" not in verbs(database)


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
