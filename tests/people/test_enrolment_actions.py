"""A pupil comes to a school: custody of the records follows, and the journal says so."""

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.people.enrolment_actions import enrol, leave, open_enrolment
from meetrec.people.models import School, Student
from meetrec.platform.database import Database

NOW = datetime(2026, 10, 13, 14, tzinfo=UTC)
TODAY = date(2026, 10, 13)


@pytest.mark.requirement("B-04")
def test_a_transfer_moves_custody_and_is_journalled_once(database: Database, district: SimpleNamespace) -> None:
    with database.reading() as session:
        student, other = session.get_one(Student, district.student.id), School(name="Harbor School")
        session.add(other)
        session.flush()
        assert not enrol(session, NOW, "user:clerk", student, district.school.id, TODAY)  # there already
        assert enrol(session, NOW, "user:clerk", student, other.id, TODAY)
        assert student.school.name == "Harbor School"
        moved = session.scalars(select(JournalEntry).where(JournalEntry.verb == "custody.moved")).one()
        assert json.loads(moved.body)["details"] == {"from_school": district.school.id, "to_school": other.id}


@pytest.mark.requirement("B-04")
def test_who_leaves_has_no_enrolment_and_comes_back_with_a_new_one(database: Database, district: SimpleNamespace) -> None:
    with database.reading() as session:
        student = session.get_one(Student, district.student.id)
        assert leave(session, NOW, "user:clerk", student, TODAY)
        assert not leave(session, NOW, "user:clerk", student, TODAY)
        assert open_enrolment(session, student.id, TODAY) is None
        assert student.school_id == district.school.id  # the records stay where they are
        assert enrol(session, NOW, "user:clerk", student, district.school.id, TODAY)
        assert session.scalars(select(JournalEntry).where(JournalEntry.verb == "custody.moved")).all() == []
