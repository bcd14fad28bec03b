"""What a roster says that is not taken: every refused row says why, and numbers that identify a person elsewhere are not kept."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text

from meetrec.people.models import Student
from meetrec.people.oneroster import PackageRefused
from meetrec.people.rights_models import Guardianship
from meetrec.people.roster_actions import apply_roster
from meetrec.people.roster_models import RosterImport, RosterRefusal
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.roster import NEVER_READ, enrolment, org, role, small_roster, user
from tests.fixtures.roster_taking import pupil, refusals

pytestmark = pytest.mark.usefixtures("a_morning_in_october")


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


def test_a_refused_row_ends_nothing_of_whom_it_is_about(take: Callable[..., RosterImport], database: Database) -> None:
    take(small_roster())
    roster = small_roster()
    roster["users"][0]["givenName"] = "x" * 81
    roster["users"][3]["phone"] = "219-09-9999"
    assert take(roster).counts["pupils"]["ended"] == 0
    with database.reading() as session:
        assert pupil(session, "p1").given_name == "Mateo"
        assert session.scalar(select(func.count()).select_from(Guardianship).where(Guardianship.ends_on.is_not(None))) == 0


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
