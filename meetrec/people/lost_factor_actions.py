"""Take away the second step of somebody whose telephone or key is lost; they set it up anew (W-10)."""

from datetime import datetime
from secrets import token_urlsafe

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.actions import AccountRefused, forget_second_factor
from meetrec.people.models import Account


def has_second_factor(account: Account) -> bool:
    """Whether anything is there that a lost telephone or key would keep from its person."""
    return bool(account.tf_primary_method or account.tf_totp_secret or account.mf_recovery_codes or account.webauthn)


def remove_second_factor(session: Session, now: datetime, actor: str, account: Account) -> None:
    """Take away the authenticator, the recovery codes and every passkey, and end the sessions: whoever found the device gets in with none of them.

    Raises `AccountRefused` for one's own account, which would make one person both who asks and who agrees, and where nothing is set up.
    """
    if actor == f"user:{account.id}":
        raise AccountRefused(_("Nobody takes away their own second step here. Ask another administrator."))
    if not has_second_factor(account):
        raise AccountRefused(_("No second step is set up for this account."))
    passkeys = forget_second_factor(account)
    account.fs_uniquifier = token_urlsafe(32)
    journal.append(session, now, actor, "account.second_factor_removed", f"account:{account.id}", passkeys=passkeys)
