"""Accounts close and are never deleted, people are suspended and let in again, vendors end, invitations count once."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from meetrec.journal.models import JournalEntry
from meetrec.people import actions
from meetrec.people.actions import AccountRefused
from meetrec.people.duty_actions import TrainingRefused, enter_training, withdraw_training
from meetrec.people.duty_models import AccountInvitation, CalendarFeed, ContractorAgreement, Suspension, TrainingCompletion, Vendor
from meetrec.people.duty_queries import state_of_account, training_of
from meetrec.people.invitation_actions import INVITATION_LIFE, accept_invitation, invite, invited_account
from meetrec.people.lost_factor_actions import has_second_factor
from meetrec.people.models import FAMILY, Account, Passkey, RoleGrant
from meetrec.people.roles import ADMINISTRATOR, CHAIR, CONTRACTOR, VOLUNTEER
from meetrec.people.standing import AccountState, SuspensionKind
from meetrec.people.suspension_actions import SuspensionRefused
from meetrec.people.training import TrainingModule
from meetrec.people.vendor_actions import Agreement, VendorRefused, enter_agreement, enter_data_return, enter_vendor, terminate_vendor
from meetrec.platform.database import Database, new_id
from tests.fixtures.accounts import PASSWORD, AccountOf
from tests.fixtures.second_factor import passkey

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
SIGNED = Agreement("Board file 12", TODAY - timedelta(days=10), None, no_redisclosure=True)


def newest(database: Database) -> JournalEntry:
    with database.reading() as session:
        return session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).limit(1).one()


def feed_of(account_id: str) -> CalendarFeed:
    return CalendarFeed(id=new_id(), account_id=account_id, address_hash=new_id(), made_at=NOW)


@pytest.fixture
def chair(account_of: AccountOf) -> SimpleNamespace:
    """A chair's account."""
    return account_of(CHAIR)


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("email", ["office@cedarbend.org", "front.desk@cedarbend.org", "Info@cedarbend.org", "school-2@cedarbend.org", "records@cedarbend.org"])
def test_an_address_that_several_people_read_gets_no_account(database: Database, email: str) -> None:
    with database.writing() as session, pytest.raises(AccountRefused, match="belongs to one person"):
        actions.create_account(session, NOW, "system", email, "Laura Bennett")


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("name", ["Reception", "J. Bennett", "Principal 2"])
def test_an_account_has_the_full_name_of_a_person(database: Database, name: str) -> None:
    with database.writing() as session, pytest.raises(AccountRefused, match="given and the family name"):
        actions.create_account(session, NOW, "system", "laura.bennett@cedarbend.org", name)


@pytest.mark.requirement("W-30")
def test_a_role_ends_at_once_and_only_once(database: Database, account_of: AccountOf) -> None:
    volunteer = account_of(VOLUNTEER)
    with database.writing() as session:
        grant = session.query(RoleGrant).filter_by(account_id=volunteer.id).one()
        actions.end_role(session, NOW, "user:x", grant.id)
        assert actions.end_role(session, NOW + timedelta(hours=1), "user:y", grant.id).ended_at == NOW
        assert session.get_one(Account, volunteer.id).roles == []
    assert (newest(database).verb, newest(database).actor) == ("role.ended", "user:x")


def test_the_last_administrator_stays(database: Database, district: SimpleNamespace, account_of: AccountOf) -> None:
    with database.writing() as session, pytest.raises(AccountRefused, match="last administrator"):
        actions.deactivate(session, NOW, "system", session.get_one(Account, district.administrator.id), "left")
    account_of(ADMINISTRATOR)
    with database.writing() as session:
        actions.deactivate(session, NOW, "system", session.get_one(Account, district.administrator.id), "left")


@pytest.mark.requirement("W-26")
def test_closing_an_account_ends_roles_sessions_and_addresses_and_keeps_everything(database: Database, account_of: AccountOf) -> None:
    chair = account_of(CHAIR)
    with database.writing() as session:
        account = session.get_one(Account, chair.id)
        before = account.fs_uniquifier
        session.add(feed_of(chair.id))
        actions.deactivate(session, NOW, "user:x", account, "separated")
        assert (account.roles, account.active, account.deactivated_because) == ([], False, "separated")
        assert account.fs_uniquifier != before
        assert state_of_account(session, account, NOW) is AccountState.DEACTIVATED
    with database.reading() as session:
        assert session.get_one(Account, chair.id).name == chair.name
        assert session.query(RoleGrant).filter_by(account_id=chair.id).one().ended_at == NOW
        assert session.query(TrainingCompletion).filter_by(account_id=chair.id).count() == len(TrainingModule)
        assert session.query(CalendarFeed).one().revoked_at == NOW


@pytest.mark.requirement("W-26")
def test_no_code_of_the_program_deletes_an_account() -> None:
    for path in (Path(actions.__file__).parents[1]).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for call in [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]:
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            told = {part.id for argument in call.args for part in ast.walk(argument) if isinstance(part, ast.Name)}
            assert name != "delete_user", path
            assert name != "delete" or not told & {"Account", "account"}, f"{path}:{call.lineno}"


