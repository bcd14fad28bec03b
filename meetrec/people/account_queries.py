"""Reads for the pages of accounts: one page of the list, one account with its history, and choices for the forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from meetrec.people.duty_models import AccountInvitation, ContractorAgreement, Suspension, TrainingCompletion, Vendor
from meetrec.people.duty_queries import state_of_account, training_of, trainings_of
from meetrec.people.lost_factor_actions import has_second_factor
from meetrec.people.models import STAFF, Account, RoleGrant, School
from meetrec.people.standing import AccountState
from meetrec.people.training import TrainingStanding
from meetrec.platform.web import NotFound

PAGE = 50  # accounts


@dataclass(frozen=True)
class AccountRow:
    """One account as the lists show it."""

    account: Account
    state: AccountState
    training: TrainingStanding


@dataclass(frozen=True)
class AccountPage:
    """Some of the accounts, and how many there are in all."""

    rows: tuple[AccountRow, ...]
    found: int
    number: int  # counted from 1

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.found > self.number * PAGE


@dataclass(frozen=True)
class AccountDetail:
    """One account with its history."""

    row: AccountRow
    grants: Sequence[RoleGrant]  # the newest first, ended ones too
    completions: Sequence[TrainingCompletion]
    suspensions: Sequence[Suspension]
    agreements: Sequence[ContractorAgreement]
    vendor: Vendor | None
    invitation: AccountInvitation | None  # one that can still be used
    has_second_factor: bool


def account_with(session: Session, account_id: str) -> Account:
    """An account. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


def account_page(session: Session, now: datetime, kind: str, typed: str, number: int) -> AccountPage:
    """Accounts of a kind whose name or address holds what was typed, by name. `now` on the district's clock."""
    wanted = select(Account).where(Account.kind == kind)
    if typed:
        wanted = wanted.where(or_(Account.name.icontains(typed, autoescape=True), Account.email.icontains(typed, autoescape=True)))
    found = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    accounts = session.scalars(wanted.order_by(Account.name, Account.id).limit(PAGE).offset((number - 1) * PAGE)).all()
    return AccountPage(tuple(_row(session, account, now) for account in accounts), found, number)


def staff_trainings(session: Session, now: datetime) -> tuple[tuple[Account, TrainingStanding], ...]:
    """Everybody of the staff whose account is open, and how they stand with their training: what is missing or ends first comes first."""
    accounts = session.scalars(select(Account).where(Account.kind == STAFF, Account.deactivated_at.is_(None)).order_by(Account.name)).all()
    standing = trainings_of(session, accounts, now.date())
    rows = [(account, standing[account.id]) for account in accounts if account.roles]
    return tuple(sorted(rows, key=lambda row: (row[1].is_current, row[1].ends_on or date.min)))


def account_detail(session: Session, account_id: str, now: datetime) -> AccountDetail:
    """One account with everything its page shows. Raises NotFound."""
    account = account_with(session, account_id)
    waiting = select(AccountInvitation).where(AccountInvitation.used_at.is_(None), AccountInvitation.expires_at > now)
    return AccountDetail(
        row=_row(session, account, now),
        grants=_newest(session, RoleGrant, RoleGrant.given_at, account_id),
        completions=_newest(session, TrainingCompletion, TrainingCompletion.completed_on, account_id),
        suspensions=_newest(session, Suspension, Suspension.began_at, account_id),
        agreements=_newest(session, ContractorAgreement, ContractorAgreement.entered_at, account_id),
        vendor=session.get(Vendor, account.vendor_id) if account.vendor_id else None,
        invitation=session.scalars(waiting.where(AccountInvitation.account_id == account_id)).first(),
        has_second_factor=has_second_factor(account),
    )


def all_suspensions(session: Session) -> Sequence[Suspension]:
    """Every suspension there was, the newest first."""
    return session.scalars(select(Suspension).order_by(Suspension.began_at.desc(), Suspension.id)).all()


def all_vendors(session: Session) -> Sequence[tuple[Vendor, int]]:
    """Every vendor by name, and how many open accounts work for it; those whose data are due back come first."""
    people = select(func.count(Account.id)).where(Account.vendor_id == Vendor.id, Account.deactivated_at.is_(None)).scalar_subquery()
    waits = Vendor.terminated_at.is_not(None) & Vendor.data_returned_at.is_(None)
    return [(vendor, count) for vendor, count in session.execute(select(Vendor, people).order_by(waits.desc(), Vendor.name))]


def names_of(session: Session, account_ids: Sequence[str | None]) -> Mapping[str, str]:
    """The names behind ids."""
    wanted = {account_id for account_id in account_ids if account_id}
    return {account_id: name for account_id, name in session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))}


def school_choices(session: Session) -> list[tuple[str, str]]:
    """Id and name of every school that is open."""
    return [(school.id, school.name) for school in session.scalars(select(School).where(School.closed_on.is_(None)).order_by(School.name))]


def staff_choices(session: Session) -> list[tuple[str, str]]:
    """Id and wording of every open account of the staff: “Laura Bennett, laura.bennett@…”."""
    accounts = session.scalars(select(Account).where(Account.kind == STAFF, Account.deactivated_at.is_(None)).order_by(Account.name))
    return [(account.id, f"{account.name}, {account.email}") for account in accounts]


def vendor_choices(session: Session) -> list[tuple[str, str]]:
    """Id and name of every vendor that the district works with."""
    return [(vendor.id, vendor.name) for vendor in session.scalars(select(Vendor).where(Vendor.terminated_at.is_(None)).order_by(Vendor.name))]


def _row(session: Session, account: Account, now: datetime) -> AccountRow:
    return AccountRow(account, state_of_account(session, account, now), training_of(session, account, now.date()))


def _newest(session: Session, table: Any, column: Any, account_id: str) -> Sequence[Any]:
    return session.scalars(select(table).where(table.account_id == account_id).order_by(column.desc())).all()
