"""Every page that has an address of its own, in both languages, at a desk and on a phone: WCAG 2.1 AA, no sideways scrolling, clean console."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.test_doors import rules_of

NO_PAGES = {"/healthz", "/desk/now"}  # JSON, and a part of the desk's page


def pages_of(app: Flask, kind: str) -> list[str]:
    """The addresses without parameters that show a page."""
    return sorted({rule.rule for rule, _ in rules_of(app, kind) if "GET" in (rule.methods or ()) and not rule.arguments} - NO_PAGES)


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_public_page(app: Flask, page: Page, look_at: Callable[..., None], language: str) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    for address in pages_of(app, "public"):
        look_at(address)
        assert page.locator("html").get_attribute("lang") == language


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_staff_page(app: Flask, page: Page, look_at: Callable[..., None], district: SimpleNamespace, language: str) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    page.locator("#email").fill(district.coordinator.email)
    page.locator("#password").fill(district.coordinator.password)
    page.locator("form button[type=submit]").click()
    pages = pages_of(app, "staff")
    assert "/desk" in pages
    for address in pages:
        look_at(address)
