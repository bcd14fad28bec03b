"""The administrator makes accounts, gives and ends roles, enters trainings and agreements, and closes accounts, all on pages without scripts."""

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.journal.models import JournalEntry
from meetrec.people.duty_models import ContractorAgreement, TrainingCompletion
from meetrec.people.invitation_actions import invited_account
from meetrec.people.models import Account, RoleGrant
from meetrec.people.roles import BOARD_MEMBER, CHAIR, CONTRACTOR, SITE_CUSTODIAN, VOLUNTEER
from meetrec.people.vendor_actions import enter_vendor
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf

SignIn = Callable[[SimpleNamespace], FlaskClient]
NEW = {"name": "Helen Marsh", "email": "Helen.Marsh@cedarbend.org", "language": "es", "role": CHAIR}


@pytest.fixture
def administrator(sign_in: SignIn, district: SimpleNamespace) -> FlaskClient:
    """A browser of the administrator."""
    return sign_in(district.administrator)


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


@pytest.mark.requirement("W-10")
def test_an_account_is_made_without_a_password_and_its_link_is_shown_once(administrator: FlaskClient, database: Database) -> None:
    answer = administrator.post("/accounts/new", data=NEW)
    page = answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    code = re.search(r"/invitation/([\w-]+)", page)
    assert code is not None
    assert "No mail was sent" in page
    with database.reading() as session:
        account = session.query(Account).filter_by(email="helen.marsh@cedarbend.org").one()
        assert (account.password, account.activated_at, account.language) == (None, None, "es")
        assert [role.name for role in account.roles] == [CHAIR]
        assert invited_account(session, code[1], clock.now()) is account
    assert code[1] not in text_of(administrator, f"/accounts/{account.id}")


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "frontdesk@cedarbend.org"}, "address of an office or a team"),
        ({"name": "Reception"}, "given and the family name"),
        ({"role": ""}, "Choose the role."),
        ({"email": "no address"}, "This is no e-mail address."),
        ({"role": SITE_CUSTODIAN}, "Choose the school"),
        ({"role": "district_custodian"}, "certificated"),
    ],
)
def test_what_is_no_one_persons_account_is_refused_with_a_sentence(
    administrator: FlaskClient, database: Database, changes: dict[str, str], sentence: str
) -> None:
    answer = administrator.post("/accounts/new", data={**NEW, **changes})
    assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (422, True)
    with database.reading() as session:
        assert session.query(Account).filter(Account.name.in_(["Helen Marsh", "Reception"])).count() == 0


def test_each_empty_field_of_a_new_account_gets_one_sentence(administrator: FlaskClient) -> None:
    page = administrator.post("/accounts/new", data={}).get_data(as_text=True)
    assert "Enter the e-mail address." in page
    assert "This is no e-mail address." not in page


def test_the_list_is_searched_by_name_and_address(administrator: FlaskClient, district: SimpleNamespace) -> None:
    assert district.coordinator.email in text_of(administrator, "/accounts")
    assert district.coordinator.email in text_of(administrator, "/accounts?q=bennett")
    assert district.coordinator.email not in text_of(administrator, "/accounts?q=zzz%25")
    assert "0 accounts" in text_of(administrator, "/accounts?kind=family")


@pytest.mark.requirement("W-30")
def test_a_role_given_and_ended_on_the_page_counts_at_once(
    administrator: FlaskClient, sign_in_as: Callable[[str], FlaskClient], account_of: AccountOf, database: Database
) -> None:
    volunteer = account_of(VOLUNTEER)
    assert administrator.post(f"/accounts/{volunteer.id}/roles", data={"role": CHAIR}).status_code == 303
    with database.reading() as session:
        grant = session.query(RoleGrant).join(RoleGrant.role).filter(RoleGrant.account_id == volunteer.id, RoleGrant.role.has(name=CHAIR)).one()
    assert administrator.post(f"/accounts/{volunteer.id}/roles/{grant.id}/end").status_code == 303
    with database.reading() as session:
        assert [role.name for role in session.get_one(Account, volunteer.id).roles] == [VOLUNTEER]
    assert "ended" in text_of(administrator, f"/accounts/{volunteer.id}")


