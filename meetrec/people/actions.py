"""Make accounts, give and end roles, close accounts. Nothing here deletes one: roles end, and their history is kept (W-26, W-30)."""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_urlsafe

from argon2 import PasswordHasher
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.account_rules import is_full_name, is_shared_address
from meetrec.people.duty_models import AccountInvitation, CalendarFeed
from meetrec.people.models import STAFF, Account, Role, RoleGrant
from meetrec.people.roles import ADMINISTRATOR, DISTRICT_CUSTODIAN, SITE_CUSTODIAN
from meetrec.people.suspension_actions import lift, suspend
from meetrec.people.words import DEACTIVATION_REASONS
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError

__all__ = [
    "AccountRefused",
    "change_account",
    "create_account",
    "deactivate",
    "end_role",
    "forget_second_factor",
    "give_role",
    "lift",
    "reactivate",
    "suspend",
]


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
    """Make one person's account; without a password nobody signs in with it yet.

    Raises `AccountRefused` for an address in use, an address or a name that is no one person's (W-10), or an unknown role.
    """
    if session.scalars(select(Account.id).where(Account.email == email)).first():
        raise AccountRefused(_("There is an account for %(email)s already.", email=email))
    if kind == STAFF and not is_demonstration:
        require_one_person(email, name)
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


def require_one_person(email: str, name: str) -> None:
    """Refuse what several people would share (W-10)."""
    if is_shared_address(email):
        raise AccountRefused(
            _("%(email)s looks like the address of an office or a team. An account belongs to one person: use that person's own.", email=email)
        )
    if not is_full_name(name):
        raise AccountRefused(_("Enter the given and the family name of the person. An account belongs to one person."))


def give_role(session: Session, now: datetime, actor: str, account: Account, role: str, school_id: str | None = None) -> RoleGrant:
    """Give an account a role; the same one twice is one grant. Raises `AccountRefused` for a role that is not there or an office that is taken."""
    found = hold_role(session, role)
    if found is None:
        raise AccountRefused(_("There is no role %(role)s.", role=role))
    held = select(RoleGrant).where(RoleGrant.account_id == account.id, RoleGrant.role_id == found.id, RoleGrant.ended_at.is_(None))
    if same := session.scalars(held.where(RoleGrant.school_id == school_id)).first():
        return same
    _require_may_hold(session, account, role, school_id)
    grant = RoleGrant(id=new_id(), account_id=account.id, role=found, school_id=school_id, given_at=now, given_by=actor)
    session.add(grant)
    session.flush()
    session.expire(account, ["roles"])
    journal.append(session, now, actor, "role.given", f"account:{account.id}", role=role, school=school_id)
    return grant


def hold_role(session: Session, role: str) -> Role | None:
    """The role, held until the transaction ends: of two who give or end it at once, the second sees what the first did. SQLite has one writer anyway."""
    return session.scalars(select(Role).where(Role.name == role).with_for_update()).first()


def end_role(session: Session, now: datetime, actor: str, grant_id: str) -> RoleGrant:
    """End a role at once (W-30); ending it twice changes nothing. Raises `AccountRefused` for one that is not there, or the last administrator's."""
    grant = session.get(RoleGrant, grant_id)
    if grant is None:
        raise AccountRefused(_("This role is not there."))
    hold_role(session, grant.role.name)
    session.refresh(grant, ["ended_at", "ended_by"])
    if grant.ended_at is not None:
        return grant
    if grant.role.name == ADMINISTRATOR:
        _require_another_administrator(session, grant.account_id)
    grant.ended_at, grant.ended_by = now, actor
    session.flush()
    session.expire(session.get_one(Account, grant.account_id), ["roles"])
    journal.append(session, now, actor, "role.ended", f"account:{grant.account_id}", role=grant.role.name, school=grant.school_id)
    return grant


def deactivate(session: Session, now: datetime, actor: str, account: Account, because: str) -> None:
    """Close an account for good: sessions, roles, invitations and calendar addresses end, everything else is kept (W-26).

    `because` is a key of `DEACTIVATION_REASONS`. Raises `AccountRefused` for another one, for an account closed before, and for the last administrator's.
    """
    if because not in DEACTIVATION_REASONS:
        raise AccountRefused(_("Choose why the account is closed."))
    if account.deactivated_at is not None:
        raise AccountRefused(_("This account was closed before."))
    for grant in _grants_of(session, account):
        end_role(session, now, actor, grant.id)
    account.active, account.fs_uniquifier = False, token_urlsafe(32)
    account.deactivated_at, account.deactivated_by, account.deactivated_because = now, actor, because
    _end_addresses_of(session, now, account)
    journal.append(session, now, actor, "account.deactivated", f"account:{account.id}", because=because)


