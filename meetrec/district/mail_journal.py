"""What the journal keeps of a mail that ended: which one, and about whom; never the address or a word of it (W-37)."""

from datetime import datetime

from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.platform.mail_models import OutgoingMail


def tell_of_mail(session: Session, now: datetime, mail: OutgoingMail) -> None:
    """Write down that a mail went out, or was given up. In the transaction of its outcome."""
    verb = "mail.sent" if mail.sent_at else "mail.failed"
    journal.append(session, now, "system", verb, mail.about, template=mail.template, mail=mail.id, tries=mail.tries)
