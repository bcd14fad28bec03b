"""The task of a missing district copy as its people meet it: on the desk, in the header, answered with a reason."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings.models import Opening
from tests.recordings.copy_tasks import text_of, verbs
from tests.recordings.deliveries import KioskClient, SealedRun

SignIn = Callable[[SimpleNamespace], FlaskClient]


@pytest.mark.requirement("G5.a")
def test_missing_copy_stands_first_on_the_desk_and_is_counted_in_the_header(coordinator: FlaskClient, over: str) -> None:
    desk = text_of(coordinator.get("/desk"))
    assert "1 district copy is missing" in desk
    headings = re.findall(r'<h2 id="([\w-]+)"', desk)
    assert headings[:2] == ["missing-copies", "today"]
    assert desk.index('<h2 id="missing-copies"') < desk.index(over) < desk.index('<h2 id="today"')
    assert re.findall(r'href="#([\w-]+)"', desk[desk.index("desk-jump") :])[0] == "missing-copies"  # and in the list of the parts
    assert "The parent gave notice that they record" in text_of(coordinator.get(over))


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(("who", "is_link"), [("custodian", True), ("administrator", False)])
def test_custodian_and_administrator_see_the_count_as_far_as_their_duty_goes(
    sign_in: SignIn, district: SimpleNamespace, over: str, who: str, is_link: bool
) -> None:
    client = sign_in(getattr(district, who))
    page = text_of(client.get("/staff", follow_redirects=True))
    assert "1 district copy is missing" in page
    assert ('href="/district-copies"' in page) is is_link
    assert client.get(over).status_code == (200 if is_link else 403)


@pytest.mark.requirement("G5.a")
def test_nothing_is_counted_before_the_end_or_when_the_parent_said_no(
    coordinator: FlaskClient, over: str, database: Database, district: SimpleNamespace, recording_id: str
) -> None:
    with database.writing() as session:
        session.get_one(Meeting, district.meeting.id).planned_end = clock.now() + timedelta(minutes=1)
    assert "district copy is missing" not in text_of(coordinator.get("/desk"))
    with database.writing() as session:
        session.get_one(Meeting, district.meeting.id).planned_end = clock.now() - timedelta(hours=1)
        session.add(Opening(recording_id=recording_id, parent_records="no", **_of_kiosk(Opening, district)))
    assert "district copy is missing" not in text_of(coordinator.get("/desk"))


def _of_kiosk(table: type, district: SimpleNamespace) -> dict[str, str]:
    return {"kiosk_id": district.kiosk.id} if "kiosk_id" in table.__table__.columns else {}  # type: ignore[attr-defined]


@pytest.mark.requirement("G5.a")
def test_task_stays_for_years_until_it_is_answered(
    coordinator: FlaskClient, over: str, set_now: Callable[[datetime], None], district: SimpleNamespace, sign_in: SignIn
) -> None:
    set_now(clock.now() + timedelta(days=800))
    assert "1 district copy is missing" in text_of(sign_in(district.coordinator).get("/desk"))


@pytest.mark.requirement("G5.a")
def test_reason_settles_the_task_and_stays_to_be_seen_with_who_and_when(coordinator: FlaskClient, over: str, database: Database) -> None:
    answer = coordinator.post(f"{over}/reason", data={"reason": "device_failure", "words": "The screen stayed black."}, follow_redirects=True)
    assert "The reason was kept" in text_of(answer)
    desk = text_of(coordinator.get("/desk"))
    assert "district copy is missing" not in desk
    assert "The kiosk or a microphone failed: The screen stayed black. Laura Bennett," in desk
    assert verbs(database) == ["copy.explained"]
    with database.reading() as session:
        assert "black" not in str(session.scalars(select(JournalEntry).where(JournalEntry.verb == "copy.explained")).one().body)


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a reason."),
        ({"reason": "uploaded"}, "Choose a reason."),
        ({"reason": "other"}, "Say in a few words what happened."),
        ({"reason": "power", "words": "   "}, "Say in a few words what happened."),
        ({"reason": "other", "words": "x" * 1001}, "1000"),
        ({"reason": "other", "words": "his number is 123-45-6789"}, "social security number"),
    ],
)
def test_reason_that_says_nothing_is_asked_for_again(coordinator: FlaskClient, over: str, database: Database, sent: dict[str, str], said: str) -> None:
    answer = coordinator.post(f"{over}/reason", data=sent)
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert verbs(database) == []


@pytest.mark.requirement("G5.a")
def test_words_that_some_reasons_need_are_not_called_optional(coordinator: FlaskClient, over: str) -> None:
    label = text_of(coordinator.get(over)).split('for="words">')[1].split("</label>")[0]
    assert label.strip() == "What happened"


def test_reason_is_replaced_by_another_and_both_stay(coordinator: FlaskClient, over: str) -> None:
    coordinator.post(f"{over}/reason", data={"reason": "no_kiosk"})
    coordinator.post(f"{over}/reason", data={"reason": "parent_did_not_record"})
    page = text_of(coordinator.get(over))
    assert page.index("The parent did not record. Laura Bennett") < page.index("The room had no kiosk. Laura Bennett")


def test_no_reason_is_taken_where_nothing_is_missing(coordinator: FlaskClient, district: SimpleNamespace, recording_id: str) -> None:
    answer = coordinator.post(f"/district-copies/{district.meeting.id}/reason", data={"reason": "no_kiosk"})
    assert (answer.status_code, "No district copy of this meeting is missing" in text_of(answer)) == (409, True)


@pytest.mark.requirement("G5.a")
def test_kiosks_copy_that_arrives_late_closes_the_task_by_itself(
    coordinator: FlaskClient, over: str, kiosk: KioskClient, make_run: Callable[..., SealedRun], work: Callable[[], None]
) -> None:
    coordinator.post(f"{over}/reason", data={"reason": "no_kiosk"})
    kiosk.deliver(make_run())
    work()
    desk = text_of(coordinator.get("/desk"))
    assert "The district&#39;s copy came after all." in desk
    assert "The room had no kiosk. Laura Bennett" in desk
