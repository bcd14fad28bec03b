"""The link with which a person sets the first password: two days, one use, only its hash is kept."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from argon2 import PasswordHasher
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.actions import AccountRefused
from meetrec.people.duty_models import AccountInvitation
from meetrec.people.duty_queries import is_contractor, is_deactivated, newest_agreement
from meetrec.people.models import Account
from meetrec.platform.database import new_id

INVITATION_LIFE = timedelta(hours=48)


def invite(session: Session, now: datetime, actor: str, account: Account) -> str:
    """Make a link's code, to be shown this once; one made before counts no more. Raises `AccountRefused` for a closed account and one in use."""
    if is_deactivated(account):
        raise AccountRefused(_("This account is closed. Open it again first."))
    if account.activated_at is not None:
        raise AccountRefused(_("This person has a password already. A forgotten one is set anew with “meetrec accounts password” on the server."))
    code = token_urlsafe(32)
    open_ones = update(AccountInvitation).where(AccountInvitation.account_id == account.id, AccountInvitation.used_at.is_(None))
    session.execute(open_ones.where(AccountInvitation.expires_at > now).values(expires_at=now))
    session.add(AccountInvitation(id=new_id(), account_id=account.id, code_hash=_hash_of(code), made_at=now, made_by=actor, expires_at=now + INVITATION_LIFE))
    journal.append(session, now, actor, "account.invited", f"account:{account.id}")
    return code


def invited_account(session: Session, code: str, now: datetime) -> Account | None:
    """Whose first password this code sets; None for a code that is unknown, used or too old."""
    invitation = _open_invitation(session, code, now)
    account = session.get(Account, invitation.account_id) if invitation else None
    return account if account and not is_deactivated(account) else None


def accept_invitation(session: Session, now: datetime, code: str, password: str) -> Account:
    """Set the first password, whose strength the caller has looked at. `now` on the district's clock.

    Raises `AccountRefused` for a code that does not count, and for a contractor without an agreement in force (W-05).
    """
    invitation = _open_invitation(session, code, now, is_held=True)  # of one link sent twice at once, the second finds it used
    account = invited_account(session, code, now)
    if account is None or invitation is None:
        raise AccountRefused(_("This link was used before or is too old. Ask for a new one."))
    agreement = newest_agreement(session, account)
    if is_contractor(account) and not (agreement and agreement.is_in_force(now.date())):
        raise AccountRefused(_("The signed agreement with the district is not entered yet. The account opens when it is."))
    account.password, account.fs_uniquifier, account.activated_at = PasswordHasher().hash(password), token_urlsafe(32), now
    invitation.used_at = now
    journal.append(session, now, f"user:{account.id}", "account.activated", f"account:{account.id}")
    return account


def _open_invitation(session: Session, code: str, now: datetime, *, is_held: bool = False) -> AccountInvitation | None:
    found = select(AccountInvitation).where(AccountInvitation.code_hash == _hash_of(code), AccountInvitation.used_at.is_(None))
    still_open = found.where(AccountInvitation.expires_at > now)
    return session.scalars(still_open.with_for_update().execution_options(populate_existing=True) if is_held else still_open).first()


def _hash_of(code: str) -> str:
    """A code of 256 random bits needs no slow hash."""
    return sha256(code.encode()).hexdigest()
