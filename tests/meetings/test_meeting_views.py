"""The page of a meeting, its changes, and the chair's day."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.installation import actions as installation
from meetrec.meetings.actions import name_chair
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.models import Meeting
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.notices.models import Notice
from meetrec.people.models import School
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf
from tests.fixtures.recordings import notice

__all__ = ["notice"]
SignIn = Callable[[SimpleNamespace], FlaskClient]
REASON, NEED = "because I forget things", "a Spanish interpreter"


@pytest.fixture
def address(district: SimpleNamespace) -> str:
    return f"/meetings/{district.meeting.id}"


@pytest.fixture
def told(database: Database, notice: Notice) -> Notice:
    """The notice says why, and what the parent needs."""
    with database.writing() as session:
        kept = session.get_one(Notice, notice.id)
        kept.reason, kept.accommodation_request = REASON, NEED
    return notice


@pytest.fixture
def later(district: SimpleNamespace, settings: Settings) -> dict[str, str]:
    """Two hours later, as typed."""
    start = clock.in_zone(district.meeting.start + timedelta(hours=2), settings.district.zone)
    told = clock.in_zone(clock.now(), settings.district.zone)
    return {
        "day": start.date().isoformat(), "start": start.strftime("%H:%M"), "end": (start + timedelta(hours=1)).strftime("%H:%M"), "by": "district",
        "announced_day": told.date().isoformat(), "announced_time": told.strftime("%H:%M"),
    }  # fmt: skip


def meeting(database: Database, district: SimpleNamespace) -> Meeting:
    with database.reading() as session:
        return session.get_one(Meeting, district.meeting.id)


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


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


@pytest.mark.requirement("G1.b")
def test_move_shows_first_what_it_does_to_each_notice(
    sign_in: SignIn, told: Notice, database: Database, district: SimpleNamespace, address: str, later: dict[str, str]
) -> None:
    client = sign_in(district.coordinator)
    assert 'name="confirmed"' not in text(client, f"{address}/move")
    shown = client.post(f"{address}/move", data=later).get_data(as_text=True)
    assert "MR-1 stays as it is: In time." in shown
    assert 'name="confirmed"' in shown
    assert meeting(database, district).moves == [], "nothing is done before it is confirmed"
    answer = client.post(f"{address}/move", data={**later, "confirmed": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    moved = meeting(database, district)
    assert (moved.start, moved.moves[0].by) == (district.meeting.start + timedelta(hours=2), "district")
    assert "What changed" in text(client, address)


@pytest.mark.requirement("G1.b")
def test_preview_says_that_the_district_s_move_keeps_a_notice_in_time(
    sign_in: SignIn, told: Notice, database: Database, district: SimpleNamespace, address: str, settings: Settings, later: dict[str, str]
) -> None:
    """Given 26 hours and more before; the district brings the meeting forward, so that a day is no longer between them."""
    soon = clock.in_zone(clock.now() + timedelta(hours=2), settings.district.zone).replace(second=0, microsecond=0)
    if soon.hour >= 22:
        soon = soon.replace(hour=6) + timedelta(days=1)
    sooner = {"day": soon.date().isoformat(), "start": soon.strftime("%H:%M"), "end": (soon + timedelta(hours=1)).strftime("%H:%M")}
    shown = sign_in(district.coordinator).post(f"{address}/move", data={**later, **sooner}).get_data(as_text=True)
    assert "MR-1 counts as in time, because the district moved the meeting." in shown


@pytest.mark.requirement("G1.b")
def test_nothing_says_that_the_family_was_told_until_somebody_entered_it(
    sign_in: SignIn, database: Database, district: SimpleNamespace, address: str, later: dict[str, str]
) -> None:
    client, nobody = sign_in(district.coordinator), {"announced_day": "", "announced_time": ""}
    form = text(client, f"{address}/move")
    assert re.findall(r'id="announced_(?:day|time)"[^>]*value="([^"]*)"', form) == ["", ""]
    assert "checked" not in form, "who wished for it is for a person to say"
    assert client.post(f"{address}/move", data={**later, **nobody, "confirmed": "yes"}).status_code == 303
    assert meeting(database, district).moves[0].announced_at is None
    page = text(client, address)
    assert "Nobody has entered yet when the family was told." in page
    for wrong in (nobody, {"announced_day": "2999-01-01", "announced_time": "09:00"}):
        client.post(f"{address}/told", data=wrong)
        assert meeting(database, district).moves[0].announced_at is None
    assert client.post(f"{address}/told", data=later).status_code == 303
    assert meeting(database, district).moves[0].announced_at is not None
    page = text(client, address)
    assert ("Nobody has entered yet" in page, 'id="told"' in page, "The family was told on" in page) == (False, False, True)
    assert "No change of this meeting waits" in client.post(f"{address}/told", data=later, follow_redirects=True).get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"end": "00:01"}, "must end after it starts"),
        ({"by": ""}, "Choose who wished for it."),
        ({"announced_day": ""}, "Enter the day on which the family was told."),
        ({"announced_day": "2999-01-01"}, "cannot have been announced in the future"),
        ({"day": "2026-02-31"}, "There is no such date."),
    ],
)
def test_move_that_cannot_be_gets_a_sentence_at_the_field(
    sign_in: SignIn, district: SimpleNamespace, address: str, later: dict[str, str], changed: dict[str, str], sentence: str
) -> None:
    answer = sign_in(district.coordinator).post(f"{address}/move", data={**later, **changed})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_preview_refuses_what_the_move_would_refuse_at_the_same_field(
    sign_in: SignIn, database: Database, district: SimpleNamespace, settings: Settings, address: str, later: dict[str, str]
) -> None:
    client, known, zone = sign_in(district.coordinator), meeting(database, district), settings.district.zone
    start, end = (clock.in_zone(moment, zone) for moment in (known.start, known.planned_end))
    as_it_is = {"day": start.date().isoformat(), "start": start.strftime("%H:%M"), "end": end.strftime("%H:%M")}
    nobody = {"announced_day": "", "announced_time": ""}
    same = client.post(f"{address}/move", data={**later, **as_it_is, **nobody})
    assert (same.status_code, "The meeting is at this time already." in same.get_data(as_text=True)) == (422, True)
    before = clock.in_zone(known.created_at - timedelta(days=2), zone)
    told = {"announced_day": before.date().isoformat(), "announced_time": before.strftime("%H:%M")}
    early = client.post(f"{address}/move", data={**later, **told})
    assert early.status_code == 422
    assert re.search(r'href="#announced_day"[^>]*>[^<]*This meeting was entered here later', early.get_data(as_text=True))
    assert meeting(database, district).moves == []


@pytest.mark.requirement("G5.a")
def test_room_is_changed_from_the_page(sign_in: SignIn, database: Database, district: SimpleNamespace, address: str) -> None:
    with database.writing() as session:
        library = installation.create_room(session, session.get_one(School, district.school.id), "Library").id
    client = sign_in(district.coordinator)
    assert "Library" in text(client, f"{address}/room")
    assert client.post(f"{address}/room", data={"room": ""}).status_code == 422
    assert client.post(f"{address}/room", data={"room": library}).status_code == 303
    assert meeting(database, district).room_id == library
    assert "From Conference Room A to Library" in text(client, address)


def test_where_there_is_one_room_alone_the_page_says_so_and_offers_no_choice(sign_in: SignIn, district: SimpleNamespace, address: str) -> None:
    page = text(sign_in(district.coordinator), f"{address}/room")
    assert ("There is no other room yet." in page, "meetrec kiosks invite" in page, 'name="room"' in page) == (True, True, False)


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


def test_meeting_is_cancelled_and_restored_from_the_page(sign_in: SignIn, database: Database, district: SimpleNamespace, address: str) -> None:
    client = sign_in(district.coordinator)
    text(client, f"{address}/cancel")
    assert client.post(f"{address}/cancel", data={}).status_code == 422
    assert client.post(f"{address}/cancel", data={"by": "parent"}).status_code == 303
    assert meeting(database, district).cancelled_by == "parent"
    assert "This meeting was cancelled" in text(client, address)
    assert client.post(f"{address}/restore").status_code == 303
    assert meeting(database, district).cancelled_at is None


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


def test_two_changes_within_a_minute_follow_each_other(
    sign_in: SignIn, database: Database, district: SimpleNamespace, address: str, later: dict[str, str]
) -> None:
    client = sign_in(district.coordinator)
    for hour in (2, 3):
        local: datetime = clock.in_zone(district.meeting.start + timedelta(hours=hour), "America/Chicago")
        times = {"start": local.strftime("%H:%M"), "end": (local + timedelta(hours=1)).strftime("%H:%M")}
        assert client.post(f"{address}/move", data={**later, **times, "confirmed": "yes"}).status_code == 303
    assert len(meeting(database, district).moves) == 2


def test_of_chosen_or_written_people_no_field_is_called_optional(sign_in: SignIn, district: SimpleNamespace, address: str) -> None:
    page = text(sign_in(district.coordinator), f"{address}/people")
    for label in ("Choose somebody", "Or write a name", "Who the person comes for"):
        assert f">{label}</" in page, label


def test_spanish_time_that_ends_a_sentence_has_one_full_stop(sign_in: SignIn, district: SimpleNamespace, address: str, later: dict[str, str]) -> None:
    client = sign_in(district.coordinator)
    assert client.post(f"{address}/move", data={**later, "confirmed": "yes"}).status_code == 303
    client.post(f"{address}/cancel", data={"by": "district"})
    client.get("/language/es")
    page = text(client, address)
    assert "m.</time>" in page
    assert ".." not in page.split("<main", 1)[1].split("</main>")[0]
