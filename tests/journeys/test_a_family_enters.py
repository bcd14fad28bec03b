"""A mother gets her code at the counter and opens her own door with it on a telephone without scripts: account, meeting, notice, receipt, withdrawal."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy import select

from meetrec.notices.models import Notice
from meetrec.people.models import Account
from meetrec.people.rights_models import Guardian
from meetrec.people.roles import RECORDS_CLERK
from meetrec.platform.database import Database
from meetrec.platform.rate_limits import limiter
from tests.fixtures.families import guardian_of, put_paper

__all__ = ["guardian_of"]

PHONE = ViewportSize(width=360, height=740)
A_PERSON_WRITES = 2100  # milliseconds
MAIL, SENTENCE = "ana.rivera@demonstration.example", "the blue bicycle stands outside"
WORDS = {
    "en": ("Open your account", "We have your notice", "You withdrew this notice.", "cannot show you the meetings"),
    "es": ("Abra su cuenta", "Tenemos su aviso", "Usted retiró este aviso.", "no puede mostrarle las reuniones"),
}


@pytest.fixture
def browsers(browser: Browser, live_server: str) -> Iterator[Callable[[str], Page]]:
    """A browser of somebody's own, in a language, without scripts, as small as a telephone."""
    limiter.reset()
    contexts: list[BrowserContext] = []

    def browsers(language: str) -> Page:
        locale = {"en": "en-US", "es": "es-US"}[language]
        contexts.append(browser.new_context(base_url=live_server, locale=locale, java_script_enabled=False, viewport=PHONE))
        return contexts[-1].new_page()

    yield browsers
    while contexts:
        contexts.pop().close()


def send(page: Page, form: str = "main form") -> None:
    page.locator(f"{form} button[type=submit]").last.click()
    page.wait_for_load_state()


def sign_in(page: Page, email: str, password: str) -> None:
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    send(page, "main form.usa-form")


def code_at_the_counter(page: Page, clerk: SimpleNamespace, student_id: str) -> str:
    """The clerk looks at the mother's card and makes the code."""
    page.goto("/sign-in")
    sign_in(page, clerk.email, clerk.password)
    page.goto(f"/pupils/{student_id}")
    page.locator("main a[href$='/identity']").click()
    page.locator("label[for=holder-0]").click()
    page.locator("label[for=way-0]").click()
    page.locator("#seen").select_option("driver_licence")
    send(page)
    return page.locator("#code").inner_text()


def open_the_own_door(page: Page, code: str, heading: str) -> None:
    """From the first page with the code to the own child's meetings; the sign-in knows the address already."""
    page.goto("/")
    page.locator("main a[href$='/family/begin']").click()
    page.locator("#code").fill(code.lower())
    send(page)
    expect(page.locator("h1")).to_have_text(heading)
    page.locator("#email").fill(MAIL)
    page.locator("#password").fill(SENTENCE)
    page.locator("#again").fill(SENTENCE)
    send(page)
    expect(page.locator("#email")).to_have_value(MAIL)
    sign_in(page, MAIL, SENTENCE)
    expect(page).to_have_url(f"{page.url.split('/family')[0]}/family")
    expect(page.locator("main")).to_contain_text("Mateo (M. R.)")


def give_notice_of_the_meeting(page: Page, district: SimpleNamespace, heading: str) -> None:
    """From the meeting's page, with what is known filled in."""
    page.locator(f"main a[href$='/family/meetings/{district.meeting.id}']").click()
    expect(page.locator("main")).to_contain_text(district.room.name)
    page.locator("main a[href*='/family/notice?meeting=']").click()
    expect(page.locator("#student_name")).to_have_value("Mateo Rivera")
    page.wait_for_timeout(A_PERSON_WRITES)
    send(page)
    expect(page.locator("h1")).to_have_text(heading)


def the_notice_of_the_mothers_account(database: Database, mother: SimpleNamespace, language: str) -> Notice:
    """It belongs to the account, and both speak her language."""
    with database.reading() as session:
        notice = session.scalars(select(Notice)).one()
        account = session.get_one(Account, session.get_one(Guardian, mother.id).account_id)
    assert (notice.account_id, notice.language, account.language) == (account.id, language, language)
    return notice


def print_the_receipt_and_withdraw(page: Page, notice: Notice, sentence: str) -> None:
    """On the notice's own page."""
    page.goto("/family")
    page.locator(f"main a[href$='/family/notices/{notice.id}']").first.click()
    with page.expect_download() as download:
        page.locator("main a[href$='/letter']").click()
    assert download.value.suggested_filename == f"notice-{notice.reference}-1.pdf"
    page.locator("main a[href$='/withdraw']").click()
    send(page)
    expect(page.locator("#status-sentence")).to_contain_text(sentence.split(".")[0])


def papers_that_contradict_each_other_hide_the_child(page: Page, database: Database, mother: SimpleNamespace, sentence: str) -> None:
    """From the moment they are entered."""
    with database.writing() as session:
        put_paper(session, mother.student_id, mother.id, "conflict")
    page.goto("/family")
    expect(page.locator("main")).to_contain_text(sentence)
    expect(page.locator("main")).not_to_contain_text("Mateo")


@pytest.mark.requirement("L-30")
@pytest.mark.requirement("D-17")
@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_from_the_counter_to_the_own_childs_meeting_without_scripts(
    browsers: Callable[[str], Page], guardian_of: Callable[..., SimpleNamespace], account_of: Callable[..., SimpleNamespace], database: Database,
    district: SimpleNamespace, language: str,
) -> None:  # fmt: skip
    opened, received, withdrawn, not_shown = WORDS[language]
    mother = guardian_of()
    code = code_at_the_counter(browsers("en"), account_of(RECORDS_CLERK), mother.student_id)
    page = browsers(language)
    open_the_own_door(page, code, opened)
    give_notice_of_the_meeting(page, district, received)
    notice = the_notice_of_the_mothers_account(database, mother, language)
    print_the_receipt_and_withdraw(page, notice, withdrawn)
    papers_that_contradict_each_other_hide_the_child(page, database, mother, not_shown)
