"""The room's screens in a real Chromium: every state at three sizes, and a meeting held with real microphones by finger and by keyboard."""

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from playwright.sync_api import Page, expect

from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.screen import Screen
from meetrec.platform import clock
from tests.doubles.faulty_server import FaultyServer, news
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import KIOSK, MATEO, armed, district_server, outbox, recorder, room, room_screen, signer
from tests.fixtures.kiosk_process import KioskProcess
from tests.fixtures.kiosk_screen import Seen, ask_the_parent, begin, browser_context_args, count_people, hold, screen_address, seen, speak
from tests.fixtures.microphones import VirtualMicrophones, virtual_microphones
from tests.kiosk.sealed_recordings import SealedRun

__all__ = ["browser_context_args", "district_server", "outbox", "recorder", "room", "room_screen", "screen_address", "seen", "signer", "virtual_microphones"]
AT_LEAST_TWO_SECONDS = re.compile(r"0:00:(0[2-9]|[1-5]\d)")  # of the counter of what is kept


def test_home_is_large_and_accessible_and_does_not_scroll_in_both_languages(page: Page, screen_address: str, seen: Seen) -> None:
    page.goto(screen_address)
    for heading in ("Today", "Without a notice: not recorded unless the parent records", "Later this week"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    seen()
    speak(page, "es")
    expect(page.get_by_role("link", name="La familia quiere grabar")).to_be_visible()
    seen()


def test_room_without_meetings_microphones_and_server_says_what_to_do(
    page: Page, screen_address: str, room_screen: Screen, recorder: ScriptedRecorder, district_server: FaultyServer, seen: Seen
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


def test_tallest_first_step_does_not_scroll_and_shows_how_the_server_stands(
    page: Page, screen_address: str, seen: Seen, room_screen: Screen, district_server: FaultyServer
) -> None:
    district_server.news = news(KIOSK, [{**armed(MATEO, clock.now() + timedelta(days=2)), "device": "my telephone"}])
    room_screen.news.ask()
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("radio", name="Yes").first.check()
    page.get_by_role("radio", name="Another one").check()
    expect(page.get_by_text("not for today")).to_be_visible()
    expect(page.get_by_text("The notice said “my telephone”.")).to_be_visible()
    seen()
    speak(page, "es")
    seen()
    page.set_viewport_size({"width": 1280, "height": 640})  # where the page is longer than the screen, the server's line is in sight all the same
    expect(page.locator("[data-server]")).to_be_in_viewport(ratio=1)


@pytest.mark.requirement("G5.a")
def test_recorder_paused_and_with_a_lost_microphone_is_accessible(page: Page, screen_address: str, recorder: ScriptedRecorder, seen: Seen) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    ask_the_parent(page)
    count_people(page)
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


def test_interrupted_recording_is_offered_first_with_its_words_under_its_button(
    page: Page, screen_address: str, outbox: Path, signer: KioskSigner, seen: Seen
) -> None:
    run = SealedRun(outbox, MATEO, signer=signer)
    run.hear(0.5)
    page.goto(screen_address)
    expect(page.get_by_text("The recording of M. R. was interrupted at")).to_be_visible()
    seen()
    speak(page, "es")
    expect(page.get_by_text("La grabación de M. R. se interrumpió")).not_to_contain_text("m..")
    seen()
    speak(page, "en")
    finish, words = page.get_by_role("button", name="Finish it"), page.get_by_text("Hold for two seconds to finish")
    # at one moment: between two questions the font may arrive, and both move
    button, line = finish.evaluate("(button, line) => [button, line].map(one => one.getBoundingClientRect().toJSON())", words.element_handle())
    assert line["y"] >= button["y"] + button["height"]
    assert abs(line["x"] + line["width"] / 2 - button["x"] - button["width"] / 2) < 8
    finish.click()
    assert not (outbox / MATEO / "closing.json").exists()  # a tap finishes nothing
    hold(page, finish)
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible()


def test_screen_that_was_not_launched_is_closed_and_accessible(page: Page, screen_address: str, look_at: Callable[..., None]) -> None:
    look_at(screen_address.partition("?")[0], expected_status=403)
    expect(page.get_by_text("Open the address that the program printed")).to_be_visible()
    expect(page.get_by_text("Abra la dirección")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", name="Esto no se puede mostrar ahora")).to_be_visible()


def test_recording_program_that_ends_is_told_on_the_screen_and_nothing_says_that_it_records(page: Page, kiosk: KioskProcess) -> None:
    kiosk.begin()
    page.goto(kiosk.launch_address)
    expect(page.get_by_text("Recording now")).to_be_visible()
    expect(page.locator("[data-server]")).to_have_attribute("data-connected", "yes")
    kiosk.end(signal.SIGKILL)
    expect(page.get_by_text("This screen has lost touch with the recording program.")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Not known whether it records")).to_be_visible()
    expect(page.get_by_text("Recording now")).to_have_count(0)
    seats = page.locator("[data-microphone]")
    expect(seats.locator("[data-words]")).to_have_text(["Not known"] * 4)
    for seat in seats.all():
        expect(seat).to_have_attribute("data-kind", "unknown")
        expect(seat.locator("[data-bar]")).to_have_css("transform", "matrix(0, 0, 0, 1, 0, 0)")
    expect(page.locator("[data-server]")).to_have_attribute("data-connected", "unknown")
    expect(page.locator('[data-shows="server"]')).to_have_text("Not known")
    kiosk.start()
    expect(page.get_by_text("Recording now")).to_be_visible(timeout=30_000)
    expect(page.locator('[data-microphone][data-kind="unknown"]')).to_have_count(0)
    expect(page.locator("[data-server]")).to_have_attribute("data-connected", "yes")


@pytest.fixture
def kiosk(virtual_microphones: VirtualMicrophones, district_server: FaultyServer, tmp_path: Path) -> Iterator[KioskProcess]:
    """A real kiosk with four microphones and a server that takes pieces."""
    district_server.news = news(KIOSK, [armed(MATEO, clock.now())], X25519PrivateKey.generate().public_key().public_bytes_raw())
    kiosk = KioskProcess(tmp_path, district_server.address)
    yield kiosk
    if kiosk.process.poll() is None:
        kiosk.end()


@pytest.mark.requirement("G5.a")
def test_meeting_with_real_microphones_survives_reload_and_second_tab_and_stops_by_a_hold(page: Page, kiosk: KioskProcess, console_problems: list[str]) -> None:
    page.goto(kiosk.launch_address)
    expect(page.get_by_text("Demonstration microphone")).to_have_count(4)  # the list redraws itself as they are found
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("radio", name="Yes").first.check()
    page.get_by_role("radio", name="Telephone").check()
    page.get_by_role("group", name="Does it lie in plain sight?").get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Next").click()
    count_people(page)
    second = page.context.new_page()
    second.goto(f"http://127.0.0.1:{kiosk.port}/")
    page.get_by_role("button", name="Start: nobody sits there").click()  # no one speaks at these microphones
    expect(page.get_by_text("Recording now", exact=True)).to_be_visible()
    expect(second.get_by_role("button", name="Pause")).to_be_visible()  # the other tab came here by itself
    page.reload()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("[data-shows=elapsed]")).to_have_text(AT_LEAST_TWO_SECONDS, timeout=10_000)  # it may have run on while the page was loaded
    _release_early(page)
    assert kiosk.status()["state"] == "recording"
    _hold(page)
    expect(second.get_by_role("heading", name="Stopped and saved")).to_be_visible()
    page.get_by_role("radio", name="Not known").check()
    page.get_by_role("group", name="Did this recorder run").get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Delivered. The district’s copy is safe on the server.")).to_be_visible(timeout=20_000)
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
    expect(page).to_have_url(re.compile("/closing$"), timeout=10_000)
    page.keyboard.up(" ")


def test_hold_by_finger_stops_after_two_seconds(page: Page, screen_address: str, recorder: ScriptedRecorder) -> None:
    begin(page, screen_address)
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.hover()
    page.mouse.down()
    page.wait_for_timeout(1500)
    assert recorder.now.state == "recording"
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible()
    page.mouse.up()
    assert recorder.calls[-1] == "stop"
