"""Write a roster's changes: whole or not at all, in one transaction, in batches of two thousand rows read from the layout.

Rows come in the order of their ids, so that the database fills its pages one after the other.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.joining import extend_to_namesakes
from meetrec.people.models import School, Student
from meetrec.people.rights_models import Guardian, Guardianship, RightsRestriction
from meetrec.people.roster_models import SchoolEnrolment, StaffMember
from meetrec.people.roster_staging import Staging, in_batches
from meetrec.platform.database import Base

ROSTER = "roster"  # the source of what an import wrote; what a person entered is never ended by one


def write_changes(session: Session, staging: Staging, now: datetime, actor: str, roster_import_id: str, today: date) -> None:
    """Write everything that differs; `roster_comparison.compare` ran before, in this same transaction."""
    _write_schools(session, staging, today)
    _write_pupils(session, staging)
    moves = _write_enrolments(session, staging, roster_import_id, today)
    _write_guardians(session, staging, today)
    _tell_ties_of_accounts(session, staging, now, actor)
    _hold_papers_for_namesakes(session, staging, now, actor)
    _write_staff(session, staging, today)
    _tell_moves(session, now, actor, roster_import_id, moves)


def _write_schools(session: Session, staging: Staging, today: date) -> None:
    columns = ("id", "source_id", "name")
    _insert(session, School, columns, staging.rows("SELECT id, source_id, name FROM school_said WHERE what = 'new'"))
    changed = staging.rows("SELECT id, source_id, name, NULL FROM school_said WHERE what = 'changed'")
    _update(session, School, (*columns, "closed_on"), changed)
    _update(session, School, ("id", "closed_on"), ((row[0], today) for row in staging.rows("SELECT id FROM school_ended")))


def _write_pupils(session: Session, staging: Staging) -> None:
    columns = ("id", "source_id", "given_name", "family_name", "name_key", "birth_date", "school_id")
    said = "SELECT id, source_id, given, family, key, birth, school_id FROM pupil_said WHERE what = "
    for what, write in (("new", _insert), ("changed", _update)):
        write(session, Student, columns, (_with_date(row, 5) for row in staging.rows(f"{said} '{what}' ORDER BY id")))


def _write_enrolments(session: Session, staging: Staging, roster_import_id: str, today: date) -> dict[tuple[str, str], list[str]]:
    """End and begin enrolments; (school left, school entered) → the pupils whose records have another custodian from today (B-04)."""
    ended = "SELECT enrolment_id FROM pupil_ended UNION ALL SELECT h.enrolment_id FROM pupil_said p JOIN here_pupil h ON h.id = p.id"
    ends = staging.rows(f"{ended} WHERE p.is_moved AND h.enrolment_id IS NOT NULL")
    _update(session, SchoolEnrolment, ("id", "ends_on"), ((row[0], today) for row in ends))
    begin = staging.rows("SELECT new_id(), id, school_id FROM pupil_said WHERE what = 'new' OR is_moved ORDER BY id")
    columns = ("id", "student_id", "school_id", "begins_on", "source", "roster_import_id")
    _insert(session, SchoolEnrolment, columns, ((*row, today, ROSTER, roster_import_id) for row in begin))
    moves: dict[tuple[str, str], list[str]] = defaultdict(list)
    between = "SELECT h.school_id, p.school_id, p.id FROM pupil_said p JOIN here_pupil h ON h.id = p.id WHERE h.school_id <> p.school_id"
    for left, entered, student_id in staging.rows(between):
        moves[left, entered].append(student_id)
    return moves


def _write_guardians(session: Session, staging: Staging, today: date) -> None:
    columns = ("id", "source_id", "given_name", "family_name", "email", "phone")
    said = "SELECT id, source_id, given, family, email, phone FROM guardian_said WHERE what = "
    _insert(session, Guardian, (*columns, "language"), ((*row, "en") for row in staging.rows(f"{said} 'new' ORDER BY id")))
    _update(session, Guardian, columns, staging.rows(f"{said} 'changed'"))
    _update(session, Guardianship, ("id", "ends_on"), ((row[0], today) for row in staging.rows("SELECT id FROM tie_ended")))
    ties = staging.rows("SELECT id, student_id, guardian_id, kind FROM tie_new ORDER BY student_id")
    _insert(session, Guardianship, ("id", "student_id", "guardian_id", "kind", "begins_on", "source"), ((*row, today, ROSTER) for row in ties))


def _tell_ties_of_accounts(session: Session, staging: Staging, now: datetime, actor: str) -> None:
    """A tie that begins opens a pupil's pages to somebody who has an account at once, so the journal names each of these, and not their number alone."""
    with_account = frozenset(session.scalars(select(Guardian.id).where(Guardian.account_id.is_not(None))))
    for student_id, guardian_id, kind in staging.rows("SELECT student_id, guardian_id, kind FROM tie_new ORDER BY student_id, guardian_id"):
        if guardian_id in with_account:
            journal.append(session, now, actor, "guardianship.entered", f"student:{student_id}", guardian=guardian_id, kind=kind, source=ROSTER)


