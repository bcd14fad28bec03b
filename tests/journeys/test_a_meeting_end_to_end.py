"""One meeting from the parent's form to the played transcript: real pages, real processes, real PortAudio on virtual microphones, real Whisper."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.browser import CHROMIUM, WIDTHS, axe_violations
from tests.fixtures.running import ROOT, VIRTUAL, RunningInstallation, running_installation
from tests.journeys import story

# MEETREC_PICTURES=yes ./dev test tests/journeys renews the pictures of the README; else they go to the test's own folder.
PICTURES = ROOT / "docs" / "pictures"
EXCERPT_SECONDS = 40
KIOSK_SCREEN = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

pytestmark = [
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed"),
    pytest.mark.skipif(shutil.which("pulseaudio") is None, reason="PulseAudio is not installed"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningInstallation]:
    """A demonstration district that runs; its microphones play the first seconds of the demonstration meeting."""
    folder = tmp_path_factory.mktemp("district")
    sound, rate = soundfile.read(VIRTUAL / "demonstration_meeting.flac", dtype="int16", stop=EXCERPT_SECONDS * 16000)
    soundfile.write(folder / "excerpt.flac", sound, rate)
    with running_installation(folder, folder / "excerpt.flac") as running:
        yield running


@pytest.fixture
def pictures(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Where the pictures go."""
    return PICTURES if os.environ.get("MEETREC_PICTURES") else tmp_path


def page_of(browser: Browser, size: dict[str, int], problems: list[str]) -> Page:
    """A person's own browser window; script errors and refused resources are kept in `problems`."""
    page = browser.new_context(viewport=size, locale="en-US").new_page()  # type: ignore[arg-type]
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("console", lambda message: problems.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    return page


def picture(page: Page, path: Path, problems: list[str]) -> None:
    """Keep a picture, and hold the page to WCAG 2.1 AA at its own width and at 320 px."""
    page.screenshot(path=path)
    assert problems == []  # before axe, which injects a style of its own that the policy refuses
    size = page.viewport_size
    assert size is not None
    for width in (size["width"], WIDTHS["phone"][0]):
        page.set_viewport_size({"width": width, "height": size["height"]})
        assert axe_violations(page) == "", page.url
    page.set_viewport_size(size)
    problems.clear()


@pytest.mark.requirement("G5.a")
@pytest.mark.requirement("A-05")
def test_from_the_parents_notice_to_the_played_transcript(browser: Browser, installation: RunningInstallation, pictures: Path) -> None:
    problems: list[str] = []
    parent, coordinator, chair = (page_of(browser, size, problems) for size in (PHONE, DESK, KIOSK_SCREEN))
    reference = story.give_notice(parent, installation)
    picture(parent, pictures / "parent-receipt.png", problems)
    story.sign_in(coordinator, installation)
    picture(coordinator, pictures / "coordinator-desk.png", problems)
    a_notice_alone_arms_nothing(chair, installation)

    story.match_and_arm(coordinator, installation, reference)
    story.open_meeting_at_kiosk(chair, installation)
    assert "Mateo" not in chair.content()  # initials only
    story.start(chair)
    chair.wait_for_timeout(20_000)
    picture(chair, pictures / "kiosk-recording.png", problems)
    pause_and_resume(chair)
    stop_and_deliver(chair)
    picture(chair, pictures / "kiosk-saved.png", problems)

    read_the_draft(coordinator, installation)
    picture(coordinator, pictures / "recording-transcript.png", problems)
    listen_to_a_line(coordinator)
    hear_the_journal(coordinator, installation)
    assert problems == []


def a_notice_alone_arms_nothing(chair: Page, installation: RunningInstallation) -> None:
    """The room's screen knows of no meeting until somebody matched the notice."""
    chair.goto(installation.kiosk_address)
    expect(chair.get_by_text("No meeting is armed for this room today.")).to_be_visible()


def pause_and_resume(chair: Page) -> None:
    """The page holds nothing: loaded anew, the recorder's state comes back."""
    chair.get_by_role("button", name="Pause").click()
    expect(chair.get_by_text("Paused: nothing is being recorded")).to_be_visible()
    chair.reload()
    expect(chair.get_by_text("Paused: nothing is being recorded")).to_be_visible()
    chair.get_by_role("button", name="Resume").click()
    chair.wait_for_timeout(15_000)


def stop_and_deliver(chair: Page) -> None:
    """A press that is too short stops nothing; held, it stops, and everything goes to the server."""
    chair.get_by_role("button", name="Stop").click()
    expect(chair.get_by_role("button", name="Stop")).to_be_visible()
    story.hold_stop(chair)
    expect(chair.get_by_text(re.compile("Delivered"))).to_be_visible(timeout=40_000)


def read_the_draft(coordinator: Page, installation: RunningInstallation) -> None:
    """The recording's page has the words that were spoken, and says what they are."""
    story.open_recording(coordinator, installation)
    story.wait_for_transcript(coordinator)
    expect(coordinator.locator("#transcript")).to_contain_text(re.compile("individualized education program", re.IGNORECASE))
    expect(coordinator.get_by_text("Machine draft – not checked by a person.")).to_be_visible()
    expect(coordinator.get_by_text("Not part of the IEP.")).to_be_visible()
    coordinator.evaluate("document.getElementById('player').scrollIntoView()")


def listen_to_a_line(page: Page) -> None:
    """Click a line: the sound plays from there, and the line is marked."""
    line = page.locator(".transcript__line").nth(2)
    begins = float(line.get_attribute("data-start") or "nan")
    line.locator("a").click()
    page.wait_for_function("start => { const s = document.getElementById('sound'); return !s.paused && s.currentTime > start; }", arg=begins)
    heard = page.evaluate("document.getElementById('sound').currentTime")
    assert begins <= heard < begins + 10
    expect(page.locator(".transcript__line[aria-current=true]")).to_have_count(1)
    page.evaluate("document.getElementById('sound').pause()")
    # a seek far back plays from there, not from the beginning: the server answered the range
    page.evaluate("() => { const s = document.getElementById('sound'); s.currentTime = s.duration - 3; }")
    page.wait_for_function("() => { const s = document.getElementById('sound'); return !s.seeking && s.currentTime >= s.duration - 3.1; }")


def hear_the_journal(page: Page, installation: RunningInstallation) -> None:
    """The record shows its story, each step once, and the chain holds."""
    page.reload()
    story_of_recording = page.locator(".recording-story").inner_text()
    for sentence in (
        "A meeting was entered",
        "A notice of recording was received",
        "The room was armed",
        "The recording began",
        "The kiosk delivered the whole recording",
        "stored as an education record",
        "machine draft",
    ):
        assert story_of_recording.count(sentence) == 1, (sentence, story_of_recording)
    assert installation.meetrec("journal", "verify").returncode == 0


@pytest.mark.requirement("S-06")
def test_no_plain_sound_and_no_plain_words_lie_on_any_disk_afterwards(installation: RunningInstallation) -> None:
    for path in installation.folder.rglob("*"):
        if path.is_file() and path.name != "excerpt.flac":
            content = path.read_bytes()
            assert b"fLaC" not in content[:4096], path
            assert b"OggS" not in content[:4096], path
            assert b"individualized education" not in content.lower(), path
    assert [path for path in installation.settings.kiosk.outbox.rglob("*.piece")] == []
    assert [path for path in installation.settings.incoming_dir.rglob("*.piece")] == []
