"""A parent's wish to pass their own copy on, with no script anywhere: asked, signed in, at a private link and on paper, printed – and incomplete again."""

from collections.abc import Callable, Iterator
from io import BytesIO
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from pypdf import PdfReader

from meetrec.journal import queries as journal
from meetrec.platform.database import Database
from meetrec.platform.rate_limits import limiter
from tests.consents.conftest import GUEST, LAURA, parent, table, today

__all__ = ["parent", "table", "today"]

PHONE = ViewportSize(width=360, height=740)
AUNT = "An aunt on the telephone"
ALONE = {"en": "parent's own copy alone", "es": "solo a la copia propia"}


@pytest.fixture
def browsers(browser: Browser, live_server: str) -> Iterator[Callable[[str], Page]]:
    """A telephone of somebody's own, in a language, without scripts."""
    limiter.reset()
    contexts: list[BrowserContext] = []

    def browsers(language: str) -> Page:
        locale = {"en": "en-US", "es": "es-US"}[language]
        contexts.append(browser.new_context(base_url=live_server, locale=locale, java_script_enabled=False, viewport=PHONE))
        return contexts[-1].new_page()

    yield browsers
    while contexts:
        contexts.pop().close()


def send(page: Page, form: str = "main form.usa-form") -> None:
    page.locator(f"{form} button[type=submit]").last.click()
    page.wait_for_load_state()


def go_to(page: Page, part: str) -> None:
    """Follow the link of the page whose address ends so."""
    page.locator(f"main a[href$='{part}']").first.click()
    page.wait_for_load_state()


def open_person(page: Page, request: str, name: str) -> None:
    page.goto(request)
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()


def laura_starts_the_request_for_ana(desk: Page, district: SimpleNamespace) -> str:
    """Of the meeting that is Ana's; the address of the request."""
    desk.goto("/sign-in")
    desk.locator("#email").fill(district.coordinator.email)
    desk.locator("#password").fill(district.coordinator.password)
    send(desk, "main form")
    desk.goto(f"/meetings/{district.meeting.id}")
    go_to(desk, "/dissemination")
    desk.locator("#asker").select_option(label="Ana Rivera")
    desk.locator("#purpose").fill("To my sister, to explain the meeting to her.")
    send(desk)
    expect(desk.locator("main")).to_contain_text("0 of 2 have signed. It is not complete.")
    expect(desk.locator("main")).to_contain_text(ALONE["en"])
    return desk.url


def laura_signs_signed_in(desk: Page) -> None:
    """She can be heard herself."""
    desk.goto("/my-consents")
    desk.locator("main ul a").first.click()
    desk.locator("label[for=answer-0]").click()
    send(desk)
    expect(desk.locator("main")).to_contain_text("Your answer: Signed")


def laura_hands_the_therapist_a_link(desk: Page, request: str) -> str:
    """The therapist stands before her; the link's address."""
    open_person(desk, request, GUEST)
    go_to(desk, "/link")
    desk.locator("label[for=identity-0]").click()
    send(desk)
    return desk.locator(".notices-link").inner_text()


def the_therapist_signs_once_on_a_telephone(telephone: Page, link: str, language: str) -> None:
    """At home, in a language of their own."""
    telephone.goto(link)
    expect(telephone.locator("main")).to_contain_text(ALONE[language])
    telephone.locator("label[for=answer-0]").click()
    send(telephone)
    expect(telephone.locator(".notices-state")).to_be_visible()
    assert telephone.locator("form.usa-form").count() == 0  # it signs once


def it_is_complete(desk: Page, request: str) -> None:
    """As the request says it."""
    desk.goto(request)
    expect(desk.locator("main")).to_contain_text("Everybody who can be heard has signed.")


def the_statement_names_both(desk: Page, request: str) -> None:
    """And can be printed."""
    statement = desk.request.get(f"{request}/statement.pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(statement.body())).pages).split())
    assert [name for name in (LAURA, GUEST, "Ana Rivera", ALONE["en"]) if name not in text] == []


def an_aunt_who_spoke_makes_it_incomplete(desk: Page, request: str) -> None:
    """She was on the telephone; nothing can be printed now."""
    go_to(desk, "/people")
    desk.locator("#name").fill(AUNT)
    desk.locator("label", has_text="Came with the parent").click()
    send(desk)
    expect(desk.locator("main")).to_contain_text("2 of 3 have signed. It is not complete.")
    assert desk.request.get(f"{request}/statement.pdf").status == 409


def the_aunts_paper_is_keyed_in(desk: Page, request: str, today: object) -> None:
    """Signed today, kept at the office."""
    open_person(desk, request, AUNT)
    go_to(desk, "/paper")
    desk.locator("label[for=answer-0]").click()
    desk.locator("#signed_on").fill(str(today))
    desk.locator("#kept_at").fill("Office, file 4")
    send(desk)


@pytest.mark.requirement("NOTE.3")
@pytest.mark.requirement("D-43.c")
@pytest.mark.requirement("X-3")
@pytest.mark.parametrize("language", ["en", "es"])
def test_everybody_agrees_and_one_more_voice_makes_it_incomplete_again(
    browsers: Callable[[str], Page], language: str, district: SimpleNamespace, table: SimpleNamespace, today: object, database: Database
) -> None:
    desk = browsers("en")
    request = laura_starts_the_request_for_ana(desk, district)
    laura_signs_signed_in(desk)
    link = laura_hands_the_therapist_a_link(desk, request)
    the_therapist_signs_once_on_a_telephone(browsers(language), link, language)
    it_is_complete(desk, request)
    the_statement_names_both(desk, request)
    an_aunt_who_spoke_makes_it_incomplete(desk, request)
    the_aunts_paper_is_keyed_in(desk, request, today)
    it_is_complete(desk, request)
    with database.reading() as session:
        assert journal.verify(session)[1] is None
