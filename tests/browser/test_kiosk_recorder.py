"""The recorder's page: notes, the spoken opening, off the record, objection, every alarm by its name, the closing questions; and nothing leads away from it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.room import Room
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import MATEO, district_server, log_of, outbox, recorder, room, room_screen, signer
from tests.fixtures.kiosk_screen import Seen, begin, browser_context_args, hold, screen_address, seen, speak
from tests.fixtures.running import ROOT
from tests.kiosk.sealed_recordings import SealedRun

__all__ = ["browser_context_args", "district_server", "outbox", "recorder", "room", "room_screen", "screen_address", "seen", "signer"]

# MEETREC_PICTURES=1 ./dev test tests/browser renews the pictures of docs/chair/kiosk.md; else they go to the test's own folder.
PICTURES = ROOT / "docs" / "pictures"
RENEWS_PICTURES = "MEETREC_PICTURES" in os.environ  # read now: a test's settings hear of no such variable
OF_MICROPHONES = {"lost": "Microphone unplugged", "muted": "Microphone muted", "too_quiet": "Too quiet", "clipping": "Too loud"}
OF_ROOM = {"disk_filling": "Little room left", "disk_full": "Disk full"}
ALARMS = {**OF_MICROPHONES, **OF_ROOM}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where the pictures go."""
    return PICTURES if RENEWS_PICTURES else tmp_path


def raise_alarms(recorder: ScriptedRecorder, *kinds: str) -> None:
    """Let the recorder read these alarms: those of a microphone at the case manager's."""
    microphones = list(recorder.now.microphones)
    of_microphone = tuple(kind for kind in kinds if kind in OF_MICROPHONES)
    state = "lost" if "lost" in kinds else "recording"
    level = -120.0 if {"lost", "muted"} & set(kinds) else -3.0 if "clipping" in kinds else -58.0
    microphones[1] = replace(microphones[1], state=state, level_db=level, is_mute="muted" in kinds, alarm_kinds=of_microphone)
    hours = {"disk_filling": 1.4, "disk_full": 0.0}.get(next((kind for kind in kinds if kind in OF_ROOM), ""), 41.0)
    of_room = tuple(kind for kind in kinds if kind in OF_ROOM)
    if "disk_full" in kinds:  # then no microphone writes
        microphones = [replace(one, state="disk_full") for one in microphones]
    elif microphones[0].state == "disk_full":
        microphones = [replace(one, state="recording") for one in microphones]
    recorder.now = replace(recorder.now, elapsed=1834.0, microphones=tuple(microphones), alarm_kinds=of_room, hours_left=hours)


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize("kind", ALARMS)
def test_alarm_has_its_own_name_and_stays_until_a_person_answers(
    page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder, pictures: Path, outbox: Path, signer: KioskSigner, kind: str
) -> None:
    begin(page, screen_address)
    raise_alarms(recorder, kind)
    alarm = page.get_by_role("region", name="Alarms").locator("[data-fault]")
    expect(alarm).to_contain_text(ALARMS[kind])
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_in_viewport()
    page.screenshot(path=pictures / f"kiosk-alarm-{kind.replace('_', '-')}.png")
    seen()
    raise_alarms(recorder)  # it is over, and stays all the same
    expect(alarm).to_have_attribute("data-over", "yes")
    seen()
    page.get_by_role("button", name="I have seen it").tap()
    expect(alarm).to_have_count(0)
    told = [entry for entry, _ in log_of(outbox, MATEO, signer) if entry.startswith("alarm")]
    assert told == ["alarm", "alarm_over", "alarm_answered"]


@pytest.mark.requirement("G5.a")
def test_screen_never_says_recording_while_no_microphone_is_written(page: Page, screen_address: str, recorder: ScriptedRecorder) -> None:
    """Peers 12: a deaf recorder went on with its red light."""
    begin(page, screen_address)
    expect(page.locator("[data-state-words]")).to_have_text("Recording now")
    for number in (1, 2, 3):
        recorder.lose(number)
    expect(page.locator('[data-microphone="microphone-3"]')).to_contain_text("Not connected")
    expect(page.locator("[data-state-words]")).to_have_text("Recording now: 1 of 4 microphones")
    recorder.lose(4)
    expect(page.locator("[data-state-words]")).to_have_text("Nothing is being recorded")
    assert page.locator("body").get_attribute("data-deaf") == "yes"


