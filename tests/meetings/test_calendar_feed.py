"""The feed that goes out: no pupil in it, and only as long as its address, its account and their training hold."""

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from meetrec.app import create_app
from meetrec.meetings.actions import name_chair
from meetrec.people.duty_actions import enter_training
from meetrec.people.duty_models import CalendarFeed, TrainingCompletion
from meetrec.people.models import Account, Role, RoleGrant
from meetrec.people.rights_models import ProtectionFlag
from meetrec.people.roles import CHAIR
from meetrec.people.training import TrainingModule
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.meetings.calendars import ZONE, event, meeting_of, take_in


def feed_address(client: FlaskClient) -> str:
    page = client.post("/calendar/feed").get_data(as_text=True)
    return "/calendar/" + page.split('id="feed-address">')[1].split("<")[0].split("/calendar/")[1]


@pytest.mark.requirement("S-14")
def test_feed_names_no_pupil_and_hides_the_place_of_a_protected_one(
    coordinator: FlaskClient, app: Flask, database: Database, district: SimpleNamespace
) -> None:
    address = feed_address(coordinator)
    answer = app.test_client().get(address)
    assert (answer.status_code, answer.mimetype, answer.headers["Referrer-Policy"]) == (200, "text/calendar", "no-referrer")
    told = answer.get_data(as_text=True).replace("\r\n ", "")
    assert "SUMMARY:IEP meeting\\, M. R." in told
    assert "LOCATION:Lincoln Elementary\\, Conference Room A" in told
    assert f"UID:{district.meeting.id}@meetrec" in told
    assert "Mateo" not in told
    assert "Rivera" not in told
    with database.writing() as session:
        session.add(ProtectionFlag(student_id=district.student.id, reason="address_confidential", set_at=clock.now(), set_by="user:x"))
    hidden = app.test_client().get(address).get_data(as_text=True)
    assert "LOCATION" not in hidden
    assert "address" not in hidden


def test_feed_ends_with_its_address_and_with_the_account(coordinator: FlaskClient, app: Flask, database: Database, district: SimpleNamespace) -> None:
    first = feed_address(coordinator)
    second, reader = feed_address(coordinator), app.test_client()
    assert [reader.get(one).status_code for one in (first, second, "/calendar/x.ics")] == [404, 200, 404]
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).deactivated_at = clock.now()
    assert reader.get(second).status_code == 404
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).deactivated_at = None
    assert reader.get(second).status_code == 200
    coordinator.post("/calendar/feed/revoke")
    assert reader.get(second).status_code == 404


@pytest.mark.requirement("W-20")
@pytest.mark.parametrize(("pages", "outdated"), [("block", 404), ("warn", 200)])
def test_feed_closes_with_the_pages_that_an_outdated_training_closes(
    coordinator: FlaskClient, settings: Settings, database: Database, district: SimpleNamespace, pages: str, outdated: int
) -> None:
    address = feed_address(coordinator)
    reader = create_app(settings.model_copy(update={"training": settings.training.model_copy(update={"pages": pages})}), database=database).test_client()
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        for module in TrainingModule:
            enter_training(session, clock.now(), "system", account, module, clock.in_zone(clock.now(), ZONE).date())
    assert reader.get(address).status_code == 200
    with database.writing() as session:
        session.execute(update(TrainingCompletion).values(withdrawn_at=clock.now()))
    assert reader.get(address).status_code == outdated


@pytest.mark.requirement("G2")
@pytest.mark.requirement("S-14")
def test_chairs_own_feed_holds_the_meetings_they_lead_and_no_others(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], database: Database, district: SimpleNamespace, free: datetime
) -> None:
    chair, reader = sign_in_as(CHAIR), app.test_client()
    address = feed_address(chair)
    assert "BEGIN:VEVENT" not in reader.get(address).text
    take_in(database, event(free))
    with database.writing() as session:
        account = session.scalars(select(Account).join(RoleGrant).join(Role).where(Role.name == CHAIR)).one()
        name_chair(session, clock.now(), "user:x", meeting_of(database).id, account.id)
    told = reader.get(address).text.replace("\r\n ", "")
    assert told.count("BEGIN:VEVENT") == 1
    assert f"UID:{meeting_of(database).id}@meetrec" in told
    assert "SUMMARY:IEP meeting\\, M. R." in told
    assert not any(word in told for word in ("Mateo", "Rivera"))
    with database.writing() as session:
        assert address.split("/")[-1].removesuffix(".ics") not in str(session.scalars(select(CalendarFeed.address_hash)).all())
        session.add(ProtectionFlag(student_id=district.student.id, reason="custody", set_at=clock.now(), set_by="user:x"))
    assert "LOCATION" not in reader.get(address).text
    renewed = feed_address(chair)
    assert [reader.get(one).status_code for one in (address, renewed)] == [404, 200]
    assert chair.post("/calendar/feed/revoke").location == "/calendar/feed"
    assert reader.get(renewed).status_code == 404
    assert "/calendar/feed" in chair.get("/today").text
    assert "The meetings that you lead are in it" in chair.get("/calendar/feed").text


def test_page_that_shows_an_address_is_kept_nowhere(coordinator: FlaskClient) -> None:
    assert coordinator.post("/calendar/feed").headers["Cache-Control"] == "no-store"
    assert 'id="feed-address"' not in coordinator.get("/calendar/feed").text
