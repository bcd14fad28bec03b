"""The families' pages show a child only while rights are held for it: ended, suspended, passed on, or held by one parent alone."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Meeting, Room
from meetrec.people.identity_queries import holders_of
from meetrec.people.models import Student
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.suspension_actions import lift, suspend
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.families import code_for, guardian_of, open_account, put_paper, today_there
from tests.fixtures.family_pages import family, filled_in, give, match, meeting_page, mother, only_notice, text, words_of

__all__ = ["code_for", "family", "guardian_of", "meeting_page", "mother", "open_account"]
GuardianOf = Callable[..., SimpleNamespace]
NOT_NOW = "The district cannot show you the meetings of one child at the moment."


def second_child(database: Database, mother: SimpleNamespace, given_name: str = "Lucia") -> SimpleNamespace:
    """A sister with a meeting of her own, in another room."""
    with database.writing() as session:
        pupil = session.get_one(Student, mother.student_id)
        sister = Student(given_name=given_name, family_name="Rivera", school_id=pupil.school_id)
        room = Room(name="Room 7", school_id=pupil.school_id)
        session.add_all([sister, room])
        session.flush()
        start = clock.now() + timedelta(days=5)
        meeting = Meeting(
            kind="SECTION_504", student_id=sister.id, room_id=room.id, first_start=start, start=start, planned_end=start + timedelta(hours=1), created_at=start
        )
        tie = Guardianship(guardian_id=mother.id, student_id=sister.id, kind="PARENT", source="hand")
        session.add_all([meeting, tie])
        session.flush()
        return SimpleNamespace(id=sister.id, meeting_id=meeting.id, tie_id=tie.id)


@pytest.mark.requirement("L-04")
@pytest.mark.parametrize("effect", ["revoked", "conflict"])
def test_rights_that_end_while_signed_in_close_everything_at_the_next_page(
    family: FlaskClient, mother: SimpleNamespace, typed: dict[str, str], database: Database, settings: Settings, meeting_page: str,
    district: SimpleNamespace, effect: str,
) -> None:  # fmt: skip
    give(family, typed)
    notice = only_notice(database)
    match(database, settings, notice.id, district.meeting.id)
    assert district.room.name in text(family, meeting_page)
    with database.writing() as session:
        put_paper(session, mother.student_id, mother.id, effect)
    own = f"/family/notices/{notice.id}"
    for page in (text(family, "/family"), text(family, meeting_page, 403), text(family, own, 403), text(family, f"{own}/letter", 403)):
        words = words_of(page)
        assert NOT_NOW in words
        assert [word for word in ("Mateo", "M. R.", district.room.name, district.school.name, notice.reference, "court", "paper") if word in words] == []
    assert family.post(f"{own}/withdraw").status_code == 403
    assert only_notice(database).status == "timely"
    assert "Mateo" not in text(family, "/family/notice"), "and the form knows nothing"


@pytest.mark.requirement("D-13")
def test_on_the_eighteenth_birthday_the_parents_view_ends_with_one_sentence(
    family: FlaskClient, mother: SimpleNamespace, database: Database, meeting_page: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = today_there(settings).date() + timedelta(days=1)
    with database.writing() as session:
        session.get_one(Student, mother.student_id).birth_date = date(tomorrow.year - 18, tomorrow.month, min(tomorrow.day, 28))
    if tomorrow.day <= 28:
        assert "IEP meeting" in text(family, "/family")
    monkeypatch.setattr("meetrec.people.account_views.now_in_the_district", lambda: today_there(settings) + timedelta(days=1))
    monkeypatch.setattr("meetrec.notices.family_views.now_in_the_district", lambda: today_there(settings) + timedelta(days=1))
    page = text(family, "/family")
    assert ("Mateo: The rights have moved to the student." in page, "IEP meeting" in page) == (True, False)
    assert "The rights have moved to the student." in text(family, meeting_page, 403)


@pytest.mark.requirement("D-17")
def test_two_children_with_different_rights(
    family: FlaskClient, mother: SimpleNamespace, database: Database, district: SimpleNamespace, meeting_page: str, settings: Settings
) -> None:
    sister = second_child(database, mother)
    assert [word for word in ("Mateo", "Lucia", "Section 504 meeting") if word not in text(family, "/family")] == []
    assert filled_in(text(family, "/family/notice"))["student_name"] == "", "nobody can know which of the two"
    with database.writing() as session:
        session.get_one(Guardianship, sister.tie_id).ends_on = today_there(settings).date()
    page = text(family, "/family")
    assert ("Mateo" in page, "Lucia" in page, "Section 504" in words_of(page)) == (True, False, False)
    assert "the district does not have you on its list today" in page
    assert "Lucia" not in text(family, f"/family/meetings/{sister.meeting_id}", 403)
    assert "Lucia" not in text(family, f"/family/notice?meeting={sister.meeting_id}", 403)
    assert text(family, meeting_page)


@pytest.mark.requirement("D-17")
def test_two_parents_of_one_child_of_whom_one_holds_rights(
    family: FlaskClient, guardian_of: GuardianOf, open_account: Callable[..., FlaskClient], mother: SimpleNamespace, database: Database, meeting_page: str
) -> None:
    father = guardian_of(given_name="Luis")
    other = open_account(father.student_id, father.id, "luis.rivera@demonstration.example")
    with database.writing() as session:
        put_paper(session, mother.student_id, father.id, "revoked")
    assert (NOT_NOW in text(other, "/family"), "IEP meeting" in text(family, "/family")) == (True, True)
    assert (other.get(meeting_page).status_code, family.get(meeting_page).status_code) == (403, 200)


@pytest.mark.requirement("W-33")
def test_a_suspended_family_sees_where_to_turn_and_may_still_give_notice(
    family: FlaskClient, mother: SimpleNamespace, typed: dict[str, str], database: Database, meeting_page: str, app: Flask
) -> None:
    with database.writing() as session:
        account_id = session.get_one(Guardian, mother.id).account_id
        suspension = suspend(session, clock.now(), "system", account_id, "long_term", None, "A dispute.")
    give(family, typed)
    assert only_notice(database).account_id is None, "taken in like anybody's"
    assert "closed at the moment" in text(family, meeting_page, 403)
    assert family.get("/family").status_code == 302, "and signed out with that"
    with database.writing() as session:
        lift(session, clock.now(), "system", suspension.id)
    assert family.get("/family").status_code == 302


@pytest.mark.requirement("W-33")
def test_a_session_of_before_a_short_suspension_gives_a_notice_as_nobody(
    family: FlaskClient, mother: SimpleNamespace, typed: dict[str, str], database: Database
) -> None:
    with database.writing() as session:
        account_id = session.get_one(Guardian, mother.id).account_id
        suspension = suspend(session, clock.now(), "system", account_id, "temporary", clock.now() + timedelta(hours=1), "A dispute.")
        suspension.until = clock.now()
    give(family, typed)
    with database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "notice.received")).one()
    assert (only_notice(database).account_id, entry.actor) == (None, "public")


@pytest.mark.requirement("D-13")
def test_a_student_whose_own_rights_ended_again_is_told_and_the_parents_see_the_meetings_again(
    family: FlaskClient, mother: SimpleNamespace, open_account: Callable[..., FlaskClient], database: Database, settings: Settings
) -> None:
    today = today_there(settings).date()
    with database.writing() as session:
        session.get_one(Student, mother.student_id).postsecondary_from = today - timedelta(days=30)
    own = open_account(mother.student_id, mother.student_id, "mateo@demonstration.example")
    assert ("IEP meeting" in text(own, "/family"), "IEP meeting" in text(family, "/family")) == (True, False)
    with database.writing() as session:
        session.get_one(Student, mother.student_id).postsecondary_until = today
    assert ("IEP meeting" in text(own, "/family"), "IEP meeting" in text(family, "/family")) == (False, True)
    assert "Your own rights begin when you are 18 or attend a college." in text(own, "/family")
    with database.reading() as session:
        holders = holders_of(session, session.get_one(Student, mother.student_id), today_there(settings))
    assert [(one.holding.is_held, one.account is not None) for one in holders] == [(False, True), (True, True)], "staff can still close that account"
