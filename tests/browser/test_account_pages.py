"""Pages of accounts, custodians, suspensions and vendors as a person sees them: accessible in both languages, usable without JavaScript."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from meetrec.people.actions import end_role, give_role, suspend
from meetrec.people.custody_queries import holders_of
from meetrec.people.models import Account
from meetrec.people.roles import CHAIR, CONTRACTOR, DISTRICT_CUSTODIAN
from meetrec.people.vendor_actions import enter_vendor, terminate_vendor
from meetrec.platform.database import Database
from tests.fixtures.accounts import AccountOf

LookAt = Callable[..., None]
NOW = datetime(2026, 10, 13, 14, 0, tzinfo=UTC)


def sign_in(page: Page, account: SimpleNamespace, language: str) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    page.locator("#email").fill(account.email)
    page.locator("#password").fill(account.password)
    page.locator("form:has(#password) button[type=submit]").click()


@pytest.fixture
def a_full_history(database: Database, account_of: AccountOf, district: SimpleNamespace) -> SimpleNamespace:
    """A contractor with a role that ended and a suspension, a vendor that ended and owes data, and nobody as custodian of the district."""
    contractor = account_of(CONTRACTOR)
    with database.writing() as session:
        account = session.get_one(Account, contractor.id)
        end_role(session, NOW, "system", give_role(session, NOW, "system", account, CHAIR).id)
        suspend(session, NOW, f"user:{district.administrator.id}", account.id, "long_term", None, "A complaint is looked into")
        ended = enter_vendor(session, NOW, "system", "Speech Partners")
        terminate_vendor(session, NOW, "system", ended.id, "Passed a name on", date(2026, 9, 1))
        end_role(session, NOW, "system", holders_of(session, DISTRICT_CUSTODIAN, None)[0].id)
        return SimpleNamespace(account=contractor, vendor_id=account.vendor_id)


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_of_accounts_and_duties(page: Page, look_at: LookAt, district: SimpleNamespace, a_full_history: SimpleNamespace, language: str) -> None:
    sign_in(page, district.administrator, language)
    address = f"/accounts/{a_full_history.account.id}"
    steps = [f"{address}/{step}" for step in ("edit", "roles", "training", "agreement", "deactivate", "second-factor")]
    duties = ["/custodians", "/custodians/hand-over", "/training", "/suspensions", "/suspensions/new", "/vendors", "/vendors/new"]
    for each in ["/accounts", "/accounts/new", address, *steps, *duties, f"/vendors/{a_full_history.vendor_id}/terminate"]:
        look_at(each)
        assert page.locator("html").get_attribute("lang") == language


@pytest.mark.requirement("W-10")
def test_an_account_is_made_and_its_first_password_chosen(page: Page, look_at: LookAt, district: SimpleNamespace, console_problems: list[str]) -> None:
    sign_in(page, district.administrator, "en")
    page.goto("/accounts/new")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the person's name.")
    console_problems.clear()  # the answer was 422, as it should be
    page.get_by_label("Given and family name").fill("Helen Marsh")
    page.get_by_label("The person's own e-mail address").fill("helen.marsh@cedarbend.org")
    page.get_by_label("Role", exact=True).select_option("Meeting chair")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Invitation for Helen Marsh")).to_be_visible()
    look_at()
    link = page.locator("#link").inner_text()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    expect(page.locator("input[type=password]").first).to_be_visible()


@pytest.mark.requirement("W-33")
def test_everybody_is_suspended_in_one_press_without_javascript(browser: Browser, live_server: str, district: SimpleNamespace, database: Database) -> None:
    context, other = (browser.new_context(base_url=live_server, java_script_enabled=False, locale="en-US") for _ in range(2))
    coordinator, page = other.new_page(), context.new_page()
    sign_in(coordinator, district.coordinator, "en")
    expect(coordinator).to_have_url(f"{live_server}/desk")
    sign_in(page, district.administrator, "en")
    page.goto("/suspensions/new")
    page.get_by_label("Whom").select_option("everybody")
    page.get_by_text("Long-term, until somebody lifts it").click()
    page.get_by_label("Reason", exact=True).fill("A machine is investigated")
    page.get_by_role("button", name="Suspend now").click()
    expect(page.get_by_role("heading", name="Everybody but Administrator")).to_be_visible()
    answer = coordinator.goto("/desk")
    assert answer is not None
    assert answer.status == 403
    expect(coordinator.locator("h1")).to_contain_text("closed at the moment")
    page.get_by_role("button", name="Lift this suspension").click()
    expect(page.get_by_text("Nobody is suspended.")).to_be_visible()
    context.close()
    other.close()
