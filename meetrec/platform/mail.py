"""Mail: every one waits as a row until the mail server took it, so that a page never waits for a server, and nothing is lost when it is away."""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from meetrec.platform.database import Database, new_id
from meetrec.platform.errors import MeetRecError
from meetrec.platform.mail_addresses import can_be_sent_to
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from meetrec.platform.settings_sections import Mail
from meetrec.platform.written_texts import settings_here, write

# Every mail there is: templates/mail/<name>.txt. None of them ever holds a pupil's name.
MAILS = (
    *("notice_received", "notice_matched", "meeting_moved", "meeting_cancelled"),
    *("account_invited", "identity_code_made", "second_factor_removed", "custodian_missing", "training_ends"),
)

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))
CLAIM = timedelta(minutes=5)  # for so long a mail is in the hands of one sender
AT_ONCE = 50  # in one round
PATIENCE = 20  # seconds for each answer of the mail server
TEXT_KEPT = timedelta(days=30)

log = structlog.get_logger()

Tell = Callable[[Session, datetime, OutgoingMail], None]


class AddressUnusable(MeetRecError):
    """What was given is no address to which a mail can go."""


class MailNotSent(MeetRecError):
    """The mail server did not take a mail. `is_final`: it never will."""

    def __init__(self, sentence: str, *, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.is_final = is_final


@dataclass(frozen=True)
class WrittenMail:
    """A mail as it would go out: one line, the text, and the same words as a page."""

    subject: str
    text: str
    html: str


def put_mail(session: Session, now: datetime, template: str, to: str, language: str, about: str, **values: object) -> OutgoingMail:
    """Write a mail and let it wait; it goes out with the next round of the timetable, and only if the caller's transaction commits.

    `about`: whom or what it concerns, as the journal names it (“notice:<id>”). `values`: what the template names (see
    `district/samples.py` for each); outside the application also `settings`. Raises `AddressUnusable`.
    """
    if not can_be_sent_to(to):
        raise AddressUnusable("A mail can only go to one address such as name@example.org.")
    written = write_mail(template, language, settings_here(values.pop("settings", None)), **values)
    mail = OutgoingMail(
        id=new_id(), to_address=to, template=template, language=language, about=about, subject=written.subject, text=written.text,
        html=written.html, made_at=now, due_at=now,
    )  # fmt: skip
    session.add(mail)
    session.flush()
    return mail


def write_mail(template: str, language: str, settings: Settings, **values: object) -> WrittenMail:
    """A mail in words. The text is the truth; the page is made of it, so that the two never differ."""
    if template not in MAILS:
        raise ValueError(f"there is no mail {template}")
    subject, _, text = write(f"mail/{template}.txt", language, settings, **values).partition("\n")
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    text = "\n\n".join(paragraphs) + "\n"
    return WrittenMail(subject.strip()[:200], text, write("mail/page.html", language, settings, subject=subject.strip(), paragraphs=paragraphs))


def send_due(database: Database, settings: Settings, now: datetime, tell: Tell | None = None) -> int:
    """Send what is due, one after the other; how many went out. Without a mail server everything waits.

    `tell` writes the journal in the transaction of each outcome. A mail is claimed before it is sent, so that two senders never send it both.
    If the machine stops between sending and noting, it goes out once more, under the same Message-ID: the reader's mailbox shows one.
    """
    if not settings.mail.host:
        return 0
    with database.reading() as session:
        due = session.scalars(select(OutgoingMail.id).where(OutgoingMail.due_at <= now).order_by(OutgoingMail.due_at).limit(AT_ONCE)).all()
    return sum(_send_one(database, settings, now, mail_id, tell) for mail_id in due)


def empty_old_texts(database: Database, now: datetime) -> int:
    """Empty the texts of mails that ended 30 days ago; that they went out, and to whom, stays. How many there were."""
    ended = func.coalesce(OutgoingMail.sent_at, OutgoingMail.failed_at)
    old = update(OutgoingMail).where(ended < now - TEXT_KEPT, OutgoingMail.text != "").values(text="", html=None)
    with database.writing() as session:
        return session.execute(old).rowcount  # type: ignore[attr-defined]


def send_now(settings: Settings, mail: OutgoingMail) -> None:
    """Hand one mail to the mail server. Raises `MailNotSent` with a sentence."""
    try:
        with _connected(settings.mail) as server:
            server.send_message(message_of(settings, mail))
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _not_sent(settings.mail, error) from error


def greet(settings: Settings) -> None:
    """Connect to the mail server as a mail would, and leave. Raises `MailNotSent` with a sentence."""
    try:
        with _connected(settings.mail) as server:
            server.noop()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _not_sent(settings.mail, error) from error


def message_of(settings: Settings, mail: OutgoingMail) -> EmailMessage:
    """The mail with its headers. No machine shall answer it (RFC 3834)."""
    message = EmailMessage()
    message["From"] = formataddr((settings.district.name, settings.mail.sender))
    message["To"] = mail.to_address
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.made_at)
    message["Message-ID"] = f"<{mail.id}@{settings.mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _send_one(database: Database, settings: Settings, now: datetime, mail_id: str, tell: Tell | None) -> bool:
    mail = _claimed(database, now, mail_id)
    if mail is None:
        return False
    fault: MailNotSent | None = None
    try:
        send_now(settings, mail)
    except MailNotSent as error:
        fault = error
        log.warning("mail.not_sent", mail=mail_id, tries=mail.tries, sentence=str(error))
    with database.writing() as session:
        kept = session.get_one(OutgoingMail, mail_id)
        _note(kept, now, fault)
        if tell and kept.due_at is None:
            tell(session, now, kept)
    return fault is None


