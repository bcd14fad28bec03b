"""The parent's own pages: ask everybody, complete the list, see how many have signed; who says no is told to staff alone (NOTE.3, D-13, L-04)."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from meetrec.app import create_app
from meetrec.consents.collector import Answer
from meetrec.consents.models import DisseminationRequest
from meetrec.meetings.models import Meeting
from meetrec.notices.passing_on import passing_on_of
from meetrec.people.models import Account, Student
from meetrec.people.rights_models import Guardian
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.consents.conftest import GUEST, LAURA, verbs
from tests.consents.test_my_views import hash_on
from tests.fixtures.accounts import PASSWORD

PeopleOf = Callable[[str], dict[str, str]]


@pytest.fixture
def ana(database: Database, sign_in_as: Callable[..., FlaskClient], parent: SimpleNamespace, table: SimpleNamespace) -> FlaskClient:
    """Ana's browser, signed in; her identity was proved."""
    client = sign_in_as("family", name=parent.name)
    with database.writing() as session:
        account = session.scalars(select(Account).where(Account.kind == "family")).one()
        session.execute(update(Guardian).where(Guardian.id == parent.id).values(account_id=account.id))
    return client


@pytest.fixture
def address(district: SimpleNamespace) -> str:
    return f"/family/meetings/{district.meeting.id}/passing-on"


@pytest.mark.requirement("NOTE.3")
@pytest.mark.requirement("X-3")
def test_a_parent_asks_everybody_and_sees_who_has_signed_and_not_who_said_no(
    ana: FlaskClient, address: str, people_of: PeopleOf, on_paper: Callable[..., None]
) -> None:
    assert "own copy alone" in ana.get(address).get_data(as_text=True)
    started = ana.post(address, data={"purpose": "To my sister."})
    assert started.status_code == 303
    people = people_of(started.location.rsplit("/", 1)[1])
    assert set(people) == {LAURA, GUEST}
    on_paper(people[LAURA])
    on_paper(people[GUEST], Answer.REFUSED)
    shown = ana.get(started.location).get_data(as_text=True)
    said = (f"{LAURA}: has signed", f"{GUEST}: has not signed", "1 of 2 have signed.", "own copy alone")
    assert [word for word in said if word not in shown] == []
    assert "agree" not in shown.split("word for word")[0].split("Everybody who can be heard")[1]
    assert ana.get(f"{started.location}/statement.pdf").status_code == 409


@pytest.mark.requirement("NOTE.3")
def test_a_parent_completes_the_list_and_prints_the_statement_once_everybody_signed(
    ana: FlaskClient, address: str, people_of: PeopleOf, on_paper: Callable[..., None]
) -> None:
    page = ana.post(address, data={"purpose": "To my sister."}).location
    assert ana.post(f"{page}/people", data={"name": "An aunt on the telephone"}).status_code == 422
    assert ana.post(f"{page}/people", data={"name": "An aunt on the telephone", "affiliation": "parents_guest"}).status_code == 303
    for person in people_of(page.rsplit("/", 1)[1]).values():
        on_paper(person)
    assert "statement.pdf" in ana.get(page).get_data(as_text=True)
    statement = ana.get(f"{page}/statement.pdf")
    assert (statement.status_code, statement.mimetype) == (200, "application/pdf")
    assert ana.post(f"{page}/close").status_code == 303
    assert ana.get(f"{page}/statement.pdf").status_code == 409


@pytest.mark.requirement("L-04")
@pytest.mark.requirement("D-13")
def test_on_the_day_rights_move_to_the_student_the_parents_request_is_closed_to_the_parent(
    ana: FlaskClient, address: str, database: Database, district: SimpleNamespace
) -> None:
    page = ana.post(address, data={"purpose": "To my sister."}).location
    with database.writing() as session:
        session.execute(update(Student).where(Student.id == district.student.id).values(birth_date=date(2000, 1, 1)))
    assert [ana.get(one).status_code for one in (address, page, f"{page}/statement.pdf")] == [404, 404, 404]
    assert ana.post(f"{page}/close").status_code == 404


