"""The page of a recording with the reserve's copy, before and after it is used, in a real Chromium: accessible at both widths. And the reserve's header."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Page

from meetrec.capture.pieces import RATE, Gap
from meetrec.capture.signing import KioskSigner
from meetrec.installation.actions import enroll_kiosk
from meetrec.meetings.models import Room
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.fixtures.browser import WIDTHS, Look, _seen
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise


@pytest.fixture
def signed_in(page: Page, district: SimpleNamespace) -> Page:
    page.goto("/sign-in")
    page.fill("input[name=email]", district.coordinator.email)
    page.fill("input[name=password]", district.coordinator.password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk*")
    return page


@pytest.mark.requirement("G5.a", "G5.b")
def test_page_with_both_copies_is_accessible_before_and_after_they_are_joined(
    signed_in: Page, app: Flask, database: Database, district: SimpleNamespace, kiosk: KioskClient, make_run: Callable[..., SealedRun],
    work: Callable[[], None], console_problems: list[str],
) -> None:  # fmt: skip
    signer = KioskSigner.new()
    with database.writing() as session:
        reserve, token = enroll_kiosk(session, clock.now(), session.get_one(Room, district.room.id), signer, is_reserve=True)
    lost = Gap(RATE, RATE, "device_lost", "finished callback")
    run = make_run({"table-1": [Part(0, noise(RATE, 1)), Part(2 * RATE, noise(RATE, 2), (lost,))]})
    other = make_run({"table-1": [Part(0, noise(2 * RATE, 3))], "table-2": [Part(0, noise(3 * RATE, 4))]}, kiosk=reserve.id, signer=signer)
    KioskClient(app.test_client(), token).deliver(other)
    kiosk.open(run)
    address = f"/recordings/{run.recording}"
    for width in WIDTHS:
        assert _look(signed_in, address, width) == Look(width, [], [], "")
    assert signed_in.get_by_role("button", name="Use the reserve recorder’s copy").count() == 1
    signed_in.goto("about:blank")  # the open page reloads itself when the recording moves on
    kiosk.deliver(run)
    work()
    work()
    signed_in.goto(address)
    assert signed_in.locator("#sound, #copy-1 audio").count() == 2
    console_problems.clear()  # axe's own script is refused by the page's policy
    for width in WIDTHS:
        assert _look(signed_in, address, width) == Look(width, [], [], "")
    assert signed_in.get_by_role("heading", name="Reserve recorder").count() == 1
    console_problems.clear()


def _look(page: Page, address: str, width: str) -> Look:
    across, down = WIDTHS[width]
    page.set_viewport_size({"width": across, "height": down})
    page.goto(address)
    return _seen(page, width)