def _claimed(database: Database, now: datetime, mail_id: str) -> OutgoingMail | None:
    """The mail, if it is still due and nobody else took it."""
    claim = update(OutgoingMail).where(OutgoingMail.id == mail_id, OutgoingMail.due_at <= now)
    with database.writing() as session:
        taken = session.execute(claim.values(due_at=now + CLAIM, tries=OutgoingMail.tries + 1)).rowcount == 1  # type: ignore[attr-defined]
        return session.get(OutgoingMail, mail_id) if taken else None


def _note(mail: OutgoingMail, now: datetime, fault: MailNotSent | None) -> None:
    """What became of a try: sent, tried again later, or given up."""
    mail.sentence = str(fault) if fault else None
    if fault is None:
        mail.sent_at, mail.due_at = now, None
    elif fault.is_final or mail.tries > len(WAITS):
        mail.failed_at, mail.due_at = now, None
    else:
        mail.due_at = now + WAITS[mail.tries - 1]


def _connected(mail: Mail) -> smtplib.SMTP:
    """A connection that is encrypted unless the server is this machine, and signed in if a name is set."""
    context = ssl.create_default_context(cafile=str(mail.authority) if mail.authority else None)
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
    try:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.username:
            server.login(mail.username, mail.password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _not_sent(mail: Mail, error: Exception) -> MailNotSent:
    """Only what the server says of this very mail for good ends it; what is wrong with the server or the settings is tried again."""
    if isinstance(error, ssl.SSLError):  # first: a certificate that does not hold counts as a ValueError too
        return MailNotSent(f"The mail server {mail.host} could not be trusted: {error}. If its certificate is the district's own, set mail.authority.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return MailNotSent(f"The mail server does not take mail for this address: {_readable(words)}", is_final=code >= 500)
    if isinstance(error, smtplib.SMTPDataError):
        return MailNotSent(f"The mail server did not take this mail: {_readable(error.smtp_error)}", is_final=error.smtp_code >= 500)
    if isinstance(error, (smtplib.SMTPNotSupportedError, ValueError)):
        return MailNotSent(f"The mail server cannot take a mail for this address: {error}", is_final=isinstance(error, ValueError))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailNotSent(f"The mail server {mail.host} refused the name and password of the settings: {_readable(error.smtp_error)}")
    if isinstance(error, smtplib.SMTPResponseException):
        return MailNotSent(f"The mail server {mail.host} refused: {_readable(error.smtp_error)}")
    return MailNotSent(f"The mail server {mail.host}:{mail.port} cannot be reached: {error}")


def _readable(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
