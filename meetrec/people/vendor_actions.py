"""Vendors whose people work here, their signed agreements, and the end of a vendor that failed its duty (W-05, W-31)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.duty_models import ContractorAgreement, Vendor
from meetrec.people.models import STAFF, Account
from meetrec.people.standing import SuspensionKind
from meetrec.people.suspension_actions import suspend
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError

DATA_RETURN = timedelta(days=30)  # after the end of a vendor: by then what it holds of pupils is back


class VendorRefused(MeetRecError):
    """Something about a vendor or an agreement cannot be entered; the sentence says why."""


@dataclass(frozen=True)
class Agreement:
    """What an agreement says. `ends_on` is its last day; None: until further notice."""

    reference: str
    signed_on: date
    ends_on: date | None
    no_redisclosure: bool


def enter_vendor(session: Session, now: datetime, actor: str, name: str, words: str | None = None) -> Vendor:
    """Enter a firm. Raises `VendorRefused` for a name that is there already."""
    if session.scalars(select(Vendor.id).where(func.lower(Vendor.name) == name.lower())).first():
        raise VendorRefused(_("%(name)s is in the list already.", name=name))
    vendor = Vendor(id=new_id(), name=name, entered_at=now, words=words)
    session.add(vendor)
    session.flush()
    journal.append(session, now, actor, "vendor.entered", f"vendor:{vendor.id}")
    return vendor


def enter_agreement(session: Session, now: datetime, actor: str, account: Account, vendor_id: str, said: Agreement) -> ContractorAgreement:
    """Enter the agreement that a contractor signed, and for whom the person works. Raises `VendorRefused`."""
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.terminated_at is not None:
        raise VendorRefused(_("Choose a vendor that the district works with."))
    if account.kind != STAFF:
        raise VendorRefused(_("An account of a family has no agreement."))
    if not said.no_redisclosure:
        raise VendorRefused(_("Without the promise to pass nothing on, the agreement opens no account."))
    if said.ends_on is not None and said.ends_on < said.signed_on:
        raise VendorRefused(_("The agreement cannot end before it was signed."))
    agreement = ContractorAgreement(
        id=new_id(), account_id=account.id, reference=said.reference, signed_on=said.signed_on, ends_on=said.ends_on,
        no_redisclosure=said.no_redisclosure, entered_at=now, entered_by=actor,
    )  # fmt: skip
    account.vendor_id = vendor.id
    session.add(agreement)
    session.flush()
    journal.append(session, now, actor, "agreement.entered", f"account:{account.id}", agreement=agreement.id, vendor=vendor.id)
    return agreement


def terminate_vendor(session: Session, now: datetime, actor: str, vendor_id: str, words: str, today: date) -> int:
    """End the work with a vendor: its people are suspended for good, its data are due back in 30 days. How many accounts were closed."""
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.terminated_at is not None:
        raise VendorRefused(_("The work with this vendor ended before."))
    vendor.terminated_at, vendor.terminated_by, vendor.words, vendor.data_return_due_on = now, actor, words, today + DATA_RETURN
    accounts = session.scalars(select(Account.id).where(Account.vendor_id == vendor.id, Account.deactivated_at.is_(None))).all()
    for account_id in accounts:
        suspend(session, now, actor, account_id, SuspensionKind.PERMANENT, None, words)
    journal.append(session, now, actor, "vendor.terminated", f"vendor:{vendor.id}", accounts=len(accounts))
    return len(accounts)


def enter_data_return(session: Session, now: datetime, actor: str, vendor_id: str) -> None:
    """The vendor gave back, or destroyed with proof, what it held: the task is done."""
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.terminated_at is None or vendor.data_returned_at is not None:
        raise VendorRefused(_("Nothing is due back from this vendor."))
    vendor.data_returned_at = now
    journal.append(session, now, actor, "vendor.data_returned", f"vendor:{vendor.id}")
