"""What a family reads at its private link when the meeting of its notice was moved or cancelled: what a mail would tell it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.meetings.actions import Move, WishOf, cancel_meeting, move_meeting, restore_meeting
from meetrec.notices.actions import District, match_notice
from meetrec.notices.models import Notice
from meetrec.people.rights_models import ProtectionFlag
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.notices.conftest import REAL_RECORDINGS

READY = "The room is made ready"


@pytest.fixture
def matched(
    app: Flask, client: FlaskClient, address: str, stored: Callable[[], Notice], database: Database, district: SimpleNamespace, missouri: District
) -> Callable[[], str]:
    """The receipt's page of a matched notice."""
    with app.test_request_context(), database.writing() as session:
        match_notice(session, clock.now(), "user:laura", stored().id, district.meeting.id, missouri, REAL_RECORDINGS)
    return lambda: client.get(address).get_data(as_text=True)


@pytest.fixture
def move(app: Flask, database: Database, district: SimpleNamespace) -> Callable[[], None]:
    """The district moves it three days back."""

    def move() -> None:
        start = district.meeting.start + timedelta(days=3)
        with app.test_request_context(), database.writing() as session:
            move_meeting(session, clock.now(), "user:laura", district.meeting.id, Move(None, WishOf.DISTRICT, start, start + timedelta(hours=1)))

    return move


def in_page(moment: datetime) -> str:
    return f'datetime="{moment.astimezone(UTC).isoformat()}"'


def test_the_receipt_tells_the_new_time(matched: Callable[[], str], move: Callable[[], None], district: SimpleNamespace) -> None:
    assert "meeting-news" not in matched()
    move()
    page = matched()
    assert "The meeting was moved." in page
    assert in_page(district.meeting.start + timedelta(days=3)) in page


def test_the_receipt_tells_of_a_cancellation_and_makes_no_room_ready(
    app: Flask, matched: Callable[[], str], database: Database, district: SimpleNamespace
) -> None:
    assert READY in matched()
    with app.test_request_context(), database.writing() as session:
        cancel_meeting(session, clock.now(), "user:laura", district.meeting.id, WishOf.DISTRICT)
    page = matched()
    assert "The meeting was cancelled and does not take place." in page
    assert [words for words in (READY, "Bring your device", "<dt>Deadline</dt>", "Say more", "usa-alert--success") if words in page] == []
    assert page.index("does not take place") < page.index('id="status-sentence"'), "first what counts now"
    with app.test_request_context(), database.writing() as session:
        restore_meeting(session, clock.now(), "user:laura", district.meeting.id)
    assert [words for words in (READY, "<dt>Deadline</dt>", "Say more", "usa-alert--success") if words not in matched()] == []


@pytest.mark.requirement("S-14")
def test_of_a_pupil_under_particular_protection_no_time_is_told(
    matched: Callable[[], str], move: Callable[[], None], database: Database, district: SimpleNamespace
) -> None:
    with database.writing() as session:
        session.add(ProtectionFlag(student_id=district.student.id, reason="custody", set_at=clock.now(), set_by="user:x"))
    move()
    page = matched()
    assert "Ask the school for the new time." in page
    assert in_page(district.meeting.start + timedelta(days=3)) not in page
