"""Pages of pupils, rights, protection and the roster: accessible in both languages, on a desk's screen and on a telephone."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from meetrec.people.rights_models import Guardian, Guardianship, RightsRestriction
from meetrec.people.roles import RECORDS_CLERK
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.browser.test_every_page import sign_in
from tests.fixtures.roster import small_roster, user, write_roster


@pytest.fixture
def tie(database: Database, district: SimpleNamespace) -> Guardianship:
    """A mother beside the demonstration pupil, and a paper about her rights."""
    filed = {"authority": "court_order", "words": "Takes the right to records.", "kept_at": "Office, file 4", "entered_at": clock.now(), "entered_by": "system"}
    with database.writing() as session:
        mother = Guardian(given_name="Ana", family_name="Rivera", phone="(573) 555-0142", address="12 Elm Street")
        session.add(mother)
        session.flush()
        tie = Guardianship(guardian_id=mother.id, student_id=district.student.id, kind="PARENT", source="hand")
        session.add_all([tie, RightsRestriction(student_id=district.student.id, guardian_id=mother.id, effect="conflict", **filed)])
    return tie


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_of_one_pupil(page: Page, look_at: Callable[..., None], district: SimpleNamespace, tie: Guardianship, language: str) -> None:
    sign_in(page, district.coordinator, language)
    own = f"/pupils/{district.student.id}"
    for below in ("", "/edit", "/enrolment", "/guardians", "/guardians/known", f"/guardians/{tie.guardian_id}/edit", "/restrictions", "/protection"):
        look_at(f"{own}{below}")
    look_at(f"{own}/guardianships/{tie.id}/paper")
    look_at(f"{own}/join")


SAID = {
    "en": {"refused": "1 row was refused", "apply": "Apply the roster", "applied": "The roster was applied.", "no_file": "Choose the zip file of the roster."},
    "es": {"refused": "Se rechazó 1 fila", "apply": "Aplicar el padrón", "applied": "El padrón se aplicó.", "no_file": "Elija el archivo zip del padrón."},
}


@pytest.mark.requirement("L-48")
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_clerk_checks_a_roster_reads_the_report_and_applies_it(
    page: Page, look_at: Callable[..., None], account_of: Callable[..., SimpleNamespace], tmp_path: Path, console_problems: list[str], language: str
) -> None:
    roster, said = small_roster(), SAID[language]
    roster["users"].append(user("p9", "", "Nameless"))
    sign_in(page, account_of(RECORDS_CLERK), language)
    look_at("/roster")
    assert page.locator("html").get_attribute("lang") == language
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text(said["no_file"])
    console_problems.clear()  # the answer was 422, as it should be
    look_at()
    page.locator("#package").set_input_files(write_roster(tmp_path / "roster.zip", roster))
    page.locator("main form button[type=submit]").click()
    page.get_by_text(said["refused"]).wait_for()
    look_at()
    page.get_by_role("button", name=said["apply"]).click()
    page.get_by_text(said["applied"]).wait_for()
    look_at()
    look_at("/roster")
    page.goto("/pupils?q=okafor")
    assert page.get_by_role("link", name="Okafor, Sam").is_visible()
