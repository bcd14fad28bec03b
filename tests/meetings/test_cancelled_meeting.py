"""The pages that change a meeting, once it was cancelled: they lead to its page, where the cancellation can be taken back."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.meetings.actions import WishOf, cancel_meeting
from meetrec.meetings.models import Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database

SENTENCE = "This meeting was cancelled. Take the cancellation back first."


@pytest.fixture
def address(app: Flask, database: Database, district: SimpleNamespace) -> str:
    """The page of a cancelled meeting."""
    with app.test_request_context(), database.writing() as session:
        cancel_meeting(session, clock.now(), "user:laura", district.meeting.id, WishOf.DISTRICT)
    return f"/meetings/{district.meeting.id}"


@pytest.mark.parametrize(("method", "page"), [("get", "move"), ("post", "move"), ("get", "room"), ("post", "room"), ("get", "cancel")])
def test_nothing_changes_until_the_cancellation_is_taken_back(
    sign_in: Callable[[SimpleNamespace], FlaskClient], database: Database, district: SimpleNamespace, address: str, method: str, page: str
) -> None:
    client = sign_in(district.coordinator)
    answer = getattr(client, method)(f"{address}/{page}")
    assert (answer.status_code, answer.location) == (303, address)
    assert SENTENCE in client.get(address).get_data(as_text=True)
    with database.reading() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
    assert (meeting.start, meeting.room_id, meeting.cancelled_by) == (district.meeting.start, district.room.id, "district")
