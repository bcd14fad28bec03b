"""Pages of the collector: accessible in both languages, on a desk's screen and on a telephone."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, update

from meetrec.consents import actions
from meetrec.consents.actions import Heard
from meetrec.meetings.coverage import Affiliation
from meetrec.people.models import Account
from meetrec.people.rights_models import Guardian
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.browser.test_every_page import sign_in
from tests.consents.conftest import GUEST, LAURA, asked, link_for, on_paper, parent, people_of, table, today

__all__ = ["asked", "link_for", "on_paper", "parent", "people_of", "table", "today"]

PeopleOf = Callable[[str], dict[str, str]]


@pytest.mark.requirement("L-48")
@pytest.mark.requirement("NOTE.3")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_coordinators_pages(
    page: Page, look_at: Callable[..., None], asked: str, people_of: PeopleOf, on_paper: Callable[..., None], database: Database, district: SimpleNamespace,
    language: str,
) -> None:  # fmt: skip
    with database.writing() as session:
        actions.enter_person(session, clock.now(), "user:x", asked, Heard("A sister", Affiliation.PARENTS_GUEST, is_minor=True))
    people = people_of(asked)
    on_paper(people[LAURA])
    sign_in(page, district.coordinator, language)
    for address in (f"/meetings/{district.meeting.id}/dissemination", f"/dissemination/{asked}", f"/dissemination/{asked}/people"):
        look_at(address)
    for person, below in ((GUEST, ""), (LAURA, ""), (GUEST, "/paper"), (GUEST, "/link"), ("A sister", "/paper"), (GUEST, "/account")):
        look_at(f"/dissemination/{asked}/people/{people[person]}{below}")
    look_at("/my-consents")
    look_at(f"/my-consents/{people[LAURA]}")


@pytest.mark.requirement("L-48")
def test_forms_that_lack_something_and_the_link_that_is_shown_once(
    page: Page, look_at: Callable[..., None], asked: str, people_of: PeopleOf, district: SimpleNamespace, console_problems: list[str]
) -> None:
    sign_in(page, district.coordinator, "en")
    page.goto(f"/dissemination/{asked}/people/{people_of(asked)[GUEST]}/link")
    page.locator("main form button[type=submit]").click()
    page.get_by_text("Please look at this again").wait_for()
    console_problems.clear()  # the page answers 422
    look_at()
    page.locator("label[for=identity-0]").click()
    page.locator("main form button[type=submit]").click()
    page.get_by_text("It is shown this once.").wait_for()
    look_at()


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_behind_a_link_before_and_after(
    page: Page, look_at: Callable[..., None], asked: str, people_of: PeopleOf, link_for: Callable[[str], str], language: str
) -> None:
    page.goto(f"/language/{language}?next=/")
    link = link_for(people_of(asked)[GUEST])
    look_at(link)
    page.locator("label[for=answer-0]").click()
    page.locator("main form button[type=submit]").click()
    page.locator(".notices-state").wait_for()
    look_at()


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_parents_own_pages(
    page: Page, look_at: Callable[..., None], account_of: Callable[..., SimpleNamespace], database: Database, district: SimpleNamespace,
    parent: SimpleNamespace, table: SimpleNamespace, language: str,
) -> None:  # fmt: skip
    ana = account_of("family", name="Ana Rivera")
    with database.writing() as session:
        account = session.scalars(select(Account.id).where(Account.id == ana.id)).one()
        session.execute(update(Guardian).where(Guardian.id == parent.id).values(account_id=account))
    sign_in(page, ana, language)
    look_at(f"/family/meetings/{district.meeting.id}/passing-on")
    page.locator("#purpose").fill("To my sister, to explain the meeting to her.")
    page.locator("main form button[type=submit]").click()
    page.get_by_text(GUEST).wait_for()
    page.locator("#name").fill("Mateo Rivera")
    page.locator("input[name=affiliation][value=student] + label").click()
    page.locator("form[action$='/people'] button[type=submit]").click()
    page.get_by_text("Mateo Rivera").first.wait_for()
    look_at()
    look_at(page.locator("main li a").first.get_attribute("href"))
