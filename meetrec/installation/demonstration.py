"""The demonstration district: made once, its data kept, with sign-ins of its own that a real district refuses."""

from datetime import date, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.installation.actions import enroll_kiosk
from meetrec.installation.demonstration_family import ADDRESS, PARENT, keep_family
from meetrec.installation.district import ACCOUNTS, one_hour, small_account, small_district
from meetrec.installation.errors import InstallationError
from meetrec.installation.sign_ins import FILE_NAME, sign_ins, write_sign_ins
from meetrec.kiosk.enrolment import own_signer
from meetrec.meetings.actions import plan_meeting
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.people.duty_actions import enter_training
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.models import STAFF, Account, School
from meetrec.people.training import TrainingModule
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.durable_files import write_durably
from meetrec.platform.settings import Settings
from meetrec.platform.settings_file import write_settings_file
from meetrec.recordings.enrolment import revoke

DISTRICT_NAME = "Demonstration School District"
KIOSK_TOKEN = "kiosk-token"  # noqa: S105 – the name of a file
# Far enough for a notice in time, near enough to be on the kiosk's list.
FIRST_MEETING_IN = timedelta(hours=26)
TRAINING_KEPT = timedelta(days=30)  # a demonstration's training is entered anew when it is older


def demonstration_settings(data_dir: Path) -> dict[str, Any]:
    """What the demonstration's settings file says."""
    return {
        "data_dir": data_dir,
        "district": {"name": DISTRICT_NAME, "demonstration": True},
        "kiosk": {"token_file": data_dir / KIOSK_TOKEN},
    }


def write_demonstration_settings(path: Path, data_dir: Path) -> None:
    """Write the settings file once; an existing one is kept."""
    if not path.exists():
        write_settings_file(path, demonstration_settings(data_dir))


def make_demonstration(settings: Settings, database: Database) -> None:
    """Make the district with one password for its accounts, kept in a private file beside the data."""
    password = token_urlsafe(12)
    made = small_district(database, settings, password, _next_start(clock.now()))
    with database.writing() as session:
        keep_family(session, clock.now(), password)
    write_durably(settings.data_dir / KIOSK_TOKEN, made.kiosk_token.encode())
    _write_sign_ins(settings, password)


def _write_sign_ins(settings: Settings, password: str) -> None:
    write_sign_ins(settings, {**{key: email for key, (email, _name, _role) in ACCOUNTS.items()}, PARENT: ADDRESS}, password)


def require_whole_demonstration(settings: Settings) -> None:
    """Refuse a demonstration whose making was cut off after the database was filled: its passwords were never written down."""
    if not all((settings.data_dir / name).exists() for name in (KIOSK_TOKEN, FILE_NAME)):
        raise InstallationError(f"The demonstration in {settings.data_dir} was interrupted while it was made. Remove that folder and start again.")


def keep_kiosk_enrolled(session: Session, settings: Settings) -> None:
    """Enrol the room's kiosk anew where the demonstration was made before kiosks signed what they deliver."""
    now = clock.now()
    for keyless in session.scalars(select(Kiosk).where(Kiosk.public_key.is_(None), Kiosk.revoked_at.is_(None))).all():
        revoke(session, now, "system", keyless.id)
        _kiosk, token = enroll_kiosk(session, now, keyless.room, own_signer(settings))
        write_durably(settings.data_dir / KIOSK_TOKEN, token.encode())


def keep_accounts(session: Session, settings: Settings) -> None:
    """Add the accounts that a demonstration of before did not have, and keep everybody's training current (W-20)."""
    now = clock.now()
    today = clock.in_zone(now, settings.district.zone).date()
    known = {account.email: account for account in session.scalars(select(Account).where(Account.is_demonstration))}
    missing = [key for key, (email, _name, _role) in ACCOUNTS.items() if email not in known]
    if missing or ADDRESS not in known:
        password, school = next(iter(sign_ins(settings).values()))["password"], session.scalars(select(School).limit(1)).one()
        for key in missing:
            small_account(session, now, key, password, school, today)
        keep_family(session, now, password)
        _write_sign_ins(settings, password)
    known[ACCOUNTS["custodian"][0]].certificated = True  # B-03
    for account in known.values():
        if account.kind == STAFF:
            _keep_trained(session, now, account, today)


def _keep_trained(session: Session, now: datetime, account: Account, today: date) -> None:
    lately = select(TrainingCompletion.module).where(TrainingCompletion.account_id == account.id, TrainingCompletion.completed_on > today - TRAINING_KEPT)
    known = set(session.scalars(lately))
    for module in TrainingModule:
        if module.value not in known:
            enter_training(session, now, "system", account, module, today)


def keep_a_meeting_ahead(session: Session) -> Meeting | None:
    """Plan another demonstration meeting when the last one is less than a day away; the new one, if any."""
    now = clock.now()
    latest = session.scalars(select(Meeting).order_by(Meeting.start.desc()).limit(1)).one()
    if latest.start > now + timedelta(hours=24):
        return None
    return plan_meeting(session, now, "system", one_hour(latest.student, latest.room, _next_start(now)))


def _next_start(now: datetime) -> datetime:
    """A quarter of an hour, some 26 hours from now."""
    moment = now + FIRST_MEETING_IN
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
