"""Where no page can be reached, the command line suspends, lets in again, closes accounts and enters trainings."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from meetrec.installation.account_commands import accounts
from meetrec.installation.errors import InstallationError
from meetrec.journal.models import JournalEntry
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.duty_queries import state_of_account
from meetrec.people.models import Account
from meetrec.people.standing import AccountState
from meetrec.people.training import TrainingModule
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETREC_DATA_DIR", str(settings.data_dir))


def run(*words: str) -> Result:
    return CliRunner().invoke(accounts, list(words))


def state_of(database: Database, account: SimpleNamespace) -> AccountState:
    with database.reading() as session:
        return state_of_account(session, session.get_one(Account, account.id), clock.now())


@pytest.mark.requirement("W-33")
def test_everybody_is_suspended_and_let_in_again(database: Database, district: SimpleNamespace) -> None:
    assert run("suspend", "--everyone", "--reason", "A machine is investigated").exit_code == 0
    assert {state_of(database, getattr(district, name)) for name in ("administrator", "coordinator")} == {AccountState.SUSPENDED}
    assert run("lift", "--everyone").output == "1 lifted.\n"
    assert state_of(database, district.administrator) is AccountState.ACTIVE


@pytest.mark.requirement("W-34")
def test_one_person_is_suspended_until_a_moment_on_the_districts_clock(database: Database, district: SimpleNamespace) -> None:
    email = district.coordinator.email
    assert "needs a day and a time to come" in str(run("suspend", "--email", email, "--kind", "temporary", "--reason", "x").exception)
    assert run("suspend", "--email", email, "--kind", "temporary", "--until", "2099-01-02 08:00", "--reason", "x").exit_code == 0
    assert (state_of(database, district.coordinator), state_of(database, district.custodian)) == (AccountState.SUSPENDED, AccountState.ACTIVE)
    assert "There is no such suspension." in run("lift", "--everyone").output
    assert run("lift", "--email", email).exit_code == 0
    assert state_of(database, district.coordinator) is AccountState.ACTIVE


@pytest.mark.parametrize("words", [["--reason", "x"], ["--everyone", "--email", "laura.bennett@demonstration.example", "--reason", "x"]])
def test_a_suspension_names_one_person_or_everybody(database: Database, district: SimpleNamespace, words: list[str]) -> None:
    assert "Name one person" in str(run("suspend", *words).exception)


@pytest.mark.requirement("W-26")
def test_an_account_is_closed_and_kept(database: Database, district: SimpleNamespace) -> None:
    assert run("deactivate", "--email", district.coordinator.email, "--because", "separated").exit_code == 0
    assert state_of(database, district.coordinator) is AccountState.DEACTIVATED
    assert "(not active)" in next(line for line in run("list").output.splitlines() if district.coordinator.email in line)
    assert "There is no account" in str(run("deactivate", "--email", "nobody@cedarbend.org", "--because", "left").exception)


@pytest.mark.requirement("W-20")
def test_a_training_is_entered_for_all_modules_or_for_one(database: Database, district: SimpleNamespace) -> None:
    email = district.coordinator.email
    assert run("trained", "--email", email, "--on", "2026-01-02", "--words", "List of January").exit_code == 0
    assert run("trained", "--email", email, "--on", "2026-01-03", "--module", "disclosure").exit_code == 0
    assert "has not come yet" in str(run("trained", "--email", email, "--on", "2099-01-02").exception)
    with database.reading() as session:
        assert session.query(TrainingCompletion).filter_by(words="List of January").count() == len(TrainingModule)


@pytest.mark.requirement("B-03")
def test_the_first_custodian_of_the_district_is_made_certificated(database: Database) -> None:
    create = ["create", "--email", "ana.cole@cedarbend.org", "--name", "Ana Cole", "--role", "district_custodian", "--password", "a long enough sentence"]
    assert "certificated" in str(run(*create).exception)
    assert run(*create, "--certificated").exit_code == 0


@pytest.mark.requirement("W-10")
def test_no_account_is_made_for_an_office(database: Database) -> None:
    create = ["create", "--email", "office@cedarbend.org", "--name", "Ana Cole", "--role", "chair", "--password", "a long enough sentence"]
    assert "belongs to one person" in str(run(*create).exception)


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("password", ["elevensigns", "ana.cole@cedarbend.org", "password1234567"])
def test_a_password_that_the_pages_would_refuse_is_refused(database: Database, district: SimpleNamespace, password: str) -> None:
    create = run("create", "--email", "ana.cole@cedarbend.org", "--name", "Ana Cole", "--role", "chair", "--password", password)
    change = run("password", "--email", district.coordinator.email, "--password", "laura.bennett@demonstration.example")
    assert isinstance(create.exception, InstallationError)
    assert isinstance(change.exception, InstallationError)
    with database.reading() as session:
        assert session.query(Account).filter_by(email="ana.cole@cedarbend.org").count() == 0
        assert session.query(JournalEntry).filter_by(verb="account.password_changed").count() == 0


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("typed", ["contrase\u00f1as de cuatro r\u00edos", "contrasen\u0303as de cuatro ri\u0301os"], ids=["composed", "in parts"])
def test_a_password_with_accents_set_on_the_server_opens_the_account(client: FlaskClient, district: SimpleNamespace, typed: str) -> None:
    assert run("password", "--email", district.coordinator.email, "--password", typed).exit_code == 0
    answer = client.post("/sign-in", data={"email": district.coordinator.email, "password": "contrase\u00f1as de cuatro r\u00edos"})
    assert answer.status_code == 302


@pytest.mark.requirement("W-10")
def test_the_only_administrators_lost_second_step_is_taken_away_on_the_server(database: Database, district: SimpleNamespace) -> None:
    email = district.administrator.email
    assert "No second step" in str(run("second-factor", "--email", email).exception)
    with database.writing() as session:
        session.get_one(Account, district.administrator.id).tf_primary_method = "authenticator"
    assert run("second-factor", "--email", email).exit_code == 0
    with database.reading() as session:
        assert session.get_one(Account, district.administrator.id).tf_primary_method is None
        assert session.query(JournalEntry).filter_by(verb="account.second_factor_removed", actor="system").count() == 1


@pytest.mark.requirement("W-10")
def test_the_only_administrator_who_is_locked_out_is_let_in_on_the_server(client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    form = {"email": district.administrator.email, "password": district.administrator.password}
    with database.writing() as session:
        session.get_one(Account, district.administrator.id).locked_until = clock.now() + timedelta(minutes=5)
    assert client.post("/sign-in", data=form).status_code == 200
    assert "can try again" in run("unlock", district.administrator.email).output
    assert client.post("/sign-in", data=form).status_code == 302
    assert "There is no account" in str(run("unlock", "nobody@cedarbend.org").exception)
