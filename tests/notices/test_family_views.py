"""The families' own pages: the meetings of the own children, with all that was changed about them, and never more."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.meetings.actions import Move, WishOf, cancel_meeting, change_room, move_meeting
from meetrec.meetings.models import Meeting, Room
from meetrec.notices.family_queries import family_home, why_not
from meetrec.notices.family_words import KINDS, WHY_NOT, why_not_shown
from meetrec.notices.models import Notice
from meetrec.people.models import School, Student
from meetrec.people.rights import RightsHolderKind, RightsHolding, Standing
from meetrec.people.rights_models import Guardian, ProtectionFlag
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.families import code_for, guardian_of, open_account, today_there
from tests.fixtures.family_pages import family, filled_in, give, meeting_page, mother, text, words_of

__all__ = ["code_for", "family", "guardian_of", "meeting_page", "mother", "open_account"]


@pytest.mark.requirement("D-17")
def test_a_parent_sees_the_own_childs_meeting(family: FlaskClient, meeting_page: str, district: SimpleNamespace) -> None:
    page = text(family, "/family")
    assert [word for word in ("Mateo (M. R.)", "IEP meeting", district.school.name, district.room.name, meeting_page) if word not in page] == []
    assert [word for word in ("Rivera", "The district will record") if word in words_of(page)] == []
    assert "When" in text(family, meeting_page)


def test_an_account_without_a_child_sees_no_meeting(sign_in_as: Callable[[str], FlaskClient], meeting_page: str) -> None:
    stranger = sign_in_as("family")
    assert "No child is joined to this account yet." in text(stranger, "/family")
    assert "IEP" not in words_of(text(stranger, meeting_page, 404))
    assert text(stranger, f"/family/notice?meeting={meeting_page.split('/')[-1]}", 404)


@pytest.mark.requirement("G4")
@pytest.mark.requirement("G1.a")
def test_the_notice_is_filled_in_with_what_is_known_and_is_the_accounts(
    family: FlaskClient, district: SimpleNamespace, settings: Settings, database: Database, mother: SimpleNamespace, opened: Callable[..., str]
) -> None:
    typed = filled_in(text(family, f"/family/notice?meeting={district.meeting.id}"))
    start = clock.in_zone(district.meeting.start, settings.district.zone)
    known = {"recorder_name": "Ana Rivera", "recorder_role": "parent", "student_name": "Mateo Rivera", "school": district.school.name}
    when = {"meeting_date": start.date().isoformat(), "meeting_time": start.strftime("%H:%M"), "email": "ana.rivera@demonstration.example"}
    assert {name: typed[name] for name in {**known, **when}} == {**known, **when}
    give(family, {**typed, "nonce": opened()})
    with database.reading() as session:
        notice = session.scalars(select(Notice)).one()
        assert notice.account_id == session.get_one(Guardian, mother.id).account_id
    assert (notice.status, notice.meeting_id) == ("timely", None), "a person matches it, as any other (A-05)"
    assert notice.reference in text(family, "/family")


def test_a_meeting_for_which_a_notice_was_given_asks_for_no_other(
    family: FlaskClient, district: SimpleNamespace, database: Database, meeting_page: str, opened: Callable[..., str]
) -> None:
    offered = "Give notice that you will record"
    typed = filled_in(text(family, f"/family/notice?meeting={district.meeting.id}"))
    give(family, {**typed, "student_name": "Somebody Else", "nonce": opened()})
    assert offered in text(family, meeting_page), "that notice is about another pupil"
    give(family, {**typed, "nonce": opened("o" * 40)})
    with database.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.student_name == "Mateo Rivera")).one()
    page = text(family, meeting_page)
    assert (notice.reference in page, offered in page, notice.meeting_id) == (True, False, None)
    assert f"{offered}<span" not in text(family, "/family")
    assert family.post(f"/family/notices/{notice.id}/withdraw").status_code == 303
    page = text(family, meeting_page)
    assert (notice.reference in page, offered in page) == (True, True), "who withdrew may think again"


@pytest.mark.requirement("S-14")
def test_the_place_of_a_protected_pupils_meeting_is_not_shown(
    family: FlaskClient, mother: SimpleNamespace, database: Database, district: SimpleNamespace, meeting_page: str
) -> None:
    with database.writing() as session:
        session.add(ProtectionFlag(student_id=mother.student_id, reason="custody", set_at=clock.now(), set_by="system"))
    for address in ("/family", meeting_page):
        words = words_of(text(family, address))
        assert "Ask the office where the meeting is." in words
        assert [word for word in (district.school.name, district.room.name, "protect") if word in words] == []
    for address in ("/family/notice", f"/family/notice?meeting={district.meeting.id}"):
        assert filled_in(text(family, address)).get("school", "") == ""


def test_moves_changes_of_room_and_cancellations_are_shown(family: FlaskClient, database: Database, district: SimpleNamespace, meeting_page: str) -> None:
    now = clock.now()
    with database.writing() as session:
        room = Room(name="Room 9", school_id=district.school.id)
        session.add(room)
        session.flush()
        start = district.meeting.start + timedelta(days=1)
        move_meeting(session, now, "system", district.meeting.id, Move(now, WishOf.DISTRICT, start, start + timedelta(hours=1)))
        change_room(session, now, "system", district.meeting.id, room.id)
    assert "This meeting was moved." in text(family, "/family")
    page = text(family, meeting_page)
    assert [word for word in ("The district made the change.", "Room 9") if word not in page] == []
    with database.writing() as session:
        cancel_meeting(session, now, "system", district.meeting.id, WishOf.DISTRICT)
    assert "Cancelled" in text(family, "/family")
    page = text(family, meeting_page)
    assert ("This meeting was cancelled" in page, "Give notice that" in page) == (True, False)


def test_every_meeting_that_was_stands_below_those_to_come(family: FlaskClient, mother: SimpleNamespace, database: Database, settings: Settings) -> None:
    with database.writing() as session:
        past = session.scalars(select(Meeting).where(Meeting.student_id == mother.student_id)).one()
        past.start, past.planned_end = clock.now() - timedelta(days=2), clock.now() - timedelta(days=2, hours=-1)
    page = text(family, "/family")
    assert ("Meetings that were" in page, "No meeting is planned." in page) == (True, True)
    with database.reading() as session:
        account_id = session.get_one(Guardian, mother.id).account_id
        (child,) = family_home(session, account_id or "", clock.now(), today_there(settings).date()).children
    assert (len(child.coming), len(child.past)) == (0, 1)


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.HOLDS])
def test_every_standing_has_a_sentence_and_names_a_child_only_where_it_tells_nothing_new(app: Flask, standing: Standing) -> None:
    student = Student(given_name="Mateo", family_name="Rivera")
    with app.test_request_context():
        sentence = why_not_shown(why_not(student, RightsHolding("guardian", RightsHolderKind.PARENT, standing, ())))
        own = why_not_shown(why_not(student, RightsHolding("student", RightsHolderKind.ELIGIBLE_STUDENT, standing, ())))
    assert ("Mateo" in sentence) is (standing in (Standing.TRANSFERRED, Standing.EVIDENCE_MISSING))
    assert "Until then your parents see your meetings." in own
    assert set(WHY_NOT) == set(Standing) - {Standing.HOLDS, Standing.REVOKED}
    assert len(KINDS) == 2


def test_a_machine_for_parents_alone_serves_the_families_door(settings: Settings, database: Database, family: FlaskClient, meeting_page: str) -> None:
    from meetrec.app import create_app

    app = create_app(settings, {"parent"}, database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client: Any = app.test_client()
    assert client.post("/sign-in", data={"email": "ana.rivera@demonstration.example", "password": "a long enough test sentence"}).status_code == 302
    assert [client.get(address).status_code for address in ("/family", meeting_page, "/family/notice", "/family/begin", "/account")] == [200] * 5


@pytest.mark.requirement("W-10")
def test_a_family_sets_up_the_second_step_where_the_district_requires_it(family: FlaskClient, settings: Settings, database: Database) -> None:
    from meetrec.app import create_app

    strict = settings.model_copy(update={"sign_in": settings.sign_in.model_copy(update={"second_factor": "required"})})
    app = create_app(strict, database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client: Any = app.test_client()
    answer = client.post("/sign-in", data={"email": "ana.rivera@demonstration.example", "password": "a long enough test sentence"})
    assert str(answer.location).startswith("/account/second-factor")
    assert client.get("/family").status_code == 302, "not signed in yet"


def test_no_school_of_elsewhere_is_named(family: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        session.add(School(name="Washington Middle"))
    assert "Washington" not in text(family, "/family")
