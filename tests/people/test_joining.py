"""Two entries of one pupil become one: everything moves, the stricter paper and the protection hold at once, and the other entry points at the one kept."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody.models import RecordStudent
from meetrec.installation.district import one_hour
from meetrec.journal.models import JournalEntry
from meetrec.meetings.actions import plan_meeting
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.models import Meeting, Room
from meetrec.meetings.participant_actions import AtTheTable, enter_participant
from meetrec.people.joining import join
from meetrec.people.models import Student
from meetrec.people.rights import Effect, RightsHolderKind, Standing
from meetrec.people.rights_actions import (
    Evidence,
    GuardianSaid,
    Paper,
    PupilSaid,
    RightsRefused,
    end_guardianship,
    enter_guardian,
    enter_guardianship,
    enter_student,
    protect,
    restrict,
)
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.rights_queries import is_protected, rights_holders_of, students_of_account
from meetrec.people.roles import ADMINISTRATOR, RECORDS_CLERK
from meetrec.people.roster_models import SchoolEnrolment
from meetrec.platform import clock
from meetrec.platform.database import Base, Database
from tests.fixtures.accounts import AccountOf

TODAY = date(2026, 10, 13)
NO_PAPER = Evidence(None, None, None, False)
BY = "user:clerk"


@pytest.fixture
def second(database: Database, district: SimpleNamespace) -> str:
    """Mateo once more, as a roster brings him: with a birth date."""
    with database.writing() as session:
        said = PupilSaid("Mateo", "Rivera", date(2015, 3, 4))
        student = enter_student(session, clock.now(), BY, district.school.id, said)
        student.source_id = "p1"
        return student.id


def mother(session: Session, student_id: str, account_id: str | None = None) -> Guardian:
    guardian = enter_guardian(session, clock.now(), BY, GuardianSaid("María", "Rivera", None, None, None, "es"))
    guardian.account_id = account_id
    stand_beside(session, guardian, student_id)
    return guardian


def stand_beside(session: Session, guardian: Guardian, student_id: str) -> Guardianship:
    pupil = session.get_one(Student, student_id)
    return enter_guardianship(session, clock.now(), BY, pupil, guardian, RightsHolderKind.PARENT, None, NO_PAPER)


def make_one(database: Database, kept: str, other: str, **how: bool) -> None:
    with database.writing() as session:
        join(session, clock.now(), BY, session.get_one(Student, kept), session.get_one(Student, other), TODAY, **how)


def test_everything_of_the_other_entry_is_the_kept_one_s(database: Database, district: SimpleNamespace, second: str) -> None:
    with database.writing() as session:
        mother(session, second)
        room = session.get_one(Room, session.get_one(Meeting, district.meeting.id).room_id)
        planned = plan_meeting(session, clock.now(), BY, one_hour(session.get_one(Student, second), room, district.meeting.start + timedelta(days=9))).id
        enter_participant(session, clock.now(), BY, planned, AtTheTable("Mateo Rivera", Affiliation.STUDENT, student_id=second))
    make_one(database, district.student.id, second)
    with database.reading() as session:
        assert session.get_one(Meeting, planned).student_id == district.student.id
        kept, other = session.get_one(Student, district.student.id), session.get_one(Student, second)
        assert (kept.source_id, kept.birth_date, other.source_id, other.joined_to_id) == ("p1", date(2015, 3, 4), None, kept.id)
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if any(key.column.table.name == "student" for key in column.foreign_keys):
                    assert session.execute(select(table).where(column == second)).first() is None, (table.name, column.name)
        is_open = SchoolEnrolment.ends_on.is_(None)
        assert len(session.scalars(select(SchoolEnrolment).where(SchoolEnrolment.student_id == kept.id, is_open)).all()) == 1
        assert session.scalars(select(JournalEntry.verb).order_by(JournalEntry.sequence.desc()).limit(1)).one() == "student.joined"


@pytest.mark.requirement("L-04")
def test_paper_entered_at_one_entry_takes_the_right_at_the_other_at_once(
    database: Database, district: SimpleNamespace, second: str, account_of: AccountOf
) -> None:
    """The mother was entered twice too, and her account belongs to the one whom no paper names."""
    own = account_of(RECORDS_CLERK)
    with database.writing() as session:
        named = mother(session, second)
        mother(session, district.student.id, own.id)
        paper = Paper(named.id, Effect.REVOKED, "court_order", "No access to records.", "File 4", None, None)
        restrict(session, clock.now(), BY, session.get_one(Student, second), paper)
    with database.reading() as session:
        assert students_of_account(session, own.id, TODAY)[0][1].is_held
    make_one(database, district.student.id, second)
    with database.reading() as session:
        assert {holding.standing for holding in rights_holders_of(session, district.student.id, TODAY)} == {Standing.REVOKED}
        ((pupil, holding),) = students_of_account(session, own.id, TODAY)
        assert (pupil.id, holding.is_held) == (district.student.id, False)


def test_tie_that_a_person_ended_at_one_entry_ends_at_the_other(database: Database, district: SimpleNamespace, second: str) -> None:
    with database.writing() as session:
        guardian = mother(session, second)
        tie = stand_beside(session, guardian, district.student.id)
        end_guardianship(session, clock.now(), BY, tie, TODAY)
    make_one(database, district.student.id, second)
    with database.reading() as session:
        assert not [holding for holding in rights_holders_of(session, district.student.id, TODAY) if holding.is_held]


@pytest.mark.requirement("S-14")
def test_protection_of_either_entry_holds_for_the_one_kept(database: Database, district: SimpleNamespace, second: str) -> None:
    with database.writing() as session:
        protect(session, clock.now(), BY, session.get_one(Student, second), "custody", None)
    make_one(database, district.student.id, second)
    with database.reading() as session:
        assert is_protected(session, district.student.id)


def test_entries_with_two_birth_dates_are_joined_only_when_it_is_said_twice(database: Database, district: SimpleNamespace, second: str) -> None:
    with database.writing() as session:
        session.get_one(Student, district.student.id).birth_date = date(2015, 4, 3)
    with pytest.raises(RightsRefused, match="birth dates differ"):
        make_one(database, district.student.id, second)
    make_one(database, district.student.id, second, birth_dates_may_differ=True)
    with database.reading() as session:
        assert session.get_one(Student, district.student.id).birth_date == date(2015, 4, 3), "that of the entry that is kept stays"


def test_page_names_the_other_entry_and_joins_it(sign_in_as: Callable[..., FlaskClient], database: Database, district: SimpleNamespace, second: str) -> None:
    clerk, page = sign_in_as(RECORDS_CLERK), f"/pupils/{district.student.id}"
    assert f'href="{page}/join"' in clerk.get(page).get_data(as_text=True)
    assert clerk.post(f"{page}/join", data={"other": second}).status_code == 422, "nobody said to be sure"
    assert clerk.post(f"{page}/join", data={"other": second, "is_same": "y"}).status_code == 303
    shown = clerk.get(page).get_data(as_text=True)
    assert "was joined with this one" in shown
    assert f'href="{page}/join"' not in shown
    old = clerk.get(f"/pupils/{second}")
    assert (old.status_code, old.location) == (303, page), "the other entry's page leads to the one kept"
    assert clerk.get("/pupils?q=rivera").get_data(as_text=True).count("Rivera, Mateo") == 1
    assert sign_in_as(ADMINISTRATOR).get(f"{page}/join").status_code == 403
    with database.reading() as session:
        assert not session.scalars(select(RecordStudent).where(RecordStudent.student_id == second)).all()
