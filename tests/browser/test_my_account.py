"""My account and the steps of signing in, in a real browser: passkeys with a virtual authenticator, the second step, and every page of them accessible."""

import re
from collections.abc import Callable, Iterator
from threading import Thread
from types import SimpleNamespace

import pytest
from oidc_provider_mock import User, run_server_in_thread
from passlib.totp import TOTP
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from meetrec.app import create_app
from meetrec.journal.models import JournalEntry
from meetrec.people.duty_models import Suspension
from meetrec.people.invitation_actions import invite
from meetrec.people.models import Account, Passkey
from meetrec.people.roles import COORDINATOR
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import SignIn

Looking = Callable[..., None]


@pytest.fixture
def key(page: Page) -> Iterator[None]:
    """A device that keeps passkeys and knows its person, as telephones do."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
    yield
    devices.detach()


@pytest.fixture
def at_localhost(live_server: str) -> str:
    """The same server by its name: browsers refuse passkeys of a bare number."""
    return live_server.replace("127.0.0.1", "localhost")


def enter(page: Page, account: SimpleNamespace, address: str = "/sign-in") -> None:
    """As a person does it."""
    page.goto(address)
    page.locator("#email").fill(account.email)
    page.locator("#password").fill(account.password)
    page.locator("form.usa-form button[type=submit]").click()


def leave(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()


def make_passkey(page: Page, at: str, name: str, purpose: str) -> None:
    page.goto(f"{at}/account/passkeys")
    page.get_by_label("Name of the device").fill(name)
    page.get_by_text(purpose).click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("status").filter(has_text=f"The passkey “{name}” is set up.")).to_be_visible()


@pytest.mark.requirement("W-10")
def test_passkey_stands_in_for_the_password_and_is_both_factors(
    page: Page, key: None, at_localhost: str, database: Database, district: SimpleNamespace, console_problems: list[str]
) -> None:
    enter(page, district.coordinator, f"{at_localhost}/sign-in")
    make_passkey(page, at_localhost, "My telephone", "Sign in with it instead of the password")
    leave(page)
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{at_localhost}/desk")
    with database.reading() as session:
        passkey = session.scalars(select(Passkey)).one()
        told = list(session.scalars(select(JournalEntry.verb).order_by(JournalEntry.sequence)))
    assert (passkey.account_id, passkey.usage) == (district.coordinator.id, "first")
    assert "account.passkey_added" in told
    assert told[-1] == "account.signed_in"
    page.goto(f"{at_localhost}/account/passkeys")
    page.get_by_role("button", name="Take away the passkey “My telephone”").click()
    expect(page.get_by_role("status").filter(has_text="was taken away")).to_be_visible()
    with database.reading() as session:
        assert session.scalars(select(Passkey)).all() == []


@pytest.mark.requirement("W-10")
def test_passkey_as_the_second_step_after_the_password(page: Page, key: None, at_localhost: str, district: SimpleNamespace) -> None:
    enter(page, district.coordinator, f"{at_localhost}/sign-in")
    make_passkey(page, at_localhost, "Key ring", "Use it as the second step, after the password")
    leave(page)
    enter(page, district.coordinator, f"{at_localhost}/sign-in")
    expect(page).to_have_url(re.compile("/sign-in/passkey"))
    page.goto(f"{at_localhost}/desk")
    expect(page).to_have_url(re.compile("/sign-in"))  # the password alone opens nothing
    enter(page, district.coordinator, f"{at_localhost}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{at_localhost}/desk")


@pytest.mark.requirement("W-10")
def test_passkey_of_a_closed_account_opens_nothing(page: Page, key: None, at_localhost: str, database: Database, district: SimpleNamespace) -> None:
    enter(page, district.coordinator, f"{at_localhost}/sign-in")
    make_passkey(page, at_localhost, "My telephone", "Sign in with it instead of the password")
    leave(page)
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).deactivated_at = clock.now()
    page.goto(f"{at_localhost}/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("status").filter(has_text="do not belong together")).to_be_visible()
    page.goto(f"{at_localhost}/desk")
    expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.requirement("W-10")
def test_browser_without_a_passkey_says_so(page: Page, at_localhost: str) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    page.goto(f"{at_localhost}/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.requirement("L-48")
@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_of_my_account_and_of_the_steps(
    page: Page, look_at: Looking, context: BrowserContext, database: Database, district: SimpleNamespace, language: str
) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    look_at("/sign-in/passkey")
    enter(page, district.coordinator)
    for address in ("/account", "/account/password", "/account/passkeys", "/account/second-factor", "/account/recovery-codes", "/verify", "/verify/passkey"):
        look_at(address)
    page.goto("/account/second-factor")
    page.locator("main form button").first.click()
    look_at()
    telephone = TOTP(key=page.locator(".meetrec-code").inner_text())
    page.locator("#code").fill("000000")
    page.locator("main form button[type=submit]").click()
    look_at()  # with its error
    page.locator("#code").fill(telephone.generate().token)
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile("/account$"))
    page.goto("/account/recovery-codes")
    page.locator("main form button").click()
    look_at()
    codes = page.locator(".meetrec-code").all_inner_texts()
    page.locator(".meetrec-sign-out button").click()
    enter(page, district.coordinator)
    look_at()  # the code
    page.locator("main a[href*=recovery]").click()
    look_at()
    page.locator("#code").fill(codes[0])
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile("/desk$"))


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_page_of_the_first_password(page: Page, look_at: Looking, database: Database, account_of: Callable[..., SimpleNamespace], language: str) -> None:
    account = account_of(COORDINATOR, password=None, activated_at=None)
    with database.writing() as session:
        code = invite(session, clock.now(), "system", session.get_one(Account, account.id))
    page.goto(f"/language/{language}?next=/sign-in")
    look_at(f"/invitation/{code}")
    page.locator("#password").fill("nine yellow kites in the wind")
    page.locator("#again").fill("nine yellow kites in the wind")
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile("/sign-in$"))


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_page_of_a_suspended_person(
    page: Page, look_at: Looking, database: Database, district: SimpleNamespace, language: str, console_problems: list[str]
) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    enter(page, district.coordinator)
    with database.writing() as session:
        session.add(Suspension(account_id=None, kind="long_term", reason="a report", began_at=clock.now(), began_by="system"))
    page.goto("/account")
    console_problems.clear()  # the 403 that is meant
    look_at()


@pytest.mark.requirement("W-10")
def test_browser_follows_the_form_to_the_provider_and_back(page: Page, settings: Settings, database: Database, district: SimpleNamespace) -> None:
    with run_server_in_thread(user_claims=[User(sub="laura", claims={"email": district.coordinator.email, "email_verified": True})]) as provider:
        rule = SignIn(oidc_issuer=f"http://localhost:{provider.server_port}", oidc_client_id="meetrec", oidc_client_secret="a secret")  # noqa: S106
        app = create_app(settings.model_copy(update={"sign_in": rule}), database=database)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/sign-in?next=/meetings/new")
        page.get_by_role("button", name="Sign in with: School account").click()
        page.locator("[name=sub][value=laura]").click()
        expect(page).to_have_url(f"http://127.0.0.1:{server.server_port}/meetings/new")
        server.shutdown()
        server.server_close()
