"""The families' door in a real browser: every page accessible in both languages, on a desk's screen and on a telephone."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from meetrec.notices.actions import District, match_notice, receive_notice
from meetrec.notices.models import RecorderRole
from meetrec.notices.statements import NoticeStatement
from meetrec.people.identity import Way
from meetrec.people.models import Student
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.roles import RECORDS_CLERK
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.rate_limits import limiter
from meetrec.platform.settings import Settings
from tests.browser.test_every_page import sign_in
from tests.fixtures.families import code_for, guardian_of, put_paper
from tests.notices.conftest import REAL_RECORDINGS

__all__ = ["code_for", "guardian_of"]

Looking = Callable[..., None]


@pytest.fixture
def mother(guardian_of: Callable[..., SimpleNamespace]) -> SimpleNamespace:
    limiter.reset()
    return guardian_of()


@pytest.fixture
def family(account_of: Callable[[str], SimpleNamespace], mother: SimpleNamespace, database: Database) -> SimpleNamespace:
    """The account of Mateo's mother, who stands beside a sister without a paper, too."""
    account = account_of("family")
    with database.writing() as session:
        session.get_one(Guardian, mother.id).account_id = account.id
        sister = Student(given_name="Lucia", family_name="Rivera", school_id=session.get_one(Student, mother.student_id).school_id)
        session.add(sister)
        session.flush()
        session.add(Guardianship(guardian_id=mother.id, student_id=sister.id, kind="FOSTER_PARENT", source="hand"))
    return account


@pytest.fixture
def notice_id(family: SimpleNamespace, district: SimpleNamespace, database: Database, settings: Settings) -> str:
    """A notice of the family's, matched to its meeting."""
    start = clock.in_zone(district.meeting.start, settings.district.zone)
    said = NoticeStatement(
        recorder_name="Ana Rivera", recorder_role=RecorderRole.PARENT, student_name="Mateo Rivera", school_name=district.school.name,
        meeting_date=start.date(), meeting_time=start.time(), device="my telephone", reason=None, accommodation_request="An interpreter",
        needs_recording_to_understand=False, language="en",
    )  # fmt: skip
    with database.writing() as session:
        now = clock.now()
        rule = District.at(settings, session, now)
        notice = receive_notice(session, now, "public", said, "t" * 43, rule, None, family.id)
        match_notice(session, now, "system", notice.id, district.meeting.id, rule, REAL_RECORDINGS)
        return notice.id


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_of_a_family_with_a_child_a_meeting_and_a_notice(
    page: Page, look_at: Looking, family: SimpleNamespace, notice_id: str, district: SimpleNamespace, language: str
) -> None:
    sign_in(page, family, language)
    look_at("/family")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.locator("main").inner_text().count("Lucia") == 1, "only why she is not shown"
    own = f"/family/notices/{notice_id}"
    for address in (f"/family/meetings/{district.meeting.id}", f"/family/notice?meeting={district.meeting.id}", own, f"{own}/more", f"{own}/correct"):
        look_at(address)
    look_at(f"{own}/withdraw")
    look_at("/family/begin")


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_that_says_why_nothing_is_shown(
    page: Page, look_at: Looking, family: SimpleNamespace, mother: SimpleNamespace, database: Database, district: SimpleNamespace, language: str
) -> None:
    sign_in(page, family, language)
    with database.writing() as session:
        put_paper(session, mother.student_id, mother.id, "revoked")
    look_at(f"/family/meetings/{district.meeting.id}", 403)
    look_at("/family")


@pytest.mark.requirement("L-30")
@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_steps_from_the_code_to_the_account(
    page: Page, look_at: Looking, mother: SimpleNamespace, code_for: Callable[..., str], console_problems: list[str], language: str
) -> None:
    page.goto(f"/language/{language}?next=/family/begin")
    page.locator("#code").fill("AAAA")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#error-summary")).to_be_focused()
    console_problems.clear()  # the answer was 422
    look_at()
    page.locator("#code").fill(code_for(mother.student_id, mother.id))
    page.locator("main form button[type=submit]").click()
    page.locator("#password").wait_for()
    look_at()
    page.locator("#email").fill("ana.rivera@demonstration.example")
    page.locator("#password").fill("short")
    page.locator("#again").fill("short")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#password-error")).to_be_visible()
    console_problems.clear()
    look_at()


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_staffs_pages_of_identity(
    page: Page, look_at: Looking, mother: SimpleNamespace, family: SimpleNamespace, code_for: Callable[..., str], account_of: Callable[..., SimpleNamespace],
    language: str,
) -> None:  # fmt: skip
    code_for(mother.student_id, mother.id, Way.POSTED)
    sign_in(page, account_of(RECORDS_CLERK), language)
    own = f"/pupils/{mother.student_id}/identity"
    look_at(f"{own}/{mother.id}/end")
    look_at(own)
    page.locator("label[for=holder-0]").click()
    page.locator("label[for=way-0]").click()
    page.locator("#seen").select_option("state_card")
    page.get_by_role("button", name={"en": "Make the code", "es": "Crear el código"}[language]).click()
    assert page.locator("#code").inner_text().count("-") == 4
    look_at()
