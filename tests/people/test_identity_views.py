"""The staff's page of identities: codes handed over and posted, taken back, never for those without rights; the end of a family's account."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.people.actions import give_role
from meetrec.people.identity import Way
from meetrec.people.models import Account, School, Student
from meetrec.people.rights_models import Guardian, Guardianship, IdentityCode
from meetrec.people.roles import RECORDS_CLERK, SITE_CUSTODIAN, SUPERINTENDENT
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.enrolment_codes import hash_of
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import Mail
from tests.fixtures.families import code_for, guardian_of, open_account, put_paper

__all__ = ["code_for", "guardian_of", "open_account"]

CODE = re.compile(r"\b(?:[A-Z0-9]{4}-){4}[A-Z0-9]{4}\b")
ADDRESS = "12 Oak Street"
GuardianOf = Callable[..., SimpleNamespace]


@pytest.fixture
def mother(guardian_of: GuardianOf) -> SimpleNamespace:
    return guardian_of()


@pytest.fixture
def clerk(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as(RECORDS_CLERK)


def make(client: FlaskClient, whom: SimpleNamespace, way: Way = Way.HANDED_OVER, **changes: str) -> tuple[int, str]:
    data = {"holder": whom.id, "way": way.value, "seen": "driver_licence", **changes}
    answer = client.post(f"/pupils/{whom.student_id}/identity", data=data)
    return answer.status_code, answer.get_data(as_text=True)


def codes(database: Database) -> list[IdentityCode]:
    with database.reading() as session:
        return list(session.scalars(select(IdentityCode).order_by(IdentityCode.made_at)))


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@pytest.mark.requirement("L-30")
def test_a_code_is_handed_over_to_somebody_who_was_seen(clerk: FlaskClient, mother: SimpleNamespace, database: Database) -> None:
    assert "Choose what you saw." in make(clerk, mother, seen="")[1]
    assert codes(database) == []
    status, page = make(clerk, mother)
    (shown,) = set(CODE.findall(page))
    (row,) = codes(database)
    assert (status, row.way, row.seen, row.guardian_id, row.code_hash) == (200, "handed_over", "driver_licence", mother.id, hash_of(shown))
    assert row.made_by.startswith("user:")
    assert shown not in clerk.get(f"/pupils/{mother.student_id}/identity").get_data(as_text=True), "it is shown this once"
    with database.reading() as session:
        (told,) = session.scalars(select(JournalEntry).where(JournalEntry.verb == "identity.code_made"))
    assert [secret for secret in (shown, row.code_hash, "Rivera") if secret.encode() in told.body] == []


@pytest.mark.requirement("L-30")
def test_a_posted_code_stands_in_the_letter_alone(clerk: FlaskClient, mother: SimpleNamespace, database: Database) -> None:
    status, page = make(clerk, mother, Way.POSTED, seen="")
    (row,), (hidden,) = codes(database), set(CODE.findall(page))
    assert (status, row.way, row.seen) == (200, "posted", None)
    assert hidden not in re.sub(r"<input[^>]*>", "", page)
    said = {"code": hidden, "language": "es"}
    letter = clerk.post(f"/identity-codes/{row.id}/letter", data=said)
    written = text_of(letter.data)
    assert (letter.mimetype, [text for text in (hidden, ADDRESS, "Ana Rivera") if text not in written]) == ("application/pdf", [])
    assert "Mateo" not in written, "a letter names no pupil"
    for wrong in ("", "A" * 20, "0"):
        assert clerk.post(f"/identity-codes/{row.id}/letter", data={"code": wrong}).status_code == 404
    clerk.post(f"/identity-codes/{row.id}/revoke", data={"pupil": mother.student_id})
    assert clerk.post(f"/identity-codes/{row.id}/letter", data=said).status_code == 404


@pytest.mark.requirement("L-55")
def test_no_letter_goes_to_an_address_that_a_court_withholds(clerk: FlaskClient, mother: SimpleNamespace, database: Database) -> None:
    letter_before = make(clerk, mother, Way.POSTED)[1]
    (row,), (hidden,) = codes(database), set(CODE.findall(letter_before))
    with database.writing() as session:
        sibling = Student(given_name="Lucia", family_name="Rivera", school_id=session.get_one(Student, mother.student_id).school_id)
        session.add(sibling)
        session.flush()
        session.add(Guardianship(guardian_id=mother.id, student_id=sibling.id, kind="PARENT", source="hand"))
        put_paper(session, sibling.id, mother.id, "address_withheld")
    refused = make(clerk, mother, Way.POSTED)
    assert (refused[0], "A court withholds this address" in refused[1], ADDRESS in refused[1]) == (422, True, False)
    assert clerk.post(f"/identity-codes/{row.id}/letter", data={"code": hidden}).status_code == 404, "the paper came after the code"
    assert make(clerk, mother)[0] == 200, "the right stays: the code can be handed over"


def test_no_letter_goes_where_there_is_no_address(clerk: FlaskClient, guardian_of: GuardianOf) -> None:
    assert "There is no address on file" in make(clerk, guardian_of(address=None), Way.POSTED)[1]


@pytest.mark.requirement("L-04")
@pytest.mark.requirement("D-17")
@pytest.mark.parametrize("effect", ["revoked", "conflict"])
def test_no_code_is_made_for_somebody_without_rights(clerk: FlaskClient, mother: SimpleNamespace, database: Database, effect: str) -> None:
    with database.writing() as session:
        put_paper(session, mother.student_id, mother.id, effect)
    page = clerk.get(f"/pupils/{mother.student_id}/identity").get_data(as_text=True)
    assert "no code can be made" in page
    assert make(clerk, mother)[0] == 422
    assert codes(database) == []


@pytest.mark.requirement("D-17")
def test_a_foster_parent_gets_a_code_once_the_paper_was_seen(clerk: FlaskClient, guardian_of: GuardianOf) -> None:
    assert make(clerk, guardian_of(kind="FOSTER_PARENT"))[0] == 422


@pytest.mark.requirement("D-13")
def test_from_eighteen_on_the_code_is_the_students(clerk: FlaskClient, mother: SimpleNamespace, database: Database) -> None:
    student = SimpleNamespace(id=mother.student_id, student_id=mother.student_id)
    assert make(clerk, student)[0] == 422, "a minor has no code"
    with database.writing() as session:
        session.get_one(Student, mother.student_id).birth_date = date(2000, 1, 1)
    assert make(clerk, mother)[0] == 422
    assert make(clerk, student)[0] == 200
    (row,) = codes(database)
    assert (row.student_id, row.guardian_id) == (mother.student_id, None)


def test_somebody_of_another_pupil_gets_no_code_here(clerk: FlaskClient, mother: SimpleNamespace, guardian_of: GuardianOf, database: Database) -> None:
    with database.writing() as session:
        other = Student(given_name="Sam", family_name="Okafor", school_id=session.get_one(Student, mother.student_id).school_id)
        session.add(other)
    stranger = guardian_of(other.id, given_name="Chidi", family_name="Okafor")
    assert make(clerk, SimpleNamespace(id=stranger.id, student_id=mother.student_id))[0] == 422
    assert codes(database) == []


@pytest.mark.requirement("B-04")
def test_a_custodian_of_another_school_reaches_no_code(
    clerk: FlaskClient, sign_in_as: Callable[..., FlaskClient], mother: SimpleNamespace, database: Database
) -> None:
    (hidden,) = set(CODE.findall(make(clerk, mother, Way.POSTED)[1]))
    (row,) = codes(database)
    custodian = sign_in_as(SITE_CUSTODIAN)
    assert custodian.get(f"/pupils/{mother.student_id}/identity").status_code == 200
    with database.writing() as session:
        elsewhere = School(name="Washington Middle")
        session.add(elsewhere)
        session.flush()
        session.get_one(Student, mother.student_id).school_id = elsewhere.id
    assert custodian.get(f"/pupils/{mother.student_id}/identity").status_code == 404
    assert custodian.post(f"/identity-codes/{row.id}/letter", data={"code": hidden}).status_code == 404
    assert custodian.post(f"/identity-codes/{row.id}/revoke").status_code == 404
    assert custodian.post(f"/pupils/{mother.student_id}/identity/{mother.id}/end", data={"because": "other"}).status_code == 404


@pytest.fixture
def beside_another_school(mother: SimpleNamespace, guardian_of: GuardianOf, database: Database) -> SimpleNamespace:
    """A mother of one pupil here and of another at another school; `own` stands beside the pupil here alone."""
    with database.writing() as session:
        session.add(elsewhere := School(name="Washington Middle"))
        session.flush()
        session.add(sister := Student(given_name="Lucía", family_name="Rivera", school_id=elsewhere.id))
        session.flush()
        session.add(Guardianship(student_id=sister.id, guardian_id=mother.id, kind="PARENT", source="hand"))
        session.get_one(Guardian, mother.id).address = ADDRESS
    return SimpleNamespace(id=mother.id, student_id=mother.student_id, sister_id=sister.id, own=guardian_of(given_name="Luis", family_name="Rivera"))


@pytest.mark.requirement("B-04")
def test_a_schools_custodian_opens_no_family_that_belongs_to_another_school_too(
    clerk: FlaskClient, sign_in_as: Callable[..., FlaskClient], beside_another_school: SimpleNamespace, database: Database
) -> None:
    both, custodian = beside_another_school, sign_in_as(SITE_CUSTODIAN)
    assert custodian.get(f"/pupils/{both.sister_id}").status_code == 404
    status, said = make(custodian, both)
    assert (status, "Ask the coordinator, a records clerk" in said, codes(database)) == (422, True, [])
    end = custodian.post(f"/pupils/{both.student_id}/identity/{both.id}/end", data={"because": "other"})
    assert "Ask the coordinator, a records clerk" in end.get_data(as_text=True)
    edit = f"/pupils/{both.student_id}/guardians/{both.id}/edit"
    for answer in (custodian.get(edit), custodian.post(edit, data={"given_name": "Other", "family_name": "Name", "language": "en"})):
        assert (answer.status_code, answer.location) == (303, f"/pupils/{both.student_id}")
    with database.reading() as session:
        assert session.get_one(Guardian, both.id).given_name == "Ana"
    assert make(custodian, SimpleNamespace(id=both.own.id, student_id=both.student_id))[0] == 200, "the own school's family is the custodian's"
    assert make(clerk, both)[0] == 200, "a clerk of the district reaches both"


@pytest.mark.requirement("B-04")
def test_a_schools_custodian_is_offered_no_kin_of_another_school(
    clerk: FlaskClient, sign_in_as: Callable[..., FlaskClient], beside_another_school: SimpleNamespace, database: Database
) -> None:
    both, custodian = beside_another_school, sign_in_as(SITE_CUSTODIAN)
    with database.writing() as session:
        session.add(brother := Student(given_name="Teo", family_name="Rivera", school_id=session.get_one(Student, both.student_id).school_id))
        session.add(nobodys := Guardian(given_name="Rosa", family_name="Rivera"))
    page = f"/pupils/{brother.id}/guardians/known"
    offered = custodian.get(page).get_data(as_text=True)
    assert (both.own.id in offered, both.id in offered, nobodys.id in offered) == (True, False, False)
    assert custodian.post(page, data={"guardian": both.id, "kind": "PARENT"}).status_code == 422
    assert custodian.post(page, data={"guardian": both.own.id, "kind": "PARENT"}).status_code == 303
    assert both.id in clerk.get(page).get_data(as_text=True)


@pytest.mark.requirement("L-30")
def test_a_code_taken_back_counts_no_more(app: Flask, clerk: FlaskClient, mother: SimpleNamespace, database: Database) -> None:
    (shown,) = set(CODE.findall(make(clerk, mother)[1]))
    (row,) = codes(database)
    back = clerk.post(f"/identity-codes/{row.id}/revoke", data={"pupil": mother.student_id})
    assert (back.status_code, back.location) == (303, f"/pupils/{mother.student_id}/identity")
    assert "taken back" in clerk.get(back.location).get_data(as_text=True)
    assert "This code does not count." in app.test_client().post("/family/begin", data={"code": shown}).get_data(as_text=True)
    assert clerk.post("/identity-codes/00000000-0000-0000-0000-000000000000/revoke").status_code == 404


@pytest.mark.requirement("W-26")
def test_staff_close_a_familys_account_and_its_session_ends(
    clerk: FlaskClient, mother: SimpleNamespace, open_account: Callable[..., FlaskClient], database: Database
) -> None:
    own = open_account(mother.student_id, mother.id)
    page = f"/pupils/{mother.student_id}/identity"
    assert "ana.rivera@demonstration.example" in clerk.get(page).get_data(as_text=True)
    end = f"{page}/{mother.id}/end"
    assert clerk.post(end, data={"because": "separated"}).status_code == 422
    assert clerk.post(end, data={"because": "mistake"}).status_code == 303
    assert own.get("/family").status_code == 302, "signed out"
    with database.reading() as session:
        account = session.get_one(Account, session.get_one(Guardian, mother.id).account_id)
    assert (account.deactivated_because, account.active) == ("mistake", False)
    assert "No account." in clerk.get(page).get_data(as_text=True)
    assert "There is no open account of this person." in clerk.post(end, data={"because": "other"}).get_data(as_text=True)


@pytest.mark.requirement("W-33")
def test_who_suspends_people_suspends_a_family_from_here(
    mother: SimpleNamespace,
    open_account: Callable[..., FlaskClient],
    account_of: Callable[..., SimpleNamespace],
    app: Flask,
    clerk: FlaskClient,
    database: Database,
) -> None:
    own, both = open_account(mother.student_id, mother.id), account_of(RECORDS_CLERK)
    page = f"/pupils/{mother.student_id}/identity"
    assert "Suspend this person" not in clerk.get(page).get_data(as_text=True), "a clerk does not suspend"
    with database.writing() as session:
        give_role(session, clock.now(), "system", session.get_one(Account, both.id), SUPERINTENDENT)
        account_id = session.get_one(Guardian, mother.id).account_id
    staff = app.test_client()
    staff.post("/sign-in", data={"email": both.email, "password": both.password})
    assert f"/suspensions/new?whom={account_id}" in staff.get(page).get_data(as_text=True)
    said = {"whom": account_id, "kind": "long_term", "reason": "A dispute."}
    assert staff.post("/suspensions/new", data=said).status_code == 303
    assert own.get("/family").status_code == 403
    assert "suspended" in staff.get(page).get_data(as_text=True)


def test_the_pupils_page_leads_here(clerk: FlaskClient, mother: SimpleNamespace) -> None:
    assert f'/pupils/{mother.student_id}/identity"' in clerk.get(f"/pupils/{mother.student_id}").get_data(as_text=True)


@pytest.mark.requirement("L-30")
@pytest.mark.parametrize(("host", "email"), [("mail.cedarbend.org", "ana@example.org"), ("", "ana@example.org"), ("mail.cedarbend.org", None)])
def test_a_code_that_staff_made_is_told_to_its_person_and_stands_on_the_pupils_page(
    app: Flask, clerk: FlaskClient, guardian_of: GuardianOf, database: Database, settings: Settings, host: str, email: str | None
) -> None:
    app.extensions["meetrec.settings"] = settings.model_copy(update={"mail": Mail(host=host, sender="meetrec@cedarbend.org")})
    whom = guardian_of(email=email)
    assert make(clerk, whom)[0] == 200
    with database.reading() as session:
        mails = session.scalars(select(OutgoingMail)).all()
    told = [(mail.to_address, mail.language, mail.template, mail.about) for mail in mails]
    assert told == ([("ana@example.org", "es", "identity_code_made", f"guardian:{whom.id}")] if host and email else [])
    assert not any(CODE.search(mail.text) or "Mateo" in mail.text for mail in mails)
    assert "A code that opens an account was made for Ana Rivera:" in clerk.get(f"/pupils/{whom.student_id}").get_data(as_text=True)
