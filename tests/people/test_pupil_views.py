"""The pages of pupils, rights, protection and schools, as the staff who keep them see them."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.people.models import School, Student
from meetrec.people.rights_models import Guardian, Guardianship, ProtectionFlag, RightsRestriction
from meetrec.people.rights_queries import rights_holders_of
from meetrec.people.roles import DISTRICT_CUSTODIAN, RECORDS_CLERK, SITE_CUSTODIAN, SUPERINTENDENT
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings

MOTHER = {"given_name": "Ana", "family_name": "Rivera", "language": "es", "kind": "PARENT", "address": "12 Elm Street"}
PAPER = {"effect": "revoked", "authority": "court_order", "words": "Takes the right to school records.", "kept_at": "Office, file 4"}


@pytest.fixture
def clerk(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as(RECORDS_CLERK)


@pytest.fixture
def page(district: SimpleNamespace) -> str:
    """The address of the demonstration pupil's page."""
    return f"/pupils/{district.student.id}"


@pytest.fixture
def enter(clerk: FlaskClient, page: str) -> Callable[..., Any]:
    """Send a form of the pupil; the page that follows, as text."""

    def enter(what: str, data: dict[str, str]) -> str:
        answer = clerk.post(f"{page}/{what}", data=data)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return clerk.get(page).get_data(as_text=True)

    return enter


def first(database: Database, model: Any) -> Any:
    with database.reading() as session:
        return session.scalars(select(model)).first()


def verbs(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry.verb).order_by(JournalEntry.sequence)))


@pytest.mark.requirement("L-36")
@pytest.mark.requirement("D-17")
def test_a_parent_entered_by_hand_holds_rights_and_the_page_says_why(enter: Callable[..., str], database: Database) -> None:
    shown = enter("guardians", MOTHER)
    assert "Ana Rivera" in shown
    assert "Holds rights" in shown
    assert "A parent holds full rights unless a paper takes them." in shown
    assert verbs(database)[-2:] == ["guardian.entered", "guardianship.entered"]


@pytest.mark.requirement("B-R10")
def test_a_caregiver_holds_rights_once_somebody_has_seen_the_affidavit(enter: Callable[..., str], clerk: FlaskClient, page: str, database: Database) -> None:
    assert "nobody has seen the paper" in enter("guardians", {**MOTHER, "kind": "CAREGIVER_AFFIDAVIT"})
    tie = first(database, Guardianship)
    unsaid = clerk.post(f"{page}/guardianships/{tie.id}/paper", data={"is_seen": "y"})
    assert (unsaid.status_code, "say where it lies" in unsaid.get_data(as_text=True)) == (422, True)
    seen = enter(f"guardianships/{tie.id}/paper", {"is_seen": "y", "evidence_kind": "affidavit", "evidence_kept_at": "Office, file 7"})
    assert "Holds rights" in seen
    assert "Office, file 7" in seen


@pytest.mark.requirement("L-04")
def test_a_paper_takes_rights_until_it_is_lifted(enter: Callable[..., str], clerk: FlaskClient, page: str, database: Database) -> None:
    enter("guardians", MOTHER)
    guardian = first(database, Guardian)
    assert "Rights are taken by a paper" in enter("restrictions", {**PAPER, "guardian": guardian.id})
    nameless = clerk.post(f"{page}/restrictions", data={**PAPER, "words": ""})
    assert (nameless.status_code, "Nothing is taken that it does not name." in nameless.get_data(as_text=True)) == (422, True)
    with database.reading() as session:
        (holding,) = rights_holders_of(session, page.split("/")[-1], clock.now().date())
    assert not holding.is_held
    assert "Holds rights" in enter(f"restrictions/{first(database, RightsRestriction).id}/lift", {})


@pytest.mark.requirement("L-04")
def test_papers_that_contradict_each_other_are_referred_to_the_attorney(enter: Callable[..., str]) -> None:
    enter("guardians", MOTHER)
    assert "Refer it to the attorney" in enter("restrictions", {**PAPER, "effect": "conflict"})


