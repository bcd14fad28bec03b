"""The page of the district's meeting: its address, a notice that says why, a move as typed, and the text of a page."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from meetrec.meetings.models import Meeting
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings

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
