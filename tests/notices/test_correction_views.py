"""A notice corrected behind its private link: the moment of receipt stays, and so does what was said before."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from meetrec.journal.models import JournalEntry
from meetrec.notices.link_queries import corrected_after_matching
from meetrec.notices.models import Notice
from meetrec.notices.version_models import NoticeVersion
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.mail_models import OutgoingMail

SetClock = Callable[[Any], None]


@pytest.mark.requirement("G1.a")
def test_correction_keeps_the_moment_of_receipt_and_what_was_said_before(
    client: FlaskClient, address: str, typed: dict[str, str], stored: Callable[[], Notice], set_clock: SetClock, database: Database
) -> None:
    received = stored().received_at
    set_clock(received + timedelta(hours=1))
    later = (stored().meeting_date + timedelta(days=1)).isoformat()
    answer = client.post(f"{address}/correct", data={**typed, "meeting_date": later, "student_name": "Mateo R. Rivera"}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "It counts from when it first arrived." in page
    assert "2, corrected by you" in page
    notice = stored()
    assert (notice.received_at, notice.version, notice.student_name, notice.meeting_date.isoformat()) == (received, 2, "Mateo R. Rivera", later)
    assert notice.deadline == notice.deadline_start_rule
    with database.reading() as session:
        versions = session.scalars(select(NoticeVersion).order_by(NoticeVersion.version)).all()
        assert [(version.version, version.by, version.statement["student_name"]) for version in versions] == [
            (1, "public", "Mateo Rivera"),
            (2, "public", "Mateo R. Rivera"),
        ]
        body = session.scalars(select(JournalEntry.body).where(JournalEntry.verb == "notice.corrected")).one()
    assert b"Mateo" not in body


def test_correction_that_changes_nothing_is_no_new_version(client: FlaskClient, address: str, typed: dict[str, str], stored: Callable[[], Notice]) -> None:
    page = client.post(f"{address}/correct", data=typed, follow_redirects=True).get_data(as_text=True)
    assert "Nothing was different" in page
    assert stored().version == 1


def test_bad_correction_comes_back_with_what_was_typed_and_changes_nothing(
    client: FlaskClient, address: str, typed: dict[str, str], stored: Callable[[], Notice]
) -> None:
    answer = client.post(f"{address}/correct", data={**typed, "meeting_date": "2026-02-31", "device": "A123456789"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="2026-02-31"' in page
    assert "looks like a number of immigration papers" in page
    assert (stored().version, stored().device) == (1, "my telephone")


def test_notice_of_a_meeting_that_is_over_can_still_be_corrected(
    client: FlaskClient, address: str, typed: dict[str, str], stored: Callable[[], Notice], set_clock: SetClock, district: SimpleNamespace
) -> None:
    set_clock(district.meeting.start + timedelta(days=3))
    assert client.post(f"{address}/correct", data={**typed, "device": "a tablet"}).status_code == 303
    assert stored().device == "a tablet"


def test_matched_notice_stays_matched_when_it_is_corrected_and_the_desk_can_say_so(
    client: FlaskClient, address: str, typed: dict[str, str], stored: Callable[[], Notice], match: Callable[[], object], database: Database,
    district: SimpleNamespace, set_clock: SetClock,
) -> None:  # fmt: skip
    match()
    set_clock(clock.now() + timedelta(minutes=1))
    wrong_day = (stored().meeting_date + timedelta(days=2)).isoformat()
    assert "stays so" in client.get(f"{address}/correct").get_data(as_text=True)
    client.post(f"{address}/correct", data={**typed, "meeting_date": wrong_day})
    notice = stored()
    assert (notice.meeting_id, notice.version) == (district.meeting.id, 2)
    assert notice.deadline == district.meeting.start - timedelta(hours=24)  # the meeting's own start decides, not what the family wrote
    with database.reading() as session:
        assert corrected_after_matching(session, [notice.id]) == {notice.id}


def test_corrected_address_is_unconfirmed_again_and_gets_its_own_mail(
    client: FlaskClient, typed: dict[str, str], stored: Callable[[], Notice], database: Database
) -> None:
    address = client.post("/notice", data={**typed, "email": "ana@example.org"}).headers["Location"]
    with database.writing() as session:
        session.execute(update(Notice).values(email_verified_at=clock.now()))
    client.post(f"{address}/correct", data={**typed, "email": "luis@example.org"})
    notice = stored()
    assert (notice.email, notice.email_verified_at, notice.version) == ("luis@example.org", None, 1)
    with database.reading() as session:
        assert [mail.to_address for mail in session.scalars(select(OutgoingMail).order_by(OutgoingMail.made_at))] == ["ana@example.org", "luis@example.org"]


@pytest.mark.usefixtures("rate_limits")
def test_a_correction_that_comes_back_does_not_count_against_the_limit(client: FlaskClient, address: str, typed: dict[str, str]) -> None:
    answers = [client.post(f"{address}/correct", data={**typed, "meeting_date": "2026-02-31"}).status_code for _ in range(12)]
    assert answers == [422] * 12
    assert client.post(f"{address}/correct", data={**typed, "device": "a tablet"}).status_code == 303
