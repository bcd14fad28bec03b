"""A matched notice that is corrected to another pupil, school or day waits for a person; the room stays armed, and no receipt tells a stranger's meeting."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.notices.forms import OTHER_PLACE
from meetrec.notices.models import Notice
from meetrec.notices.receipts import Receipt, verify_receipt
from meetrec.platform.database import Database
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState

Stored = Callable[[], Notice]


@pytest.fixture
def coordinator(app: Flask, sign_in: Callable[[SimpleNamespace], FlaskClient], district: SimpleNamespace) -> FlaskClient:
    return sign_in(district.coordinator)


@pytest.fixture
def matched(coordinator: FlaskClient, address: str, stored: Stored, district: SimpleNamespace) -> str:
    """The private link of a notice that the coordinator matched."""
    assert coordinator.post(f"/desk/notices/{stored().id}/match", data={"meeting": district.meeting.id}).status_code == 303
    return address


def receipt(client: FlaskClient, link: str) -> Receipt:
    return verify_receipt(client.get(f"{link}/file").data, None).receipt


@pytest.mark.requirement("A-05")
@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ({"student_name": "Somebody Else"}, True),
        ({"student_name": "RIVERA, Matéo"}, False),  # the same name as names are compared
        ({"school": "other"}, True),
        ({"meeting_date": "+2"}, True),
        ({"device": "a tablet"}, False),
        ({"recorder_name": "Ana M. Rivera"}, False),
    ],
)
def test_another_pupil_school_or_day_asks_for_another_look_and_nothing_else_does(
    app: Flask, matched: str, typed: dict[str, str], stored: Stored, database: Database, district: SimpleNamespace, said: dict[str, str], asks: bool
) -> None:
    client = app.test_client()
    if "meeting_date" in said:
        said = {"meeting_date": (stored().meeting_date + timedelta(days=2)).isoformat()}
    if "school" in said:
        said = {"school": OTHER_PLACE}
    assert client.post(f"{matched}/correct", data={**typed, **said}).status_code == 303
    notice = stored()
    assert (notice.version, notice.meeting_id, notice.needs_another_look) == (2, district.meeting.id, asks)
    assert (receipt(client, matched).deadline is None) is asks
    with database.reading() as session:
        assert session.scalars(select(Recording)).one().state == RecordingState.ARMED


@pytest.mark.requirement("A-05")
def test_it_stands_on_the_desk_until_a_person_looked_and_the_receipt_tells_no_deadline_meanwhile(
    app: Flask, coordinator: FlaskClient, matched: str, typed: dict[str, str], stored: Stored, database: Database
) -> None:
    client, notice = app.test_client(), stored()
    deadline, page = notice.deadline, f"/desk/notices/{notice.id}"
    assert "Notices to look at again" not in coordinator.get("/desk").text
    client.post(f"{matched}/correct", data={**typed, "student_name": "Somebody Else"})
    desk = coordinator.get("/desk").text
    assert '<h2 id="look-again" tabindex="-1">Notices to look at again (1)</h2>' in desk
    assert all(words in desk for words in ("Somebody Else", "Mateo Rivera", 'id="jump-look-again"'))
    assert "Look at it again." in coordinator.get(page).text
    shown = client.get(matched).text
    assert (deadline.isoformat() in shown, "A person at the district looks at it again" in shown) == (False, True)
    assert coordinator.post(f"{page}/looked-at-again").status_code == 303
    assert coordinator.post(f"{page}/looked-at-again").status_code == 303
    assert "Notices to look at again" not in coordinator.get("/desk").text
    told = receipt(client, matched)
    assert (told.deadline, told.issued_at) == (deadline, stored().looked_again_at)
    with database.reading() as session:
        assert len(session.scalars(select(JournalEntry).where(JournalEntry.verb == "notice.looked_at_again")).all()) == 1


def test_a_notice_taken_off_or_withdrawn_asks_for_no_other_look(
    app: Flask, coordinator: FlaskClient, matched: str, typed: dict[str, str], stored: Stored
) -> None:
    client, page = app.test_client(), f"/desk/notices/{stored().id}"
    client.post(f"{matched}/correct", data={**typed, "student_name": "Somebody Else"})
    assert coordinator.post(f"{page}/unmatch").status_code == 303
    assert (stored().needs_another_look, coordinator.post(f"{page}/looked-at-again").status_code) == (False, 404)
    assert receipt(client, matched).deadline is not None, "by the family's own words again"