def test_another_family_and_requests_that_staff_started_are_not_found(
    ana: FlaskClient, asked: str, address: str, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    page = ana.post(address, data={"purpose": "To my sister."}).location
    stranger = sign_in_as("family")
    assert [stranger.get(one).status_code for one in (address, page)] == [404, 404]
    assert stranger.post(f"{page}/people", data={"name": "X", "affiliation": "parents_guest"}).status_code == 404
    assert ana.get(f"/family/passing-on/{asked}").status_code == 404  # Ana did not start it herself


def test_a_cancelled_meeting_has_nothing_to_pass_on(ana: FlaskClient, address: str, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.execute(update(Meeting).where(Meeting.id == district.meeting.id).values(cancelled_at=clock.now()))
    assert ana.get(address).status_code == 404


def test_the_familys_other_pages_learn_where_it_asks_and_how_that_stands(
    app: Flask, ana: FlaskClient, address: str, database: Database, district: SimpleNamespace, people_of: PeopleOf, on_paper: Callable[..., None]
) -> None:
    def told(account_id: str) -> tuple[str, str] | None:
        with app.test_request_context(), database.reading() as session:
            found = passing_on_of(session, account_id, district.meeting.id)
            return (found.url, found.sentence) if found else None

    with database.reading() as session:
        account = session.scalars(select(Account.id).where(Account.kind == "family")).one()
    assert told(account) == (address, "You have not asked anybody yet.")
    page = ana.post(address, data={"purpose": "To my sister."}).location
    on_paper(people_of(page.rsplit("/", 1)[1])[LAURA])
    assert told(account) == (address, "1 of 2 have signed. It is not complete.")
    assert told(district.coordinator.id) is None


def test_what_a_parent_starts_is_journalled_under_their_account(ana: FlaskClient, address: str, database: Database) -> None:
    ana.post(address, data={"purpose": "To my sister."})
    assert verbs(database)[0] == "dissemination.asked"
    with database.reading() as session:
        request = session.scalars(select(DisseminationRequest)).one()
    assert request.opened_by == f"user:{request.account_id}"


@pytest.mark.requirement("D-43.c")
def test_a_family_names_no_account_that_would_sign(ana: FlaskClient, address: str, district: SimpleNamespace, people_of: PeopleOf) -> None:
    page = ana.post(address, data={"purpose": "To my sister."}).location
    typed = {"name": "Somebody", "affiliation": "district_employee", "account": district.coordinator.id}
    assert ana.post(f"{page}/people", data=typed).status_code == 422
    assert "Somebody" not in people_of(page.rsplit("/", 1)[1])


@pytest.mark.requirement("D-13")
@pytest.mark.requirement("D-43.c")
def test_the_parent_signs_for_the_child_who_was_heard_and_for_nobody_else(
    ana: FlaskClient, address: str, people_of: PeopleOf, on_paper: Callable[..., None], is_complete: Callable[[str], bool]
) -> None:
    page = ana.post(address, data={"purpose": "To my sister."}).location
    request = page.rsplit("/", 1)[1]
    ana.post(f"{page}/people", data={"name": "Mateo Rivera", "affiliation": "student"})
    people = people_of(request)
    for name in (LAURA, GUEST):
        on_paper(people[name])
        assert ana.get(f"{page}/people/{people[name]}").status_code == 404
        assert ana.post(f"{page}/people/{people[name]}/withdraw").status_code == 404
    own = f"{page}/people/{people['Mateo Rivera']}"
    assert own in ana.get(page).get_data(as_text=True)
    words = hash_on(ana.get(own).get_data(as_text=True))
    assert ana.post(own, data={"answer": "signed", "text_hash": "0" * 64}).status_code == 422
    assert not is_complete(request)
    assert ana.post(own, data={"answer": "signed", "text_hash": words}).status_code == 303
    assert is_complete(request)
    ana.post(f"{page}/people", data={"name": "An aunt", "affiliation": "parents_guest"})
    assert "Parent or guardian, for the child" in ana.get(own).get_data(as_text=True)
    assert ana.post(f"{own}/withdraw").status_code == 303
    assert "Took the signature back" in ana.get(own).get_data(as_text=True)


def test_a_machine_that_serves_parents_alone_has_the_parents_pages(
    ana: FlaskClient, address: str, settings: Settings, database: Database, people_of: PeopleOf
) -> None:
    page = ana.post(address, data={"purpose": "To my sister."}).location
    ana.post(f"{page}/people", data={"name": "Mateo Rivera", "affiliation": "student"})
    own = f"{page}/people/{people_of(page.rsplit('/', 1)[1])['Mateo Rivera']}"
    with database.reading() as session:
        email = session.scalars(select(Account.email).where(Account.kind == "family")).one()
    app = create_app(settings, {"parent"}, database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    assert [client.get(one).status_code for one in (address, page, own)] == [200, 200, 200]