def reactivate(session: Session, now: datetime, actor: str, account: Account) -> None:
    """Open an account again: it holds no role and needs a new invitation, so that nobody comes back with a password of before.

    Nor with a passkey, an authenticator or the person at the provider of before: whoever has them now need not be the person.
    """
    if account.deactivated_at is None:
        raise AccountRefused(_("This account is open."))
    account.active, account.fs_uniquifier, account.activated_at = True, token_urlsafe(32), None
    account.deactivated_at = account.deactivated_by = account.deactivated_because = None
    account.password = account.oidc_subject = None
    forget_second_factor(account)
    journal.append(session, now, actor, "account.reactivated", f"account:{account.id}")


def forget_second_factor(account: Account) -> int:
    """Take away the authenticator, the recovery codes and every passkey of an account; how many passkeys there were."""
    account.tf_primary_method = account.tf_totp_secret = account.totp_last_counter = account.mf_recovery_codes = None
    passkeys = len(account.webauthn)
    account.webauthn.clear()
    return passkeys


def change_account(session: Session, now: datetime, actor: str, account: Account, name: str, language: str, *, certificated: bool) -> None:
    """Change what an account says of its person. Raises `AccountRefused`: the district's custodian stays certificated (B-03)."""
    if not certificated and any(grant.role.name == DISTRICT_CUSTODIAN for grant in _grants_of(session, account)):
        raise AccountRefused(_("This person is the custodian of the district, who must be certificated. Hand the office over first."))
    if account.kind == STAFF and not account.is_demonstration:
        require_one_person(account.email, name)
    account.name, account.language, account.certificated = name, language, certificated
    journal.append(session, now, actor, "account.changed", f"account:{account.id}", certificated=certificated)


def _grants_of(session: Session, account: Account) -> list[RoleGrant]:
    held = select(RoleGrant).where(RoleGrant.account_id == account.id, RoleGrant.ended_at.is_(None))
    return list(session.scalars(held.order_by(RoleGrant.role_id)))  # in one order for all, so that two who end several never wait for each other


def _end_addresses_of(session: Session, now: datetime, account: Account) -> None:
    feeds = update(CalendarFeed).where(CalendarFeed.account_id == account.id, CalendarFeed.revoked_at.is_(None))
    session.execute(feeds.values(revoked_at=now))
    invitations = update(AccountInvitation).where(AccountInvitation.account_id == account.id, AccountInvitation.used_at.is_(None))
    session.execute(invitations.where(AccountInvitation.expires_at > now).values(expires_at=now))


def _require_may_hold(session: Session, account: Account, role: str, school_id: str | None) -> None:
    if account.kind != STAFF:
        raise AccountRefused(_("An account of a family holds no role."))
    if account.deactivated_at is not None:
        raise AccountRefused(_("This account is closed. Open it again first."))
    if role == DISTRICT_CUSTODIAN and not account.certificated:  # B-03
        raise AccountRefused(_("The custodian of the district must be a certificated employee, and this account does not say so."))
    if role == SITE_CUSTODIAN and school_id is None:  # B-04
        raise AccountRefused(_("Choose the school whose records this custodian keeps."))
    if role in (DISTRICT_CUSTODIAN, SITE_CUSTODIAN) and _is_taken(session, role, school_id):
        raise AccountRefused(_("Somebody holds this office already. Hand it over on the page of custodians, so that one person holds it at any time."))


def _is_taken(session: Session, role: str, school_id: str | None) -> bool:
    held = select(RoleGrant.id).join(Role).where(Role.name == role, RoleGrant.ended_at.is_(None), RoleGrant.school_id == school_id)
    return session.scalars(held).first() is not None


def _require_another_administrator(session: Session, account_id: str) -> None:
    others = select(RoleGrant.id).join(Role).where(Role.name == ADMINISTRATOR, RoleGrant.ended_at.is_(None), RoleGrant.account_id != account_id)
    if session.scalars(others).first() is None:
        raise AccountRefused(_("This is the last administrator. Make somebody else an administrator first."))
