"""The parent's pages and the coordinator's desk in a real browser: by keyboard, on a phone, with and without scripts."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.rate_limits import limiter
from meetrec.platform.settings import Settings

A_PERSON_WRITES = 2100  # milliseconds; what comes faster was filled in by a program, and comes back once
Looking = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_limits(live_server: str) -> None:
    """Each test is a new visitor."""
    limiter.reset()


@pytest.fixture
def look_at_errors(look_at: Looking, console_problems: list[str]) -> Callable[[], None]:
    """Look at a page that came back with errors; Chromium notes its status 422 in the console."""

    def look_at_errors() -> None:
        console_problems[:] = [text for text in console_problems if "status of 422" not in text]
        look_at()

    return look_at_errors


def fill_in(page: Page, district: SimpleNamespace, settings: Settings) -> None:
    start = clock.in_zone(district.meeting.start, settings.district.zone)
    page.get_by_label("Your name").fill("Ana Rivera")
    page.locator("label", has_text="Legal guardian").click()
    page.get_by_label("The pupil's name").fill("Mateo Rivera")
    page.get_by_label("School where the meeting takes place").select_option("Lincoln Elementary")
    page.get_by_label("Date of the meeting").fill(start.date().isoformat())
    page.get_by_label("Time the meeting starts").fill(start.strftime("%H:%M"))
    page.wait_for_timeout(A_PERSON_WRITES)


def sign_in(page: Page, account: SimpleNamespace) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk")


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_public_pages_are_accessible_in_both_languages(page: Page, look_at: Looking, look_at_errors: Callable[[], None], language: str) -> None:
    page.goto(f"/language/{language}?next=/")
    look_at("/")
    look_at("/notice")
    page.locator("button[type=submit]").click()
    expect(page.locator("#error-summary")).to_be_focused()
    look_at_errors()


@pytest.mark.requirement("G1.a")
def test_parent_gives_notice_and_holds_an_accessible_receipt(page: Page, look_at: Looking, district: SimpleNamespace, settings: Settings) -> None:
    page.goto("/")
    page.get_by_role("link", name="Give notice that you will record").click()
    fill_in(page, district, settings)
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your notice")
    expect(page.locator("#status-sentence")).to_have_text("Your notice arrived in time.")
    look_at()


def test_mistyped_date_is_shown_again_and_its_error_leads_to_the_field(
    page: Page, look_at_errors: Callable[[], None], district: SimpleNamespace, settings: Settings
) -> None:
    page.goto("/notice")
    fill_in(page, district, settings)
    page.get_by_label("Date of the meeting").evaluate("field => { field.type = 'text'; field.value = '02/31/2027'; }")  # a browser without date fields
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_label("Date of the meeting")).to_have_value("02/31/2027")
    expect(page.get_by_label("Your name")).to_have_value("Ana Rivera")
    page.get_by_role("link", name="There is no such date").click()
    expect(page.get_by_label("Date of the meeting")).to_be_focused()
    look_at_errors()


def test_going_back_and_sending_again_leads_to_the_same_receipt(page: Page, district: SimpleNamespace, settings: Settings) -> None:
    page.goto("/notice")
    fill_in(page, district, settings)
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your notice")
    receipt, reference = page.url, page.locator(".notices-reference").inner_text()
    page.reload()
    page.go_back()
    expect(page.locator("#sent-before")).to_be_visible()
    left = "form => [...new FormData(form)].filter(([name, value]) => value && !['nonce', 'csrf_token'].includes(name))"
    assert page.locator("#notice-form").evaluate(left) == [], "no half of the notice that was sent"
    fill_in(page, district, settings)
    page.get_by_role("button", name="Send the notice").click()
    expect(page).to_have_url(receipt)
    expect(page.locator(".notices-reference")).to_have_text(reference)


@pytest.mark.requirement("A-05")
def test_parent_and_coordinator_can_do_everything_without_scripts(browser: Browser, live_server: str, district: SimpleNamespace, settings: Settings) -> None:
    context = browser.new_context(base_url=live_server, locale="en-US", java_script_enabled=False)
    page = context.new_page()
    page.goto("/notice")
    fill_in(page, district, settings)
    page.get_by_role("button", name="Send the notice").click()
    reference = page.locator(".notices-reference").inner_text()
    sign_in(page, district.coordinator)
    expect(page.get_by_role("link", name=f"Open notice {reference}")).to_be_visible()
    page.get_by_role("button", name="Match and arm the room").click()
    expect(page.get_by_text("the room is armed for the meeting")).to_be_visible()
    expect(page.get_by_text("No notice is waiting.")).to_be_visible()
    context.close()


def test_desk_and_its_pages_are_accessible(
    page: Page, look_at: Looking, look_at_errors: Callable[[], None], district: SimpleNamespace, settings: Settings
) -> None:
    page.goto("/notice")
    fill_in(page, district, settings)
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your notice")
    sign_in(page, district.coordinator)
    look_at("/desk")
    page.get_by_role("link", name="Open notice").click()
    look_at()
    page.get_by_role("button", name="Match and arm the room").first.click()
    expect(page.get_by_text("the room is armed for the meeting")).to_be_visible()
    look_at("/desk")
    look_at("/meetings/new")
    page.get_by_role("button", name="Enter the meeting").click()
    expect(page.get_by_text("Choose the pupil.").first).to_be_visible()
    look_at_errors()


def test_desk_refreshes_itself_and_keeps_the_focus(
    page: Page, browser: Browser, live_server: str, database: Database, district: SimpleNamespace, settings: Settings
) -> None:
    parent = browser.new_context(base_url=live_server, locale="en-US")
    form = parent.new_page()
    form.goto("/notice")
    fill_in(form, district, settings)
    form.get_by_role("button", name="Send the notice").click()
    reference = form.locator(".notices-reference").inner_text()
    page.clock.install()
    sign_in(page, district.coordinator)
    page.get_by_role("link", name=f"Open notice {reference}").focus()
    form.goto("/notice")
    fill_in(form, district, settings)
    form.get_by_label("Your name").fill("Luis Rivera")
    form.get_by_role("button", name="Send the notice").click()
    second = form.locator(".notices-reference").inner_text()
    page.clock.run_for(10_000)
    expect(page.get_by_role("link", name=f"Open notice {second}")).to_be_visible()
    expect(page.locator("#desk-news")).to_have_text("The desk has changed.")
    expect(page.get_by_role("link", name=f"Open notice {reference}")).to_be_focused()
    parent.close()


def test_desk_says_when_the_server_does_not_answer(page: Page, district: SimpleNamespace, live_server: str) -> None:
    page.clock.install()
    sign_in(page, district.coordinator)
    page.wait_for_load_state()  # the desk's script has begun to count
    page.route("**/desk/now*", lambda route: route.abort())
    page.clock.run_for(10_000)
    expect(page.get_by_text("The desk cannot be refreshed at the moment.")).to_be_visible()
    page.unroute("**/desk/now*")
    page.clock.run_for(10_000)
    expect(page.locator("#desk-trouble")).to_be_hidden()


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_of_the_private_link_are_accessible_in_both_languages(
    page: Page, look_at: Looking, look_at_errors: Callable[[], None], district: SimpleNamespace, settings: Settings, database: Database, language: str
) -> None:
    page.goto("/notice")
    fill_in(page, district, settings)
    page.get_by_label("An interpreter or anything else").fill("A Spanish interpreter")
    page.get_by_label("Your e-mail address").fill("ana@example.org")
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your notice")
    link = page.url
    page.goto(f"/language/{language}?next=/notice/receipt-key")
    look_at()
    for part in ("", "/more", "/correct", "/withdraw"):
        look_at(link + part)
    page.goto(f"{link}/correct")
    page.locator("#student_name").fill("")
    page.locator("button[type=submit]").click()
    expect(page.locator("#error-summary")).to_be_focused()
    look_at_errors()
    token = "t" * 43
    with database.writing() as session:
        session.execute(update(Notice).values(address_link_hash=hash_of(token)))
    look_at(f"/notice/address/{token}")
    page.locator("button[type=submit]").click()
    look_at()
    page.goto(f"{link}/withdraw")
    page.locator("button[type=submit]").click()
    expect(page).to_have_url(link)
    look_at()


def test_notice_outlasts_a_lost_connection_and_goes_out_by_itself(
    page: Page, console_problems: list[str], district: SimpleNamespace, settings: Settings
) -> None:
    page.goto("/notice")
    fill_in(page, district, settings)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_text("your notice has not been sent yet")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Ana Rivera")
    console_problems[:] = [text for text in console_problems if "ERR_INTERNET_DISCONNECTED" not in text]
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your notice")
    assert page.evaluate("sessionStorage.length") == 0


def test_what_was_typed_is_back_when_the_page_is_opened_anew_and_gone_after_two_hours(page: Page, district: SimpleNamespace, settings: Settings) -> None:
    page.goto("/notice")
    fill_in(page, district, settings)
    page.goto("/")
    page.goto("/notice")
    expect(page.get_by_text("What you had typed here is back.")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Ana Rivera")
    expect(page.get_by_role("radio", name="Legal guardian")).to_be_checked()
    page.goto("/")
    page.evaluate("sessionStorage.setItem('notice-draft', JSON.stringify({...JSON.parse(sessionStorage.getItem('notice-draft')), at: Date.now() - 7200001}))")
    page.goto("/notice")
    expect(page.get_by_label("Your name")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_quickly_sent_form_comes_back_once_in_the_browser(
    page: Page, look_at_errors: Callable[[], None], district: SimpleNamespace, settings: Settings
) -> None:
    page.goto("/notice")
    page.evaluate("document.getElementById('nonce').value = ''")
    fill_in(page, district, settings)
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_text("This came faster than a person can write.")).to_be_visible()
    expect(page.locator("#error-summary")).to_be_focused()
    look_at_errors()
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your notice")
