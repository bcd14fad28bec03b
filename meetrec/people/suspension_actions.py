"""Keep one person or everybody out in one action, and let them in again (W-33, W-34)."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.duty_models import CalendarFeed, Suspension
from meetrec.people.models import Account
from meetrec.people.standing import SuspensionKind
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError


class SuspensionRefused(MeetRecError):
    """A suspension cannot be made or lifted as it was asked for; the sentence says why."""


def suspend(session: Session, now: datetime, actor: str, account_id: str | None, kind: str, until: datetime | None, reason: str) -> Suspension:
    """Keep an account out, or everybody (None) but the one who acts; calendar addresses of all concerned end with it.

    The gate asks at each request and ends the session there, with the page that says where to turn; so the next request of each is the last.
    `until` belongs to a temporary suspension and to no permanent one. Raises `SuspensionRefused`.
    """
    own = actor.removeprefix("user:") if actor.startswith("user:") else None
    _require_sense(session, now, account_id, own, kind, until)
    suspension = Suspension(
        id=new_id(), account_id=account_id, spared_id=own if account_id is None else None, kind=SuspensionKind(kind).value, until=until, reason=reason,
        began_at=now, began_by=actor,
    )  # fmt: skip
    session.add(suspension)
    _revoke_feeds(session, now, account_id, suspension.spared_id)
    concerned = len(_concerned(session, account_id, suspension.spared_id))
    subject = f"account:{account_id}" if account_id else "accounts"
    journal.append(session, now, actor, "access.suspended", subject, suspension=suspension.id, kind=kind, accounts=concerned)
    return suspension


def lift(session: Session, now: datetime, actor: str, suspension_id: str) -> Suspension:
    """Let in again whom a suspension kept out; no session of before goes on, everybody signs in anew. Raises `SuspensionRefused`."""
    suspension = session.get(Suspension, suspension_id)
    if suspension is None or suspension.lifted_at is not None:
        raise SuspensionRefused(_("This suspension is over already."))
    suspension.lifted_at, suspension.lifted_by = now, actor
    _end_sessions(session, _concerned(session, suspension.account_id, suspension.spared_id))
    subject = f"account:{suspension.account_id}" if suspension.account_id else "accounts"
    journal.append(session, now, actor, "access.restored", subject, suspension=suspension.id)
    return suspension


def _require_sense(session: Session, now: datetime, account_id: str | None, own: str | None, kind: str, until: datetime | None) -> None:
    if kind not in set(SuspensionKind):
        raise SuspensionRefused(_("Choose how long the suspension lasts."))
    if kind == SuspensionKind.TEMPORARY and (until is None or until <= now):
        raise SuspensionRefused(_("A temporary suspension needs a day and a time to come at which it ends."))
    if kind == SuspensionKind.PERMANENT and until is not None:
        raise SuspensionRefused(_("A permanent suspension has no end. Leave day and time empty."))
    if account_id is not None and session.get(Account, account_id) is None:
        raise SuspensionRefused(_("There is no such account."))
    if account_id is not None and account_id == own:
        raise SuspensionRefused(_("Nobody suspends their own account. Ask another administrator or the superintendent."))


def _concerned(session: Session, account_id: str | None, spared_id: str | None) -> Sequence[str]:
    """The account, or everybody's but the one spared."""
    if account_id is not None:
        return [account_id]
    return session.scalars(select(Account.id).where(Account.id.is_distinct_from(spared_id))).all()


def _revoke_feeds(session: Session, now: datetime, account_id: str | None, spared_id: str | None) -> None:
    feeds = update(CalendarFeed).where(CalendarFeed.revoked_at.is_(None))
    one = feeds.where(CalendarFeed.account_id == account_id)
    session.execute((one if account_id else feeds.where(CalendarFeed.account_id.is_distinct_from(spared_id))).values(revoked_at=now))


def _end_sessions(session: Session, accounts: Sequence[str]) -> None:
    """Whatever cookie is left names a session that is no more."""
    session.flush()
    if accounts:
        session.execute(update(Account), [{"id": account_id, "fs_uniquifier": token_urlsafe(32)} for account_id in accounts])
