"""The list of meetings finds each of them, however far away, by day, school and pupil; a chair finds the own alone."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.installation import actions as installation
from meetrec.installation.district import one_hour
from meetrec.meetings import list_queries
from meetrec.meetings.actions import name_chair, plan_meeting
from meetrec.meetings.models import Room
from meetrec.people.models import School, Student
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf

MATEO, ANA = "Mateo Rivera", "Ana Núñez"


@pytest.fixture
def far(database: Database, district: SimpleNamespace) -> SimpleNamespace:
    """A pupil of a second school, whose meeting is three weeks after the first one."""
    with database.writing() as session:
        school = installation.create_school(session, "Washington Middle School")
        room = installation.create_room(session, school, "Library")
        pupil = installation.create_student(session, clock.now(), session.get_one(School, school.id), "Ana", "Núñez")
        start = district.meeting.start + timedelta(weeks=3)
        meeting = plan_meeting(session, clock.now(), "user:x", one_hour(session.get_one(Student, pupil.id), session.get_one(Room, room.id), start))
        return SimpleNamespace(id=meeting.id, start=start, school=school.name)


def found(client: FlaskClient, query: str = "") -> set[str]:
    """The pupils whose meetings the page lists."""
    answer = client.get(f"/meetings{query}")
    assert answer.status_code == 200
    return {name for name in (MATEO, ANA) if f": {name}</a>" in answer.get_data(as_text=True)}


@pytest.mark.requirement("G2")
def test_meeting_weeks_away_is_found_and_opened(sign_in_as: Callable[..., FlaskClient], far: SimpleNamespace) -> None:
    client = sign_in_as("coordinator")
    assert f"/meetings/{far.id}" not in client.get("/desk").get_data(as_text=True), "the desk shows seven days"
    assert found(client) == {MATEO, ANA}
    assert f'href="/meetings/{far.id}"' in client.get("/meetings").get_data(as_text=True)
    assert '<a href="/meetings"' in client.get("/today").get_data(as_text=True), "the navigation leads there"


def test_meetings_are_found_by_name_school_and_day(sign_in_as: Callable[..., FlaskClient], far: SimpleNamespace, settings: Settings) -> None:
    client, day = sign_in_as("coordinator"), clock.in_zone(far.start, settings.district.zone).date()
    for query in ("?pupil=nunez", "?pupil=N%C3%BA%C3%B1ez,+Ana", f"?school={far.school}", f"?day={day}", f"?day={day:%m/%d/%Y}"):
        assert found(client, query) == {ANA}, query
    assert found(client, f"?day={day}&pupil=mateo") == set()
    assert client.get("/meetings?day=someday").status_code == 422


def test_past_meetings_are_kept_apart(sign_in_as: Callable[..., FlaskClient], far: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in_as("coordinator")
    assert found(client, "?when=past") == set()
    monkeypatch.setattr("meetrec.meetings.meeting_views.clock.now", lambda: far.start - timedelta(days=1))
    assert (found(client), found(client, "?when=past")) == ({ANA}, {MATEO})


def test_pages_follow_each_other(sign_in_as: Callable[..., FlaskClient], far: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_queries, "PAGE", 1)
    client = sign_in_as("coordinator")
    assert (found(client), found(client, "?page=2")) == ({MATEO}, {ANA})
    assert "page=2" in client.get("/meetings").get_data(as_text=True)


@pytest.mark.requirement("G2")
def test_chair_finds_the_own_meetings_alone(
    account_of: AccountOf, app: object, sign_in_as: Callable[..., FlaskClient], database: Database, far: SimpleNamespace
) -> None:
    own = account_of("chair")
    with database.writing() as session:
        name_chair(session, clock.now(), "user:x", far.id, own.id)
    leads = app.test_client()  # type: ignore[attr-defined]
    leads.post("/sign-in", data={"email": own.email, "password": own.password})
    assert (found(leads), found(sign_in_as("chair"))) == ({ANA}, set())
    assert found(leads, "?pupil=mateo") == set()