def test_an_account_that_is_opened_again_has_no_role_and_needs_an_invitation(database: Database, chair: SimpleNamespace) -> None:
    with database.writing() as session:
        account = session.get_one(Account, chair.id)
        account.oidc_subject, account.tf_primary_method, account.tf_totp_secret, account.mf_recovery_codes = "issuer|x", "authenticator", "seed", ["code"]
        account.webauthn.append(passkey("first"))
        actions.deactivate(session, NOW, "user:x", account, "mistake")
        actions.reactivate(session, NOW, "user:x", account)
        assert not has_second_factor(account)  # nor does anybody come back with a passkey or a school account of before
        assert (account.password, account.oidc_subject) == (None, None)
        assert (account.roles, state_of_account(session, account, NOW)) == ([], AccountState.NOT_ACTIVATED)
        assert invited_account(session, invite(session, NOW, "user:x", account), NOW) is account


@pytest.mark.requirement("W-26")
def test_an_account_that_is_opened_again_keeps_no_way_in_of_before(database: Database, chair: SimpleNamespace) -> None:
    with database.writing() as session:
        account = session.get_one(Account, chair.id)
        account.tf_primary_method, account.tf_totp_secret, account.mf_recovery_codes, account.oidc_subject = "authenticator", "seed", ["a"], "issuer|one"
        key = {"credential_id": b"key", "public_key": b"public", "device_type": "single_device", "backup_state": False}
        account.webauthn.append(Passkey(id=new_id(), name="A telephone", usage="first", lastuse_datetime=NOW, **key))
        session.flush()
        actions.deactivate(session, NOW, "user:x", account, "mistake")
        actions.reactivate(session, NOW, "user:x", account)
    with database.reading() as session:
        account = session.get_one(Account, chair.id)
        ways_in = (account.password, account.tf_primary_method, account.tf_totp_secret, account.mf_recovery_codes, account.oidc_subject)
        assert ways_in == (None,) * 5
        assert session.query(Passkey).count() == 0


@pytest.mark.requirement("W-33")
def test_one_press_suspends_everybody_but_the_one_who_acts(database: Database, district: SimpleNamespace, chair: SimpleNamespace) -> None:
    with database.writing() as session:
        session.add_all([feed_of(chair.id), feed_of(district.administrator.id)])
        actions.suspend(session, NOW, f"user:{district.administrator.id}", None, SuspensionKind.LONG_TERM, None, "A machine is investigated")
    with database.reading() as session:
        states = {account.id: state_of_account(session, account, NOW) for account in session.query(Account)}
        assert states.pop(district.administrator.id) is AccountState.ACTIVE
        assert set(states.values()) == {AccountState.SUSPENDED}
        assert {feed.account_id for feed in session.query(CalendarFeed).filter(CalendarFeed.revoked_at.is_(None))} == {district.administrator.id}
    assert (newest(database).verb, newest(database).subject) == ("access.suspended", "accounts")
    assert b"investigated" not in newest(database).body


@pytest.mark.requirement("W-33")
def test_whoever_is_let_in_again_signs_in_anew(database: Database, chair: SimpleNamespace) -> None:
    with database.writing() as session:
        account = session.get_one(Account, chair.id)
        before = account.fs_uniquifier
        suspension = actions.suspend(session, NOW, "user:x", chair.id, SuspensionKind.PERMANENT, None, "A reason")
        assert state_of_account(session, account, NOW) is AccountState.SUSPENDED
        actions.lift(session, NOW, "user:y", suspension.id)
        assert state_of_account(session, account, NOW) is AccountState.ACTIVE
        session.refresh(account)
        assert account.fs_uniquifier != before
        with pytest.raises(SuspensionRefused):
            actions.lift(session, NOW, "user:y", suspension.id)


@pytest.mark.requirement("W-34")
def test_a_temporary_suspension_has_an_end_to_come_and_a_permanent_one_has_none(database: Database, chair: SimpleNamespace) -> None:
    later = NOW + timedelta(days=1)
    for kind, until in [("temporary", None), ("temporary", NOW), ("permanent", later), ("for a while", later)]:
        with database.writing() as session, pytest.raises(SuspensionRefused):
            actions.suspend(session, NOW, "user:x", chair.id, kind, until, "A reason")
    with database.writing() as session:
        actions.suspend(session, NOW, "user:x", chair.id, "temporary", later, "A reason")
        account = session.get_one(Account, chair.id)
        assert [state_of_account(session, account, at) for at in (NOW, later)] == [AccountState.SUSPENDED, AccountState.ACTIVE]


def test_nobody_suspends_themselves(database: Database, chair: SimpleNamespace) -> None:
    with database.writing() as session, pytest.raises(SuspensionRefused, match="own account"):
        actions.suspend(session, NOW, f"user:{chair.id}", chair.id, "permanent", None, "A reason")


