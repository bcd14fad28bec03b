"""After signing in everybody stands where their account has something to do."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from meetrec.app import create_app
from meetrec.journal.models import JournalEntry
from meetrec.people import actions as people
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.models import FAMILY, School
from meetrec.people.roles import ROLES
from meetrec.people.staff_views import PLACES
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from meetrec.platform.web import entrance_of

SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.mark.parametrize(("who", "arrives"), [("coordinator", "/desk"), ("custodian", "/recordings")])
def test_an_account_arrives_at_its_own_first_page(sign_in: SignIn, district: SimpleNamespace, who: str, arrives: str) -> None:
    assert sign_in(getattr(district, who)).get("/staff").location == arrives


@pytest.mark.requirement("W-03")
def test_an_administrator_is_told_that_the_account_opens_no_content(sign_in: SignIn, district: SimpleNamespace) -> None:
    page = sign_in(district.administrator).get("/staff").get_data(as_text=True)
    assert "opens no recording and no transcript" in page
    assert 'href="/desk"' not in page


def test_a_chair_arrives_at_the_meetings_of_the_day(sign_in_as: Callable[..., FlaskClient]) -> None:
    assert sign_in_as("chair").get("/staff").location == "/today"


@pytest.mark.requirement("B-03")
@pytest.mark.requirement("W-20")
def test_an_administrator_is_told_first_what_needs_doing(sign_in: SignIn, district: SimpleNamespace, database: Database) -> None:
    client = sign_in(district.administrator)
    assert "Nothing at the moment." in client.get("/staff").get_data(as_text=True)
    with database.writing() as session:
        session.add(School(name="Washington Middle School"))
        session.execute(delete(TrainingCompletion))
        said = {"to_address": "a@b.example", "template": "training_ends", "language": "en", "about": "x", "subject": "x", "text": "x", "made_at": clock.now()}
        session.add(OutgoingMail(**said, failed_at=clock.now()))
    page = client.get("/staff").get_data(as_text=True)
    for words in ("1 office of a custodian of records is not in order</a>", "members of staff have no current training</a>", "1 mail was taken by no server."):
        assert words in page


def test_who_has_no_such_duty_is_shown_the_own_pages_alone(sign_in_as: Callable[..., FlaskClient]) -> None:
    page = sign_in_as("records_clerk").get("/staff").get_data(as_text=True)
    assert 'href="/pupils"' in page
    assert "What needs doing" not in page


@pytest.mark.requirement("W-37")
def test_whoever_is_turned_away_stands_in_the_journal(sign_in: SignIn, district: SimpleNamespace, database: Database) -> None:
    assert sign_in(district.administrator).get("/desk").status_code == 403
    with database.reading() as session:
        entry = session.query(JournalEntry).filter_by(verb="access.denied").one()
    assert entry.actor == f"user:{district.administrator.id}"


@pytest.mark.requirement("W-02")
def test_a_machine_that_serves_parents_alone_has_no_staff_doors_and_needs_no_district_key(
    settings: Settings, database: Database, district: SimpleNamespace
) -> None:
    for name in ("district-x25519.pem", "000001.wrapping-key", "000001.data-keys"):
        (settings.keyring_dir / name).unlink()
    app: Flask = create_app(settings, {"parent"}, database)
    client = app.test_client()
    assert client.get("/notice").status_code == 200
    for address in ("/staff", "/desk", "/recordings", "/kiosk/api/meetings"):
        assert client.get(address).status_code == 404, address
    assert client.get("/sign-in").status_code == 200  # families sign in here


@pytest.mark.requirement("W-09")
def test_a_machine_that_serves_parents_alone_lets_families_in_and_no_staff(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    app: Flask = create_app(settings, {"parent"}, database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with database.writing() as session:
        people.create_account(session, clock.now(), "system", "parent@demonstration.example", "Elena Rivera", district.coordinator.password, kind=FAMILY)
    refused = app.test_client().post("/sign-in", data={"email": district.coordinator.email, "password": district.coordinator.password})
    assert (refused.status_code, "do not belong together" in refused.get_data(as_text=True)) == (200, True)
    let_in = app.test_client().post("/sign-in", data={"email": "parent@demonstration.example", "password": district.coordinator.password})
    assert let_in.status_code == 302
    with database.reading() as session:
        entries = [entry.verb for entry in session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).limit(2)]
    assert entries == ["account.signed_in", "account.sign_in_refused"]


def test_the_navigation_offers_pages_that_are_there_and_open_to_the_reader(app: Flask, sign_in_as: Callable[[str], FlaskClient]) -> None:
    there = {rule.rule: entrance_of(app, rule.endpoint) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    for role in ROLES:
        page = sign_in_as(role).get("/staff", follow_redirects=True).get_data(as_text=True)
        offered = {address for _roles, address, _name in PLACES if f'href="{address}"' in page}
        assert offered == {address for of_roles, address, _name in PLACES if role in of_roles and address in there}, role
        assert all(role in there[address].roles for address in offered), role  # type: ignore[union-attr]
