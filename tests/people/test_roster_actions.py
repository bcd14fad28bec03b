"""Checking a roster changes nobody; applying it writes all of it or nothing, and every refused row says why."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.people.models import School, Student
from meetrec.people.oneroster import PackageRefused
from meetrec.people.rights import Effect, RightsHolderKind
from meetrec.people.rights_actions import Evidence, GuardianSaid, Paper, end_guardianship, enter_guardian, enter_guardianship, restrict
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.rights_queries import rights_holders_of
from meetrec.people.roster_actions import RosterRefused, apply_roster, check_roster, decide_pairs, pairs_waiting, roster_folder
from meetrec.people.roster_models import RosterImport, RosterRefusal, SchoolEnrolment, StaffMember
from meetrec.people.roster_pairs import PairRefused
from meetrec.platform import clock
from meetrec.platform.database import Base, Database
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf
from tests.fixtures.roster import NEVER_READ, LargeRoster, birth, enrolment, org, role, small_roster, user, write_roster

NOW = datetime(2026, 10, 13, 14, 0, tzinfo=UTC)
TODAY = date(2026, 10, 13)
Roster = dict[str, list[dict[str, str]]]


@pytest.fixture(autouse=True)
def a_morning_in_october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def check(database: Database, settings: Settings, tmp_path: Path) -> Callable[..., RosterImport]:
    """Write a package of these rows and check it."""

    def check(files: Any, **how: Any) -> RosterImport:
        why = how.pop("why_nine_digits", None)
        return check_roster(database, settings, "user:clerk", write_roster(tmp_path / "roster.zip", files, **how), why_nine_digits=why)

    return check


@pytest.fixture
def take(check: Callable[..., RosterImport], database: Database, settings: Settings) -> Callable[..., RosterImport]:
    """Check a package of these rows, and apply it."""

    def take(files: Any, allow_many_endings: bool = True, is_same: bool | None = None, **how: Any) -> RosterImport:
        found = check(files, **how)
        if is_same is not None:
            decide_pairs(settings, found.id, {pair.key: is_same for pair in pairs_waiting(settings, found.id)})
        return apply_roster(database, settings, "user:clerk", found.id, allow_many_endings=allow_many_endings)

    return take


def pupil(session: Session, source_id: str) -> Student:
    return session.scalars(select(Student).where(Student.source_id == source_id)).one()


def refusals(session: Session, found: RosterImport) -> set[tuple[str, str, str]]:
    rows = session.scalars(select(RosterRefusal).where(RosterRefusal.roster_import_id == found.id))
    return {(row.file, row.field, row.reason) for row in rows}


def content(database: Database) -> dict[str, list[Any]]:
    """Every row of every table but those in which a check keeps its report."""
    report = ("roster_import", "roster_refusal", "journal_entry")
    with database.reading() as session:
        return {name: sorted(map(str, session.execute(select(table)))) for name, table in Base.metadata.tables.items() if name not in report}


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


@pytest.mark.requirement("B-13")
@pytest.mark.requirement("W-01")
def test_of_demographics_nothing_but_the_birth_date_is_ever_read(
    check: Callable[..., RosterImport], database: Database, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    found = check(small_roster())
    kept = b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    assert b"2015-03-04" in kept  # the layout waits in the same folder
    apply_roster(database, settings, "user:clerk", found.id)
    kept += b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    told = capfd.readouterr()
    kept += (told.out + told.err).encode()
    assert [word for word in NEVER_READ.values() if word.encode() in kept] == []


@pytest.mark.requirement("B-08")
def test_a_number_that_may_be_a_social_security_number_is_not_kept_anywhere(check: Callable[..., RosterImport], database: Database, settings: Settings) -> None:
    roster = small_roster()
    roster["users"] += [user("219099999", "Noah", "Weber"), user("p5", "Emma 219-09-9998", "Weber"), user("g5", "Eva", "Weber", phone="219-09-9997")]
    roster["users"][0]["agentSourcedIds"] = "g1,219099996"
    roster["roles"] += [role("r5", "219-09-9995", "student", "lincoln")]
    found = check(roster)
    number = "LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP"
    with database.reading() as session:
        assert {refusal for refusal in refusals(session, found) if refusal[2] == number} == {
            *(("users", field, number) for field in ("sourcedId", "givenName", "phone", "agentSourcedIds")),
            ("roles", "userSourcedId", number),
        }
    kept = b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    assert b"219099999" not in kept
    assert b"219-09" not in kept
    assert b"219099996" not in kept


@pytest.mark.requirement("B-08")
def test_identifiers_of_nine_digits_are_kept_only_when_somebody_says_why(check: Callable[..., RosterImport], database: Database) -> None:
    roster = small_roster()
    roster["users"] += [user("100000001", "Noah", "Weber")]
    roster["roles"] += [role("r9", "100000001", "student", "lincoln")]
    assert check(roster).counts["pupils"]["new"] == 3
    found = check(roster, why_nine_digits="Our pupil numbers have nine digits.")
    assert (found.counts["pupils"]["new"], found.refused) == (4, 0)


def test_every_refused_row_says_why_and_refuses_no_other(take: Callable[..., RosterImport], database: Database) -> None:
    roster = small_roster()
    roster["orgs"] += [org("lincoln-2", "Lincoln School")]
    roster["users"] += [user("p1", "Another", "Pupil"), user("", "Nobody", "Known"), user("p6", "x" * 81, "Long"), user("p7", "Without", "School")]
    roster["users"][1]["agentSourcedIds"] = "g1,stranger"
    roster["roles"] += [role("r7", "p7", "student", "district"), role("r8", "nobody", "student", "lincoln"), role("r9", "t1", "ext:magician", "lincoln")]
    roster["enrollments"] += [enrolment("e8", "p1", "nowhere"), enrolment("e9", "p1", "lincoln", beginDate="soon")]
    roster["demographics"][2]["birthDate"] = "1900-01-01"
    found = take(roster)
    with database.reading() as session:
        assert refusals(session, found) == {
            ("orgs", "name", "TWICE"),
            ("users", "sourcedId", "TWICE"),
            ("users", "sourcedId", "MISSING"),
            ("users", "givenName", "TOO_LONG"),
            ("users", "sourcedId", "NO_SCHOOL"),
            ("users", "agentSourcedIds", "UNKNOWN_REFERENCE"),
            ("roles", "userSourcedId", "UNKNOWN_REFERENCE"),
            ("roles", "role", "UNKNOWN_ROLE"),
            ("enrollments", "schoolSourcedId", "UNKNOWN_REFERENCE"),
            ("enrollments", "beginDate", "NOT_A_DATE"),
            ("demographics", "birthDate", "BIRTH_DATE_IMPOSSIBLE"),
        }
        assert session.scalar(select(func.count()).select_from(Student)) == 3
        assert pupil(session, "p3").birth_date is None
        lines = session.scalars(select(RosterRefusal.line).where(RosterRefusal.roster_import_id == found.id, RosterRefusal.field == "givenName")).all()
        assert list(lines) == [12]  # the heading is line 1


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


def test_a_refused_row_ends_nothing_of_whom_it_is_about(take: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    roster = small_roster()
    roster["users"][0]["givenName"] = "x" * 81
    roster["users"][3]["phone"] = "219-09-9999"
    assert take(roster).counts["pupils"]["ended"] == 0
    with database.reading() as session:
        assert pupil(session, "p1").given_name == "Mateo"
        assert session.scalar(select(func.count()).select_from(Guardianship).where(Guardianship.ends_on.is_not(None))) == 0


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


@pytest.fixture
def at_lincoln() -> Roster:
    """A roster with a Mateo Rivera at the demonstration pupil's school."""
    roster = small_roster()
    roster["orgs"][1]["name"] = "Lincoln Elementary"
    return roster


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


@pytest.mark.parametrize(
    ("how", "sentence"),
    [({"version": "1.1"}, "earlier versions do not tell parents"), ({"manifest": [("file.roles", "absent")]}, "leaves out roles.csv")],
)
def test_what_is_no_whole_oneroster_1_2_is_refused_with_a_sentence(
    check: Callable[..., RosterImport], database: Database, settings: Settings, how: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PackageRefused, match=sentence):
        check(small_roster(), **how)
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM roster_import")) == 0


def test_six_hundred_pupils_are_entered_in_batches(take: Callable[..., RosterImport], database: Database) -> None:
    counts = take(LargeRoster(600, schools=5, classes=2).files()).counts
    assert (counts["pupils"]["new"], counts["guardians"]["new"], counts["guardianships"]["new"], counts["staff"]["new"]) == (600, 960, 1200, 30)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Student)) == 600
