"""Recovery codes are shown once, and what opens the account changes only after fresh proof."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.people.models import Account
from meetrec.platform.database import Database
from tests.fixtures.second_factor import enter, set_up, verbs


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
