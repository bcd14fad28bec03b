"""The page that takes a calendar in: a trial, every event with its step, and the form filled in."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.people.roles import CHAIR
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.fixtures.accounts import AccountOf
from tests.meetings.calendars import ZONE, calendar, event, meeting_of, sent


def test_form_that_is_filled_in_names_who_leads_it(
    coordinator: FlaskClient, database: Database, district: SimpleNamespace, free: datetime, account_of: AccountOf
) -> None:
    chair = account_of(CHAIR)
    shown = sent(coordinator, calendar(event(free, f"ORGANIZER:mailto:{chair.email}", place="By telephone"))).get_data(as_text=True)
    link = shown.split('href="/meetings/new?')[1].split('"')[0].replace("&amp;", "&")
    assert f'<option selected value="{chair.id}">' in coordinator.get(f"/meetings/new?{link}").get_data(as_text=True)
    local = clock.in_zone(free, ZONE)
    typed = {"kind": "IEP", "student": district.student.id, "room": district.room.id, "day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}", "end": "23:00"}
    assert coordinator.post("/meetings/new", data={**typed, "calendar_uid": "u1", "chair": "nobody"}).status_code == 422
    assert coordinator.post("/meetings/new", data={**typed, "calendar_uid": "u1", "chair": chair.id}).status_code == 303
    assert meeting_of(database).chair_id == chair.id


def test_trial_says_what_would_be_done(coordinator: FlaskClient, database: Database, free: datetime) -> None:
    tried = sent(coordinator, calendar(event(free)), **{"try": "yes"}).get_data(as_text=True)
    assert "Would be entered as a meeting" in tried
    assert not [words for words in ("What was done", "Entered as a meeting") if words in tried]
    assert "Entered as a meeting" in sent(coordinator, calendar(event(free))).get_data(as_text=True)


@pytest.mark.requirement("G0.3")
def test_page_tells_of_every_event_and_offers_the_form_filled_in(
    coordinator: FlaskClient, database: Database, district: SimpleNamespace, free: datetime
) -> None:
    shown = sent(coordinator, calendar(event(free, place="By telephone"), event(free, uid="u2", summary="Lunch"))).get_data(as_text=True)
    assert "To be entered by you" in shown
    assert "Other meetings are not recorded here" in shown
    link = shown.split('href="/meetings/new?')[1].split('"')[0].replace("&amp;", "&")
    assert "Rivera" not in link
    form = coordinator.get(f"/meetings/new?{link}").get_data(as_text=True)
    local = clock.in_zone(free, ZONE)
    for filled in (f'value="{local:%Y-%m-%d}"', f'value="{local:%H:%M}"', f'<option selected value="{district.student.id}">', 'value="u1"'):
        assert filled in form
    typed = {"kind": "IEP", "student": district.student.id, "room": district.room.id, "day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}", "end": "23:00"}
    assert coordinator.post("/meetings/new", data={**typed, "calendar_uid": "u1"}).status_code == 303
    assert meeting_of(database).start == free


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "Choose the calendar file first."), (b"x", "no calendar file"), (b"x" * (2 * 2**20 + 1), "larger than 2 MB")]
)
def test_what_is_no_calendar_gets_a_sentence_on_the_page(coordinator: FlaskClient, content: bytes, sentence: str) -> None:
    answer = sent(coordinator, content)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
