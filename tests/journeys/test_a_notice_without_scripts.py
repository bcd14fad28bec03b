"""A family gives notice on a telephone with JavaScript off, in English and in Spanish: from the explanation to the receipt, corrected and withdrawn."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from meetrec.notices.models import Notice
from meetrec.notices.receipt_keys import public_key_text, receipt_key
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.rate_limits import limiter
from meetrec.platform.settings import Settings

PHONE = {"width": 360, "height": 740}
A_PERSON_WRITES = 2100  # milliseconds
HEADINGS = {
    "en": ("We have your notice", "Your notice is withdrawn"),
    "es": ("Tenemos su aviso", "Su aviso está retirado"),
}


@pytest.fixture
def telephone(browser: Browser, live_server: str) -> Iterator[Callable[[str], Page]]:
    """A telephone that asks for pages in a language and runs no script."""
    limiter.reset()
    contexts = []

    def telephone(language: str) -> Page:
        locale = {"en": "en-US", "es": "es-US"}[language]
        contexts.append(browser.new_context(base_url=live_server, locale=locale, java_script_enabled=False, viewport=PHONE, is_mobile=True, has_touch=True))
        return contexts[-1].new_page()

    yield telephone
    while contexts:
        contexts.pop().close()


def go_to(page: Page, part: str) -> None:
    """Follow the link of the page whose address ends so."""
    page.locator(f"main a[href$='{part}']").first.click()
    page.wait_for_load_state()


def send(page: Page) -> None:
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()


def give_notice_at_the_second_try(page: Page, start: datetime, language: str) -> None:
    """From the explanation to the receipt; the first time the hour is missing."""
    page.goto("/")
    go_to(page, "/notice")
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#recorder_name").fill("Ana Rivera")
    page.locator("label[for=recorder_role-0]").tap()
    page.locator("#student_name").fill("Mateo Rivera")
    page.locator("#school").select_option("Lincoln Elementary")
    page.locator("#meeting_date").fill(start.date().isoformat())
    page.wait_for_timeout(A_PERSON_WRITES)
    send(page)
    expect(page.locator("#error-summary")).to_be_visible()  # the time is missing; everything else is still there
    expect(page.locator("#student_name")).to_have_value("Mateo Rivera")
    page.locator("#meeting_time").fill(start.strftime("%H:%M"))
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language][0])


def say_why_and_correct_the_device(page: Page, language: str) -> None:
    """Two further versions of the notice."""
    go_to(page, "/more")
    page.locator("#reason").fill("To remember")
    send(page)
    go_to(page, "/correct")
    page.locator("#device").fill("my telephone")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language][0])
    expect(page.locator("dd", has_text="my telephone")).to_be_visible()


def save(page: Page, part: str, path: Path) -> Path:
    """Take away what the link gives whose address ends so."""
    with page.expect_download() as download:
        page.locator(f"a[href$='{part}']").click()
    download.value.save_as(path)
    return path


def check_offline(receipt: Path, settings: Settings) -> str:
    """What the command says of the signed receipt."""
    key = receipt.with_name("key.pem")
    key.write_text(public_key_text(receipt_key(settings)))
    command = [sys.executable, "-m", "meetrec", "notices", "verify-receipt", str(receipt), "--public-key", str(key)]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout


def withdraw(page: Page, language: str) -> None:
    """At the end the receipt says so."""
    go_to(page, "/withdraw")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language][1])


@pytest.mark.requirement("G1.a")
@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_family_gives_corrects_and_withdraws_a_notice_without_scripts(
    telephone: Callable[[str], Page], language: str, district: SimpleNamespace, settings: Settings, database: Database, tmp_path: Path
) -> None:
    page = telephone(language)
    give_notice_at_the_second_try(page, clock.in_zone(district.meeting.start, settings.district.zone), language)
    link = page.url
    say_why_and_correct_the_device(page, language)
    checked = check_offline(save(page, "/file", tmp_path / "receipt.json"), settings)
    assert save(page, "/letter", tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
    withdraw(page, language)
    assert page.url == link
    with database.reading() as session:
        notice = session.scalars(select(Notice)).one()
    assert f"{notice.reference} (version 3)" in checked
    assert (notice.language, notice.status, notice.version, notice.reason, notice.device) == (language, "withdrawn", 3, "To remember", "my telephone")
