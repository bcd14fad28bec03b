"""The page that enters a meeting."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.meetings import queries
from meetrec.meetings.models import Meeting, MeetingKind
from meetrec.meetings.queries import MOST_PUPILS
from meetrec.people.models import Student
from meetrec.people.names import name_key
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings

SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.fixture
def typed(district: SimpleNamespace, settings: Settings) -> dict[str, str]:
    """A meeting in three days, as typed."""
    day = clock.in_zone(clock.now() + timedelta(days=3), settings.district.zone)
    return {
        "kind": "IEP", "student": district.student.id, "room": district.room.id,
        "day": day.date().isoformat(), "start": "2:30 PM", "end": "15:45",
    }  # fmt: skip


def test_meeting_is_entered_from_the_page(sign_in: SignIn, district: SimpleNamespace, database: Database, settings: Settings, typed: dict[str, str]) -> None:
    client = sign_in(district.coordinator)
    assert "Rivera, Mateo" in client.get("/meetings/new").get_data(as_text=True)
    answer = client.post("/meetings/new", data=typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    with database.reading() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.id != district.meeting.id)).one()
    local = clock.in_zone(meeting.start, settings.district.zone)
    assert (meeting.kind, local.date().isoformat(), local.strftime("%H:%M")) == (MeetingKind.IEP, typed["day"], "14:30")
    assert meeting.planned_end - meeting.start == timedelta(minutes=75)


def test_bad_input_gets_a_sentence_at_the_field_and_loses_nothing(
    sign_in: SignIn, district: SimpleNamespace, typed: dict[str, str], database: Database
) -> None:
    answer = sign_in(district.coordinator).post("/meetings/new", data={**typed, "day": "2026-02-31", "kind": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for sentence in ("There is no such date.", "Choose IEP or Section 504."):
        assert page.count(sentence) == 2  # in the summary and at the field
    for kept in ('value="2026-02-31"', 'value="14:30"', 'value="15:45"', f'<option selected value="{district.student.id}">'):
        assert kept in page
    with database.reading() as session:
        assert len(session.scalars(select(Meeting)).all()) == 1


def test_taken_room_is_told_at_the_form(sign_in: SignIn, district: SimpleNamespace, typed: dict[str, str]) -> None:
    client = sign_in(district.coordinator)
    client.post("/meetings/new", data=typed)
    answer = client.post("/meetings/new", data={**typed, "start": "15:00"})
    assert answer.status_code == 422
    assert "Another meeting is planned in this room" in answer.get_data(as_text=True)


def test_page_is_closed_to_the_public_and_to_other_staff(client: FlaskClient, sign_in: SignIn, district: SimpleNamespace) -> None:
    for ask in (client.get, client.post):
        assert ask("/meetings/new").headers["Location"].startswith("/sign-in")
    sign_in(district.administrator)
    for ask in (client.get, client.post):
        assert ask("/meetings/new").status_code == 403


@pytest.fixture
def many_pupils(district: SimpleNamespace, database: Database) -> int:
    """More pupils than one list holds, all of one family name but for the first; how many."""
    with database.writing() as session:
        for number in range(MOST_PUPILS):
            session.add(Student(given_name=f"Ana{number}", family_name="Soto", name_key=name_key(f"Ana{number} Soto"), school_id=district.school.id))
    return MOST_PUPILS + 1


@pytest.mark.usefixtures("many_pupils")
def test_in_a_large_district_the_pupil_is_sought_first(sign_in: SignIn, district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    empty = client.get("/meetings/new?day=2026-11-30").get_data(as_text=True)
    assert ("Find the pupil" in empty, "<option" in empty) == (True, False)
    assert '<input type="hidden" name="day" value="2026-11-30">' in empty, "what a calendar filled in goes along"
    found = client.get("/meetings/new?sought=rivera+mat&day=2026-11-30").get_data(as_text=True)
    assert (found.count("Rivera, Mateo"), found.count("Soto, ")) == (1, 0)
    assert ("1 pupil was found." in found, 'value="2026-11-30"' in found) == (True, True)
    assert "No pupil of this name was found." in client.get("/meetings/new?sought=nobody").get_data(as_text=True)
    chosen = client.get(f"/meetings/new?student={district.student.id}").get_data(as_text=True)
    assert f'<option selected value="{district.student.id}">' in chosen


@pytest.mark.usefixtures("many_pupils")
def test_a_name_that_very_many_have_is_asked_for_more_of_it(
    sign_in: SignIn, district: SimpleNamespace, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_PUPILS", 50)
    page = sign_in(district.coordinator).get("/meetings/new?sought=soto").get_data(as_text=True)
    assert (page.count("Soto, "), "These are the first 50. Write more of the name." in page) == (50, True)


@pytest.mark.usefixtures("many_pupils")
def test_what_was_sought_stays_when_the_form_needs_a_change(sign_in: SignIn, district: SimpleNamespace, typed: dict[str, str]) -> None:
    client = sign_in(district.coordinator)
    again = client.post("/meetings/new", data={**typed, "sought": "rivera", "day": "2026-02-31"})
    page = again.get_data(as_text=True)
    assert (again.status_code, f'<option selected value="{district.student.id}">' in page, 'value="rivera"' in page) == (422, True, True)
    assert client.post("/meetings/new", data={**typed, "sought": "rivera"}).status_code == 303
    nobody = client.post("/meetings/new", data={**typed, "student": "", "start": "4 PM", "end": "5 PM"})
    assert (nobody.status_code, "Choose the pupil." in nobody.get_data(as_text=True)) == (422, True)
