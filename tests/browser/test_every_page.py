"""Every page that has an address of its own, in both languages, at a desk and on a phone: WCAG 2.1 AA, no sideways scrolling, clean console."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.fixtures.doors import rules_of

NO_PAGES = {"/healthz", "/desk/now", "/notice/receipt-key.pem"}  # JSON, a part of the desk's page, a file to save


def pages_of(app: Flask, kind: str, role: str | None = None) -> list[str]:
    """The addresses without parameters that show a page; for a role, those that it opens."""
    opened = [rule for rule, entrance in rules_of(app, kind) if role is None or role in entrance.roles]
    return sorted({rule.rule for rule in opened if "GET" in (rule.methods or ()) and not rule.arguments} - NO_PAGES)


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_public_page(app: Flask, page: Page, look_at: Callable[..., None], language: str) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    for address in pages_of(app, "public"):
        look_at(address)
        assert page.locator("html").get_attribute("lang") == language


def sign_in(page: Page, account: SimpleNamespace, language: str) -> None:
    """As a person does it."""
    page.goto(f"/language/{language}?next=/sign-in")
    page.locator("#email").fill(account.email)
    page.locator("#password").fill(account.password)
    page.locator("form button[type=submit]").click()


# Whose sessions see every staff page once: the coordinator's, then what only the administrator's opens.
VISITORS = ("coordinator", "administrator")


def pages_for(app: Flask, district: SimpleNamespace, who: str) -> list[str]:
    """The pages that this visitor opens and none before it."""
    seen: set[str] = set()
    for visitor in VISITORS[: VISITORS.index(who)]:
        seen |= {*pages_of(app, "staff", getattr(district, visitor).role)}
    return sorted({*pages_of(app, "staff", getattr(district, who).role)} - seen)


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("who", "own_page"), [("coordinator", "/desk"), ("administrator", "/kiosks")])
def test_every_staff_page(app: Flask, page: Page, look_at: Callable[..., None], district: SimpleNamespace, who: str, own_page: str, language: str) -> None:
    sign_in(page, getattr(district, who), language)
    pages = pages_for(app, district, who)
    assert own_page in pages
    for address in pages:
        look_at(address)


def test_every_staff_page_is_somebodys(app: Flask, district: SimpleNamespace) -> None:
    assert {address for who in VISITORS for address in pages_for(app, district, who)} == set(pages_of(app, "staff"))


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_of_a_family(app: Flask, page: Page, look_at: Callable[..., None], account_of: Callable[[str], SimpleNamespace], language: str) -> None:
    sign_in(page, account_of("family"), language)
    for address in [*pages_of(app, "family"), "/account"]:
        look_at(address)
        assert page.locator("html").get_attribute("lang") == language


@pytest.mark.requirement("L-48")
def test_a_letter_and_a_mail_on_the_screen(page: Page, look_at: Callable[..., None], district: SimpleNamespace) -> None:
    sign_in(page, district.coordinator, "en")
    for address in ("/letters/receipt/es", "/letters/dissemination_form/en", "/letters/mail/notice_received/es"):
        look_at(address)


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_of_a_kiosks_code_and_revocation(page: Page, look_at: Callable[..., None], district: SimpleNamespace, language: str) -> None:
    sign_in(page, district.administrator, language)
    look_at(f"/kiosks/{district.kiosk.id}/revoke")
    page.goto("/kiosks")
    page.locator("#room").select_option(index=1)
    page.locator("label[for=place-0]").click()
    page.locator("main form button[type=submit]").click()
    assert page.locator("#code").inner_text().count("-") == 4
    look_at()  # at both widths, without asking for it again
