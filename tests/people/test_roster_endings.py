"""Who moves and what ends by a roster: those it leaves out, and never what a person entered or ended by hand."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.people.models import Student
from meetrec.people.rights import RightsHolderKind
from meetrec.people.rights_actions import Evidence, end_guardianship, enter_guardianship
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.rights_queries import rights_holders_of
from meetrec.people.roster_actions import RosterRefused
from meetrec.people.roster_models import RosterImport, SchoolEnrolment, StaffMember
from meetrec.platform.database import Database
from tests.fixtures.accounts import AccountOf
from tests.fixtures.roster import birth, enrolment, small_roster, user
from tests.fixtures.roster_taking import NOW, TODAY, Roster, content, pupil

pytestmark = pytest.mark.usefixtures("a_morning_in_october")


@pytest.mark.requirement("D-17")
def test_whoever_a_whole_roster_leaves_out_ends_and_what_a_person_entered_stays(take: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    with database.writing() as session:
        grandmother = Guardian(given_name="Elena", family_name="Rivera")
        session.add(grandmother)
        session.flush()
        session.add(Guardianship(guardian_id=grandmother.id, student_id=pupil(session, "p1").id, kind="LEGAL_GUARDIAN", source="hand"))
    roster = small_roster()
    roster["users"] = [row for row in roster["users"] if row["sourcedId"] not in ("p2", "g2", "t1")]
    roster["users"][0]["agentSourcedIds"] = "g1"
    for name in ("roles", "enrollments"):
        roster[name] = [row for row in roster[name] if row["userSourcedId"] not in ("p2", "g2", "t1")]
    roster["demographics"] = roster["demographics"][::2]
    counts = take(roster).counts
    assert (counts["pupils"]["ended"], counts["guardianships"]["ended"], counts["staff"]["ended"]) == (1, 1, 1)
    with database.reading() as session:
        gone = pupil(session, "p2")
        assert [row.ends_on for row in session.scalars(select(SchoolEnrolment).where(SchoolEnrolment.student_id == gone.id))] == [TODAY]
        assert [holding.standing.value for holding in rights_holders_of(session, gone.id, TODAY)] == ["HOLDS"]  # a pupil who left keeps records here
        standings = [holding.standing.value for holding in rights_holders_of(session, pupil(session, "p1").id, TODAY)]
        assert sorted(standings) == ["HOLDS", "HOLDS", "NOT_IN_FORCE"]
        assert session.scalars(select(StaffMember.left_on)).all() == [TODAY]


def test_half_a_roster_is_not_taken_for_a_whole_one(take: Callable[..., RosterImport], check: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    roster = small_roster()
    roster["users"] = roster["users"][1:]
    roster["roles"], roster["enrollments"], roster["demographics"] = roster["roles"][1:], roster["enrollments"][1:], roster["demographics"][1:]
    before = content(database)
    assert "pupils" in check(roster).counts["many_endings"]
    with pytest.raises(RosterRefused, match="More than a fifth"):
        take(roster, allow_many_endings=False)
    assert content(database) == before


def test_changes_alone_touch_only_whom_they_name(take: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    changes = {"users": [user("p3", "Samuel", "Okafor-Hale"), user("g2", "", "", status="tobedeleted")], "demographics": [birth("p2", "2013-07-22")]}
    counts = take(changes, mode="delta").counts
    assert (counts["pupils"]["changed"], counts["pupils"]["ended"], counts["guardianships"]["ended"]) == (2, 0, 1)
    with database.reading() as session:
        assert pupil(session, "p3").name == "Samuel Okafor-Hale"
        assert pupil(session, "p2").birth_date == date(2013, 7, 22)
        assert pupil(session, "p1").school.name == "Lincoln School"
    ended = take({"users": [user("p3", "", "", status="tobedeleted")]}, mode="delta").counts
    assert ended["pupils"]["ended"] == 1
    moved = take({"enrollments": [enrolment("e1b", "p1", "harbor")]}, mode="delta").counts
    assert (moved["pupils"]["moved"], moved["guardianships"]["ended"]) == (1, 0)


def tie_of(session: Session, pupil_source: str, guardian_source: str) -> Guardianship:
    between = select(Guardianship).join(Guardianship.guardian).join(Guardianship.student)
    return session.scalars(between.where(Student.source_id == pupil_source, Guardian.source_id == guardian_source)).one()


def without_ties_of(pupil_source: str) -> Roster:
    """The small roster, in which nobody stands beside a pupil."""
    files = small_roster()
    return {**files, "users": [{**row, "agentSourcedIds": ""} if row["sourcedId"] == pupil_source else row for row in files["users"]]}


@pytest.mark.requirement("D-17")
def test_what_somebody_ended_by_hand_stays_ended_whatever_the_roster_says(take: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    with database.writing() as session:
        end_guardianship(session, NOW, "user:clerk", tie := tie_of(session, "p1", "g2"), TODAY)
        student_id, guardian_id = tie.student_id, tie.guardian_id
    found = take(small_roster())
    assert (found.counts["guardianships"]["new"], found.counts["guardianships"]["left_ended"]) == (0, 1)
    with database.writing() as session:
        assert not next(one for one in rights_holders_of(session, student_id, TODAY) if one.holder_id == guardian_id).is_held
        student, guardian = session.get_one(Student, student_id), session.get_one(Guardian, guardian_id)
        enter_guardianship(session, NOW, "user:clerk", student, guardian, RightsHolderKind.PARENT, None, Evidence(None, None, None, False))
    assert take(small_roster()).counts["guardianships"]["left_ended"] == 0  # only a person begins it again
    with database.reading() as session:
        assert [one.is_held for one in rights_holders_of(session, student_id, TODAY) if one.holder_id == guardian_id].count(True) == 1


def test_a_tie_entered_and_ended_by_hand_does_not_begin_again_by_a_roster(take: Callable[..., RosterImport], database: Database) -> None:
    take(without_ties_of("p1"))
    with database.writing() as session:
        session.add(guardian := Guardian(source_id="g2", given_name="Luis", family_name="Rivera"))
        session.flush()
        none = Evidence(None, None, None, False)
        tie = enter_guardianship(session, NOW, "user:clerk", pupil(session, "p1"), guardian, RightsHolderKind.PARENT, date(2026, 1, 1), none)
        end_guardianship(session, NOW, "user:clerk", tie, TODAY)
    assert take(small_roster()).counts["guardianships"]["left_ended"] == 1
    with database.reading() as session:
        assert tie_of(session, "p1", "g2").ends_on == TODAY


def test_a_tie_that_ended_by_the_roster_begins_again_by_it_and_the_journal_names_it_where_an_account_opens(
    take: Callable[..., RosterImport], database: Database, account_of: AccountOf
) -> None:
    take(small_roster())
    take(without_ties_of("p1"))
    account = account_of("family")
    with database.writing() as session:
        tie = tie_of(session, "p1", "g2")
        assert (tie.ends_on, tie.ended_by) == (TODAY, None)
        tie.guardian.account_id, ids = account.id, (f"student:{tie.student_id}", tie.guardian_id)
    take(small_roster())
    with database.reading() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.verb == "guardianship.entered", JournalEntry.actor == "user:clerk")).all()
    assert [(entry.subject, json.loads(entry.body)["details"]["guardian"]) for entry in entries] == [ids]
