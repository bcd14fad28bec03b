"""The page that opens the room's screen, in a real browser: from a file to the screen itself, whose cookie is for its own pages alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from meetrec.kiosk.launch_page import write_launch_page
from tests.fixtures.kiosk import district_server, outbox, recorder, room, room_screen, signer
from tests.fixtures.kiosk_screen import browser_context_args, screen_address

__all__ = ["browser_context_args", "district_server", "outbox", "recorder", "room", "room_screen", "screen_address", "signer"]


@pytest.mark.requirement("G5.a")
def test_launch_page_leads_to_the_screen_and_the_token_leaves_the_address(page: Page, screen_address: str, tmp_path: Path) -> None:
    page.goto(write_launch_page(tmp_path, screen_address).as_uri())
    expect(page).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/$"))
    expect(page.locator("#kiosk-page")).to_be_attached()
