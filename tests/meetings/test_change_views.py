"""A meeting moved, put into another room, cancelled and restored from its page, with what each does to a notice."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.installation import actions as installation
from meetrec.notices.models import Notice
from meetrec.people.models import School
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.meetings.meeting_pages import meeting, text

SignIn = Callable[[SimpleNamespace], FlaskClient]


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


def test_meeting_is_cancelled_and_restored_from_the_page(sign_in: SignIn, database: Database, district: SimpleNamespace, address: str) -> None:
    client = sign_in(district.coordinator)
    text(client, f"{address}/cancel")
    assert client.post(f"{address}/cancel", data={}).status_code == 422
    assert client.post(f"{address}/cancel", data={"by": "parent"}).status_code == 303
    assert meeting(database, district).cancelled_by == "parent"
    assert "This meeting was cancelled" in text(client, address)
    assert client.post(f"{address}/restore").status_code == 303
    assert meeting(database, district).cancelled_at is None


def test_two_changes_within_a_minute_follow_each_other(
    sign_in: SignIn, database: Database, district: SimpleNamespace, address: str, later: dict[str, str]
) -> None:
    client = sign_in(district.coordinator)
    for hour in (2, 3):
        local: datetime = clock.in_zone(district.meeting.start + timedelta(hours=hour), "America/Chicago")
        times = {"start": local.strftime("%H:%M"), "end": (local + timedelta(hours=1)).strftime("%H:%M")}
        assert client.post(f"{address}/move", data={**later, **times, "confirmed": "yes"}).status_code == 303
    assert len(meeting(database, district).moves) == 2


def test_spanish_time_that_ends_a_sentence_has_one_full_stop(sign_in: SignIn, district: SimpleNamespace, address: str, later: dict[str, str]) -> None:
    client = sign_in(district.coordinator)
    assert client.post(f"{address}/move", data={**later, "confirmed": "yes"}).status_code == 303
    client.post(f"{address}/cancel", data={"by": "district"})
    client.get("/language/es")
    page = text(client, address)
    assert "m.</time>" in page
    assert ".." not in page.split("<main", 1)[1].split("</main>")[0]
