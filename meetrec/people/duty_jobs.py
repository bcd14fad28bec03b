"""What the timetable watches of duties: offices of custodians that nobody holds or several, and trainings that end soon (B-03, B-04, W-20)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.journal.models import JournalEntry
from meetrec.people.custody_queries import Office, offices
from meetrec.people.duty_queries import trainings_of
from meetrec.people.models import STAFF, Account, Role, RoleGrant
from meetrec.people.roles import CUSTODY_ROLES
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.mail import put_mail
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings

A_DAY = timedelta(days=1)
AHEAD = (timedelta(days=7), timedelta(days=30))  # before the last day of a training, the nearer first
MISSING, PRESENT = "custodian.missing", "custodian.present"


def watch_custodians(database: Database, settings: Settings, now: datetime) -> None:
    """Journal each gap once, and its end; while there is one, mail those who name custodians once a day."""
    with database.writing() as session:
        found = offices(session)
        for office in found:
            _tell_change(session, now, office)
        empty = [office.school.name if office.school else settings.district.name for office in found if not office.is_in_order]
        if empty and settings.mail.host:
            _mail_once_a_day(session, settings, now, empty)


def tell_ending_trainings(database: Database, settings: Settings, now: datetime) -> None:
    """One mail 30 days and one 7 days before a training ends, late if the timetable stood still meanwhile."""
    if not settings.mail.host:
        return
    today = clock.in_zone(now, settings.district.zone).date()
    with database.writing() as session:
        wanted = select(Account).where(Account.kind == STAFF, Account.deactivated_at.is_(None), Account.is_demonstration.is_(False))
        accounts = session.scalars(wanted).all()
        standing = trainings_of(session, accounts, today)
        for account in accounts:
            ends_on = standing[account.id].ends_on
            if ends_on and ends_on >= today:
                _tell_ending_training(session, settings, now, account, ends_on, today)


def _tell_change(session: Session, now: datetime, office: Office) -> None:
    told = select(JournalEntry.verb).where(JournalEntry.verb.in_((MISSING, PRESENT)), JournalEntry.subject == office.subject)
    newest = session.scalars(told.order_by(JournalEntry.sequence.desc()).limit(1)).first()
    if not office.is_in_order and newest != MISSING:
        journal.append(session, now, "system", MISSING, office.subject)
    elif office.is_in_order and newest == MISSING:
        journal.append(session, now, "system", PRESENT, office.subject)


def _mail_once_a_day(session: Session, settings: Settings, now: datetime, places: list[str]) -> None:
    for account in _who_names_custodians(session):
        about = f"account:{account.id}"
        if not _was_mailed(session, "custodian_missing", about, now - A_DAY):
            put_mail(session, now, "custodian_missing", account.email, account.language, about, settings=settings, places=places)


def _who_names_custodians(session: Session) -> Iterable[Account]:
    held = select(RoleGrant.account_id).join(Role).where(Role.name.in_(CUSTODY_ROLES), RoleGrant.ended_at.is_(None))
    return session.scalars(select(Account).where(Account.id.in_(held), Account.deactivated_at.is_(None), Account.is_demonstration.is_(False)))


def _tell_ending_training(session: Session, settings: Settings, now: datetime, account: Account, ends_on: date, today: date) -> None:
    stage = next((ahead for ahead in AHEAD if ends_on - today <= ahead), None)
    about = f"account:{account.id}"
    if stage is None or _was_mailed(session, "training_ends", about, now - (stage - (ends_on - today)) - A_DAY / 2):
        return
    put_mail(session, now, "training_ends", account.email, account.language, about, settings=settings, name=account.name, ends_on=ends_on)


def _was_mailed(session: Session, template: str, about: str, since: datetime) -> bool:
    mails = select(OutgoingMail.id).where(OutgoingMail.template == template, OutgoingMail.about == about, OutgoingMail.made_at > since)
    return session.scalars(mails.limit(1)).first() is not None
