"""The password of an account closes for a while after too many refused tries in a row; its person learns no more than anybody else (W-10)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, cast

from flask import current_app
from flask_security import UserMixin
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.journal.models import JournalEntry
from meetrec.platform import clock
from meetrec.platform.settings_sections import SignIn
from meetrec.platform.web import settings

WHY_NOT_HERE = "meetrec.why_not_here"  # the extension that answers it: a sentence for an account that may not sign in here and now

REFUSED_CODE, ENDS_A_ROW = "account.second_factor_refused", ("account.signed_in", "account.unlocked")


class CountsTries(Protocol):
    """What of an account is counted here."""

    id: str
    failed_tries: int
    locked_until: datetime | None


class Lockable(UserMixin):
    """What Flask-Security asks an account: note that a try was refused, and say whether signing in is closed."""

    def track_failed_authn(self: CountsTries, auth_type: str, tfa: bool = False) -> None:
        """Count one refused password, code or passkey, and keep the count whatever becomes of the request."""
        session: Session = current_app.extensions["meetrec.account_session"]()
        count_refused_try(session, clock.now(), self, settings().sign_in)
        session.commit()

    def is_locked(self: CountsTries, form_error: list[str] | None = None) -> bool:
        """Whether the account may not sign in here and now. Asked after a password, passkey or single sign-on was right."""
        sentence = cast(Callable[[CountsTries], str | None], current_app.extensions[WHY_NOT_HERE])(self)
        if sentence and form_error is not None:
            form_error.append(sentence)
        return sentence is not None


def count_refused_try(session: Session, now: datetime, account: CountsTries, rule: SignIn) -> None:
    """One more refused try; the last of too many closes the password for some minutes. Tries while it is closed do not prolong that."""
    if account.locked_until is not None and account.locked_until > now:
        return
    account.locked_until = None
    account.failed_tries += 1
    if account.failed_tries >= rule.lock_after:
        account.failed_tries, account.locked_until = 0, now + timedelta(minutes=rule.lock_minutes)
        journal.append(session, now, "system", "account.locked", f"account:{account.id}", minutes=rule.lock_minutes)


def are_codes_closed(session: Session, now: datetime, account: CountsTries, rule: SignIn) -> bool:
    """Whether too many codes were refused of late: six figures must not be tried out, also where no password came before them."""
    since = now - timedelta(minutes=rule.lock_minutes)
    told = select(JournalEntry.verb).where(JournalEntry.subject == f"account:{account.id}", JournalEntry.at > since)
    in_a_row = 0
    for verb in session.scalars(told.where(JournalEntry.verb.in_((REFUSED_CODE, *ENDS_A_ROW))).order_by(JournalEntry.sequence)):
        in_a_row = in_a_row + 1 if verb == REFUSED_CODE else 0
    return in_a_row >= rule.lock_after


def forget_refused_tries(account: CountsTries) -> None:
    """The person signed in."""
    account.failed_tries, account.locked_until = 0, None


def unlock(session: Session, now: datetime, actor: str, account: CountsTries) -> None:
    """Open an account that too many refused tries had closed, before its time is over."""
    forget_refused_tries(account)
    journal.append(session, now, actor, "account.unlocked", f"account:{account.id}")
