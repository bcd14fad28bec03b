"""A pupil entered by hand whom a roster names too: one pupil only where all agrees or somebody said so."""

import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from meetrec.people.models import School, Student
from meetrec.people.rights import Effect, RightsHolderKind
from meetrec.people.rights_actions import Evidence, GuardianSaid, Paper, enter_guardian, enter_guardianship, restrict
from meetrec.people.rights_models import Guardian
from meetrec.people.rights_queries import rights_holders_of
from meetrec.people.roster_actions import RosterRefused, pairs_waiting
from meetrec.people.roster_models import RosterImport
from meetrec.people.roster_pairs import PairRefused
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.roster import small_roster
from tests.fixtures.roster_taking import NOW, TODAY, Roster

pytestmark = pytest.mark.usefixtures("a_morning_in_october")


def test_a_pupil_entered_by_hand_is_adopted_only_when_name_birth_date_and_school_agree(
    take: Callable[..., RosterImport], database: Database, district: SimpleNamespace
) -> None:
    roster = small_roster()
    roster["orgs"][1]["name"] = "Lincoln Elementary"
    assert take(roster, is_same=False).counts["pupils"]["alike"] == 1  # Mateo was entered without a birth date: that says nothing
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Student)) == 4
        assert session.get_one(Student, district.student.id).source_id is None
        assert session.get_one(School, district.school.id).source_id == "lincoln"


def test_a_roster_waits_until_somebody_said_whether_a_pair_is_one_pupil(
    take: Callable[..., RosterImport], database: Database, settings: Settings, district: SimpleNamespace, at_lincoln: Roster
) -> None:
    with pytest.raises(RosterRefused, match="entered by hand"):
        take(at_lincoln)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Student)) == 1, "nothing of it was written"
        waiting = session.scalars(select(RosterImport)).one()
    assert [(pair.name, pair.here_id) for pair in pairs_waiting(settings, waiting.id)] == [("Mateo Rivera", district.student.id)]
    assert "Mateo" not in json.dumps(waiting.counts)


@pytest.mark.requirement("L-04")
def test_said_to_be_one_pupil_papers_hold_for_what_the_roster_adds(
    take: Callable[..., RosterImport], database: Database, district: SimpleNamespace, at_lincoln: Roster
) -> None:
    """The roster enters the mother once more, as Ana Rivera too: the paper that takes her rights holds for both."""
    with database.writing() as session:
        mateo = session.get_one(Student, district.student.id)
        ana = enter_guardian(session, NOW, "user:clerk", GuardianSaid("Ana", "Rivera", None, None, None, "es"))
        enter_guardianship(session, NOW, "user:clerk", mateo, ana, RightsHolderKind.PARENT, None, Evidence(None, None, None, False))
        restrict(session, NOW, "user:clerk", mateo, Paper(ana.id, Effect.REVOKED, "court_order", "No access.", "File 4", None, None))
    assert take(at_lincoln, is_same=True).counts["pupils"]["new"] == 2
    with database.reading() as session:
        mateo = session.get_one(Student, district.student.id)
        assert (mateo.source_id, mateo.birth_date) == ("p1", date(2015, 3, 4))
        names = {guardian.id: guardian.name for guardian in session.scalars(select(Guardian))}
        standings = sorted((names[holding.holder_id], holding.standing.value) for holding in rights_holders_of(session, mateo.id, TODAY))
        assert standings == [("Ana Rivera", "REVOKED"), ("Ana Rivera", "REVOKED"), ("Luis Rivera", "HOLDS")]


def test_two_birth_dates_are_never_made_one_by_a_roster(
    take: Callable[..., RosterImport], database: Database, district: SimpleNamespace, at_lincoln: Roster
) -> None:
    with database.writing() as session:
        session.get_one(Student, district.student.id).birth_date = date(2015, 4, 3)
    with pytest.raises(PairRefused, match="birth dates differ"):
        take(at_lincoln, is_same=True)


def test_adoption_of_a_pupil_entered_by_hand(take: Callable[..., RosterImport], database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Student, district.student.id).birth_date = date(2015, 3, 4)
    roster = small_roster()
    roster["orgs"][1]["name"] = "Lincoln Elementary"
    assert take(roster).counts["pupils"]["new"] == 2
    with database.reading() as session:
        assert session.get_one(Student, district.student.id).source_id == "p1"
