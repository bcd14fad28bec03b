"""Custody is handed over, everybody is suspended in one press, trainings are listed and vendors end, all on pages without scripts."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.people.custody_queries import holders_of
from meetrec.people.duty_models import Suspension, TrainingCompletion, Vendor
from meetrec.people.models import Account, Role, RoleGrant
from meetrec.people.roles import AUDITOR, CHAIR, CONTRACTOR, DISTRICT_CUSTODIAN, SUPERINTENDENT
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf

SignIn = Callable[[SimpleNamespace], FlaskClient]
SignInAs = Callable[..., FlaskClient]


@pytest.fixture
def administrator(sign_in: SignIn, district: SimpleNamespace) -> FlaskClient:
    """A browser of the administrator."""
    return sign_in(district.administrator)


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


@pytest.mark.requirement("B-03")
def test_custody_of_the_district_is_handed_over_on_the_page(
    administrator: FlaskClient, database: Database, district: SimpleNamespace, account_of: AccountOf
) -> None:
    next_one, uncertificated = account_of(CHAIR, certificated=True), account_of(CHAIR)
    refused = administrator.post("/custodians/hand-over", data={"office": "district", "account": uncertificated.id})
    assert (refused.status_code, "certificated employee" in refused.get_data(as_text=True)) == (422, True)
    assert administrator.post("/custodians/hand-over", data={"office": "district", "account": next_one.id}).location == "/custodians"
    with database.reading() as session:
        assert [grant.account_id for grant in holders_of(session, DISTRICT_CUSTODIAN, None)] == [next_one.id]
    assert next_one.name in text_of(administrator, "/custodians")


@pytest.mark.requirement("B-04")
def test_a_gap_is_told_on_every_page_of_those_who_name_custodians(
    administrator: FlaskClient, sign_in_as: SignInAs, database: Database, district: SimpleNamespace
) -> None:
    told = "1 custodian of records is missing"
    assert told not in text_of(administrator, "/vendors")
    with database.writing() as session:
        holders_of(session, DISTRICT_CUSTODIAN, None)[0].ended_at = clock.now()
    assert told in text_of(administrator, "/vendors")
    assert "Nobody. Name somebody today." in text_of(administrator, "/custodians")
    assert told in text_of(sign_in_as(SUPERINTENDENT), "/suspensions")
    assert told not in text_of(sign_in_as(AUDITOR), "/training")


@pytest.mark.requirement("W-33")
def test_after_one_press_the_next_page_of_everybody_else_says_so_and_notices_can_still_be_given(
    app: Flask, administrator: FlaskClient, sign_in_as: SignInAs, database: Database, district: SimpleNamespace
) -> None:
    others = [sign_in_as(role) for role in (CHAIR, AUDITOR, "family")]
    said = {"whom": "everybody", "kind": "long_term", "reason": "A machine is investigated"}
    assert administrator.post("/suspensions/new", data=said).location == "/suspensions"
    for client in others:
        assert client.get("/signed-in").status_code == 403
        assert client.get("/signed-in").status_code == 302  # the session ended there
    assert "A machine is investigated" in text_of(administrator, "/suspensions")
    assert text_of(app.test_client(), "/notice")
    with database.reading() as session:
        suspension = session.query(Suspension).one()
        assert suspension.spared_id == district.administrator.id
    administrator.post(f"/suspensions/{suspension.id}/lift")
    assert "Nobody is suspended." in text_of(administrator, "/suspensions")


@pytest.mark.requirement("W-34")
def test_a_temporary_suspension_needs_day_and_time(administrator: FlaskClient, database: Database, settings: Settings, district: SimpleNamespace) -> None:
    said = {"whom": district.coordinator.id, "kind": "temporary", "reason": "A complaint is looked into"}
    assert administrator.post("/suspensions/new", data=said).status_code == 422
    day = clock.in_zone(clock.now(), settings.district.zone).date() + timedelta(days=3)
    assert administrator.post("/suspensions/new", data={**said, "day": day.isoformat(), "time": "8:00 AM"}).status_code == 303
    with database.reading() as session:
        suspension = session.query(Suspension).one()
        assert suspension.until is not None
        assert clock.in_zone(suspension.until, settings.district.zone).strftime("%Y-%m-%d %H:%M") == f"{day} 08:00"


def test_somebody_is_chosen_from_the_page_of_the_account_families_too(administrator: FlaskClient, account_of: AccountOf) -> None:
    family = account_of("family")
    assert f'value="{family.id}"' in text_of(administrator, f"/suspensions/new?whom={family.id}")
    said = {"whom": family.id, "kind": "permanent", "reason": "Another person used it"}
    assert administrator.post("/suspensions/new", data=said).status_code == 303


@pytest.mark.requirement("W-20")
def test_the_page_of_trainings_names_first_who_lacks_one(sign_in_as: SignInAs, account_of: AccountOf, database: Database) -> None:
    auditor, chair = sign_in_as(AUDITOR), account_of(CHAIR)
    with database.writing() as session:
        for completion in session.query(TrainingCompletion).filter_by(account_id=chair.id, module="recording_room"):
            completion.completed_on -= timedelta(days=367)
    page = text_of(auditor, "/training")
    assert page.index(chair.name) < page.index("Laura Bennett")
    assert "Recording in the room" in page


@pytest.mark.requirement("W-31")
def test_a_vendor_is_entered_ended_and_stays_listed_until_the_data_came_back(administrator: FlaskClient, account_of: AccountOf, database: Database) -> None:
    contractor = account_of(CONTRACTOR)
    assert administrator.post("/vendors/new", data={"name": "a vendor OF the district"}).status_code == 422  # it is there already
    assert administrator.post("/vendors/new", data={"name": "Speech Partners"}).status_code == 303
    with database.reading() as session:
        vendor_id = session.get_one(Account, contractor.id).vendor_id
    assert administrator.post(f"/vendors/{vendor_id}/terminate", data={"words": "Passed a name on"}).status_code == 303
    page = text_of(administrator, "/vendors")
    assert "its data are due back by" in page
    assert page.index("A vendor of the district") < page.index("Speech Partners")
    administrator.post(f"/vendors/{vendor_id}/returned")
    assert "ended; what it held came back" in text_of(administrator, "/vendors")
    with database.reading() as session:
        assert session.query(Suspension).one().account_id == contractor.id
        assert session.get_one(Vendor, vendor_id).data_returned_at is not None


@pytest.mark.requirement("B-03")
def test_the_page_says_who_holds_an_office_that_several_hold(
    administrator: FlaskClient, database: Database, district: SimpleNamespace, account_of: AccountOf
) -> None:
    other = account_of(CHAIR)
    with database.writing() as session:
        role = session.query(Role).filter_by(name=DISTRICT_CUSTODIAN).one()
        session.add(RoleGrant(account_id=other.id, role_id=role.id, given_at=clock.now(), given_by="system"))
    page = text_of(administrator, "/custodians")
    assert f"{district.custodian.name}, {other.name}" in page
    assert "Several hold this office" in page
    assert "1 custodian of records is missing" in page
    with database.writing() as session:
        session.get_one(Account, other.id).certificated = True
    assert administrator.post("/custodians/hand-over", data={"office": "district", "account": other.id}).location == "/custodians"
    page = text_of(administrator, "/custodians")
    assert ("Several hold" in page, other.name in page, "is missing" in page) == (False, True, False)
