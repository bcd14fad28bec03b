"""An account is kept out by its deactivation, a suspension, a missing agreement, a missing activation or a lock, the gravest first."""

from datetime import UTC, date, datetime, timedelta

import pytest

from meetrec.people.standing import AccountFacts, AccountState, AgreementFacts, SuspensionFacts, state_of

NOW = datetime(2026, 10, 13, 14, 0, tzinfo=UTC)
OPEN = AccountFacts("anna", is_activated=True, is_deactivated=False)
CONTRACTOR = AccountFacts("anna", is_activated=True, is_deactivated=False, is_contractor=True)
AGREEMENT = AgreementFacts(date(2026, 1, 1), date(2026, 10, 13), no_redisclosure=True)


def test_an_activated_account_may_be_used() -> None:
    assert state_of(OPEN, [], None, NOW) is AccountState.ACTIVE


@pytest.mark.requirement("W-33")
@pytest.mark.parametrize(
    ("suspended", "spared", "kept_out"), [("anna", None, True), ("bert", None, False), (None, None, True), (None, "bert", True), (None, "anna", False)]
)
def test_a_suspension_keeps_out_whom_it_names_or_everybody_but_the_one_who_acts(suspended: str | None, spared: str | None, kept_out: bool) -> None:
    state = state_of(OPEN, [SuspensionFacts(suspended, spared, None, is_lifted=False)], None, NOW)
    assert state is (AccountState.SUSPENDED if kept_out else AccountState.ACTIVE)


@pytest.mark.requirement("W-34")
def test_a_temporary_suspension_is_over_at_its_moment_and_a_lifted_one_at_once() -> None:
    suspended = SuspensionFacts("anna", None, NOW, is_lifted=False)
    assert state_of(OPEN, [suspended], None, NOW - timedelta(seconds=1)) is AccountState.SUSPENDED
    assert state_of(OPEN, [suspended], None, NOW) is AccountState.ACTIVE
    assert state_of(OPEN, [SuspensionFacts("anna", None, None, is_lifted=True)], None, NOW) is AccountState.ACTIVE


@pytest.mark.requirement("W-34")
@pytest.mark.parametrize(("minutes", "goes_on"), [(-1, False), (0, False), (1, True)])
def test_a_session_of_before_a_suspension_does_not_go_on_after_it(minutes: int, goes_on: bool) -> None:
    began = NOW - timedelta(hours=1)
    over = SuspensionFacts("anna", None, NOW - timedelta(minutes=30), is_lifted=False, began_at=began)
    asking = AccountFacts("anna", is_activated=True, is_deactivated=False, signed_in_at=began + timedelta(minutes=minutes))
    assert state_of(asking, [over], None, NOW) is (AccountState.ACTIVE if goes_on else AccountState.SIGNED_IN_BEFORE)
    assert state_of(OPEN, [over], None, NOW) is AccountState.ACTIVE  # no session asks
    assert state_of(asking, [SuspensionFacts("bert", None, None, is_lifted=False, began_at=began)], None, NOW) is AccountState.ACTIVE


@pytest.mark.requirement("W-05")
@pytest.mark.parametrize(
    ("agreement", "state"),
    [
        (None, AccountState.AGREEMENT_MISSING),
        (AGREEMENT, AccountState.ACTIVE),  # its last day
        (AgreementFacts(date(2026, 1, 1), date(2026, 10, 12), no_redisclosure=True), AccountState.AGREEMENT_MISSING),
        (AgreementFacts(date(2026, 10, 14), None, no_redisclosure=True), AccountState.AGREEMENT_MISSING),
        (AgreementFacts(date(2026, 1, 1), None, no_redisclosure=False), AccountState.AGREEMENT_MISSING),
        (AgreementFacts(date(2026, 1, 1), None, no_redisclosure=True, is_with_vendor=False), AccountState.AGREEMENT_MISSING),
    ],
)
def test_a_contractor_needs_an_agreement_in_force_that_forbids_passing_on(agreement: AgreementFacts | None, state: AccountState) -> None:
    assert state_of(CONTRACTOR, [], agreement, NOW) is state


@pytest.mark.requirement("W-26")
def test_the_gravest_reason_is_the_one_that_is_told() -> None:
    closed = AccountFacts("anna", is_activated=False, is_deactivated=True, locked_until=NOW + timedelta(minutes=1), is_contractor=True)
    suspended = SuspensionFacts(None, None, None, is_lifted=False)
    assert state_of(closed, [suspended], None, NOW) is AccountState.DEACTIVATED
    assert state_of(AccountFacts("anna", False, False, is_contractor=True), [suspended], None, NOW) is AccountState.SUSPENDED
    assert state_of(AccountFacts("anna", False, False), [], None, NOW) is AccountState.NOT_ACTIVATED


def test_a_lock_is_over_at_its_moment() -> None:
    locked = AccountFacts("anna", True, False, locked_until=NOW)
    assert state_of(locked, [], None, NOW - timedelta(seconds=1)) is AccountState.LOCKED
    assert state_of(locked, [], None, NOW) is AccountState.ACTIVE