@pytest.mark.requirement("L-55")
def test_an_address_that_a_court_withholds_is_on_no_page_and_is_not_lost(enter: Callable[..., str], clerk: FlaskClient, page: str, database: Database) -> None:
    assert "12 Elm Street" in enter("guardians", MOTHER)
    guardian = first(database, Guardian)
    shown = enter("restrictions", {**PAPER, "effect": "address_withheld", "guardian": guardian.id})
    assert "12 Elm Street" not in shown
    assert "A court withholds the address." in shown
    edit = f"guardians/{guardian.id}/edit"
    assert "12 Elm Street" not in clerk.get(f"{page}/{edit}").get_data(as_text=True)
    enter(edit, {"given_name": "Ana María", "family_name": "Rivera", "language": "es", "address": ""})
    kept = first(database, Guardian)
    assert (kept.given_name, kept.address) == ("Ana María", "12 Elm Street")


def test_an_address_keeps_its_lines(enter: Callable[..., str]) -> None:
    page = enter("guardians", {**MOTHER, "address": "12 Elm Street\nSpringfield, MO 65801"})
    assert '<span class="meetrec-lines">12 Elm Street\nSpringfield, MO 65801</span>' in page


@pytest.mark.requirement("L-55")
def test_an_address_withheld_beside_one_child_is_not_shown_beside_another(
    enter: Callable[..., str], clerk: FlaskClient, page: str, database: Database, district: SimpleNamespace
) -> None:
    enter("guardians", MOTHER)
    guardian = first(database, Guardian)
    with database.writing() as session:
        session.add(sister := Student(given_name="Lucía", family_name="Rivera", school_id=district.school.id))
        session.flush()
        session.add(Guardianship(student_id=sister.id, guardian_id=guardian.id, kind="PARENT", source="hand"))
    beside_sister = [f"/pupils/{sister.id}", f"/pupils/{sister.id}/guardians/{guardian.id}/edit"]
    assert all("12 Elm Street" in clerk.get(one).get_data(as_text=True) for one in beside_sister)
    enter("restrictions", {**PAPER, "effect": "address_withheld", "guardian": guardian.id})
    assert not any("12 Elm Street" in clerk.get(one).get_data(as_text=True) for one in beside_sister)
    clerk.post(beside_sister[1], data={"given_name": "Ana", "family_name": "Rivera", "language": "es", "address": ""})
    assert first(database, Guardian).address == "12 Elm Street"


