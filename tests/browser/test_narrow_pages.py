"""Pages on a telephone: the desk stands close together with everything on it, and the fields of a search stand apart."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from meetrec.notices.actions import District, receive_notice
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.browser.test_every_page import sign_in
from tests.notices.conftest import missouri, statement

__all__ = ["missouri", "statement"]
PHONE = {"width": 360, "height": 740}
WAITING = 9
TALLEST_DESK = {"en": 6000, "es": 6600}  # CSS pixels, with nine notices to match, a meeting for each; they were 7,100 and 7,600


@pytest.fixture
def nine_notices(app: Flask, database: Database, statement: Callable[..., NoticeStatement], missouri: District, district: SimpleNamespace) -> None:
    """Each with a need, and each with a meeting that fits."""
    with app.test_request_context(), database.writing() as session:
        for number in range(WAITING):
            said = statement(recorder_name=f"Parent Number {number}", accommodation_request="An interpreter for Spanish")
            receive_notice(session, clock.now(), "public", said, new_nonce(), missouri)


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.usefixtures("nine_notices")
def test_the_desk_on_a_telephone_stands_close_and_loses_nothing(page: Page, district: SimpleNamespace, language: str) -> None:
    sign_in(page, district.coordinator, language)
    texts = {}
    for name, size in (("phone", PHONE), ("desk", {"width": 1280, "height": 800})):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto("/desk")
        texts[name] = [page.locator(".notices-card").nth(number).inner_text().split() for number in range(WAITING)]
        expect(page.locator(".notices-card button").last).to_be_visible()
        if name == "phone":
            assert page.evaluate("document.documentElement.scrollHeight") <= TALLEST_DESK[language]
    assert texts["phone"] == texts["desk"]


def test_the_fields_of_a_search_stand_apart_and_are_framed(page: Page, district: SimpleNamespace) -> None:
    sign_in(page, district.administrator, "en")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/accounts")
    field, label = page.locator("#q").bounding_box(), page.locator("label[for=kind]").bounding_box()
    assert field is not None
    assert label is not None
    assert label["y"] - (field["y"] + field["height"]) >= 16
    assert page.locator("#q").evaluate("field => getComputedStyle(field).borderRightWidth") == "1px"
