"""The room on a recording's page and on the desk in a real Chromium: a note plays its place, and both pages are accessible."""

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page

from meetrec.capture.pieces import RATE
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.settings import Settings
from tests.fixtures.browser import WIDTHS, Look, _seen
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise
from tests.recordings.room_logs import ALARM, CLOSING, OPENING, PREFLIGHT, RoomLog, deliver_log

SECONDS = 20
LOST = {"number": 1, "kind": "lost", "microphone": "table-2", "seat": "Window", "since": "2026-10-13T14:12:00+00:00", "over": False, "answered": False}


@pytest.fixture
def room_log(settings: Settings, district: SimpleNamespace, recording_id: str) -> RoomLog:
    """The log of the armed recording, without entries."""
    return RoomLog(recording_id, district.kiosk.id, load_district_key(settings.keyring_dir).public_bytes, district.kiosk_signer)


@pytest.fixture
def signed_in(page: Page, district: SimpleNamespace) -> Page:
    page.goto("/sign-in")
    page.fill("input[name=email]", district.coordinator.email)
    page.fill("input[name=password]", district.coordinator.password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk*")
    return page


@pytest.fixture
def address(kiosk: KioskClient, make_run: Callable[..., SealedRun], work: Callable[[], None], room_log: RoomLog) -> str:
    """Twenty seconds of two microphones in custody, with everything a room can tell."""
    run = make_run({name: [Part(at * RATE, noise(10 * RATE, at)) for at in range(0, SECONDS, 10)] for name in ("table-1", "table-2")})
    for kind, content in (("opening", {**OPENING, "device_as_in_notice": False}), ("preflight", PREFLIGHT), ("started", {})):
        room_log.add(kind, content)
    room_log.add("bookmark", {"label": "spoken_opening"}, elapsed=2.0, run=run.run)
    room_log.add("note", {"text": "A telephone rang.\nIt was answered."}, elapsed=12.0, run=run.run)
    for kind in ("alarm", "alarm_answered", "alarm_over"):
        room_log.add(kind, ALARM, elapsed=15.0, run=run.run)
    room_log.add("closing", CLOSING)
    room_log.add("end", {"confirmed": True})
    deliver_log(kiosk, room_log)
    kiosk.deliver(run)
    work()
    return f"/recordings/{run.recording}"


@pytest.mark.requirement("G7")
def test_note_plays_its_place_and_the_page_is_accessible(signed_in: Page, address: str, console_problems: list[str]) -> None:
    page = signed_in
    page.goto(address)
    page.locator("#room a[data-from='12.0']").press("Enter")
    for _ in range(200):
        if page.locator("#sound").evaluate("player => player.currentTime") > 12.1:
            break
        page.wait_for_timeout(50)
    assert 12.1 < page.locator("#sound").evaluate("player => player.currentTime") < 20
    assert not console_problems
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        page.goto(address)
        assert _seen(page, width) == Look(width, [], [], "")
    console_problems.clear()  # axe's own script is refused by the page's policy


@pytest.mark.requirement("L-48")
def test_desk_with_a_running_alarm_is_accessible(
    signed_in: Page, kiosk: KioskClient, make_run: Callable[..., SealedRun], room_log: RoomLog, look_at: Callable[..., None]
) -> None:
    room_log.add("opening", {**OPENING, "in_plain_sight": False})
    deliver_log(kiosk, room_log)
    kiosk.open(make_run())
    told = {"state": "recording", "at": "2026-10-13T14:00:00Z", "alarms": [LOST], "hours_left": 0.4}
    assert kiosk.put(f"{room_log.recording}/state", json.dumps(told).encode()).status_code == 200
    look_at("/desk")
    assert "Alarm in the room" in signed_in.content()
