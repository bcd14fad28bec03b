"""Whether an account may be used right now: activated, not deactivated, not suspended, a contractor's agreement in force (W-05, W-26, W-33, W-34). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AccountState(StrEnum):
    """What keeps an account out, the gravest first; only ACTIVE opens a page. LOCKED keeps from signing in, after too many refused tries.

    SIGNED_IN_BEFORE: a suspension came after the sign-in; it is over, and the person signs in anew.
    """

    ACTIVE = "active"
    NOT_ACTIVATED = "not_activated"
    DEACTIVATED = "deactivated"
    SUSPENDED = "suspended"
    SIGNED_IN_BEFORE = "signed_in_before"
    LOCKED = "locked"
    AGREEMENT_MISSING = "agreement_missing"


class SuspensionKind(StrEnum):
    """How long somebody is kept out (W-34). Only a temporary suspension ends by itself."""

    TEMPORARY = "temporary"
    LONG_TERM = "long_term"
    PERMANENT = "permanent"


@dataclass(frozen=True)
class AccountFacts:
    """What the account itself says, and the session that asks. `is_contractor`: works for a vendor, so that an agreement is needed."""

    id: str
    is_activated: bool
    is_deactivated: bool
    locked_until: datetime | None = None
    is_contractor: bool = False
    signed_in_at: datetime | None = None  # of the session that asks; None where no session does


@dataclass(frozen=True)
class SuspensionFacts:
    """One suspension: of one account, or of everybody (None) but the one who acted."""

    account_id: str | None
    spared_id: str | None
    until: datetime | None
    is_lifted: bool
    began_at: datetime | None = None

    def keeps_out(self, account_id: str, now: datetime) -> bool:
        """Whether it holds for this account at this moment; `until` is the first moment at which it no longer does."""
        if self.is_lifted or (self.until is not None and self.until <= now):
            return False
        return self._concerns(account_id)

    def ends(self, account: AccountFacts) -> bool:
        """Whether the session that asks began before it: that session does not go on when the suspension is over."""
        is_older = account.signed_in_at is not None and self.began_at is not None and account.signed_in_at <= self.began_at
        return is_older and self._concerns(account.id)

    def _concerns(self, account_id: str) -> bool:
        return account_id == self.account_id or (self.account_id is None and account_id != self.spared_id)


@dataclass(frozen=True)
class AgreementFacts:
    """A contractor's newest agreement, and whether the district still works with the vendor (W-05, W-31). `ends_on` is its last day."""

    signed_on: date
    ends_on: date | None
    no_redisclosure: bool
    is_with_vendor: bool = True

    def is_in_force(self, on: date) -> bool:
        """Signed, not over, without passing on, with a vendor of the district."""
        return self.signed_on <= on and (self.ends_on is None or on <= self.ends_on) and self.no_redisclosure and self.is_with_vendor


def state_of(account: AccountFacts, suspensions: Sequence[SuspensionFacts], agreement: AgreementFacts | None, now: datetime) -> AccountState:
    """The gravest thing that keeps the account out, else ACTIVE. `now` is aware, on the district's clock: its day is the day the agreement is held against."""
    if account.is_deactivated:
        return AccountState.DEACTIVATED
    if any(suspension.keeps_out(account.id, now) for suspension in suspensions):
        return AccountState.SUSPENDED
    if account.is_contractor and not (agreement and agreement.is_in_force(now.date())):
        return AccountState.AGREEMENT_MISSING
    if not account.is_activated:
        return AccountState.NOT_ACTIVATED
    if any(suspension.ends(account) for suspension in suspensions):
        return AccountState.SIGNED_IN_BEFORE
    if account.locked_until is not None and account.locked_until > now:
        return AccountState.LOCKED
    return AccountState.ACTIVE
