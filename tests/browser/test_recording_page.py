"""The page of a stored recording in a real Chromium: it seeks, a line plays its place, minutes are told, and it is accessible."""

from collections.abc import Callable
from time import monotonic
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from meetrec.capture.pieces import RATE, Gap
from meetrec.custody.models import Record, Sitting
from meetrec.custody.queries import record_of_recording
from meetrec.custody.vault import Vault
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.transcripts import actions, jobs
from meetrec.transcripts.engine_parts import EngineIdentity
from meetrec.transcripts.transcribe import Transcript
from tests.fixtures.browser import WIDTHS, Look, _seen
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise

SECONDS = 60
LINES = [
    {"start": float(at), "end": at + 8.0, "text": f"Line at {at} seconds.", "speaker": str(at // 10 % 2), "language": "en", "words": []}
    for at in range(0, SECONDS, 10)
]


@pytest.fixture
def address(
    kiosk: KioskClient,
    make_run: Callable[..., SealedRun],
    work: Callable[[], None],
    database: Database,
    vault: Vault,
) -> str:
    """A minute of two microphones in custody, with a transcript of six lines."""
    sound = np.tile(noise(RATE), SECONDS)
    run = make_run({name: [Part(at, sound[at : at + 10 * RATE]) for at in range(0, len(sound), 10 * RATE)] for name in ("table-1", "table-2")})
    kiosk.deliver(run)
    work()
    return page_with_transcript(run, LINES, database, vault)


def page_with_transcript(run: SealedRun, lines: list[dict[str, Any]], database: Database, vault: Vault) -> str:
    """Store the lines as the recording's transcript; the address of its page."""
    with database.writing() as session:
        record = record_of_recording(session, run.recording)
        assert record is not None
        text = jobs._stored(vault, record, lines)
        made = Transcript(lines, EngineIdentity("faster-whisper", "1.2.1", "base", "d" * 64, ""), {}, float(SECONDS))
        actions.draft(session, clock.now(), session.get_one(Record, record.id), made, text)
    return f"/recordings/{run.recording}"


@pytest.fixture
def address_with_gaps(kiosk: KioskClient, make_run: Callable[..., SealedRun], work: Callable[[], None], database: Database, vault: Vault) -> str:
    """A minute in which both microphones pause from 18 to 30 s, one is unplugged from 42 to 46 s, and both are off the record from 52 to 56 s."""
    sound = np.tile(noise(RATE), SECONDS)

    def part(start: float, end: float, *gaps: Gap) -> Part:
        return Part(round(start * RATE), sound[round(start * RATE) : round(end * RATE)], gaps)

    pause, away = Gap(18 * RATE, 12 * RATE, "pause", "chair"), Gap(52 * RATE, 4 * RATE, "off_the_record", "chair")
    lost = Gap(42 * RATE, 4 * RATE, "device_lost", "finished callback")
    run = make_run({
        "table-1": [part(0, 10), part(10, 18), part(30, 40, pause), part(40, 52), part(56, 60, away)],
        "table-2": [part(0, 10), part(10, 18), part(30, 42, pause), part(46, 52, lost), part(56, 60, away)],
    })  # fmt: skip
    kiosk.deliver(run)
    work()
    lines = [line for line in LINES if line["start"] not in (20.0,)]
    return page_with_transcript(run, lines, database, vault)


@pytest.fixture
def signed_in(page: Page, district: SimpleNamespace) -> Page:
    page.goto("/sign-in")
    page.fill("input[name=email]", district.coordinator.email)
    page.fill("input[name=password]", district.coordinator.password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk*")
    return page


def sound(page: Page, what: str) -> Any:
    """A property of the page's player."""
    return page.locator("#sound").evaluate(f"player => player.{what}")


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Ask until it holds. Playwright's own waiting evaluates strings inside the page, which the page's policy refuses."""
    deadline = monotonic() + 20
    while not holds():
        assert monotonic() < deadline, f"the player is at {sound(page, 'currentTime')}"
        page.wait_for_timeout(50)


def waveform_is_drawn(page: Page) -> bool:
    return page.locator("#waveform canvas").count() > 0


def test_line_plays_its_place_and_is_marked(signed_in: Page, address: str, console_problems: list[str], database: Database) -> None:
    page = signed_in
    page.goto(address)
    wait_until(page, lambda: sound(page, "readyState") >= 1 and waveform_is_drawn(page))
    assert sound(page, "duration") == pytest.approx(SECONDS, abs=0.2)
    page.locator("#line-5 .transcript__text").click()
    wait_until(page, lambda: sound(page, "currentTime") > 40.3 and not sound(page, "paused"))
    assert sound(page, "currentTime") < 50
    assert page.locator(".transcript__line[aria-current=true]").get_attribute("id") == "line-5"
    page.locator("#line-2 a").press("Enter")
    wait_until(page, lambda: 10.3 < sound(page, "currentTime") < 20)
    page.locator("#sound").evaluate("player => player.pause()")
    wait_until(page, lambda: seconds_told(database) > 0.3)


def seconds_told(database: Database) -> float:
    with database.reading() as session:
        return session.scalars(select(Sitting).where(Sitting.purpose == "listen")).one().seconds


def test_another_microphone_goes_on_at_the_same_place(signed_in: Page, address: str, console_problems: list[str]) -> None:
    page = signed_in
    page.goto(address)
    wait_until(page, lambda: sound(page, "readyState") >= 1)
    page.locator("#sound").evaluate("player => { player.currentTime = 31 }")
    page.get_by_role("link", name="Window").click()
    wait_until(page, lambda: sound(page, "readyState") >= 2 and sound(page, "currentTime") > 30.9)
    assert sound(page, "currentTime") == pytest.approx(31, abs=0.5)
    assert sound(page, "duration") == pytest.approx(SECONDS, abs=0.01)
    assert page.locator("[data-sound][aria-current]").inner_text() == "Window"


def marks(page: Page) -> list[tuple[str, float, float]]:
    """The gaps drawn on the waveform: their text, and where they begin and end as shares of its width."""
    return page.locator("#waveform").evaluate(  # type: ignore[no-any-return]
        """box => {
            const drawn = [...box.children].find(child => child.shadowRoot).shadowRoot;
            const whole = drawn.querySelector("[part=regions-container]").getBoundingClientRect();
            return [...drawn.querySelectorAll("[part~=region]")].map(one => {
                const place = one.getBoundingClientRect();
                return [one.textContent, (place.left - whole.left) / whole.width, (place.right - whole.left) / whole.width];
            });
        }"""
    )


@pytest.mark.requirement("G5.b")
def test_gaps_are_marked_on_the_waveform_with_words_where_they_are(signed_in: Page, address_with_gaps: str, console_problems: list[str]) -> None:
    page = signed_in
    page.goto(address_with_gaps)
    wait_until(page, lambda: waveform_is_drawn(page) and len(marks(page)) == 3)
    found = marks(page)
    assert [text for text, *_ in found] == ["1 Paused", "2", "3"]
    for (_text, start, end), (begins, ends) in zip(found, ((18, 30), (42, 46), (52, 56)), strict=True):
        assert (start, end) == pytest.approx((begins / SECONDS, ends / SECONDS), abs=0.01)


@pytest.mark.requirement("G5.b")
def test_list_of_gaps_says_who_and_how_and_plays_by_keyboard(signed_in: Page, address_with_gaps: str, console_problems: list[str]) -> None:
    page = signed_in
    page.goto(address_with_gaps)
    wait_until(page, lambda: sound(page, "readyState") >= 1)
    cells = page.locator("#gaps tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    assert [[cell.replace("Play from", "").strip() for cell in row] for row in cells] == [
        ["1", "0:18", "0:30", "12 s", "All microphones", "paused by the chair", "the chair pressed the button"],
        ["2", "0:42", "0:46", "4 s", "Window", "the microphone was unplugged or failed", "the microphone’s stream ended"],
        ["3", "0:52", "0:56", "4 s", "All microphones", "off the record", "the chair pressed the button"],
    ]
    page.locator("#gaps a[data-from]").nth(3).press("Enter")
    wait_until(page, lambda: 45.9 < sound(page, "currentTime") < 52)


@pytest.mark.requirement("G5.b")
def test_pauses_stand_between_the_lines_of_the_transcript(signed_in: Page, address_with_gaps: str) -> None:
    signed_in.goto(address_with_gaps)
    told = signed_in.locator("#transcript > li").all_inner_texts()
    assert [one for one in told if "Paused" in one or "Off the record" in one] == ["Paused from 0:18 to 0:30", "Off the record from 0:52 to 0:56"]
    assert told.index("Paused from 0:18 to 0:30") == 2
    assert told[-1].startswith("Off the record")


def test_arrow_keys_move_between_lines(signed_in: Page, address: str, console_problems: list[str]) -> None:
    signed_in.goto(address)
    signed_in.locator("#line-1 a").focus()
    signed_in.keyboard.press("ArrowDown")
    signed_in.keyboard.press("ArrowDown")
    signed_in.keyboard.press("ArrowUp")
    assert signed_in.locator("#line-2 a").evaluate("link => link === document.activeElement")


@pytest.mark.parametrize("width", list(WIDTHS))
def test_page_is_accessible_and_fits_a_phone(width: str, signed_in: Page, address: str, console_problems: list[str]) -> None:
    page = signed_in
    page.set_viewport_size({"width": WIDTHS[width][0], "height": WIDTHS[width][1]})
    page.goto(address)
    wait_until(page, lambda: waveform_is_drawn(page))
    assert not console_problems
    assert _seen(page, width) == Look(width, [], [], "")
    console_problems.clear()  # axe tries to put a style into the waveform's shadow tree, which the page's policy refuses


@pytest.mark.parametrize("width", list(WIDTHS))
def test_page_with_gaps_is_accessible_and_fits_a_phone(width: str, signed_in: Page, address_with_gaps: str, console_problems: list[str]) -> None:
    page = signed_in
    page.set_viewport_size({"width": WIDTHS[width][0], "height": WIDTHS[width][1]})
    page.goto(address_with_gaps)
    wait_until(page, lambda: waveform_is_drawn(page) and len(marks(page)) == 3)
    assert not console_problems
    assert _seen(page, width) == Look(width, [], [], "")
    console_problems.clear()  # axe tries to put a style into the waveform's shadow tree, which the page's policy refuses


def test_page_says_when_the_server_does_not_answer_and_takes_it_back(signed_in: Page, recording_id: str) -> None:
    page = signed_in
    page.clock.install()
    page.goto(f"/recordings/{recording_id}")
    trouble = page.locator("#standing-trouble[role=status]")
    for answer in (lambda route: route.abort(), lambda route: route.fulfill(status=500)):
        page.route("**/state", answer)
        page.clock.run_for(2_000)
        expect(trouble).to_have_text("This page cannot be refreshed at the moment. What you see may be old. It keeps trying.")
        expect(trouble).to_be_visible()
        page.unroute("**/state")
        page.clock.run_for(2_000)
        expect(trouble).to_be_hidden()
    assert page.locator("#standing-sentence").inner_text() == "The room is armed. Nothing has been recorded yet."


def test_page_says_when_the_session_has_ended_and_asks_no_more(signed_in: Page, recording_id: str) -> None:
    page = signed_in
    page.clock.install()
    page.goto(f"/recordings/{recording_id}")
    page.context.clear_cookies()
    page.clock.run_for(2_000)
    expect(page.locator("#standing-trouble[role=status]")).to_have_text("You are signed out. Reload the page to sign in again.")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(10_000)
    assert not asked


def test_page_says_when_the_sound_cannot_be_opened_and_takes_it_back(signed_in: Page, address: str) -> None:
    page = signed_in
    page.route("**/sound/**", lambda route: route.fulfill(status=500))
    page.goto(address)
    trouble = page.locator("#sound-trouble[role=status]")
    expect(trouble).to_have_text("The sound cannot be opened. Reload the page; if it stays so, tell the administrator.")
    expect(trouble).to_be_visible()
    page.unroute("**/sound/**")
    page.get_by_role("link", name="Window").click()
    wait_until(page, lambda: sound(page, "readyState") >= 1)
    expect(trouble).to_be_hidden()
