"""The pages of meetings in a real browser: axe in both languages, by keyboard, and a meeting that moves to another room half an hour before."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from meetrec.capture.signing import KioskSigner
from meetrec.installation import actions as installation
from meetrec.meetings import queries
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.models import Room
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.people.models import School, Student
from meetrec.people.names import name_key
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.recordings import notice, recording_id
from tests.recordings.deliveries import KioskClient

__all__ = ["notice", "recording_id"]
Looking = Callable[..., None]


@pytest.fixture
def signed_in(page: Page, live_server: str, district: SimpleNamespace) -> Page:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(district.coordinator.email)
    page.get_by_label("Password").fill(district.coordinator.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk")
    return page


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_of_a_meeting_are_accessible_in_both_languages(
    signed_in: Page, look_at: Looking, database: Database, district: SimpleNamespace, recording_id: str, language: str
) -> None:
    with database.writing() as session:
        for who in (AtTheTable("David Cho", Affiliation.DISTRICT_EMPLOYEE, "psychologist"), AtTheTable("A friend", Affiliation.PARENTS_GUEST)):
            last = enter_participant(session, clock.now(), "user:x", district.meeting.id, who)
    signed_in.goto(f"/language/{language}?next=/today")
    for address in ("", "/move", "/room", "/cancel", "/people", f"/people/{last.id}/remove"):
        look_at(f"/meetings/{district.meeting.id}{address}")
    for address in ("/today", "/meetings", "/meetings?when=past&pupil=nobody", "/calendar", "/calendar/feed", "/meetings/new"):
        look_at(address)


@pytest.mark.requirement("G5.a")
def test_meeting_goes_to_another_room_half_an_hour_before(
    signed_in: Page, live_server: str, app: object, database: Database, district: SimpleNamespace, recording_id: str, look_at: Looking
) -> None:
    with database.writing() as session:
        library = installation.create_room(session, session.get_one(School, district.school.id), "Library")
        _kiosk, token = installation.enroll_kiosk(session, clock.now(), session.get_one(Room, library.id), KioskSigner.new())
    old, new = (KioskClient(app.test_client(), one) for one in (district.kiosk_token, token))  # type: ignore[attr-defined]
    page = signed_in
    page.goto(f"/meetings/{district.meeting.id}")
    page.get_by_role("link", name="Change the room").click()
    page.get_by_label("Room", exact=True).select_option(label="Lincoln Elementary · Library")
    page.get_by_label("Room", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The meeting has another room.")).to_be_visible()
    expect(page.get_by_text("From Conference Room A to Library")).to_be_visible()
    look_at()
    listed = [[one["recording"] for one in (kiosk.meetings().json or {})["meetings"]] for kiosk in (old, new)]
    assert listed == [[], [recording_id]]


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize(("language", "find"), [("en", "Find"), ("es", "Buscar")])
def test_in_a_large_district_the_pupil_is_found_by_keyboard_before_the_form(
    signed_in: Page,
    look_at: Looking,
    console_problems: list[str],
    database: Database,
    district: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    find: str,
) -> None:
    monkeypatch.setattr(queries, "MOST_PUPILS", 1)
    with database.writing() as session:
        session.add(Student(given_name="Ana", family_name="Soto", name_key=name_key("Ana Soto"), school_id=district.school.id))
    page = signed_in
    page.goto(f"/language/{language}?next=/meetings/new")
    expect(page.locator("#student")).to_have_count(0)
    look_at()
    page.locator("#sought").focus()
    page.keyboard.type("rivera")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=find, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_be_visible()
    look_at()
    page.locator("#student").select_option(label="Rivera, Mateo · Lincoln Elementary")
    page.locator("main button[type=submit]").last.click()
    expect(page.locator("#student")).to_have_value(district.student.id)  # the other fields are missing, and the pupil stays
    console_problems.clear()  # the refused form answers with 422
    look_at()


@pytest.mark.requirement("G1.b")
def test_move_is_shown_before_it_is_done(signed_in: Page, district: SimpleNamespace, settings: Settings, recording_id: str, look_at: Looking) -> None:
    page, later = signed_in, clock.in_zone(district.meeting.start + timedelta(hours=2), settings.district.zone)
    page.goto(f"/meetings/{district.meeting.id}/move")
    page.get_by_label("Starts at").fill(later.strftime("%H:%M"))
    page.get_by_label("Planned to end at").fill((later + timedelta(hours=1)).strftime("%H:%M"))
    page.locator("label[for=by-0]").click()
    page.get_by_role("button", name="Show what this does").click()
    expect(page.get_by_text("MR-1 stays as it is: In time.")).to_be_visible()
    look_at()
    page.get_by_role("button", name="Move the meeting").click()
    expect(page.get_by_text("The meeting was moved.")).to_be_visible()
    page.get_by_role("link", name="Letters to families whom no mail tells of the move").click()
    expect(page.get_by_role("link", name="Letter in English – ")).to_be_visible()
    look_at()


def test_report_of_a_calendar_is_accessible(signed_in: Page, district: SimpleNamespace, tmp_path: Path, look_at: Looking) -> None:
    lines = ["UID:u1", "DTSTART:20301014T150000Z", "DTEND:20301014T160000Z", "SUMMARY:IEP Mateo Rivera", "LOCATION:By telephone"]
    calendar = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    (tmp_path / "c.ics").write_text("\r\n".join(calendar))
    page = signed_in
    page.goto("/calendar")
    page.get_by_label("Calendar file").set_input_files(tmp_path / "c.ics")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("To be entered by you")).to_be_visible()
    look_at()
    page.get_by_role("link", name="Enter this meeting").click()
    expect(page.get_by_label("Date")).to_have_value("2030-10-14")
