"""The pages of the roster: a package is checked, its report read, and then it is applied."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from meetrec.people import roster_actions
from meetrec.people.models import Student
from meetrec.people.roles import RECORDS_CLERK
from meetrec.people.roster_jobs import handlers
from meetrec.platform.database import Database
from meetrec.platform.jobs import Job, run_job
from meetrec.platform.settings import Settings
from tests.fixtures.roster import small_roster, user, write_roster

Sent = Callable[..., Any]


@pytest.fixture
def clerk(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as(RECORDS_CLERK)


@pytest.fixture
def sent(clerk: FlaskClient, tmp_path: Path) -> Sent:
    """Send a package as the page's form does; the answer."""

    def sent(files: Any, **how: Any) -> Any:
        content = write_roster(tmp_path / "sent.zip", files, **how).read_bytes()
        return clerk.post("/roster/check", data={"package": (io.BytesIO(content), "roster.zip")})

    return sent


def pupils(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Student)) or 0


def test_a_package_is_checked_reported_and_applied(sent: Sent, clerk: FlaskClient, database: Database) -> None:
    roster = small_roster()
    roster["users"].append(user("p9", "", "Nameless"))
    answer = sent(roster)
    assert (answer.status_code, pupils(database)) == (303, 1)
    report = clerk.get(answer.location).get_data(as_text=True)
    assert "1 row was refused" in report
    assert "users.csv" in report
    assert "Nameless" not in report
    applied = clerk.post(f"{answer.location}/apply", follow_redirects=True).get_data(as_text=True)
    assert "The roster was applied." in applied
    assert "Apply the roster" not in applied
    assert pupils(database) == 4


@pytest.mark.requirement("L-04")
def test_the_report_names_pairs_and_asks_of_each_before_it_is_applied(sent: Sent, clerk: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    roster = small_roster()
    roster["orgs"][1]["name"] = "Lincoln Elementary"
    address = sent(roster).location
    report = clerk.get(address).get_data(as_text=True)
    assert "<strong>Mateo Rivera</strong>, Lincoln Elementary" in report
    field = re.search(r'name="(pair-[^"]+)"', report)
    assert field is not None
    unsaid = clerk.post(f"{address}/apply")
    assert (unsaid.status_code, pupils(database)) == (422, 1)
    assert "Say of each pair" in unsaid.get_data(as_text=True)
    assert clerk.post(f"{address}/apply", data={field[1]: "same"}).status_code == 303
    assert pupils(database) == 3
    assert "Mateo" not in clerk.get(address).get_data(as_text=True), "the report that is kept names nobody"


@pytest.mark.requirement("B-08")
def test_the_file_of_refused_rows_says_where_and_why_and_never_what(sent: Sent, clerk: FlaskClient) -> None:
    roster = small_roster()
    roster["users"].append(user("p9", "Noah", "Weber 219-09-9999"))
    address = f"{sent(roster).location}/refused.csv"
    told = clerk.get(address).get_data(as_text=True).splitlines()
    assert told[1] == 'users,10,familyName,LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP,"This may be a social security number, which is not kept here."'


def test_what_is_no_roster_comes_back_with_a_sentence(sent: Sent, clerk: FlaskClient) -> None:
    assert "Choose the zip file" in clerk.post("/roster/check", data={}).get_data(as_text=True)
    answer = clerk.post("/roster/check", data={"package": (io.BytesIO(b"no zip"), "roster.zip")})
    assert (answer.status_code, "neither a zip file nor a folder" in answer.get_data(as_text=True)) == (422, True)
    assert sent(small_roster(), version="1.1").status_code == 422


def test_many_endings_need_a_word(sent: Sent, clerk: FlaskClient, database: Database) -> None:
    clerk.post(f"{sent(small_roster()).location}/apply")
    roster = small_roster()
    for name, column in (("users", "sourcedId"), ("roles", "userSourcedId"), ("enrollments", "userSourcedId"), ("demographics", "sourcedId")):
        roster[name] = [row for row in roster[name] if row[column] != "p3"]
    address = sent(roster).location
    assert "It is right that so many end" in clerk.get(address).get_data(as_text=True)
    assert clerk.post(f"{address}/apply").status_code == 422
    assert clerk.post(f"{address}/apply", data={"many_endings": "y"}).status_code == 303
    assert "Applied" in clerk.get(address).get_data(as_text=True)


def test_a_large_roster_is_applied_by_the_worker(
    sent: Sent, clerk: FlaskClient, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_actions, "AT_ONCE_IN_A_REQUEST", 2)
    address = sent(small_roster()).location
    assert "being applied" in clerk.post(f"{address}/apply", follow_redirects=True).get_data(as_text=True)
    assert pupils(database) == 1
    with database.reading() as session:
        job = session.scalars(select(Job)).one()
    run_job(database, handlers(settings), job.id)
    assert pupils(database) == 4
    assert "Applied" in clerk.get(address).get_data(as_text=True)


def test_a_package_larger_than_a_form_is_taken(clerk: FlaskClient, district: SimpleNamespace) -> None:
    answer = clerk.post("/roster/check", data={"package": (io.BytesIO(bytes(9 * 2**20)), "roster.zip")})
    assert answer.status_code == 422  # read, and found to be no zip file
    assert clerk.post("/pupils", data={"package": (io.BytesIO(bytes(9 * 2**20)), "roster.zip")}).status_code in (404, 405, 413)


def test_an_import_that_is_not_there(clerk: FlaskClient) -> None:
    assert clerk.get("/roster/00000000-0000-4000-8000-000000000000").status_code == 404


def test_what_must_be_chosen_is_not_called_optional(clerk: FlaskClient) -> None:
    page = clerk.get("/roster").get_data(as_text=True)
    assert "(zip file)</label>" in page