@pytest.mark.requirement("W-05")
def test_a_contractors_first_password_waits_for_the_signed_agreement(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        account = actions.create_account(session, NOW, "user:x", "ivan.ortiz@firm.org", "Ivan Ortiz", roles=[CONTRACTOR])
        code = invite(session, NOW, "user:x", account)
        with pytest.raises(AccountRefused, match="agreement"):
            accept_invitation(session, NOW, code, PASSWORD)
        vendor = enter_vendor(session, NOW, "user:x", "Speech Partners")
        with pytest.raises(VendorRefused, match="pass nothing on"):
            enter_agreement(session, NOW, "user:x", account, vendor.id, Agreement("1", TODAY, None, no_redisclosure=False))
        enter_agreement(session, NOW, "user:x", account, vendor.id, SIGNED)
        accept_invitation(session, NOW, code, PASSWORD)
        assert state_of_account(session, account, NOW) is AccountState.ACTIVE


@pytest.mark.requirement("W-05")
def test_the_day_after_its_last_day_an_agreement_opens_nothing(database: Database, account_of: AccountOf) -> None:
    contractor = account_of(CONTRACTOR)
    with database.writing() as session:
        account = session.get_one(Account, contractor.id)
        enter_agreement(
            session, datetime.now(UTC), "user:x", account, session.query(Vendor).one().id, Agreement("2", date(2026, 1, 1), TODAY, no_redisclosure=True)
        )
        states = [state_of_account(session, account, NOW + timedelta(days=days)) for days in (0, 1)]
        assert states == [AccountState.ACTIVE, AccountState.AGREEMENT_MISSING]
        assert session.query(ContractorAgreement).count() == 2


@pytest.mark.requirement("W-31")
def test_the_end_of_a_vendor_suspends_its_people_for_good_and_asks_the_data_back(database: Database, account_of: AccountOf, chair: SimpleNamespace) -> None:
    contractor = account_of(CONTRACTOR)
    with database.writing() as session:
        vendor = session.query(Vendor).one()
        session.add(feed_of(contractor.id))
        assert terminate_vendor(session, NOW, "user:x", vendor.id, "Passed a name on", TODAY) == 1
        assert vendor.data_return_due_on == TODAY + timedelta(days=30)
        assert session.query(CalendarFeed).one().revoked_at == NOW
        suspension = session.query(Suspension).one()
        assert (suspension.account_id, suspension.kind, suspension.until) == (contractor.id, "permanent", None)
        actions.lift(session, NOW, "user:x", suspension.id)  # even so the agreement is with nobody
        assert state_of_account(session, session.get_one(Account, contractor.id), NOW) is AccountState.AGREEMENT_MISSING
        assert state_of_account(session, session.get_one(Account, chair.id), NOW) is AccountState.ACTIVE
        enter_data_return(session, NOW, "user:x", vendor.id)
        for again in (lambda: enter_data_return(session, NOW, "user:x", vendor.id), lambda: terminate_vendor(session, NOW, "user:x", vendor.id, "x", TODAY)):
            with pytest.raises(VendorRefused):
                again()


@pytest.mark.requirement("W-10")
def test_an_invitation_counts_once_for_two_days_and_only_the_newest(database: Database) -> None:
    with database.writing() as session:
        account = actions.create_account(session, NOW, "user:x", "laura.bennett@cedarbend.org", "Laura Bennett")
        first = invite(session, NOW, "user:x", account)
        code = invite(session, NOW + timedelta(seconds=1), "user:x", account)
        assert invited_account(session, first, NOW + timedelta(seconds=1)) is None
        end = NOW + timedelta(seconds=1) + INVITATION_LIFE
        assert [invited_account(session, code, at) for at in (end - timedelta(seconds=1), end)] == [account, None]
        assert code not in {invitation.code_hash for invitation in session.query(AccountInvitation)}
        accept_invitation(session, NOW + timedelta(seconds=2), code, PASSWORD)
        with pytest.raises(AccountRefused, match="used before"):
            accept_invitation(session, NOW + timedelta(seconds=3), code, PASSWORD)
        with pytest.raises(AccountRefused, match="has a password"):
            invite(session, NOW, "user:x", account)
    assert newest(database).verb == "account.activated"


def test_a_family_holds_no_role(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        parent = actions.create_account(session, NOW, "system", "office@family.org", "Elena", kind=FAMILY)
        with pytest.raises(AccountRefused, match="family"):
            actions.give_role(session, NOW, "system", parent, CHAIR)


@pytest.mark.requirement("W-20")
def test_a_training_entered_by_mistake_is_taken_back_and_stays_listed(database: Database, account_of: AccountOf) -> None:
    volunteer = account_of(VOLUNTEER)
    with database.writing() as session:
        account = session.get_one(Account, volunteer.id)
        completion = session.query(TrainingCompletion).filter_by(account_id=account.id, module="confidentiality").one()
        day = completion.completed_on
        assert training_of(session, account, day).is_current
        withdraw_training(session, NOW, "user:x", account, completion.id)
        assert not training_of(session, account, day).is_current
        with pytest.raises(TrainingRefused):
            withdraw_training(session, NOW, "user:x", account, completion.id)
        enter_training(session, NOW, "user:x", account, TrainingModule.CONFIDENTIALITY, day)
        assert training_of(session, account, day).is_current
