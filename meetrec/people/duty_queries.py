"""Reads of duties: may an account be used, is its training current, which roles it holds, which suspensions stand (W-05, W-20, W-33)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetrec.people.duty_models import ContractorAgreement, Suspension, TrainingCompletion, Vendor
from meetrec.people.models import Account, RoleGrant
from meetrec.people.roles import CONTRACTOR
from meetrec.people.standing import AccountFacts, AccountState, AgreementFacts, SuspensionFacts, state_of
from meetrec.people.training import TrainingModule, TrainingStanding, training_standing


def state_of_account(session: Session, account: Account, now: datetime, signed_in_at: datetime | None = None) -> AccountState:
    """Whether an account may be used at this moment, in a session that began at `signed_in_at` if one asks.

    `now` on the district's clock: a contractor's agreement ends with a day there.
    """
    facts = AccountFacts(account.id, account.activated_at is not None, is_deactivated(account), account.locked_until, is_contractor(account), signed_in_at)
    agreement = newest_agreement(session, account) if facts.is_contractor else None
    return state_of(facts, [_facts_of(suspension) for suspension in standing_suspensions(session, account.id)], agreement, now)


def is_deactivated(account: Account) -> bool:
    """Whether the account was closed for good; its rows stay (W-26)."""
    return account.deactivated_at is not None or not account.active


def is_contractor(account: Account) -> bool:
    """Whether the account's person works for a vendor, so that a signed agreement is needed (W-05)."""
    return account.vendor_id is not None or any(role.name == CONTRACTOR for role in account.roles)


def standing_suspensions(session: Session, account_id: str) -> Sequence[Suspension]:
    """Suspensions of the account, and of everybody, that nobody lifted; one that is over by its time is among them."""
    concerned = or_(Suspension.account_id == account_id, Suspension.account_id.is_(None))
    return session.scalars(select(Suspension).where(Suspension.lifted_at.is_(None), concerned)).all()


def newest_agreement(session: Session, account: Account) -> AgreementFacts | None:
    """The agreement of a contractor that was entered last; None without one."""
    newest = select(ContractorAgreement).where(ContractorAgreement.account_id == account.id).order_by(ContractorAgreement.entered_at.desc()).limit(1)
    agreement = session.scalars(newest).first()
    if agreement is None:
        return None
    vendor = session.get(Vendor, account.vendor_id) if account.vendor_id else None
    return AgreementFacts(agreement.signed_on, agreement.ends_on, agreement.no_redisclosure, vendor is not None and vendor.terminated_at is None)


def training_of(session: Session, account: Account, on: date) -> TrainingStanding:
    """How an account stands with the training its roles need, on a day of the district's calendar (W-20)."""
    return training_standing([role.name for role in account.roles], completions_of(session, account.id), on)


def trainings_of(session: Session, accounts: Sequence[Account], on: date) -> dict[str, TrainingStanding]:
    """The same of several accounts, by their ids, in one query."""
    rows = select(TrainingCompletion).where(TrainingCompletion.withdrawn_at.is_(None)).order_by(TrainingCompletion.completed_on)
    completions: dict[str, dict[TrainingModule, date]] = {account.id: {} for account in accounts}
    for row in session.scalars(rows):
        if row.account_id in completions:
            completions[row.account_id][TrainingModule(row.module)] = row.completed_on
    return {account.id: training_standing([role.name for role in account.roles], completions[account.id], on) for account in accounts}


def completions_of(session: Session, account_id: str) -> dict[TrainingModule, date]:
    """The newest completion of each module; what was withdrawn does not count."""
    rows = select(TrainingCompletion).where(TrainingCompletion.account_id == account_id, TrainingCompletion.withdrawn_at.is_(None))
    ordered = session.scalars(rows.order_by(TrainingCompletion.completed_on)).all()
    return {TrainingModule(row.module): row.completed_on for row in ordered}


def current_grants(session: Session, account_id: str) -> Sequence[RoleGrant]:
    """The roles an account holds, those of before left out."""
    held = select(RoleGrant).where(RoleGrant.account_id == account_id, RoleGrant.ended_at.is_(None))
    return session.scalars(held.order_by(RoleGrant.given_at, RoleGrant.id)).all()


def _facts_of(suspension: Suspension) -> SuspensionFacts:
    return SuspensionFacts(suspension.account_id, suspension.spared_id, suspension.until, suspension.lifted_at is not None, suspension.began_at)
