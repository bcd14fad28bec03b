"""Who holds rights for whom, read from the tables on the day it is asked."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from meetrec.people.models import FAMILY, Student
from meetrec.people.rights import Effect, RightsHolderKind, Standing
from meetrec.people.rights_models import Guardian, Guardianship, ProtectionFlag, RightsRestriction
from meetrec.people.rights_queries import is_address_withheld, is_eligible_student, is_protected, rights_holders_of, students_of_account
from meetrec.platform.database import Database

TODAY = date(2026, 10, 13)
NOW = datetime(2026, 10, 13, 14, tzinfo=UTC)


def put_guardian(session: Session, student_id: str, account_id: str | None = None, **changes: Any) -> Guardian:
    guardian = Guardian(given_name="Ana", family_name="Rivera", account_id=account_id)
    session.add(guardian)
    session.flush()
    session.add(Guardianship(**{"guardian_id": guardian.id, "student_id": student_id, "kind": "PARENT", "source": "hand", **changes}))
    session.flush()
    return guardian


def put_paper(session: Session, student_id: str, guardian_id: str | None, effect: Effect) -> None:
    filed = {"authority": "court_order", "words": "Takes the right to school records.", "kept_at": "Office, file 4", "entered_at": NOW, "entered_by": "system"}
    session.add(RightsRestriction(student_id=student_id, guardian_id=guardian_id, effect=effect.value, **filed))
    session.flush()


@pytest.mark.requirement("D-17")
def test_a_parent_holds_rights_until_a_paper_takes_them(database: Database, district: SimpleNamespace) -> None:
    with database.reading() as session:
        guardian = put_guardian(session, district.student.id)
        (holding,) = rights_holders_of(session, district.student.id, TODAY)
        assert (holding.holder_id, holding.kind, holding.is_held) == (guardian.id, RightsHolderKind.PARENT, True)
        put_paper(session, district.student.id, guardian.id, Effect.REVOKED)
        assert [holding.standing for holding in rights_holders_of(session, district.student.id, TODAY)] == [Standing.REVOKED]


def test_a_pupil_who_is_not_there_has_no_rights_holders(database: Database, district: SimpleNamespace) -> None:
    with database.reading() as session:
        assert rights_holders_of(session, "nobody", TODAY) == ()


@pytest.mark.requirement("D-13")
def test_an_account_sees_its_pupil_and_loses_the_pupil_on_the_eighteenth_birthday(database: Database, district: SimpleNamespace, account_of: Any) -> None:
    account = account_of(FAMILY)
    with database.reading() as session:
        session.get_one(Student, district.student.id).birth_date = date(2008, 10, 14)
        put_guardian(session, district.student.id, account.id)
        ((student, holding),) = students_of_account(session, account.id, TODAY)
        assert (student.id, holding.standing) == (district.student.id, Standing.HOLDS)
        assert [holding.standing for _student, holding in students_of_account(session, account.id, date(2026, 10, 14))] == [Standing.TRANSFERRED]
        assert is_eligible_student(session, district.student.id, date(2026, 10, 14))


@pytest.mark.requirement("D-13")
def test_an_eligible_students_own_account_holds_rights_of_its_own_and_a_fifteen_year_olds_none(
    database: Database, district: SimpleNamespace, account_of: Any
) -> None:
    account = account_of(FAMILY)
    with database.reading() as session:
        student = session.get_one(Student, district.student.id)
        student.account_id, student.birth_date = account.id, date(2008, 10, 13)
        ((_student, holding),) = students_of_account(session, account.id, TODAY)
        assert (holding.holder_id, holding.kind, holding.is_held) == (student.id, RightsHolderKind.ELIGIBLE_STUDENT, True)
        student.birth_date = date(2011, 10, 13)
        assert [holding.standing for _student, holding in students_of_account(session, account.id, TODAY)] == [Standing.NOT_IN_FORCE]


def test_two_ties_to_the_same_pupil_show_the_pupil_once(database: Database, district: SimpleNamespace, account_of: Any) -> None:
    account = account_of(FAMILY)
    with database.reading() as session:
        guardian = put_guardian(session, district.student.id, account.id, ends_on=date(2026, 1, 1))
        session.add(Guardianship(guardian_id=guardian.id, student_id=district.student.id, kind="LEGAL_GUARDIAN", source="hand"))
        session.flush()
        ((_student, holding),) = students_of_account(session, account.id, TODAY)
        assert (holding.kind, holding.is_held) == (RightsHolderKind.LEGAL_GUARDIAN, True)


@pytest.mark.requirement("S-14")
def test_a_pupil_is_protected_while_a_flag_stands(database: Database, district: SimpleNamespace) -> None:
    with database.reading() as session:
        flag = ProtectionFlag(student_id=district.student.id, reason="custody", set_at=NOW, set_by="system")
        assert not is_protected(session, district.student.id)
        session.add(flag)
        session.flush()
        assert is_protected(session, district.student.id)
        flag.ended_at = NOW
        session.flush()
        assert not is_protected(session, district.student.id)


@pytest.mark.requirement("L-55")
def test_an_address_is_withheld_for_whom_the_court_names(database: Database, district: SimpleNamespace) -> None:
    with database.reading() as session:
        mother, father = put_guardian(session, district.student.id), put_guardian(session, district.student.id)
        put_paper(session, district.student.id, mother.id, Effect.ADDRESS_WITHHELD)
        withheld = [is_address_withheld(session, district.student.id, guardian.id, TODAY) for guardian in (mother, father)]
        assert withheld == [True, False]
