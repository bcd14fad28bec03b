"""The page that enters a meeting."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.meetings.models import Meeting, MeetingKind
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
