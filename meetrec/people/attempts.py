"""Tries to sign in: counted by address, and told to the journal (W-10, W-37)."""

from flask import current_app
from flask_login import current_user
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.models import Account
from meetrec.platform import clock
from meetrec.platform.rate_limits import SIGN_IN_ATTEMPTS, limiter


def _attempt() -> None:
    """One more try from this address; too many in a minute raise the 429 page, whatever was typed (W-10)."""


count_attempt = limiter.limit(SIGN_IN_ATTEMPTS)(_attempt)


def account_session() -> Session:
    """The session in which Flask-Security reads and changes the account of this request."""
    session: Session = current_app.extensions["meetrec.account_session"]()
    return session


def tell(verb: str, account: Account) -> None:
    """Write what happened to an account; it commits with the change itself."""
    who = f"user:{current_user.id}" if current_user.is_authenticated else "public"
    journal.append(account_session(), clock.now(), who, verb, f"account:{account.id}")


def tell_refusal() -> None:
    """A sign-in was refused; kept whatever becomes of the request."""
    session = account_session()
    journal.append(session, clock.now(), "public", "account.sign_in_refused", "sign-in")
    session.commit()
