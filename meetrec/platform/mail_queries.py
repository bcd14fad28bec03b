"""Read the mails: what waits, and what was given up."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.platform.mail_models import OutgoingMail

MOST_SHOWN = 50


def waiting(session: Session) -> Sequence[OutgoingMail]:
    """Every mail that is still to go out, the oldest first."""
    return session.scalars(select(OutgoingMail).where(OutgoingMail.due_at.is_not(None)).order_by(OutgoingMail.made_at)).all()


def given_up(session: Session) -> Sequence[OutgoingMail]:
    """The newest mails that no server took."""
    return session.scalars(select(OutgoingMail).where(OutgoingMail.failed_at.is_not(None)).order_by(OutgoingMail.failed_at.desc()).limit(MOST_SHOWN)).all()
