"""Make accounts, and give them roles. Nothing here deletes one: roles end, and their history is kept (W-26, W-30)."""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_urlsafe

from argon2 import PasswordHasher
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.models import STAFF, Account, Role, RoleGrant
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError


class AccountRefused(MeetRecError):
    """An account or a role cannot be made as it was asked for; the sentence says why."""


def create_account(
    session: Session,
    now: datetime,
    actor: str,
    email: str,
    name: str,
    password: str | None = None,
    roles: Iterable[str] = (),
    *,
    kind: str = STAFF,
    is_demonstration: bool = False,
) -> Account:
    """Make one person's account; without a password nobody signs in with it yet. Raises `AccountRefused` for an address in use or an unknown role."""
    if session.scalars(select(Account.id).where(Account.email == email)).first():
        raise AccountRefused(_("There is an account for %(email)s already.", email=email))
    account = Account(
        id=new_id(), email=email, name=name, password=PasswordHasher().hash(password) if password else None, active=True, created_at=now,
        activated_at=now if password else None, fs_uniquifier=token_urlsafe(32), is_demonstration=is_demonstration, kind=kind,
    )  # fmt: skip
    session.add(account)
    session.flush()
    journal.append(session, now, actor, "account.created", f"account:{account.id}", demonstration=is_demonstration)
    for role in roles:
        give_role(session, now, actor, account, role)
    return account


def give_role(session: Session, now: datetime, actor: str, account: Account, role: str, school_id: str | None = None) -> RoleGrant:
    """Give an account a role; the same one twice is one grant. Raises `AccountRefused` for a role that is not there."""
    found = session.scalars(select(Role).where(Role.name == role)).first()
    if found is None:
        raise AccountRefused(_("There is no role %(role)s.", role=role))
    held = select(RoleGrant).where(RoleGrant.account_id == account.id, RoleGrant.role_id == found.id, RoleGrant.ended_at.is_(None))
    if same := session.scalars(held.where(RoleGrant.school_id == school_id)).first():
        return same
    grant = RoleGrant(id=new_id(), account_id=account.id, role=found, school_id=school_id, given_at=now, given_by=actor)
    session.add(grant)
    session.flush()
    session.expire(account, ["roles"])
    journal.append(session, now, actor, "role.given", f"account:{account.id}", role=role, school=school_id)
    return grant
