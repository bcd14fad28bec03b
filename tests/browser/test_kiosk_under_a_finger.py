"""The list of meetings renews itself, but never under a finger or a key, and never in the way of a link that was touched."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.fixtures.kiosk import KIOSK, MATEO, armed, district_server, outbox, recorder, room, room_screen, signer
from tests.fixtures.kiosk_screen import LATER, browser_context_args, screen_address

__all__ = ["browser_context_args", "district_server", "outbox", "recorder", "room", "room_screen", "screen_address", "signer"]

TWO_POLLS_MS = 2500


def arm_another(district_server: FaultyServer, room_screen: Screen) -> None:
    """The server tells of a second meeting today: an open list shows something else."""
    district_server.news = news(KIOSK, [armed(MATEO, clock.now()), armed(LATER, clock.now(), "J. T.")])
    room_screen.news.ask()


@pytest.mark.parametrize("by", ["finger", "key"])
def test_list_waits_for_the_hand_and_is_renewed_after_it(page: Page, screen_address: str, district_server: FaultyServer, room_screen: Screen, by: str) -> None:
    page.goto(screen_address)
    page.get_by_role("heading", name="Microphones").hover()
    take, leave = (page.mouse.down, page.mouse.up) if by == "finger" else (lambda: page.keyboard.down("Shift"), lambda: page.keyboard.up("Shift"))
    take()
    arm_another(district_server, room_screen)
    page.wait_for_timeout(TWO_POLLS_MS)
    expect(page.get_by_role("link", name="M. R.")).to_have_count(1)
    expect(page.get_by_role("heading", name="Later this week")).to_be_visible()  # as it was
    leave()
    expect(page.get_by_role("heading", name="Later this week")).to_have_count(0)
    expect(page.get_by_role("link", name="J. T.")).to_be_visible()


def test_link_that_was_touched_is_followed_though_the_list_changes_meanwhile(
    page: Page, screen_address: str, district_server: FaultyServer, room_screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tap that did nothing: the list drawn anew called back the page that was on its way."""
    page.goto(screen_address)
    found = Screen.meeting

    def found_late(screen: Screen, *which: Any) -> dict[str, Any] | None:
        time.sleep(TWO_POLLS_MS / 1000)
        return found(screen, *which)

    monkeypatch.setattr(Screen, "meeting", found_late)
    page.get_by_role("link", name="M. R.").tap(no_wait_after=True)
    arm_another(district_server, room_screen)
    expect(page.get_by_text("Step 1 of 3")).to_be_visible(timeout=10_000)
