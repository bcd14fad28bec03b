"""Checking a roster changes nobody; applying it writes all of it or nothing, once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from meetrec.journal.models import JournalEntry
from meetrec.people.models import Student
from meetrec.people.rights_queries import rights_holders_of
from meetrec.people.roster_actions import RosterRefused, apply_roster, roster_folder
from meetrec.people.roster_models import RosterImport, SchoolEnrolment, StaffMember
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.roster import LargeRoster, small_roster
from tests.fixtures.roster_taking import TODAY, content, pupil

pytestmark = pytest.mark.usefixtures("a_morning_in_october")


def test_a_whole_roster_is_entered(take: Callable[..., RosterImport], database: Database) -> None:
    found = take(small_roster())
    assert (found.state, found.refused, found.counts["pupils"]["new"], found.counts["relatives"]) == ("applied", 0, 3, 1)
    with database.reading() as session:
        mateo, sam = pupil(session, "p1"), pupil(session, "p3")
        assert (mateo.name, mateo.name_key, mateo.birth_date, mateo.school.name) == ("Mateo Rivera", "mateo rivera", date(2015, 3, 4), "Lincoln School")
        assert sam.name == "Sam Okafor"  # the preferred name
        assert [row.duty for row in session.scalars(select(StaffMember))] == ["counselor"]
        kinds = {(holding.kind.value, holding.standing.value) for holding in rights_holders_of(session, sam.id, TODAY)}
        assert kinds == {("LEGAL_GUARDIAN", "HOLDS")}
        assert len(rights_holders_of(session, mateo.id, TODAY)) == 2  # the aunt is a relative, without a right of her own
        assert {row.source for row in session.scalars(select(SchoolEnrolment))} == {"roster"}


def test_a_check_changes_nobody(check: Callable[..., RosterImport], database: Database, district: SimpleNamespace) -> None:
    before = content(database)
    assert check(small_roster()).counts["pupils"]["new"] == 3
    assert content(database) == before


def test_the_same_roster_again_changes_nothing(take: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    before = content(database)
    counts = take(small_roster()).counts
    assert content(database) == before
    assert counts["pupils"] == {"new": 0, "changed": 0, "same": 3, "ended": 0, "moved": 0, "alike": 0}
    assert counts["guardianships"] == {"new": 0, "same": 4, "ended": 0, "left_ended": 0}


@pytest.mark.requirement("B-04")
def test_a_transfer_moves_custody_and_the_journal_says_so_once_for_each_pair_of_schools(take: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    roster = small_roster()
    for row in roster["enrollments"]:
        row["schoolSourcedId"] = "harbor"
    found = take(roster)
    assert (found.counts["pupils"]["moved"], found.counts["pupils"]["changed"]) == (2, 2)
    with database.reading() as session:
        mateo = pupil(session, "p1")
        assert mateo.school.name == "Harbor School"
        told = session.scalars(select(SchoolEnrolment).where(SchoolEnrolment.student_id == mateo.id).order_by(SchoolEnrolment.ends_on.is_(None)))
        assert [(row.school.name, row.begins_on, row.ends_on) for row in told] == [("Lincoln School", TODAY, TODAY), ("Harbor School", TODAY, None)]
        (moved,) = session.scalars(select(JournalEntry).where(JournalEntry.verb == "custody.moved"))
        assert b'"students":2' in moved.body.replace(b" ", b"")
        assert mateo.id.encode() not in moved.body


KILLED = """
import os, signal, sys
from sqlalchemy import event
from meetrec.people import roster_actions
from meetrec.platform.database import Database
from meetrec.platform.settings import load_settings
from meetrec.platform.tables import load_tables
load_tables()
settings = load_settings(data_dir=sys.argv[1])
database = Database(settings.database_url)
def die(connection, cursor, statement, *rest):
    if statement.startswith("INSERT INTO guardianship"):
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(database.engine, "before_cursor_execute", die)
roster_actions.apply_roster(database, settings, "user:clerk", sys.argv[2])
"""


def test_a_kill_in_the_middle_leaves_everything_as_it_was(check: Callable[..., RosterImport], database: Database, settings: Settings) -> None:
    found = check(small_roster())
    before = content(database)
    database.close()
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(settings.data_dir), found.id], cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert done.returncode == -signal.SIGKILL
    assert content(database) == before
    assert apply_roster(database, settings, "user:clerk", found.id).state == "applied"  # and it can be applied afterwards


def test_what_was_applied_cannot_be_applied_again(take: Callable[..., RosterImport], database: Database, settings: Settings) -> None:
    found = take(small_roster())
    assert list(roster_folder(settings).iterdir()) == []
    with pytest.raises(RosterRefused, match="Check the package again"):
        apply_roster(database, settings, "user:clerk", found.id)


def test_six_hundred_pupils_are_entered_in_batches(take: Callable[..., RosterImport], database: Database) -> None:
    counts = take(LargeRoster(600, schools=5, classes=2).files()).counts
    assert (counts["pupils"]["new"], counts["guardians"]["new"], counts["guardianships"]["new"], counts["staff"]["new"]) == (600, 960, 1200, 30)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Student)) == 600