def test_many_alarms_at_once_leave_pause_and_stop_in_sight_in_both_languages(page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder) -> None:
    begin(page, screen_address)
    raise_alarms(recorder, "lost", "too_quiet", "clipping", "disk_filling")
    for language, stop in (("en", "Stop"), ("es", "Detener")):
        if language == "es":
            speak(page, "es")
        expect(page.locator("[data-fault]")).to_have_count(4)
        for width, height in ((1280, 800), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            for button in (page.locator("[data-when=recording] button").first, page.get_by_role("button", name=stop, exact=True)):
                expect(button).to_be_in_viewport(ratio=1)
    seen(may_scroll=True)


def test_language_is_switched_while_it_records_and_what_is_typed_stays(page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder) -> None:
    begin(page, screen_address)
    seen()
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("Or in your own words").fill("The interpreter joins at half past two")
    speak(page, "es")
    expect(page.get_by_text("Grabando", exact=True)).to_be_visible()
    own_words = page.get_by_label("O con sus propias palabras")
    expect(own_words).to_be_visible()  # the window that stood open stands open still
    expect(own_words).to_be_focused()
    expect(own_words).to_have_value("The interpreter joins at half past two")
    seen()
    page.keyboard.press("Escape")
    speak(page, "en")
    expect(page.get_by_label("Or in your own words")).to_be_hidden()  # and one that was closed stays closed
    speak(page, "es")
    page.get_by_role("button", name="Escribir una nota").click()
    expect(own_words).to_have_value("The interpreter joins at half past two")
    assert recorder.calls == [f"start {MATEO}"]
    assert page.locator("a").count() == 0  # peers 1: no link leads away from the recorder


@pytest.mark.requirement("G7")
def test_notes_are_kept_with_one_tap_or_in_own_words(
    page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder, outbox: Path, signer: KioskSigner
) -> None:
    begin(page, screen_address)
    recorder.now = replace(recorder.now, elapsed=754.0)
    page.get_by_role("button", name="Write a note").tap()
    seen()
    page.get_by_role("button", name="Noise in the room").tap()
    expect(page.get_by_text("Noted at 0:12:34.")).to_be_visible()
    expect(page.get_by_label("Or in your own words")).to_be_hidden()
    page.get_by_role("button", name="Write a note").press("Enter")
    page.get_by_label("Or in your own words").fill("The advocate has left")
    page.get_by_role("button", name="Keep the note").press("Enter")
    expect(page.get_by_label("Or in your own words")).to_be_hidden()
    assert [content["text"] for kind, content in log_of(outbox, MATEO, signer) if kind == "note"] == ["Noise in the room", "The advocate has left"]


@pytest.mark.requirement("G6.a")
def test_nobody_can_mark_an_opening_as_read_whose_words_gave_way_to_an_alarm(page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder) -> None:
    begin(page, screen_address)
    words, mark = page.get_by_text("Read aloud now:"), page.get_by_role("button", name="The opening has been read aloud")
    raise_alarms(recorder, "lost")
    expect(page.locator("[data-fault]")).to_have_count(1)
    expect(words).to_be_hidden()
    expect(mark).to_be_hidden()
    seen()
    page.get_by_role("button", name="I have seen it").tap()
    expect(words).to_be_visible()
    expect(mark).to_be_visible()


@pytest.mark.requirement("G6.a")
def test_spoken_opening_is_prompted_until_it_is_marked(page: Page, screen_address: str, seen: Seen, outbox: Path, signer: KioskSigner) -> None:
    begin(page, screen_address)
    expect(page.get_by_text("This meeting is being recorded by the parent and by the school district.")).to_be_visible()
    page.get_by_role("button", name="The opening has been read aloud").tap()
    expect(page.get_by_text("Read aloud now:")).to_have_count(0)
    seen()
    page.reload()
    expect(page.get_by_role("button", name="Write a note")).to_be_visible()
    expect(page.get_by_text("Read aloud now:")).to_have_count(0)
    assert ("bookmark", {"label": "spoken_opening"}) in log_of(outbox, MATEO, signer)


def test_off_the_record_is_said_large_and_is_not_a_pause(page: Page, screen_address: str, seen: Seen, outbox: Path, signer: KioskSigner) -> None:
    begin(page, screen_address)
    page.get_by_role("button", name="Off the record").tap()
    expect(page.get_by_text("Off the record: nothing is being recorded")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_focused()
    seen()
    page.get_by_role("button", name="Resume").press("Enter")
    expect(page.get_by_text("Recording now", exact=True)).to_be_visible()
    assert [kind for kind, _ in log_of(outbox, MATEO, signer)][-2:] == ["off_the_record", "resumed"]


def test_objection_stops_only_by_a_hold_of_whoever_objects(
    page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder, outbox: Path, signer: KioskSigner
) -> None:
    begin(page, screen_address)
    page.get_by_role("button", name="The parent objects").tap()
    seen()
    page.get_by_role("button", name="A legal guardian").click()
    assert recorder.now.state == "recording"
    hold(page, page.get_by_role("button", name="A legal guardian"))
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible()
    assert ("objection", {"by": "legal_guardian"}) in log_of(outbox, MATEO, signer)


@pytest.mark.requirement("G6.c")
def test_closing_asks_two_questions_and_then_says_what_is_saved(page: Page, screen_address: str, seen: Seen, outbox: Path, signer: KioskSigner) -> None:
    begin(page, screen_address)
    hold(page, page.get_by_role("button", name="Stop", exact=True))
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible()
    seen()
    page.get_by_role("radio", name="Not known").check()
    speak(page, "es")
    expect(page.get_by_role("radio", name="No se sabe")).to_be_checked()
    seen()
    speak(page, "en")
    page.get_by_role("group", name="Did this recorder run").get_by_role("radio", name="Yes").check()
    page.get_by_label("Anything to note?").fill("A parent left early")
    page.get_by_role("button", name="Confirm").tap()
    expect(page.get_by_role("heading", name="Recording saved")).to_be_visible()
    seen()
    closing = {"in_plain_sight": "unknown", "notes": "A parent left early", "district_copy_complete": True}
    assert log_of(outbox, MATEO, signer)[-2:] == [("closing", closing), ("end", {"confirmed": True})]


def test_a_hold_of_two_seconds_stops_also_where_the_machine_is_too_busy_to_draw(page: Page, screen_address: str, recorder: ScriptedRecorder) -> None:
    page.add_init_script("window.requestAnimationFrame = () => 0")
    begin(page, screen_address)
    stop = page.get_by_role("button", name="Stop", exact=True)
    hold(page, stop, 1200)
    expect(page.get_by_text("Hold for two seconds to stop")).to_be_visible()
    assert recorder.now.state == "recording"
    hold(page, stop)
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible()


def test_closing_questions_left_open_wait_on_the_list(page: Page, screen_address: str, seen: Seen) -> None:
    begin(page, screen_address)
    hold(page, page.get_by_role("button", name="Stop", exact=True))
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible()
    page.goto(screen_address)
    seen()
    page.get_by_role("link", name="Answer them").click()
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible()


def test_continued_part_says_its_own_time_and_the_time_in_all(page: Page, screen_address: str, room: Room, recorder: ScriptedRecorder, outbox: Path) -> None:
    SealedRun(outbox, MATEO).hear(12)
    SealedRun(outbox, MATEO).hear(12)  # the run that goes on
    recorder.now = replace(recorder.now, state="recording", recording=MATEO, elapsed=30.0)
    page.goto(screen_address)
    expect(page.get_by_text("This is part 2.")).to_be_visible()
    expect(page.locator("[data-shows=elapsed]")).to_have_text("0:00:30")
    total = room.recorded_before(MATEO) + 30
    assert 40 <= total <= 42
    expect(page.locator("[data-shows=total]")).to_have_text(f"0:00:{int(total)}")


def test_screen_is_kept_awake_wherever_it_stands(page: Page, screen_address: str) -> None:
    page.add_init_script("""
        window.asked = [];
        Object.defineProperty(navigator, "wakeLock", { value: { request: async (kind) => { window.asked.push(kind); return {}; } } });
    """)
    page.goto(screen_address)
    page.wait_for_function("window.asked.includes('screen')")


def test_short_room_on_the_disk_is_said_while_it_records(page: Page, screen_address: str, seen: Seen, recorder: ScriptedRecorder) -> None:
    begin(page, screen_address)
    recorder.now = replace(recorder.now, hours_left=0.5)
    expect(page.get_by_text("Room for 30 more minutes of recording on this machine.")).to_be_visible()
    seen()