def test_brothers_and_sisters_share_a_parent(enter: Callable[..., str], database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.add(Guardian(given_name="Ana", family_name="Rivera"))
    enter("guardians/known", {"guardian": first(database, Guardian).id, "kind": "PARENT"})
    assert first(database, Guardianship).student_id == district.student.id


def test_what_no_longer_holds_ends_and_stays_in_the_list(enter: Callable[..., str], database: Database) -> None:
    enter("guardians", MOTHER)
    shown = enter(f"guardianships/{first(database, Guardianship).id}/end", {})
    assert "Not in force today" in shown
    assert "Ana Rivera" in shown


@pytest.mark.requirement("D-13")
def test_what_ended_long_ago_is_not_ended_again_since_that_would_give_rights_to_the_days_between(enter: Callable[..., str], database: Database) -> None:
    enter("guardians", MOTHER)
    tie, long_ago = first(database, Guardianship), date(2020, 9, 1)
    with database.writing() as session:
        session.get_one(Guardianship, tie.id).ends_on = long_ago
    assert "This has ended already." in enter(f"guardianships/{tie.id}/end", {})
    assert first(database, Guardianship).ends_on == long_ago
    with database.reading() as session:
        assert not any(one.is_held for one in rights_holders_of(session, tie.student_id, date(2023, 1, 1)))
    assert "guardianship.ended" not in verbs(database)


@pytest.mark.requirement("D-13")
def test_rights_of_a_student_of_eighteen_are_shown_as_theirs(enter: Callable[..., str], settings: Settings) -> None:
    enter("guardians", MOTHER)
    today = clock.in_zone(clock.now(), settings.district.zone).date()
    shown = enter("edit", {"given_name": "Mateo", "family_name": "Rivera", "birth_date": (today - timedelta(days=366 * 18)).isoformat()})
    assert "The student holds their own rights." in shown
    assert "Rights have moved to the student" in shown


@pytest.mark.requirement("B-08")
def test_a_social_security_number_is_stopped_before_it_is_stored(clerk: FlaskClient, page: str, database: Database) -> None:
    answer = clerk.post(f"{page}/guardians", data={**MOTHER, "address": "12 Elm Street, SSN 219-09-9999"})
    assert answer.status_code == 422
    assert first(database, Guardian) is None


@pytest.mark.requirement("B-04")
def test_custody_follows_the_school_and_a_schools_custodian_sees_only_the_own_pupils(
    enter: Callable[..., str], database: Database, sign_in_as: Callable[[str], FlaskClient], page: str, settings: Settings
) -> None:
    custodian = sign_in_as(SITE_CUSTODIAN)
    assert custodian.get(page).status_code == 200
    with database.writing() as session:
        harbor = School(name="Harbor School")
        session.add(harbor)
    today = clock.in_zone(clock.now(), settings.district.zone).date().isoformat()
    assert "Harbor School" in enter("enrolment", {"school": harbor.id, "on": today})
    assert verbs(database)[-1] == "custody.moved"
    assert custodian.get(page).status_code == 404
    assert "Rivera" not in custodian.get("/pupils").get_data(as_text=True)
    assert "no longer from" in enter("enrolment", {"school": "left", "on": today})


@pytest.mark.requirement("S-14")
def test_why_a_pupil_is_protected_is_seen_by_few_and_never_journalled(
    sign_in_as: Callable[[str], FlaskClient], clerk: FlaskClient, page: str, database: Database
) -> None:
    superintendent, custodian = sign_in_as(SUPERINTENDENT), sign_in_as(DISTRICT_CUSTODIAN)
    assert superintendent.post(f"{page}/protection", data={"reason": "foster", "words": "Ask the caseworker first."}).status_code == 303
    assert "Foster care" in superintendent.get(f"{page}/protection").get_data(as_text=True)
    assert clerk.get(f"{page}/protection").status_code == 403
    for reader in (clerk, custodian):
        shown = reader.get(page).get_data(as_text=True)
        assert "Needs review before anything" in shown
        assert "Foster" not in shown.replace("Foster parent", "")
        assert "caseworker" not in shown
    with database.reading() as session:
        body = session.scalars(select(JournalEntry.body).where(JournalEntry.verb == "protection.set")).one()
    assert b"foster" not in body
    superintendent.post(f"{page}/protection/end")
    assert first(database, ProtectionFlag).ended_at is not None
    assert "Needs review" not in clerk.get(page).get_data(as_text=True)


def test_a_pupil_entered_by_hand_is_found_by_any_part_of_the_name(clerk: FlaskClient, district: SimpleNamespace, database: Database) -> None:
    said = {"given_name": "Lucía", "family_name": "Rivera Soto", "birth_date": "2013-07-21", "school": district.school.id}
    assert clerk.post("/pupils/new", data=said).status_code == 303
    assert clerk.post("/pupils/new", data=said).status_code == 422  # the same pupil twice
    assert "Rivera Soto, Lucía" in clerk.get("/pupils?q=soto+lucia").get_data(as_text=True)
    assert "Mateo" not in clerk.get("/pupils?q=soto").get_data(as_text=True)


def test_a_birth_date_that_cannot_be_is_sent_back(clerk: FlaskClient, page: str) -> None:
    answer = clerk.post(f"{page}/edit", data={"given_name": "Mateo", "family_name": "Rivera", "birth_date": "1900-01-01"})
    assert (answer.status_code, "Nobody at school was born on this day." in answer.get_data(as_text=True)) == (422, True)


@pytest.mark.requirement("B-04")
def test_a_school_is_entered_and_closed_and_never_deleted(clerk: FlaskClient, database: Database) -> None:
    assert clerk.post("/schools/new", data={"name": "Harbor School"}).status_code == 303
    assert clerk.post("/schools/new", data={"name": "Harbor School"}).status_code == 422
    with database.reading() as session:
        harbor = session.scalars(select(School.id).where(School.name == "Harbor School")).one()
    assert clerk.post(f"/schools/{harbor}/close").status_code == 303
    assert "Closed" in clerk.get("/schools").get_data(as_text=True)
    assert "Harbor School" not in clerk.get("/pupils/new").get_data(as_text=True)


def test_a_row_of_another_pupil_is_not_found_below_this_one(clerk: FlaskClient, page: str, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        other, guardian = Student(given_name="Sofia", family_name="Ortega", school_id=district.school.id), Guardian(given_name="Eva", family_name="Ortega")
        session.add_all([other, guardian])
        session.flush()
        tie = Guardianship(guardian_id=guardian.id, student_id=other.id, kind="PARENT", source="hand")
        session.add(tie)
    assert clerk.post(f"{page}/guardianships/{tie.id}/end").status_code == 404
    assert clerk.get(f"{page}/guardians/{guardian.id}/edit").status_code == 404
