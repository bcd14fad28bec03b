"""Accounts are one person's each, and the roles they hold keep their history."""

from types import SimpleNamespace

import pytest

from meetrec.installation.actions import create_school
from meetrec.journal.models import JournalEntry
from meetrec.people.actions import AccountRefused, create_account, give_role
from meetrec.people.custody_actions import hand_over
from meetrec.people.models import Account, Role, RoleGrant
from meetrec.people.roles import CHAIR, ROLES, SITE_CUSTODIAN
from meetrec.platform import clock
from meetrec.platform.database import Database


@pytest.mark.requirement("W-10")
def test_an_address_has_one_account(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session, pytest.raises(AccountRefused, match="There is an account for"):
        create_account(session, clock.now(), "system", district.coordinator.email, "Somebody Else", "a long enough test sentence")


def test_an_account_without_a_password_is_not_activated(database: Database) -> None:
    with database.writing() as session:
        account = create_account(session, clock.now(), "system", "laura.bennett@cedarbend.org", "Laura Bennett")
        assert (account.password, account.activated_at) == (None, None)


def test_a_role_given_is_held_at_once_and_journalled(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        assert [role.name for role in account.roles] == ["coordinator"]
        give_role(session, clock.now(), "user:x", account, CHAIR)
        assert {role.name for role in account.roles} == {"coordinator", "chair"}
    with database.reading() as session:
        newest = session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).first()
        assert newest is not None
        assert (newest.verb, newest.actor, newest.subject) == ("role.given", "user:x", f"account:{district.coordinator.id}")


@pytest.mark.requirement("W-30")
def test_a_role_that_ended_opens_nothing_and_stays_in_the_history(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        grant = session.query(RoleGrant).filter_by(account_id=district.coordinator.id).one()
        grant.ended_at, grant.ended_by = clock.now(), "user:x"
    with database.reading() as session:
        assert session.get_one(Account, district.coordinator.id).roles == []
        assert session.query(RoleGrant).filter_by(account_id=district.coordinator.id).one().ended_by == "user:x"


@pytest.mark.requirement("B-04")
def test_the_same_role_twice_is_one_grant_and_another_school_is_another(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        first = hand_over(session, clock.now(), "system", SITE_CUSTODIAN, district.school.id, account)
        assert give_role(session, clock.now(), "system", account, SITE_CUSTODIAN, district.school.id).id == first.id
        other = create_school(session, "Washington Elementary")
        assert give_role(session, clock.now(), "system", account, SITE_CUSTODIAN, other.id).id != first.id
    with database.reading() as session:
        assert sorted(role.name for role in session.get_one(Account, district.coordinator.id).roles) == ["coordinator", "site_custodian"]


def test_a_role_nobody_knows_is_refused(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session, pytest.raises(AccountRefused, match="There is no role"):
        give_role(session, clock.now(), "system", session.get_one(Account, district.coordinator.id), "king")


def test_every_role_is_in_the_database(database: Database) -> None:
    with database.reading() as session:
        assert {role.name for role in session.query(Role)} == set(ROLES)
