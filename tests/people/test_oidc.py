"""Single sign-on against a real provider on this machine: it opens accounts that are there, for a verified address, and makes none."""

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from oidc_provider_mock import run_server_in_thread
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from meetrec.app import create_app
from meetrec.journal.models import JournalEntry
from meetrec.people.duty_models import Suspension
from meetrec.people.models import Account
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import SignIn
from meetrec.platform.web import entrance_of
from tests.fixtures.second_factor import set_up
from tests.people.test_lockout import lock

REFUSED = "The sign-in with the school account did not work."


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider of OpenID Connect, and its address."""
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


def known_at(provider: str, sub: str, **claims: object) -> str:
    """A person at the provider."""
    assert requests.put(f"{provider}/users/{sub}", json=claims, timeout=5).status_code == 204
    return sub


@pytest.fixture
def visitor(settings: Settings, database: Database, provider: str, district: SimpleNamespace) -> FlaskClient:
    """A browser at a district with single sign-on."""
    rule = SignIn(oidc_issuer=provider, oidc_client_id="meetrec", oidc_client_secret="a secret", oidc_name="Riverside account")  # noqa: S106
    app = create_app(settings.model_copy(update={"sign_in": rule}), database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    return app.test_client()


def answer_of(visitor: FlaskClient, sub: str, address: str = "/sign-in/single/school") -> str:
    """Go to the provider, say yes there, and give the address it sends back to."""
    start = visitor.post(address)
    assert start.status_code == 302, start.text
    asked = parse_qs(urlsplit(start.location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    back = requests.post(start.location, data={"sub": sub}, allow_redirects=False, timeout=5)
    found = urlsplit(back.headers["Location"])
    return f"{found.path}?{found.query}"


def sign_in(visitor: FlaskClient, sub: str) -> TestResponse:
    """Sign in through the provider."""
    return visitor.get(answer_of(visitor, sub))


def accounts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Account.id))) or 0


def is_refused(visitor: FlaskClient, answer: TestResponse, database: Database) -> bool:
    """Sent back to the sign-in page with the sentence, told, and not in."""
    with database.reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.verb == "account.sign_in_refused")).first()
    assert urlsplit(answer.location).path == "/sign-in"
    page = visitor.get("/sign-in")
    return told is not None and page.status_code == 200 and "usa-alert--error" in page.text


@pytest.mark.requirement("W-10")
def test_verified_address_opens_the_account_that_is_there_and_binds_it(
    visitor: FlaskClient, provider: str, database: Database, district: SimpleNamespace
) -> None:
    before = accounts(database)
    sub = known_at(provider, "laura", email=district.coordinator.email.upper(), email_verified=True)
    assert sign_in(visitor, sub).location == "/signed-in"
    assert visitor.get("/account").status_code == 200
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).oidc_subject == f"{provider}|laura"
    assert accounts(database) == before
    visitor.post("/sign-out")
    known_at(provider, "laura", email="another@elsewhere.example", email_verified=False)  # the person counts from now on, not the address
    assert sign_in(visitor, sub).location == "/signed-in"


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("claims", [{"email_verified": False}, {}, {"email_verified": "true"}])
def test_address_that_the_provider_did_not_verify_opens_nothing(
    visitor: FlaskClient, provider: str, database: Database, district: SimpleNamespace, claims: dict[str, object]
) -> None:
    sub = known_at(provider, "unverified", email=district.coordinator.email, **claims)
    assert is_refused(visitor, sign_in(visitor, sub), database)
    assert visitor.get("/account").status_code == 302
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).oidc_subject is None


@pytest.mark.requirement("W-10")
def test_unknown_address_makes_no_account(visitor: FlaskClient, provider: str, database: Database) -> None:
    before = accounts(database)
    sub = known_at(provider, "stranger", email="stranger@elsewhere.example", email_verified=True)
    assert is_refused(visitor, sign_in(visitor, sub), database)
    assert accounts(database) == before


@pytest.mark.requirement("W-10")
def test_account_bound_to_one_person_is_not_opened_by_another(visitor: FlaskClient, provider: str, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).oidc_subject = f"{provider}|somebody else"
    sub = known_at(provider, "newcomer", email=district.coordinator.email, email_verified=True)
    assert is_refused(visitor, sign_in(visitor, sub), database)


@pytest.mark.requirement("W-10")
def test_answer_counts_once_and_in_the_browser_that_asked(visitor: FlaskClient, provider: str, database: Database, district: SimpleNamespace) -> None:
    sub = known_at(provider, "laura", email=district.coordinator.email, email_verified=True)
    address = answer_of(visitor, sub)
    other = visitor.application.test_client()
    assert is_refused(other, other.get(address), database)
    assert visitor.get(address).location == "/signed-in"
    visitor.post("/sign-out")
    assert is_refused(visitor, visitor.get(address), database)
    assert is_refused(visitor, visitor.get(re.sub(r"state=[^&]+", "state=forged", answer_of(visitor, sub))), database)


@pytest.mark.requirement("W-10")
def test_second_step_is_asked_after_single_sign_on_too(visitor: FlaskClient, provider: str, district: SimpleNamespace) -> None:
    visitor.post("/sign-in", data={"email": district.coordinator.email, "password": district.coordinator.password})
    telephone = set_up(visitor)
    visitor.post("/sign-out")
    sub = known_at(provider, "laura", email=district.coordinator.email, email_verified=True)
    assert urlsplit(sign_in(visitor, sub).location).path == "/sign-in/code"
    assert visitor.get("/account").status_code == 302
    assert visitor.post("/sign-in/code", data={"code": telephone.code()}).location == "/signed-in"


@pytest.mark.requirement("W-10")
def test_wrong_passwords_close_neither_single_sign_on_nor_the_code_after_it(
    visitor: FlaskClient, provider: str, database: Database, district: SimpleNamespace
) -> None:
    sub, coordinator = known_at(provider, "laura", email=district.coordinator.email, email_verified=True), district.coordinator
    lock(database, coordinator)
    assert sign_in(visitor, sub).location == "/signed-in"
    telephone = set_up(visitor)
    visitor.post("/sign-out")
    visitor.post("/sign-in", data={"email": coordinator.email, "password": coordinator.password})
    lock(database, coordinator)
    visitor.post("/sign-in/code", data={"code": telephone.code()})
    assert visitor.get("/account").status_code == 302  # this code follows a password
    sign_in(visitor, sub)
    assert visitor.post("/sign-in/code", data={"code": telephone.code()}).location == "/signed-in"


@pytest.mark.requirement("W-10")
def test_codes_after_single_sign_on_cannot_be_tried_out(visitor: FlaskClient, provider: str, database: Database, district: SimpleNamespace) -> None:
    sub = known_at(provider, "laura", email=district.coordinator.email, email_verified=True)
    sign_in(visitor, sub)
    telephone = set_up(visitor)
    visitor.post("/sign-out")
    sign_in(visitor, sub)
    for _ in range(10):
        visitor.post("/sign-in/code", data={"code": "000000"})
    assert visitor.post("/sign-in/code", data={"code": telephone.code()}).status_code == 200
    assert visitor.get("/account").status_code == 302


@pytest.mark.requirement("W-33")
@pytest.mark.parametrize("closed", [{"deactivated_at": True}, {"activated_at": None}, {"suspended": True}])
def test_closed_account_is_not_opened_nor_bound(
    visitor: FlaskClient, provider: str, database: Database, district: SimpleNamespace, closed: dict[str, object]
) -> None:
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        if closed.pop("suspended", None):
            session.add(Suspension(account_id=account.id, kind="long_term", reason="a report", began_at=clock.now(), began_by="system"))
        for column, value in closed.items():
            setattr(account, column, clock.now() if value else None)
    sub = known_at(provider, "laura", email=district.coordinator.email, email_verified=True)
    answer = sign_in(visitor, sub)
    assert answer.status_code == 403 or is_refused(visitor, answer, database)
    assert visitor.get("/account").status_code == 302
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).oidc_subject is None


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("bound", [False, True])
def test_account_of_a_family_is_neither_bound_nor_opened(  # its address was never confirmed: anybody may have typed it
    visitor: FlaskClient, provider: str, database: Database, account_of: Callable[..., SimpleNamespace], *, bound: bool
) -> None:
    family = account_of("family", oidc_subject=f"{provider}|principal" if bound else None)
    sub = known_at(provider, "principal", email=family.email, email_verified=True)
    assert is_refused(visitor, sign_in(visitor, sub), database)
    assert visitor.get("/account").status_code == 302
    with database.reading() as session:
        assert (session.get_one(Account, family.id).oidc_subject is not None) is bound


def test_sign_in_page_has_the_button_and_lets_the_form_go_to_the_provider(visitor: FlaskClient, provider: str) -> None:
    page = visitor.get("/sign-in?next=/meetings/new")
    assert "Riverside account" in page.text
    assert 'action="/sign-in/single/school?next=/meetings/new"' in page.text
    assert f"form-action 'self' {provider}" in page.headers["Content-Security-Policy"]


def test_single_sign_on_goes_on_to_the_page_that_was_asked_for(visitor: FlaskClient, provider: str, district: SimpleNamespace) -> None:
    sub = known_at(provider, "laura", email=district.coordinator.email, email_verified=True)
    assert visitor.get(answer_of(visitor, sub, "/sign-in/single/school?next=/meetings/new")).location == "/meetings/new"


def test_provider_that_does_not_answer_is_no_fault_of_ours(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    rule = SignIn(oidc_issuer="http://localhost:9", oidc_client_id="meetrec")
    app = create_app(settings.model_copy(update={"sign_in": rule}), database=database)
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    visitor = app.test_client()
    assert is_refused(visitor, visitor.post("/sign-in/single/school"), database)


def test_without_a_provider_there_is_no_such_door(client: FlaskClient) -> None:
    assert client.post("/sign-in/single/school").status_code == 404
    assert "/sign-in/single" not in client.get("/sign-in").text


def test_no_further_door_opens_with_a_provider(visitor: FlaskClient) -> None:
    app = visitor.application
    silent = {rule.endpoint for rule in app.url_map.iter_rules() if entrance_of(app, rule.endpoint) is None}
    assert {"security.oauth_verify_start", "security.oauth_verify_response"} <= silent
    assert visitor.post("/verify/single/school").status_code == 403


@pytest.mark.parametrize("half", [{"oidc_issuer": "https://id.example.org"}, {"oidc_client_id": "meetrec"}])
def test_half_a_provider_is_refused_at_start(half: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="both oidc_issuer and oidc_client_id"):
        SignIn(**half)  # type: ignore[arg-type]


@pytest.mark.parametrize("issuer", ["http://id.example.org", "id.example.org", "ftp://id.example.org"])
def test_provider_without_https_is_refused_at_start(issuer: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        SignIn(oidc_issuer=issuer, oidc_client_id="meetrec")