def test_a_role_of_another_account_cannot_be_ended_by_this_address(administrator: FlaskClient, district: SimpleNamespace, database: Database) -> None:
    with database.reading() as session:
        grant = session.query(RoleGrant).filter_by(account_id=district.coordinator.id).one()
    page = administrator.post(f"/accounts/{district.custodian.id}/roles/{grant.id}/end", follow_redirects=True).get_data(as_text=True)
    assert "This role is not there." in page
    with database.reading() as session:
        assert session.get_one(RoleGrant, grant.id).ended_at is None


@pytest.mark.requirement("W-26")
def test_an_account_is_closed_with_a_reason_and_can_be_opened_again(administrator: FlaskClient, database: Database, account_of: AccountOf) -> None:
    chair = account_of(CHAIR)
    address = f"/accounts/{chair.id}"
    assert administrator.post(f"{address}/deactivate").status_code == 422
    assert administrator.post(f"{address}/deactivate", data={"because": "separated"}).location == address
    assert "Everything of it is kept." in text_of(administrator, address)
    administrator.post(f"{address}/reactivate")
    with database.reading() as session:
        assert session.get_one(Account, chair.id).active
        verbs = [entry.verb for entry in session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).limit(2)]
    assert verbs == ["account.reactivated", "account.deactivated"]
    assert "/invitation/" in administrator.post(f"{address}/invite").get_data(as_text=True)


def test_nobody_closes_their_own_account(administrator: FlaskClient, district: SimpleNamespace, database: Database) -> None:
    answer = administrator.post(f"/accounts/{district.administrator.id}/deactivate", data={"because": "left"})
    assert "Nobody closes their own account" in answer.get_data(as_text=True)
    with database.reading() as session:
        assert session.get_one(Account, district.administrator.id).active


@pytest.mark.requirement("W-20")
def test_a_training_is_entered_and_taken_back(administrator: FlaskClient, database: Database, settings: Settings, district: SimpleNamespace) -> None:
    today = clock.in_zone(clock.now(), settings.district.zone).date()
    address = f"/accounts/{district.coordinator.id}"
    tomorrow = {"module": "disclosure", "completed_on": (today + timedelta(days=1)).isoformat()}
    assert "has not come yet" in administrator.post(f"{address}/training", data=tomorrow).get_data(as_text=True)
    assert administrator.post(f"{address}/training", data={**tomorrow, "completed_on": today.isoformat(), "words": "Ms. Cho's class"}).status_code == 303
    with database.reading() as session:
        completion = session.query(TrainingCompletion).filter_by(words="Ms. Cho's class").one()
    administrator.post(f"{address}/training/{completion.id}/withdraw")
    assert "taken back" in text_of(administrator, address)


@pytest.mark.requirement("W-05")
def test_the_agreement_of_a_contractor_is_entered_on_the_page(administrator: FlaskClient, database: Database, account_of: AccountOf) -> None:
    with database.writing() as session:
        vendor = enter_vendor(session, clock.now(), "system", "Speech Partners")
    contractor = account_of(CONTRACTOR)
    said = {"vendor": vendor.id, "reference": "Board file 12", "signed_on": "2026-01-02", "ends_on": ""}
    address = f"/accounts/{contractor.id}/agreement"
    assert "pass nothing on" in administrator.post(address, data=said).get_data(as_text=True)
    assert administrator.post(address, data={**said, "no_redisclosure": "y"}).status_code == 303
    with database.reading() as session:
        assert session.query(ContractorAgreement).filter_by(reference="Board file 12").one().account_id == contractor.id
        assert session.get_one(Account, contractor.id).vendor_id == vendor.id


@pytest.mark.requirement("W-18")
def test_a_board_member_opens_no_page_but_the_own_account(sign_in_as: Callable[[str], FlaskClient], district: SimpleNamespace) -> None:
    client = sign_in_as(BOARD_MEMBER)
    for address in ("/desk", "/recordings", "/accounts", "/custodians", "/training", "/suspensions", "/vendors", "/kiosks"):
        assert client.get(address).status_code == 403, address
    assert "opens no recording and no transcript" in client.get("/staff").get_data(as_text=True)


def test_an_account_that_is_not_there_is_not_found(administrator: FlaskClient) -> None:
    missing = "/accounts/00000000-0000-0000-0000-000000000000"
    assert [administrator.get(missing).status_code, administrator.post(f"{missing}/invite").status_code] == [404, 404]
