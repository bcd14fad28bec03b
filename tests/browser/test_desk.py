"""The coordinator's desk in a real Chromium: by keyboard alone, with its pages and its choice of a school, the focus kept, in both languages."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from meetrec.installation import actions as installation
from meetrec.installation.district import one_hour
from meetrec.meetings.actions import plan_meeting
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.models import Room
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.notices.actions import District, match_notice, receive_notice
from meetrec.notices.desk_queries import PAGE
from meetrec.notices.models import Notice
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.people.models import School, Student
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.browser.test_every_page import sign_in
from tests.notices.conftest import REAL_RECORDINGS, missouri, statement

__all__ = ["missouri", "statement"]
WASHINGTON = "Washington Middle School"
MOST_TABS = 250
Give = Callable[..., str]
Look = Callable[..., None]


@pytest.fixture
def washington(database: Database, district: SimpleNamespace) -> SimpleNamespace:
    """A second school, with a room without a kiosk, a pupil, and a meeting on the day of the first one."""
    with database.writing() as session:
        school = installation.create_school(session, WASHINGTON)
        room = installation.create_room(session, school, "Library")
        pupil = installation.create_student(session, clock.now(), session.get_one(School, school.id), "Ana", "Núñez")
        plan = one_hour(session.get_one(Student, pupil.id), session.get_one(Room, room.id), district.meeting.start)
        meeting = plan_meeting(session, clock.now(), "user:laura", plan)
        enter_participant(session, clock.now(), "user:laura", meeting.id, AtTheTable("A friend", Affiliation.PARENTS_GUEST))
        return SimpleNamespace(name=school.name, meeting_id=meeting.id)


@pytest.fixture
def give(database: Database, statement: Callable[..., NoticeStatement], missouri: District) -> Give:
    """A notice that waits; its id. Keywords change what is said."""

    def give(**said: object) -> str:
        with database.writing() as session:
            return receive_notice(session, clock.now(), "public", statement(**said), new_nonce(), missouri).id

    return give


@pytest.fixture
def two_pages(give: Give, district: SimpleNamespace, washington: SimpleNamespace) -> SimpleNamespace:
    """One notice that fits a meeting of each school, and so many of days to come that the waiting ones fill two pages."""
    first = give(accommodation_request="An interpreter for Bosnian")
    second = give(student_name="Ana Núñez", school_name=washington.name, recorder_name="Eva Núñez")
    day = clock.in_zone(district.meeting.start, "America/Chicago").date()
    last = [give(student_name=f"Pupil Number {number}", meeting_date=day + timedelta(days=9 + number), device=f"device {number}") for number in range(PAGE)][-1]
    return SimpleNamespace(lincoln=first, washington=second, last=last)


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press the key until the place has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("place => place === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{MOST_TABS} times {key} did not reach {wanted}")


def match_elsewhere(app: Flask, database: Database, missouri: District, notice_id: str, meeting_id: str) -> None:
    """A colleague matches the notice meanwhile."""
    with app.test_request_context(), database.writing() as session:
        match_notice(session, clock.now(), "user:colleague", notice_id, meeting_id, missouri, REAL_RECORDINGS)


@pytest.mark.requirement("L-48")
@pytest.mark.requirement("A-05")
def test_a_notice_is_matched_by_keyboard_alone(page: Page, district: SimpleNamespace, two_pages: SimpleNamespace, database: Database) -> None:
    sign_in(page, district.coordinator, "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk")
    tab_to(page, page.locator("#jump-to-match"))
    page.keyboard.press("Enter")
    expect(page.locator("#to-match")).to_be_focused()
    tab_to(page, page.locator(f"#match-{two_pages.lincoln}-{district.meeting.id}"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("the room is armed for the meeting")).to_be_visible()
    expect(page.get_by_role("heading", name=f"Notices to match ({PAGE + 1})")).to_be_visible()
    with database.reading() as session:
        assert session.get_one(Notice, two_pages.lincoln).meeting_id == district.meeting.id


def test_the_pages_of_waiting_notices_are_turned_by_keyboard_and_the_last_one_is_never_empty(
    page: Page, app: Flask, district: SimpleNamespace, two_pages: SimpleNamespace, washington: SimpleNamespace, database: Database, missouri: District
) -> None:
    sign_in(page, district.coordinator, "en")
    later = page.get_by_role("link", name="Later meetings")
    tab_to(page, later)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(page.locator(f"#open-{two_pages.last}")).to_be_visible()
    expect(page.locator(f"#open-{two_pages.lincoln}")).to_have_count(0)
    tab_to(page, page.get_by_role("link", name="Earlier meetings"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Page 1 of 2")).to_be_visible()
    tab_to(page, page.locator(f"#open-{two_pages.lincoln}"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What the parent said")).to_be_visible()
    for notice, meeting in ((two_pages.lincoln, district.meeting.id), (two_pages.washington, washington.meeting_id)):
        match_elsewhere(app, database, missouri, notice, meeting)
    page.goto("/desk?page=2")
    expect(page.get_by_role("heading", name=f"Notices to match ({PAGE})")).to_be_visible()
    expect(page.locator(f"#open-{two_pages.last}")).to_be_visible()
    expect(page.get_by_text("No notice is waiting.")).to_have_count(0)


def test_one_school_is_chosen_by_keyboard_and_stays_chosen_after_matching(
    page: Page, district: SimpleNamespace, two_pages: SimpleNamespace, washington: SimpleNamespace
) -> None:
    sign_in(page, district.coordinator, "en")
    expect(page.locator(f"#meeting-{district.meeting.id}")).to_be_visible()
    tab_to(page, page.get_by_label("School", exact=True))
    page.keyboard.type(WASHINGTON[:6])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#meeting-{district.meeting.id}")).to_have_count(0)
    expect(page.locator(f"#meeting-{washington.meeting_id}")).to_be_visible()
    expect(page.get_by_role("heading", name="Notices to match (1)")).to_be_visible()
    tab_to(page, page.locator(f"#match-{two_pages.washington}-{washington.meeting_id}"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("the room is armed for the meeting")).to_be_visible()
    expect(page.get_by_label("School", exact=True)).to_have_value(WASHINGTON)
    expect(page.locator(f"#meeting-{district.meeting.id}")).to_have_count(0)


def test_the_focus_stays_while_the_desk_refreshes_and_goes_to_the_parts_heading_when_its_place_is_gone(
    page: Page, app: Flask, district: SimpleNamespace, give: Give, database: Database, missouri: District, console_problems: list[str]
) -> None:
    notice = give()
    page.clock.install()
    sign_in(page, district.coordinator, "en")
    button = page.locator(f"#match-{notice}-{district.meeting.id}")
    button.focus()
    another = give(recorder_name="Luis Rivera")
    page.clock.run_for(10_000)
    expect(page.locator(f"#open-{another}")).to_be_visible()
    expect(button).to_be_focused()
    match_elsewhere(app, database, missouri, notice, district.meeting.id)
    page.clock.run_for(10_000)
    expect(button).to_have_count(0)
    expect(page.locator("#to-match")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(f"#open-{another}")).to_be_focused()


HEADINGS = {
    "en": ("Desk", "Rooms without a working kiosk", "All schools"),
    "es": ("Panel del día", "Salas sin un equipo de grabación que funcione", "Todas las escuelas"),
}


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_full_desk_is_accessible_on_a_screen_and_on_a_telephone_in_both_languages(
    page: Page, look_at: Look, district: SimpleNamespace, two_pages: SimpleNamespace, give: Give, missouri: District, language: str
) -> None:
    soon = clock.in_zone(clock.now() + timedelta(hours=3), missouri.zone)
    give(meeting_date=soon.date(), meeting_time=soon.time().replace(second=0, microsecond=0), needs_recording_to_understand=True)  # late
    sign_in(page, district.coordinator, language)
    for address in ("/desk", "/desk?page=2", f"/desk?school={WASHINGTON.replace(' ', '+')}"):
        look_at(address)
        assert page.locator("html").get_attribute("lang") == language
        assert page.get_by_role("heading", level=1).inner_text() == HEADINGS[language][0]
        expect(page.locator("#rooms")).to_contain_text(HEADINGS[language][1])
        expect(page.locator("#school option").first).to_have_text(HEADINGS[language][2])
    for part in ("late", "to-match", "needs", "rooms", "not-covered"):
        assert page.goto("/desk")
        assert "(0)" not in page.locator(f"#{part}").inner_text(), part