def _hold_papers_for_namesakes(session: Session, staging: Staging, now: datetime, actor: str) -> None:
    """A roster may enter somebody once more beside a pupil for whom a paper takes a right of theirs (L-04)."""
    of_one = select(RightsRestriction.student_id).where(RightsRestriction.guardian_id.is_not(None), RightsRestriction.lifted_at.is_(None))
    with_papers = frozenset(session.scalars(of_one))
    touched = [student_id for (student_id,) in staging.rows("SELECT DISTINCT student_id FROM tie_new ORDER BY student_id") if student_id in with_papers]
    extend_to_namesakes(session, now, actor, touched)


def _write_staff(session: Session, staging: Staging, today: date) -> None:
    columns = ("id", "source_id", "given_name", "family_name", "email", "duty", "school_id", "left_on")
    said = "SELECT id, source_id, given, family, email, duty, school_id, NULL FROM staff_said WHERE what = "
    _insert(session, StaffMember, columns, staging.rows(f"{said} 'new'"))
    _update(session, StaffMember, columns, staging.rows(f"{said} 'changed'"))
    _update(session, StaffMember, ("id", "left_on"), ((row[0], today) for row in staging.rows("SELECT id FROM staff_ended")))


def _tell_moves(session: Session, now: datetime, actor: str, roster_import_id: str, moves: dict[tuple[str, str], list[str]]) -> None:
    """One entry for each pair of schools; the rows of the enrolments name the import."""
    for (left, entered), students in sorted(moves.items()):
        told = hashlib.sha256("\n".join(sorted(students)).encode()).hexdigest()
        subject = f"roster:{roster_import_id}"
        journal.append(session, now, actor, "custody.moved", subject, from_school=left, to_school=entered, students=len(students), ids_sha256=told)


def _insert(session: Session, model: type[Base], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    for some in in_batches(rows):
        session.connection().execute(insert(_table(model)), [dict(zip(columns, row, strict=True)) for row in some])


def _update(session: Session, model: type[Base], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """The first column is the id."""
    table = _table(model)
    statement = update(table).where(table.c.id == bindparam("row_id")).values({column: bindparam(f"new_{column}") for column in columns[1:]})
    names = ("row_id", *(f"new_{column}" for column in columns[1:]))
    for some in in_batches(rows):
        session.connection().execute(statement, [dict(zip(names, row, strict=True)) for row in some])


def _table(model: type[Base]) -> Table:
    assert isinstance(model.__table__, Table)
    return model.__table__


def _with_date(row: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    """The layout keeps days as text."""
    return (*row[:place], date.fromisoformat(row[place]) if row[place] else None, *row[place + 1 :])
