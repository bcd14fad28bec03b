"""The page of a meeting, its people and its chair, and the chair's day."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.meetings.actions import name_chair
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.fixtures.accounts import AccountOf
from tests.meetings.meeting_pages import NEED, REASON, meeting, text

SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.mark.requirement("G2")
def test_chair_of_the_meeting_and_coordinator_see_reason_and_needs_and_no_other_chair(
    sign_in_as: Callable[..., FlaskClient], account_of: AccountOf, app: object, told: Notice, database: Database, district: SimpleNamespace, address: str
) -> None:
    chair, other = sign_in_as("chair"), sign_in_as("chair")
    assert chair.get(address).status_code == 404, "nobody said that this chair leads it"
    own = account_of("chair")
    with database.writing() as session:
        name_chair(session, clock.now(), "user:x", district.meeting.id, own.id)
    leads = app.test_client()  # type: ignore[attr-defined]
    leads.post("/sign-in", data={"email": own.email, "password": own.password})
    for reader in (leads, sign_in_as("coordinator")):
        assert all(words in text(reader, address) for words in (REASON, NEED))
    assert other.get(address).status_code == 404
    assert sign_in_as("superintendent").get(address).status_code == 403


@pytest.mark.requirement("G2")
def test_the_day_shows_a_chair_the_own_meetings_alone(
    sign_in_as: Callable[..., FlaskClient],
    app: object,
    account_of: AccountOf,
    told: Notice,
    database: Database,
    district: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = account_of("chair")
    leads, other, coordinator = app.test_client(), sign_in_as("chair"), sign_in_as("coordinator")  # type: ignore[attr-defined]
    leads.post("/sign-in", data={"email": own.email, "password": own.password})
    with database.writing() as session:
        name_chair(session, clock.now(), "user:x", district.meeting.id, own.id)
        enter_participant(session, clock.now(), "user:x", district.meeting.id, AtTheTable("A friend", Affiliation.PARENTS_GUEST))
    assert "Mateo" not in text(leads, "/today"), "the meeting is on another day"
    half_past_nine = district.meeting.start - timedelta(minutes=30)
    monkeypatch.setattr("meetrec.meetings.meeting_views.clock.now", lambda: half_past_nine)
    for reader in (leads, coordinator):
        assert all(words in text(reader, "/today") for words in ("Mateo Rivera", NEED, REASON, "A friend"))
    assert "Mateo" not in text(other, "/today")


@pytest.mark.requirement("NOTE.1")
def test_the_pupil_is_not_listed_like_a_guest(sign_in: SignIn, database: Database, district: SimpleNamespace, address: str) -> None:
    with database.writing() as session:
        for who in (AtTheTable("A friend", Affiliation.PARENTS_GUEST), AtTheTable("Mateo Rivera", Affiliation.STUDENT)):
            enter_participant(session, clock.now(), "user:x", district.meeting.id, who)
    page = text(sign_in(district.coordinator), address).split("<h2>People at the table</h2>", 1)[1]
    guests, pupil = page.split("<h3>The pupil</h3>", 1)
    assert ("A friend" in guests, "Mateo Rivera" in guests, "Mateo Rivera" in pupil, "in plain words" in pupil) == (True, False, True, True)


@pytest.mark.requirement("NOTE.1")
def test_somebody_who_is_on_the_list_already_is_not_said_to_have_changed_it(sign_in: SignIn, district: SimpleNamespace, address: str) -> None:
    client, guest = sign_in(district.coordinator), {"name": "A friend", "affiliation": "parents_guest"}
    assert "The list was changed." in client.post(f"{address}/people", data=guest, follow_redirects=True).get_data(as_text=True)
    again = client.post(f"{address}/people", data=guest, follow_redirects=True).get_data(as_text=True)
    assert ("A friend is on the list already. Nothing was changed." in again, "The list was changed." in again) == (True, False)


@pytest.mark.requirement("G2")
def test_who_leads_is_chosen_from_those_who_may(sign_in: SignIn, account_of: AccountOf, database: Database, district: SimpleNamespace, address: str) -> None:
    chair, client = account_of("chair"), sign_in(district.coordinator)
    assert client.post(f"{address}/chair", data={"chair": chair.id}).status_code == 303
    assert meeting(database, district).chair_id == chair.id
    client.post(f"{address}/chair", data={"chair": district.administrator.id})
    assert meeting(database, district).chair_id == chair.id
    client.post(f"{address}/chair", data={"chair": ""})
    assert meeting(database, district).chair_id is None


@pytest.mark.requirement("NOTE.1")
@pytest.mark.requirement("NOTE.2")
def test_page_tells_who_is_covered_and_how_far(sign_in: SignIn, database: Database, district: SimpleNamespace, address: str) -> None:
    client = sign_in(district.coordinator)
    for typed in (
        {"name": "David Cho", "affiliation": "district_employee", "duty": "psychologist"},
        {"name": "A friend", "affiliation": "parents_guest"},
        {"known": "student", "affiliation": "parent"},
    ):
        assert client.post(f"{address}/people", data=typed).status_code == 303
    both = client.post(f"{address}/people", data={"known": "student", "name": "Somebody else", "affiliation": "parents_guest"})
    assert (both.status_code, "not both" in both.get_data(as_text=True)) == (422, True)
    shown = text(client, address)
    covered, uncovered = (shown.index(words) for words in ("Covered by the district", "Not covered:"))
    assert covered < shown.index("David Cho, psychologist (Employed by the district)") < uncovered < shown.index("A friend (Came with the parent)")
    assert uncovered < shown.index("<h3>The pupil</h3>") < shown.index("Mateo Rivera. The district's notice does not speak for the pupil.")
    assert "no consent to publish the recording" in shown


@pytest.mark.requirement("B-08")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose somebody, or write the name."),
        ({"name": "A friend"}, "Choose who the person comes for."),
        ({"known": "staff-nobody"}, "Choose somebody of the list."),
        ({"name": "A friend 123-45-6789", "affiliation": "parent"}, "social security number"),
    ],
)
def test_person_that_cannot_be_entered_gets_a_sentence(sign_in: SignIn, district: SimpleNamespace, address: str, typed: dict[str, str], sentence: str) -> None:
    answer = sign_in(district.coordinator).post(f"{address}/people", data=typed)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_person_is_taken_off_the_list(sign_in: SignIn, database: Database, district: SimpleNamespace, address: str) -> None:
    with database.writing() as session:
        entered = enter_participant(session, clock.now(), "user:x", district.meeting.id, AtTheTable("A friend", Affiliation.PARENTS_GUEST)).id
    client = sign_in(district.coordinator)
    assert client.post(f"{address}/people/{entered}/remove").status_code == 303
    assert "A friend" not in text(client, f"{address}/people")


def test_meeting_that_is_not_there_is_not_found(sign_in: SignIn, district: SimpleNamespace) -> None:
    client, nowhere = sign_in(district.coordinator), "/meetings/00000000-0000-4000-8000-000000000000"
    assert {client.get(f"{nowhere}{page}").status_code for page in ("", "/move", "/room", "/cancel", "/people")} == {404}
    assert {client.post(f"{nowhere}{page}").status_code for page in ("/restore", "/chair")} == {404}


def test_of_chosen_or_written_people_no_field_is_called_optional(sign_in: SignIn, district: SimpleNamespace, address: str) -> None:
    page = text(sign_in(district.coordinator), f"{address}/people")
    for label in ("Choose somebody", "Or write a name", "Who the person comes for"):
        assert f">{label}</" in page, label
