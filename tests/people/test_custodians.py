"""One certificated custodian of the district, one custodian of each school; a gap raises an alarm (B-03, B-04, B-05)."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from meetrec.installation.actions import create_school, install
from meetrec.journal.models import JournalEntry
from meetrec.people.actions import AccountRefused, change_account, end_role, give_role
from meetrec.people.custody_actions import hand_over
from meetrec.people.custody_queries import gaps, holders_of, may_decide_for, offices
from meetrec.people.duty_jobs import watch_custodians
from meetrec.people.models import Account, School
from meetrec.people.roles import CHAIR, DISTRICT_CUSTODIAN, SITE_CUSTODIAN
from meetrec.people.roster_models import SchoolEnrolment
from meetrec.platform import migrate
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)


@pytest.mark.requirement("B-03")
def test_a_second_custodian_of_the_district_is_refused(database: Database, district: SimpleNamespace, account_of: AccountOf) -> None:
    other = account_of(CHAIR, certificated=True)
    with database.writing() as session, pytest.raises(AccountRefused, match="holds this office already"):
        give_role(session, NOW, "user:x", session.get_one(Account, other.id), DISTRICT_CUSTODIAN)


@pytest.mark.requirement("B-03")
def test_only_a_certificated_employee_becomes_custodian_of_the_district(database: Database, district: SimpleNamespace, account_of: AccountOf) -> None:
    other = account_of(CHAIR)
    with pytest.raises(AccountRefused, match="certificated"), database.writing() as session:
        hand_over(session, NOW, "user:x", DISTRICT_CUSTODIAN, None, session.get_one(Account, other.id))
    with database.reading() as session:  # the one before holds it still
        assert [grant.account_id for grant in holders_of(session, DISTRICT_CUSTODIAN, None)] == [district.custodian.id]


@pytest.mark.requirement("B-03")
def test_the_office_passes_from_one_to_the_other_in_one_step(database: Database, district: SimpleNamespace, account_of: AccountOf) -> None:
    other = account_of(CHAIR, certificated=True)
    with database.writing() as session:
        hand_over(session, NOW, "user:x", DISTRICT_CUSTODIAN, None, session.get_one(Account, other.id))
        assert [grant.account_id for grant in holders_of(session, DISTRICT_CUSTODIAN, None)] == [other.id]
        assert gaps(session) == ()
        account = session.get_one(Account, other.id)
        with pytest.raises(AccountRefused, match="must be certificated"):
            change_account(session, NOW, "user:x", account, account.name, "en", certificated=False)


@pytest.mark.requirement("B-04")
def test_a_custodian_of_a_school_needs_the_school_and_there_is_one_of_each(database: Database, district: SimpleNamespace, account_of: AccountOf) -> None:
    other = account_of(CHAIR)
    with database.writing() as session:
        account = session.get_one(Account, other.id)
        with pytest.raises(AccountRefused, match="Choose the school"):
            give_role(session, NOW, "user:x", account, SITE_CUSTODIAN)
        with pytest.raises(AccountRefused, match="holds this office already"):
            give_role(session, NOW, "user:x", account, SITE_CUSTODIAN, district.school.id)


@pytest.mark.requirement("B-03")
@pytest.mark.requirement("B-04")
def test_an_office_that_nobody_holds_is_a_gap_and_a_closed_school_needs_nobody(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        assert gaps(session) == ()
        school = create_school(session, "Washington Elementary")
        assert [gap.subject for gap in gaps(session)] == [f"school:{school.id}"]
        end_role(session, NOW, "user:x", holders_of(session, DISTRICT_CUSTODIAN, None)[0].id)
        assert [gap.subject for gap in gaps(session)] == ["district", f"school:{school.id}"]
        session.get_one(School, school.id).closed_on = date(2026, 11, 1)
        assert [gap.subject for gap in gaps(session)] == ["district"]


@pytest.fixture
def two_custodians(settings: Settings) -> Database:
    """A district of before the rule: both hold the office, and no account says who is certificated."""
    database = Database(settings.database_url)
    migrate.upgrade(database, "0002")
    with database.writing() as session:
        session.execute(text("INSERT INTO school (id, name) VALUES ('s', 'Lincoln Elementary')"))
        session.execute(text("INSERT INTO student (id, given_name, family_name, school_id) VALUES ('p', 'Mateo', 'Rivera', 's')"))
        session.execute(text("INSERT INTO role (id, name) VALUES ('c', 'district_custodian')"))
        account = text(
            "INSERT INTO account (id, email, name, active, is_demonstration, fs_uniquifier, created_at) "
            "VALUES (:id, :id || '@cedarbend.org', 'Custodian ' || :id, true, false, :id, '2026-10-13 14:00:00')"
        )
        for number in ("1", "2"):
            session.execute(account, {"id": number})
            session.execute(text("INSERT INTO account_role (account_id, role_id) VALUES (:id, 'c')"), {"id": number})
    install(database)
    return database


@pytest.mark.requirement("B-03")
def test_a_district_of_before_with_two_custodians_comes_up_with_an_alarm(two_custodians: Database, settings: Settings) -> None:
    with two_custodians.writing() as session:
        office = offices(session)[0]
        assert ([account.id for account in office.holders], office.holder, gaps(session)[0]) == (["1", "2"], None, office)
        assert not any(may_decide_for(session, account, "p", NOW.date()) for account in office.holders)
        assert all([role.name for role in account.roles] == [DISTRICT_CUSTODIAN] for account in office.holders)  # nobody is locked out
    watch_custodians(two_custodians, settings, NOW)
    with two_custodians.writing() as session:
        assert {entry.subject for entry in session.query(JournalEntry).filter_by(verb="custodian.missing")} == {"district", "school:s"}
        second = session.get_one(Account, "2")
        with pytest.raises(AccountRefused, match="certificated"):
            hand_over(session, NOW, "user:x", DISTRICT_CUSTODIAN, None, second)
        second.certificated = True
        hand_over(session, NOW, "user:x", DISTRICT_CUSTODIAN, None, second)
        assert [grant.account_id for grant in holders_of(session, DISTRICT_CUSTODIAN, None)] == ["2"]
        assert [gap.subject for gap in gaps(session)] == ["school:s"]
        assert may_decide_for(session, second, "p", NOW.date())
        assert session.query(JournalEntry).filter_by(verb="role.ended").count() == 1
        with pytest.raises(AccountRefused, match="holds this office already"):
            hand_over(session, NOW, "user:x", DISTRICT_CUSTODIAN, None, second)
    watch_custodians(two_custodians, settings, NOW)
    with two_custodians.reading() as session:
        assert [entry.subject for entry in session.query(JournalEntry).filter_by(verb="custodian.present")] == ["district"]


@pytest.mark.requirement("B-03")
def test_a_custodian_of_before_who_is_not_noted_as_certificated_is_an_alarm(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.get_one(Account, district.custodian.id).certificated = False
        session.flush()
        assert [(gap.subject, gap.holder is None) for gap in gaps(session)] == [("district", False)]


@pytest.mark.requirement("B-05")
def test_the_custodian_of_the_pupils_school_decides_and_nobody_else(database: Database, district: SimpleNamespace, account_of: AccountOf) -> None:
    on = date(2026, 11, 3)
    with database.writing() as session:
        accounts = {name: session.get_one(Account, getattr(district, name).id) for name in ("site_custodian", "custodian", "coordinator", "administrator")}
        may = {name for name, account in accounts.items() if may_decide_for(session, account, district.student.id, on)}
        assert may == {"site_custodian"}


@pytest.mark.requirement("B-05")
def test_where_the_school_has_no_custodian_the_districts_decides(database: Database, district: SimpleNamespace) -> None:
    on = date(2026, 11, 3)
    with database.writing() as session:
        school = create_school(session, "Washington Elementary")
        enrolment = session.query(SchoolEnrolment).filter_by(student_id=district.student.id).one()
        enrolment.ends_on = on
        session.add(SchoolEnrolment(id="moved", student_id=district.student.id, school_id=school.id, begins_on=on, source="hand"))
        session.flush()
        site, custodian = (session.get_one(Account, account.id) for account in (district.site_custodian, district.custodian))
        assert [may_decide_for(session, account, district.student.id, on) for account in (site, custodian)] == [False, True]
        assert may_decide_for(session, site, district.student.id, date(2026, 11, 2))  # the day before the move
