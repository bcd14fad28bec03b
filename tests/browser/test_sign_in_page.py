"""The sign-in page and the error page in a real browser, in both languages, on a phone and at a desk."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

LANGUAGES = {"en": "Sign in", "es": "Iniciar sesión"}
Looking = Callable[..., None]


@pytest.mark.requirement("S-03")
@pytest.mark.parametrize("language", LANGUAGES)
def test_sign_in_page_is_accessible_in_both_languages(page: Page, look_at: Looking, language: str) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    look_at("/sign-in")
    expect(page.get_by_role("heading", level=1)).to_have_text(LANGUAGES[language])
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.requirement("L-48")
def test_language_can_be_changed_on_the_narrowest_screen(page: Page, live_server: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/sign-in?next=/desk")
    page.get_by_role("link", name="Español").click()
    expect(page).to_have_url(f"{live_server}/sign-in?next=/desk")
    expect(page.get_by_role("heading", level=1)).to_have_text(LANGUAGES["es"])


@pytest.mark.requirement("W-10")
def test_wrong_password_is_explained_and_takes_the_focus(page: Page, look_at: Looking, district: SimpleNamespace) -> None:
    page.goto("/sign-in")
    _fill_in(page, district.coordinator.email, "not the password")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("This e-mail address and password do not belong together")
    expect(summary).to_be_focused()
    look_at()


def test_sign_in_and_sign_out_with_the_keyboard_alone(page: Page, look_at: Looking, live_server: str, district: SimpleNamespace) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").focus()
    page.keyboard.type(district.coordinator.email)
    page.keyboard.press("Tab")
    page.keyboard.type(district.coordinator.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server}/desk")
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page).to_have_url(f"{live_server}/sign-in")


@pytest.mark.parametrize(("language", "heading"), [("en", "Page not found"), ("es", "No encontramos esa página")])
def test_error_page_is_accessible_in_both_languages(page: Page, look_at: Looking, language: str, heading: str) -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    look_at("/no-such-page", expected_status=404)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_skip_link_is_first_and_leads_to_the_content(page: Page, live_server: str) -> None:
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the main content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()


def _fill_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
