"""The room's screens in a real Chromium: every state at three sizes, and a meeting held with real microphones by finger and by keyboard."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from playwright.sync_api import Locator, Page, expect
from werkzeug.serving import make_server

from meetrec.kiosk.app import create_kiosk_app
from meetrec.kiosk.gate import ScreenKeys
from meetrec.kiosk.places import kiosk_folder
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from meetrec.platform.settings import Settings
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.browser import STICKS_OUT
from tests.fixtures.kiosk import KIOSK, MATEO, armed, district_server, outbox, recorder, room, room_screen
from tests.fixtures.kiosk_process import KioskProcess
from tests.fixtures.microphones import VirtualMicrophones, virtual_microphones
from tests.fixtures.running import free_port
from tests.kiosk.sealed_recordings import SealedRun

__all__ = ["district_server", "outbox", "recorder", "room", "room_screen", "virtual_microphones"]

OTHER = "21111111-2222-4333-8444-555555555555"
SMALLEST_TARGET = 64  # CSS pixels: a thumb at arm's length
Looking = Callable[..., None]


@pytest.fixture
def browser_context_args() -> dict[str, Any]:
    """The kiosk's own addresses; nothing of the server's application is started."""
    return {"locale": "en-US", "viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def screen_address(settings: Settings, room_screen: Screen, district_server: FaultyServer) -> Iterator[str]:
    """A screen over a scripted recorder, served on loopback; the launch address."""
    district_server.news = news(KIOSK, [armed(MATEO, clock.now()), armed(OTHER, clock.now() + timedelta(days=2), "J. T.", "SECTION_504")])
    room_screen.news.ask()
    port, keys = free_port(), ScreenKeys.in_folder(kiosk_folder(settings))
    server = make_server("127.0.0.1", port, create_kiosk_app(settings, room_screen, keys, port), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}/?launch={keys.launch}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def seen(page: Page, look_at: Looking) -> Callable[[], None]:
    """Hold the screen as it stands to: axe clean, no sideways scrolling from 320 to 1920 px, targets of 64 px, a calm console."""

    def seen() -> None:
        look_at()
        page.set_viewport_size({"width": 1920, "height": 1080})
        assert page.evaluate(STICKS_OUT) == []
        page.set_viewport_size({"width": 1280, "height": 800})
        assert page.evaluate(STICKS_OUT) == []
        assert [small for small in page.locator("a:visible, button:visible").all() if is_small(small)] == []

    return seen


def is_small(target: Locator) -> bool:
    box = target.bounding_box()
    return box is None or min(box["width"], box["height"]) < SMALLEST_TARGET


def test_home_and_meeting_are_large_and_accessible_in_both_languages(page: Page, screen_address: str, seen: Callable[[], None]) -> None:
    page.goto(screen_address)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.get_by_text("Later this week")).to_be_visible()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    seen()
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    seen()
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="M. R.").click()
    expect(page.get_by_role("button", name="Start recording")).to_be_visible()
    seen()


def test_room_without_meetings_microphones_and_server_says_what_to_do(
    page: Page, screen_address: str, room_screen: Screen, recorder: ScriptedRecorder, district_server: FaultyServer, seen: Callable[[], None]
) -> None:
    district_server.news = news(KIOSK, [])
    room_screen.news.ask()
    district_server.fault = "500"
    room_screen.news.ask()
    recorder.now = replace(recorder.now, microphones=())
    page.goto(screen_address)
    expect(page.get_by_text("No meeting is armed for this room today.")).to_be_visible()
    expect(page.get_by_text("Plug a microphone in")).to_be_visible()
    expect(page.get_by_text("The server has a fault of its own.")).to_be_visible()
    seen()


@pytest.mark.requirement("G5.a")
def test_recorder_paused_and_with_a_lost_microphone_is_accessible(
    page: Page, screen_address: str, recorder: ScriptedRecorder, seen: Callable[[], None]
) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("button", name="Start recording").dblclick()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert recorder.calls == [f"start {MATEO}"]
    seen()
    recorder.lose(2)
    expect(page.get_by_text("The microphone “Case manager” is not connected.")).to_be_visible()
    expect(page.get_by_text("Not connected", exact=True)).to_be_visible()
    seen()
    recorder.find(2)
    expect(page.get_by_text("The microphone “Case manager” was not connected for a while and is back.")).to_be_visible()
    page.get_by_role("button", name="I have seen it").click()
    expect(page.get_by_text("The microphone “Case manager”")).to_have_count(0)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused: nothing is being recorded")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_focused()
    seen()


def test_interrupted_recording_is_offered_first(page: Page, screen_address: str, outbox: Path, seen: Callable[[], None]) -> None:
    run = SealedRun(outbox, MATEO)
    run.hear(0.5)
    page.goto(screen_address)
    expect(page.get_by_text("The recording of M. R. was interrupted at")).to_be_visible()
    seen()
    page.get_by_role("button", name="Finish it").click()
    expect(page.get_by_text("Hold for two seconds to finish")).to_be_visible()
    assert not (outbox / MATEO / "closing.json").exists()  # a tap finishes nothing
    page.get_by_role("button", name="Finish it").hover()
    page.mouse.down()
    expect(page.get_by_role("heading", name="Recording saved")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text("Saved. 0 of 4 pieces delivered.")).to_be_visible()
    seen()


def test_screen_that_was_not_launched_is_closed_and_accessible(page: Page, screen_address: str, look_at: Looking) -> None:
    look_at(screen_address.partition("?")[0], expected_status=403)
    expect(page.get_by_text("Open the address that the program printed")).to_be_visible()


def test_recording_program_that_ends_is_told_on_the_screen(page: Page, kiosk: KioskProcess) -> None:
    page.goto(kiosk.launch_address)
    expect(page.get_by_role("heading", name="Microphones")).to_be_visible()
    kiosk.end()
    expect(page.get_by_text("This screen has lost touch with the recording program.")).to_be_visible(timeout=10_000)


@pytest.fixture
def kiosk(virtual_microphones: VirtualMicrophones, district_server: FaultyServer, tmp_path: Path) -> Iterator[KioskProcess]:
    """A real kiosk with four microphones and a server that takes pieces."""
    district_server.news = news(KIOSK, [armed(MATEO, clock.now())], X25519PrivateKey.generate().public_key().public_bytes_raw())
    kiosk = KioskProcess(tmp_path, district_server)
    yield kiosk
    if kiosk.process.poll() is None:
        kiosk.end()


@pytest.mark.requirement("G5.a")
def test_meeting_with_real_microphones_survives_reload_and_second_tab_and_stops_by_a_hold(page: Page, kiosk: KioskProcess, console_problems: list[str]) -> None:
    page.goto(kiosk.launch_address)
    expect(page.get_by_text("Demonstration microphone")).to_have_count(4)  # the list redraws itself as they are found
    page.get_by_role("link", name="M. R.").click()
    second = page.context.new_page()
    second.goto(f"http://127.0.0.1:{kiosk.port}/")
    page.get_by_role("button", name="Start recording").click()
    expect(page.get_by_text("Recording now", exact=True)).to_be_visible()
    expect(second.get_by_role("button", name="Pause")).to_be_visible()  # the other tab came here by itself
    page.reload()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("[data-shows=elapsed]")).to_have_text("0:00:02", timeout=10_000)
    _release_early(page)
    assert kiosk.status()["state"] == "recording"
    _hold(page)
    expect(page.get_by_text("Delivered. The district’s copy is safe on the server.")).to_be_visible(timeout=20_000)
    expect(second.get_by_role("heading", name="Recording saved")).to_be_visible()
    page.get_by_role("link", name="Back to the meetings").click()
    expect(page.get_by_role("link", name="Recorded – M. R.")).to_be_visible()


def _release_early(page: Page) -> None:
    """By finger and by key, for less than two seconds; a click stops nothing either."""
    stop, words = page.get_by_role("button", name="Stop"), page.locator("#hold")
    stop.click()
    stop.hover()
    page.mouse.down()
    expect(words).to_have_text("Keep holding …")
    page.wait_for_timeout(900)
    page.mouse.up()
    expect(words).to_have_text("Hold for two seconds to stop")
    stop.focus()
    page.keyboard.down("Enter")
    page.wait_for_timeout(900)
    page.keyboard.up("Enter")
    expect(words).to_have_text("Hold for two seconds to stop")


def _hold(page: Page) -> None:
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.down(" ")
    expect(page).to_have_url(re.compile("/saved$"), timeout=10_000)
    page.keyboard.up(" ")


def test_hold_by_finger_stops_after_two_seconds(page: Page, screen_address: str, recorder: ScriptedRecorder) -> None:
    page.goto(screen_address)
    recorder.start(MATEO)
    stop = page.get_by_role("button", name="Stop")
    stop.hover()
    page.mouse.down()
    page.wait_for_timeout(1500)
    assert recorder.now.state == "recording"
    expect(page.get_by_role("heading", name="Recording saved")).to_be_visible()
    page.mouse.up()
    assert recorder.calls[-1] == "stop"
