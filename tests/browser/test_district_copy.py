"""A missing district copy in a real Chromium: the task on the desk, its page, a reason, and an upload with and without scripts."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from meetrec.meetings.models import Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.fixtures.browser import WIDTHS, Look, _seen
from tests.recordings.sound_files import sound_file, voice, wav_file

REFUSED = "The recording was not taken"


@pytest.fixture
def over(district: SimpleNamespace, recording_id: str, database: Database) -> str:
    """The armed meeting is over and nothing came: the address of its task."""
    start = clock.now() - timedelta(hours=3)
    with database.writing() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        meeting.start, meeting.planned_end = start, start + timedelta(hours=1)
    return f"/district-copies/{district.meeting.id}"


def sign_in(page: Page, account: SimpleNamespace, language: str = "en") -> None:
    page.goto(f"/language/{language}?next=/sign-in")
    page.fill("input[name=email]", account.email)
    page.fill("input[name=password]", account.password)
    page.click("main button[type=submit]")


def send(page: Page, name: str, content: bytes) -> None:
    page.locator("#device").fill("The office's voice recorder")
    page.locator("#file").set_input_files({"name": name, "mimeType": "audio/wav", "buffer": content})
    page.locator("#upload button[type=submit]").click()


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize("language", ["en", "es"])
def test_task_and_its_answers_are_accessible(
    page: Page, look_at: Callable[..., None], console_problems: list[str], district: SimpleNamespace, over: str, work: Callable[[], None], language: str
) -> None:
    sign_in(page, district.coordinator, language)
    for address in ("/desk", over, "/district-copies"):
        look_at(address)
    page.goto(over)
    page.locator("section[aria-labelledby=reason-title] button[type=submit]").click()  # without a choice
    page.wait_for_selector("#error-summary")
    console_problems.clear()  # the status 422 of a form to be looked at again
    page.goto(over)
    page.locator("label[for=reason-1]").click()
    page.locator("section[aria-labelledby=reason-title] button[type=submit]").click()
    page.wait_for_selector(".notices-history")
    look_at(over)
    page.goto(over)
    send(page, "meeting.wav", wav_file(voice(12)))
    page.wait_for_url("**/recordings/*")
    work()
    assert not console_problems
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        page.reload()
        assert _seen(page, width) == Look(width, [], [], "")
    console_problems.clear()  # axe's own styles are refused by the page's policy
    for address in ("/desk", "/recordings", "/district-copies"):
        look_at(address)


@pytest.mark.requirement("G3")
def test_refused_file_is_said_in_place_and_another_can_be_chosen(page: Page, console_problems: list[str], district: SimpleNamespace, over: str) -> None:
    sign_in(page, district.coordinator)
    page.goto(over)
    send(page, "meeting.mp4", sound_file("mp4", "aac", voice(12), picture="video"))
    expect(page.locator("#upload-answer")).to_contain_text("video track")
    assert page.locator("#device").input_value() == "The office's voice recorder"
    page.locator("#start").fill("")
    send(page, "meeting.wav", wav_file(voice(12)))
    expect(page.locator("#upload-answer")).to_contain_text("There is no such time")
    expect(page.locator("#start-error")).to_be_visible()
    page.goto(over)
    page.locator("#file").set_input_files([])
    page.locator("#upload button[type=submit]").click()
    expect(page.locator("#upload-answer")).to_contain_text("Choose the file")
    console_problems[:] = [text for text in console_problems if "422" not in text]


def test_file_over_the_limit_is_refused_before_it_is_sent(page: Page, district: SimpleNamespace, over: str) -> None:
    sign_in(page, district.coordinator)
    page.goto(over)
    page.locator("#upload").evaluate("form => { form.dataset.largest = 1000 }")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    send(page, "meeting.wav", wav_file(voice(12)))
    expect(page.locator("#upload-answer")).to_contain_text("too large")
    assert sent == []


@pytest.mark.requirement("G5.a")
def test_upload_works_without_scripts(browser: Browser, live_server: str, district: SimpleNamespace, over: str, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server, locale="en-US")
    page = context.new_page()
    sign_in(page, district.coordinator)
    page.goto(over)
    send(page, "silence.wav", wav_file(voice(12) * 0))
    assert REFUSED in page.content()
    assert "nothing to hear" in page.content()
    send(page, "meeting.wav", wav_file(voice(12)))
    assert "Made on another device, uploaded by" in page.content()
    assert "/recordings/" in page.url
    context.close()
