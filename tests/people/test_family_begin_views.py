"""Where a family begins: right codes, wrong ones, old ones, those of somebody else, and the account that follows."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.people import actions
from meetrec.people.models import FAMILY, Account, Student
from meetrec.people.rights_models import Guardian, Guardianship, IdentityCode
from meetrec.people.suspension_actions import suspend
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.rate_limits import limiter
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import PASSWORD
from tests.fixtures.families import code_for, guardian_of, open_account, put_paper, today_there

__all__ = ["code_for", "guardian_of", "open_account"]

MAIL = "ana.rivera@demonstration.example"
NOT_VALID = "This code does not count."
GuardianOf = Callable[..., SimpleNamespace]
CodeFor = Callable[..., str]
OpenAccount = Callable[..., FlaskClient]


@pytest.fixture
def mother(guardian_of: GuardianOf) -> SimpleNamespace:
    return guardian_of()


def type_code(client: FlaskClient, code: str) -> tuple[int, str]:
    answer = client.post("/family/begin", data={"code": code})
    return answer.status_code, answer.get_data(as_text=True)


def send_account(client: FlaskClient, code: str, **changes: str) -> tuple[int, str]:
    data = {"code": code, "email": MAIL, "password": PASSWORD, "again": PASSWORD, **changes}
    answer = client.post("/family/begin", data=data)
    return answer.status_code, answer.get_data(as_text=True)


def told(database: Database, verb: str) -> list[JournalEntry]:
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry).where(JournalEntry.verb == verb).order_by(JournalEntry.sequence)))


def accounts_of_families(database: Database) -> list[Account]:
    with database.reading() as session:
        return list(session.scalars(select(Account).where(Account.kind == FAMILY)))


@pytest.mark.requirement("L-30")
def test_a_code_opens_an_account_once(client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor, database: Database) -> None:
    code = code_for(mother.student_id, mother.id)
    status, page = type_code(client, code.lower().replace("-", " "))
    assert (status, "Open your account" in page) == (200, True)
    assert "Rivera" not in page, "whose the code is stands nowhere"
    assert send_account(client, code, email=MAIL.upper())[0] == 303
    (account,) = accounts_of_families(database)
    with database.reading() as session:
        assert session.get_one(Guardian, mother.id).account_id == account.id
        (row,) = session.scalars(select(IdentityCode))
    assert (account.email, account.name, account.language, account.is_demonstration) == (MAIL, "Ana Rivera", "en", False)
    assert (row.account_id, row.used_at is not None, row.code_hash != code) == (account.id, True, True)
    (verified,) = told(database, "identity.verified")
    assert (verified.actor, verified.subject) == (f"user:{account.id}", f"guardian:{mother.id}")
    assert [secret for secret in ("Rivera", MAIL, code) if secret.encode() in verified.body] == []
    assert NOT_VALID in type_code(client, code)[1]
    assert send_account(client, code, email="another@demonstration.example")[0] == 422
    assert len(accounts_of_families(database)) == 1


def test_the_sign_in_after_it_knows_the_address_once_and_offers_no_code_again(client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor) -> None:
    assert send_account(client, code_for(mother.student_id, mother.id))[0] == 303
    first, second = (client.get("/sign-in").get_data(as_text=True) for _ in range(2))
    assert [f'value="{MAIL}"' in page for page in (first, second)] == [True, False]
    assert ["open your account with a code" in page for page in (first, second)] == [False, True]


@pytest.mark.requirement("L-30")
def test_a_wrong_code_and_an_old_one_get_the_same_sentence(
    client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_for(mother.student_id, mother.id)
    wrong = "A" * 20
    assert (type_code(client, wrong)[0], NOT_VALID in type_code(client, wrong)[1]) == (422, True)
    late = clock.now() + timedelta(days=14, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert NOT_VALID in type_code(client, code)[1]
    assert NOT_VALID in send_account(client, code)[1], "not by the second screen either"
    assert [b'"unknown"' in entry.body for entry in told(database, "identity.code_refused")] == [True, True, False, False]
    assert accounts_of_families(database) == []


def test_what_cannot_be_a_code_is_said_and_told_to_nobody(client: FlaskClient, district: SimpleNamespace, database: Database) -> None:
    for typed in ("", "ABC", "0" * 20, "x" * 5000):
        status, page = type_code(client, typed)
        assert status == 422
        assert "Type the code." in page if not typed else "five groups of four" in page
    assert told(database, "identity.code_refused") == []


@pytest.mark.requirement("W-10")
def test_tries_are_limited(app: Flask, client: FlaskClient, district: SimpleNamespace) -> None:
    limiter.reset()
    app.config["RATELIMIT_ENABLED"] = True
    assert [type_code(client, "A" * 20)[0] for _ in range(11)] == [422] * 10 + [429]
    limiter.reset()


@pytest.mark.requirement("L-30")
def test_a_newer_code_ends_the_one_before(client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor) -> None:
    first, second = code_for(mother.student_id, mother.id), code_for(mother.student_id, mother.id)
    assert NOT_VALID in type_code(client, first)[1]
    assert type_code(client, second)[0] == 200


@pytest.mark.requirement("L-04")
@pytest.mark.parametrize("effect", ["revoked", "conflict"])
def test_a_code_opens_nothing_once_rights_are_gone(client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor, database: Database, effect: str) -> None:
    code = code_for(mother.student_id, mother.id)
    with database.writing() as session:
        put_paper(session, mother.student_id, mother.id, effect)
    assert "Please call the office." in type_code(client, code)[1]
    assert send_account(client, code)[0] == 422
    assert accounts_of_families(database) == []


@pytest.mark.requirement("D-13")
def test_a_parents_code_opens_nothing_on_the_students_eighteenth_birthday(
    client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor, database: Database, settings: Settings
) -> None:
    code, today = code_for(mother.student_id, mother.id), today_there(settings).date()
    with database.writing() as session:
        session.get_one(Student, mother.student_id).birth_date = date(today.year - 18, today.month, 1)
    assert "Please call the office." in type_code(client, code)[1]


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize(("password", "sentence"), [("short", "at least 12 characters"), ("Ana Rivera Ana Rivera", "easy to guess")])
def test_the_password_follows_the_one_rule_and_the_code_stays_good(
    client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor, password: str, sentence: str
) -> None:
    code = code_for(mother.student_id, mother.id)
    status, page = send_account(client, code, password=password, again=password)
    assert (status, sentence in page) == (422, True)
    assert "not the same" in send_account(client, code, again="something else entirely")[1]
    assert "This is not an e-mail address" in send_account(client, code, email="nobody")[1]
    assert send_account(client, code)[0] == 303


def test_an_address_that_is_in_use_is_refused_and_the_code_stays_good(
    client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor, district: SimpleNamespace
) -> None:
    code = code_for(mother.student_id, mother.id)
    assert "This address cannot be used." in send_account(client, code, email=district.coordinator.email)[1]
    assert send_account(client, code)[0] == 303


def test_a_person_with_an_account_signs_in_first_and_the_second_code_is_a_fresh_proof(
    app: Flask, mother: SimpleNamespace, open_account: OpenAccount, code_for: CodeFor, database: Database
) -> None:
    own = open_account(mother.student_id, mother.id)
    code = code_for(mother.student_id, mother.id)
    assert "An account was opened for you before." in type_code(app.test_client(), code)[1]
    answer = own.post("/family/begin", data={"code": code})
    assert (answer.status_code, answer.location) == (303, "/family")
    assert len(told(database, "identity.verified")) == 2
    assert len(accounts_of_families(database)) == 1


@pytest.mark.requirement("L-30")
def test_somebody_elses_code_joins_nothing_to_an_account(
    mother: SimpleNamespace, guardian_of: GuardianOf, open_account: OpenAccount, code_for: CodeFor, database: Database, app: Flask
) -> None:
    with database.writing() as session:
        other = Student(given_name="Sam", family_name="Okafor", school_id=session.get_one(Student, mother.student_id).school_id)
        session.add(other)
    father_of_other = guardian_of(other.id, given_name="Chidi", family_name="Okafor")
    own, code = open_account(mother.student_id, mother.id), code_for(other.id, father_of_other.id)
    assert "made for another person" in type_code(own, code)[1]
    assert "Sam" not in own.get("/family").get_data(as_text=True)
    assert type_code(app.test_client(), code)[0] == 200, "the code itself stays good"


def test_an_account_that_sees_nobody_yet_is_joined_by_a_code(sign_in_as: Callable[..., FlaskClient], mother: SimpleNamespace, code_for: CodeFor) -> None:
    family = sign_in_as(FAMILY)
    assert "No child is joined to this account yet." in family.get("/family").get_data(as_text=True)
    assert family.post("/family/begin", data={"code": code_for(mother.student_id, mother.id)}).status_code == 303
    assert "Mateo" in family.get("/family").get_data(as_text=True)


@pytest.mark.requirement("W-33")
def test_a_suspended_family_uses_no_code_and_opens_no_second_account(
    app: Flask, mother: SimpleNamespace, open_account: OpenAccount, code_for: CodeFor, database: Database
) -> None:
    own = open_account(mother.student_id, mother.id)
    with database.writing() as session:
        suspend(session, clock.now(), "system", session.get_one(Guardian, mother.id).account_id, "long_term", None, "A dispute.")
    code = code_for(mother.student_id, mother.id)
    refused = own.post("/family/begin", data={"code": code})
    assert (refused.status_code, "closed at the moment" in refused.get_data(as_text=True)) == (403, True)
    assert "Sign in with it first" in send_account(app.test_client(), code, email="second@demonstration.example")[1]
    assert len(accounts_of_families(database)) == 1


@pytest.mark.requirement("W-26")
def test_after_an_account_was_closed_only_a_newer_code_opens_the_next(
    app: Flask, mother: SimpleNamespace, open_account: OpenAccount, code_for: CodeFor, database: Database
) -> None:
    open_account(mother.student_id, mother.id)
    old = code_for(mother.student_id, mother.id)
    with database.writing() as session:
        account = session.get_one(Account, session.get_one(Guardian, mother.id).account_id)
        actions.deactivate(session, clock.now(), "system", account, "mistake")
    assert NOT_VALID in type_code(app.test_client(), old)[1]
    new = code_for(mother.student_id, mother.id)
    assert "This address cannot be used." in send_account(app.test_client(), new)[1], "the closed account keeps its address"
    assert send_account(app.test_client(), new, email="ana@demonstration.example")[0] == 303
    with database.reading() as session:
        assert session.get_one(Guardian, mother.id).account_id != account.id


@pytest.mark.requirement("D-13")
@pytest.mark.requirement("G4")
def test_an_eligible_student_has_the_same_door(open_account: OpenAccount, district: SimpleNamespace, database: Database) -> None:
    with database.writing() as session:
        session.get_one(Student, district.student.id).birth_date = date(2000, 1, 1)
    own = open_account(district.student.id, district.student.id, "mateo@demonstration.example")
    page = own.get("/family").get_data(as_text=True)
    assert [text for text in ("My meetings", "IEP meeting") if text not in page] == []
    assert 'value="eligible_student" checked' in own.get("/family/notice").get_data(as_text=True)


def test_pages_speak_the_language_in_which_the_account_was_opened(app: Flask, mother: SimpleNamespace, code_for: CodeFor, database: Database) -> None:
    client, code = app.test_client(), code_for(mother.student_id, mother.id)
    client.get("/language/es")
    assert send_account(client, code)[0] == 303
    assert accounts_of_families(database)[0].language == "es"
    elsewhere = app.test_client()
    assert elsewhere.post("/sign-in", data={"email": MAIL, "password": PASSWORD}).status_code == 302
    assert '<html lang="es">' in elsewhere.get("/family").get_data(as_text=True)
    elsewhere.post("/family/language", data={"language": "en"})
    assert '<html lang="en">' in elsewhere.get("/family").get_data(as_text=True)
    assert accounts_of_families(database)[0].language == "en"
    assert elsewhere.post("/family/language", data={"language": "xx"}).status_code == 422


def test_a_guardianship_that_ended_closes_the_code_too(
    client: FlaskClient, mother: SimpleNamespace, code_for: CodeFor, database: Database, settings: Settings
) -> None:
    code = code_for(mother.student_id, mother.id)
    with database.writing() as session:
        session.get_one(Guardianship, mother.tie_id).ends_on = today_there(settings).date()
    assert "Please call the office." in type_code(client, code)[1]
