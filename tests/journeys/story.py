"""The life of a recording as people do it in a browser: each function is one person's part. Used by the journey and by the bench."""

import re
import time
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from sqlalchemy import select

from meetrec.meetings.models import Meeting
from meetrec.platform.database import Database
from meetrec.platform.tables import load_tables
from tests.fixtures.kiosk_screen import hold
from tests.fixtures.running import RunningInstallation

TRANSCRIPT_SECONDS = 300
A_PERSON_WRITES = 2100  # milliseconds; what comes faster was filled in by a program, and comes back once


@dataclass(frozen=True)
class PlannedMeeting:
    """What the parent knows of the meeting, on the district's clock."""

    pupil: str
    school: str
    start: datetime


def planned_meeting(installation: RunningInstallation) -> PlannedMeeting:
    """The demonstration district's next meeting."""
    load_tables()
    database = Database(installation.settings.database_url)
    with database.reading() as session:
        meeting = session.scalars(select(Meeting).order_by(Meeting.start.desc())).first()
        assert meeting is not None
        return PlannedMeeting(meeting.student.name, meeting.room.school.name, meeting.start.astimezone(ZoneInfo(installation.settings.district.zone)))


def give_notice(page: Page, installation: RunningInstallation) -> str:
    """The parent: from the explanation to the receipt; the receipt's reference."""
    meeting = planned_meeting(installation)
    page.goto(installation.address + "/")
    page.get_by_role("link", name=re.compile("notice", re.IGNORECASE)).first.click()
    page.get_by_label("Your name").fill("Elena Rivera")
    page.get_by_text("Parent", exact=True).click()
    page.get_by_label("The pupil's name").fill("Mateo Rivera")
    page.get_by_label("School where the meeting takes place").select_option(meeting.school)
    page.get_by_label("Date of the meeting").fill(meeting.start.strftime("%Y-%m-%d"))
    page.get_by_label("Time the meeting starts").fill(meeting.start.strftime("%H:%M"))
    page.get_by_label("What you will record with").fill("My telephone")
    page.wait_for_timeout(A_PERSON_WRITES)
    page.get_by_role("button", name="Send the notice").click()
    expect(page).to_have_url(re.compile("/notice/receipt/"))
    reference = page.locator(".notices-reference").inner_text()
    assert reference
    return reference


def sign_in(page: Page, installation: RunningInstallation, who: str = "coordinator") -> None:
    """A member of staff signs in and stands at the desk."""
    address, password = installation.sign_in_of(who)
    page.goto(installation.address + "/desk")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/desk"))


def match_and_arm(page: Page, installation: RunningInstallation, reference: str) -> None:
    """The coordinator matches the notice to the meeting it belongs to."""
    page.goto(installation.address + "/desk")
    expect(page.get_by_text(reference).first).to_be_visible()
    page.get_by_role("button", name="Match and arm the room").first.click()
    expect(page.get_by_text("Not armed")).to_have_count(0)


def open_meeting_at_kiosk(page: Page, installation: RunningInstallation) -> None:
    """The chair finds the meeting on the room's screen, by its initials."""
    page.goto(installation.kiosk_address)
    page.get_by_role("link", name=re.compile("M. R.")).first.click(timeout=40_000)
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()


def start(page: Page) -> None:
    """The chair asks the parent, counts who is here, lets every microphone hear a voice, and starts the recording (G6)."""
    page.get_by_role("radio", name="Yes").first.check()
    page.get_by_role("radio", name=re.compile("As in the notice")).check()
    page.get_by_role("group", name="Does it lie in plain sight?").get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Next").click()
    for who in ("Parent", "Case manager", "Psychologist", "Speech pathologist"):
        page.get_by_role("button", name=f"One more: {who} at the table").click()
    page.get_by_role("checkbox", name="Everyone here has been told").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Every microphone heard a voice. You can start.")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Start recording").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=10_000)


def hold_stop(page: Page) -> float:
    """The chair holds Stop and answers the closing questions; the moment of the release (monotonic seconds)."""
    page.wait_for_load_state("load")
    hold(page, page.get_by_role("button", name="Stop"), 2300)
    moment = time.monotonic()
    expect(page.get_by_role("heading", name="Stopped and saved")).to_be_visible(timeout=20_000)
    page.get_by_role("group", name="Did the parent’s device stay").get_by_role("radio", name="Yes").check()
    page.get_by_role("group", name="Did this recorder run").get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Recording saved")).to_be_visible()
    return moment


def open_recording(page: Page, installation: RunningInstallation) -> None:
    """The coordinator goes from the desk to the recording."""
    page.goto(installation.address + "/desk")
    page.locator("a[id^='recording-']").first.click()
    expect(page.get_by_role("heading", name=re.compile("Mateo Rivera"))).to_be_visible()


def wait_for_transcript(page: Page) -> float:
    """The page follows the work by itself until the draft is there; that moment (monotonic seconds)."""
    expect(page.locator("#transcript .transcript__line").first).to_be_visible(timeout=1000 * TRANSCRIPT_SECONDS)
    return time.monotonic()
