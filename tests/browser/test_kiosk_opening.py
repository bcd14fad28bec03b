"""The opening at the room's screen: asked, counted and heard in three steps; a notice on the spot; the two honest choices of a parent who does not record."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.opening import Present
from meetrec.kiosk.room import Room
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import MATEO, district_server, log_of, outbox, recorder, room, room_screen, signer
from tests.fixtures.kiosk_screen import Seen, ask_the_parent, browser_context_args, count_people, screen_address, seen, speak

__all__ = ["browser_context_args", "district_server", "outbox", "recorder", "room", "room_screen", "screen_address", "seen", "signer"]


@pytest.mark.requirement("G6.a")
@pytest.mark.requirement("G6.b")
@pytest.mark.requirement("G6.c")
def test_three_steps_fit_the_screen_in_both_languages_and_stand_in_the_log(
    page: Page, screen_address: str, seen: Seen, room: Room, outbox: Path, signer: KioskSigner
) -> None:
    page.goto(screen_address)
    seen()
    page.get_by_role("link", name="M. R.").tap()
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()
    seen()
    page.get_by_role("radio", name="Yes").first.check()
    seen()
    speak(page, "es")
    expect(page.get_by_role("radio", name="Sí").first).to_be_checked()  # nothing tapped is lost
    seen()
    speak(page, "en")
    ask_the_parent(page)
    seen()
    speak(page, "es")
    seen()
    speak(page, "en")
    count_people(page)
    seen()
    (told,) = [content for kind, content in log_of(outbox, MATEO, signer) if kind == "opening"]
    assert (told["parent_records"], told["device"], told["device_as_in_notice"], told["in_plain_sight"]) == ("yes", "iPhone 13", True, True)
    opening = room.opening_of(MATEO)
    assert opening is not None
    assert opening.present == (Present("parent", "table", 1), Present("case_manager", "table", 1))


@pytest.mark.requirement("G6.b")
def test_another_device_than_the_notices_is_shown_and_noted_and_blocks_nothing(
    page: Page, screen_address: str, seen: Seen, outbox: Path, signer: KioskSigner
) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("radio", name="Yes").first.check()
    page.get_by_role("radio", name="Another one").check()
    expect(page.get_by_text("The notice said “iPhone 13”.")).to_be_visible()
    page.get_by_label("Which one?").fill("A small recorder")
    page.get_by_role("group", name="Does it lie in plain sight?").get_by_role("radio", name="No").check()
    seen()
    speak(page, "es")
    expect(page.get_by_label("¿Cuál?")).to_have_value("A small recorder")
    expect(page.get_by_label("Preguntó")).to_have_value("Quien dirige la reunión")
    speak(page, "en")
    page.get_by_role("button", name="Next").click()
    count_people(page)
    (told,) = [content for kind, content in log_of(outbox, MATEO, signer) if kind == "opening"]
    assert (told["device"], told["device_as_in_notice"], told["in_plain_sight"]) == ("A small recorder", False, False)
    assert told["asked_by"] == "The person who leads the meeting"


@pytest.mark.requirement("G6.a")
def test_somebody_counted_on_a_line_that_nothing_hears_is_told_before_the_start(
    page: Page, screen_address: str, seen: Seen, console_problems: list[str]
) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    ask_the_parent(page)
    page.get_by_label("Parent at the table", exact=True).fill("999")
    page.get_by_role("radio", name="By telephone or video").check()
    page.get_by_role("button", name="One more: Interpreter by telephone or video").click()
    page.get_by_role("checkbox", name="Everyone here has been told").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_have_text("“Parent” at the table: write a whole number from 0 to 40. Nothing was changed.")
    console_problems.clear()  # a refusal is an answer with an error status
    page.get_by_role("radio", name="At the table").check()
    page.get_by_label("Parent at the table", exact=True).fill("1")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("no microphone of this room hears the line itself")).to_be_visible()
    page.wait_for_timeout(1500)  # the polled status says the same
    seen()
    speak(page, "es")
    expect(page.get_by_text("ningún micrófono de esta sala oye la línea misma")).to_be_visible()
    seen()


def test_an_answer_that_is_missing_is_asked_for_and_nothing_typed_is_lost(page: Page, screen_address: str) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("radio", name="Yes").first.check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("write down with which device")
    page.get_by_role("radio", name="Telephone").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("lies in plain sight")
    expect(page.get_by_role("radio", name="Telephone")).to_be_checked()


@pytest.mark.requirement("A-05")
def test_parent_who_does_not_record_leads_to_two_honest_choices(
    page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder, outbox: Path, signer: KioskSigner
) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("radio", name="No", exact=True).first.check()
    expect(page.get_by_text("Then the district does not record.")).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_have_count(0)
    seen()
    page.get_by_role("button", name="Do not record").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.get_by_role("link", name="M. R.")).to_contain_text("“Do not record” was chosen")
    seen()
    assert [kind for kind, _ in log_of(outbox, MATEO, signer)] == ["opening", "not_recorded"]
    assert recorder.calls == []


@pytest.mark.requirement("G6.a")
@pytest.mark.parametrize("answer", ["No", "Does not want to say"])
def test_whoever_opened_the_wrong_meeting_leaves_it_after_any_answer(page: Page, screen_address: str, seen: Seen, outbox: Path, answer: str) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("radio", name=answer, exact=True).first.check()
    speak(page, "es")
    seen()
    speak(page, "en")
    page.get_by_role("link", name="Back to the meetings").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert not (outbox / MATEO).exists()  # nothing was noted


@pytest.mark.requirement("A-05")
def test_district_copy_all_the_same_is_a_stated_wish_of_the_parent(page: Page, screen_address: str, outbox: Path, signer: KioskSigner) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    page.get_by_role("radio", name="Does not want to say").check()
    page.get_by_role("button", name="The parent wants the district’s copy all the same").click()
    count_people(page)
    page.get_by_role("button", name="Start recording").click()
    expect(page.get_by_text("The parent has asked for the school district’s recording")).to_be_visible()
    assert ("started", {"parent_wants_copy": True}) in log_of(outbox, MATEO, signer)


@pytest.mark.requirement("G4")
@pytest.mark.requirement("G2")
def test_parent_gives_notice_on_the_spot_in_spanish_and_the_opening_follows(
    page: Page, screen_address: str, seen: Seen, outbox: Path, signer: KioskSigner, console_problems: list[str]
) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="The parent wants to record").click()
    expect(page.get_by_text("For the parent to fill in")).to_be_visible()
    seen()
    speak(page, "es")
    seen()
    page.get_by_role("button", name="Dar este aviso").click()
    expect(page.get_by_role("alert")).not_to_be_empty()  # who are you, and your name: nothing else is needed
    console_problems.clear()  # a refusal is an answer with an error status
    page.get_by_role("radio", name="madre o padre").check()
    page.get_by_label("Mi nombre").fill("Laura Bennett")
    page.get_by_role("button", name="Dar este aviso").click()
    expect(page.get_by_text("Paso 1 de 3")).to_be_visible()
    recording = page.url.rsplit("/", 1)[1]
    ((kind, told),) = log_of(outbox, recording, signer)
    assert (kind, told["recorder_role"], told["language"], told["reason"], told["device"]) == ("notice", "parent", "es", None, "")


@pytest.mark.requirement("G6.a")
def test_start_is_green_without_a_voice_on_the_line_when_nobody_is_on_it(page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder) -> None:
    line = replace(recorder.now.microphones[3], name="On the line", heard_voice=False, voice_level_db=None, level_db=-120.0, is_silent_when_idle=True)
    recorder.now = replace(recorder.now, microphones=(*recorder.now.microphones[:3], line))
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    ask_the_parent(page)
    count_people(page)
    expect(page.get_by_text("Nobody has spoken yet")).to_be_visible()
    expect(page.get_by_text("You can start. Nobody is on the line.")).to_be_visible()
    page.wait_for_timeout(1500)  # the polled status says the same
    expect(page.get_by_text("You can start. Nobody is on the line.")).to_be_visible()
    seen()
    page.get_by_role("button", name="Start recording").click()
    expect(page.get_by_text("Recording now", exact=True)).to_be_visible()


@pytest.mark.requirement("G6.a")
def test_start_turns_green_only_when_every_microphone_heard_a_voice(
    page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder, console_problems: list[str]
) -> None:
    silent = replace(recorder.now.microphones[2], heard_voice=False, voice_level_db=None)
    recorder.now = replace(recorder.now, microphones=(*recorder.now.microphones[:2], silent, recorder.now.microphones[3]), hours_left=41.2)
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    ask_the_parent(page)
    count_people(page)
    expect(page.get_by_text("Waiting for a voice")).to_have_count(1)
    expect(page.get_by_text("Room for 41 more hours of recording")).to_be_visible()
    seen()
    start = page.get_by_role("button", name="Start recording")
    grey = start.evaluate("e => getComputedStyle(e).backgroundColor")
    start.click()
    expect(page.get_by_role("alert")).to_contain_text("Not every microphone has heard a voice yet")
    console_problems.clear()
    assert recorder.calls == []
    recorder.now = replace(recorder.now, microphones=tuple(replace(one, heard_voice=True) for one in recorder.now.microphones))
    expect(page.get_by_text("Every microphone heard a voice. You can start.")).to_be_visible()
    assert start.evaluate("e => getComputedStyle(e).backgroundColor") != grey
    expect(page.get_by_role("button", name="Start: nobody sits there")).to_have_count(0)
    seen()


def test_microphone_that_was_not_heard_takes_one_tap_with_a_reason(
    page: Page, screen_address: str, recorder: ScriptedRecorder, outbox: Path, signer: KioskSigner
) -> None:
    recorder.now = replace(recorder.now, microphones=tuple(replace(one, heard_voice=False) for one in recorder.now.microphones))
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    ask_the_parent(page)
    count_people(page)
    page.get_by_role("button", name="Start: they speak later").tap()
    expect(page.get_by_text("Recording now", exact=True)).to_be_visible()
    (told,) = [content for kind, content in log_of(outbox, MATEO, signer) if kind == "preflight"]
    assert told["started_without"] == ["microphone-1", "microphone-2", "microphone-3", "microphone-4"]
    assert told["reason"] == "Start: they speak later"


def test_opening_that_was_given_is_not_asked_again_and_can_be_changed(page: Page, screen_address: str) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    ask_the_parent(page)
    count_people(page)
    page.get_by_role("link", name="Back to the meetings").click()
    page.get_by_role("link", name="M. R.").click()
    expect(page.get_by_text("Step 3 of 3")).to_be_visible()
    page.get_by_role("link", name="Change the answers").click()
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()


def test_people_on_the_line_are_counted_apart_by_keyboard(page: Page, screen_address: str, room: Room) -> None:
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").press("Enter")
    ask_the_parent(page)
    page.get_by_role("radio", name="By telephone or video").press(" ")
    more = page.get_by_role("button", name="One more: Interpreter by telephone or video")
    more.press("Enter")
    more.press("Enter")
    page.get_by_role("button", name="One less: Interpreter by telephone or video").press("Enter")
    expect(page.get_by_text("By telephone or video (1)")).to_be_visible()
    page.get_by_role("radio", name="At the table").press(" ")
    count_people(page)
    opening = room.opening_of(MATEO)
    assert opening is not None
    assert Present("interpreter", "line", 1) in opening.present


def test_whole_opening_and_start_work_without_javascript(browser: Browser, screen_address: str, recorder: ScriptedRecorder) -> None:
    page = browser.new_context(java_script_enabled=False, locale="en-US", viewport={"width": 1280, "height": 800}).new_page()
    page.goto(screen_address)
    page.get_by_role("link", name="M. R.").click()
    ask_the_parent(page)
    page.get_by_label("Parent at the table", exact=True).fill("1")
    page.get_by_role("checkbox", name="Everyone here has been told").check()
    page.locator("button[lang=es]").click()
    expect(page.get_by_label("Madre o padre en la mesa", exact=True).or_(page.locator("[name=table-parent]"))).to_have_value("1")
    page.locator("button[lang=en]").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Start recording").click()
    expect(page).to_have_url(re.compile("/recording$"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused: nothing is being recorded")).to_be_visible()
    assert recorder.calls == [f"start {MATEO}", "pause"]
    page.context.close()
