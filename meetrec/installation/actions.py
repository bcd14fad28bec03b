"""Make an installation: keys, schema, roles, the first accounts, rooms and kiosks. Each step can be repeated without harm."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from secrets import token_urlsafe

from argon2 import PasswordHasher
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from meetrec.capture.signing import ENROLMENT, KioskSigner
from meetrec.custody.key_provider import FileKeyProvider
from meetrec.custody.keyring import Keyring, keyring_exists
from meetrec.installation.errors import InstallationError
from meetrec.journal import actions as journal
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Kiosk, Room
from meetrec.people import actions as people
from meetrec.people.models import Account, Role, School, Student
from meetrec.people.names import name_key
from meetrec.people.passwords import normal, why_too_weak
from meetrec.people.roles import ROLES
from meetrec.people.roster_models import SchoolEnrolment
from meetrec.platform import migrate
from meetrec.platform.database import Database, new_id
from meetrec.platform.district_keys import KEY_FILE_NAME, generate_district_key, load_district_key, store_district_key
from meetrec.platform.durable_files import make_private_folder, write_new_durably
from meetrec.platform.enrolment_codes import proof_content
from meetrec.platform.keys import create_key_file, key_in_file
from meetrec.platform.recovery_sheet import parse_recovery_sheet, render_recovery_sheet
from meetrec.platform.settings import Settings, check_section
from meetrec.platform.settings_sections import District
from meetrec.recordings import enrolment

DISTRICT_KEY = "district-key"
WRAPPING_KEY = "wrapping-key-"  # and the generation
ACCOUNT_SECRETS = "account-secrets"
RECEIPT_KEY = "receipt-key"
RESERVED_DOMAIN = ".example"  # RFC 2606: never a real address


def is_set_up(database: Database) -> bool:
    """Whether a district lives in this database already."""
    with database.reading() as session:
        if not inspect(session.connection()).has_table(JournalEntry.__tablename__):
            return False
        return session.scalars(select(JournalEntry).where(JournalEntry.verb == "district.initialised")).first() is not None


def create_keys(settings: Settings) -> None:
    """Make the keyring, the district's key and the installation's own keys, in the keyring's folder; what an interrupted set-up made already is kept."""
    if not keyring_exists(settings.keyring_dir):
        Keyring.create(settings.keyring_dir)
    if not (settings.keyring_dir / KEY_FILE_NAME).exists():
        generate_district_key(settings.keyring_dir)
    for path in (settings.secret_file, settings.account_secrets_file, settings.receipt_key_file):
        key_in_file(path)


def recovery_sheet(settings: Settings) -> str:
    """The keys as lines to print and lock away: without them neither recordings on the way nor stored ones can be opened.

    The last two cost less when lost: everybody sets up a second factor anew, and receipts of before are signed by a key that is no longer the district's.
    """
    generation = Keyring(settings.keyring_dir).generation
    secrets = {
        DISTRICT_KEY: load_district_key(settings.keyring_dir).private_bytes,
        f"{WRAPPING_KEY}{generation}": FileKeyProvider(settings.keyring_dir).secret(generation),
        ACCOUNT_SECRETS: key_in_file(settings.account_secrets_file),
        RECEIPT_KEY: key_in_file(settings.receipt_key_file),
    }
    return render_recovery_sheet(secrets, heading=f"KEY-RECOVERY SHEET · {settings.district.name}")


def restore_keys(settings: Settings, sheet: str) -> tuple[str, ...]:
    """Put back the keys typed from a recovery sheet; the labels of those put back. A key that is there is left as it is and refused."""
    secrets = parse_recovery_sheet(sheet)
    provider = FileKeyProvider(settings.keyring_dir)
    make_private_folder(settings.keyring_dir)
    own = {ACCOUNT_SECRETS: settings.account_secrets_file, RECEIPT_KEY: settings.receipt_key_file}
    for label, key in secrets.items():
        if label == DISTRICT_KEY:
            store_district_key(settings.keyring_dir, key)
        elif label.startswith(WRAPPING_KEY):
            provider.restore(int(label.removeprefix(WRAPPING_KEY)), key)
        elif label in own:
            with suppress(FileExistsError):  # made anew by whoever needed it first, or never lost
                write_new_durably(own[label], key)
        else:
            raise InstallationError(f"The sheet holds a key called {label}, which this version does not know. Nothing more was put back.")
    if not settings.secret_file.exists():  # it only signs sessions: a new one costs everybody a sign-in
        create_key_file(settings.secret_file)
    return tuple(secrets)


def require_zone(name: str) -> None:
    """Refuse what is no time zone."""
    check_section(District, "district", {"zone": name})


def require_real_address(email: str) -> None:
    """Refuse what is no e-mail address, and those of the demonstration."""
    name, _at, domain = email.partition("@")
    if not name or "." not in domain or domain.endswith(RESERVED_DOMAIN) or " " in email:
        raise InstallationError(f"“{email}” cannot be somebody's address: give a real one. Demonstration accounts are for “meetrec init --demonstration”.")


def require_no_demonstration(settings: Settings, session: Session) -> None:
    """A real district never runs with demonstration accounts in its database."""
    if settings.district.demonstration:
        return
    if session.scalars(select(Account).where(Account.is_demonstration)).first():
        raise InstallationError(
            "This database holds demonstration accounts, and the settings say it is a real district. "
            "Set up a real district with “meetrec init” in a new folder."
        )


def install(database: Database) -> None:
    """Bring the database to the newest schema and make the roles."""
    migrate.upgrade(database)
    with database.writing() as session:
        known = set(session.scalars(select(Role.name)))
        session.add_all(Role(name=name, description=text) for name, text in ROLES.items() if name not in known)


def create_account(session: Session, now: datetime, email: str, name: str, password: str, roles: Iterable[str], *, district: str) -> Account:
    """Make one person's account. Raises `InstallationError` for a password that is easy to guess, `AccountRefused` for an address in use."""
    require_strong(password, email=email, name=name, district=district)
    return people.create_account(session, now, "system", email, name, normal(password), roles)


def set_password(session: Session, now: datetime, email: str, password: str, *, district: str) -> Account:
    """Give an account a new password; whoever was signed in with the old one is signed out."""
    account = session.scalars(select(Account).where(Account.email == email)).first()
    if account is None:
        raise InstallationError(f"There is no account for {email}.")
    require_strong(password, email=email, name=account.name, district=district)
    account.password, account.fs_uniquifier = PasswordHasher().hash(normal(password)), token_urlsafe(32)
    account.activated_at = account.activated_at or now
    journal.append(session, now, "system", "account.password_changed", f"account:{account.id}")
    return account


def require_strong(password: str, *, email: str, name: str, district: str) -> None:
    """The one rule for passwords, as on the pages (W-10). Raises `InstallationError` with its sentence."""
    if why := why_too_weak(normal(password), email=email, name=name, district=district):
        raise InstallationError(why)


def create_school(session: Session, name: str) -> School:
    """A school of the district."""
    school = School(id=new_id(), name=name)
    session.add(school)
    session.flush()
    return school


def create_room(session: Session, school: School, name: str) -> Room:
    """A meeting room of a school."""
    room = Room(id=new_id(), school_id=school.id, name=name)
    session.add(room)
    session.flush()
    return room


def enroll_kiosk(session: Session, now: datetime, room: Room, signer: KioskSigner, *, is_reserve: bool = False) -> tuple[Kiosk, str]:
    """Invite and enrol a machine whose signing key is at hand, as the demonstration's is: the same two steps, without the network between them.

    The kiosk, and its token.
    """
    _invitation, code = enrolment.invite(session, now, "system", room, is_reserve=is_reserve)
    proof = signer.sign(ENROLMENT, proof_content(code, signer.public_bytes))
    return enrolment.enroll(session, now, enrolment.Application(code, signer.public_bytes, proof))


def create_student(session: Session, now: datetime, school: School, given_name: str, family_name: str, birth_date: date | None = None) -> Student:
    """A pupil of a school. Raises `InstallationError` when there is one of that name there already."""
    same = select(Student).where(Student.school_id == school.id, Student.given_name == given_name, Student.family_name == family_name)
    if session.scalars(same.where(Student.birth_date == birth_date)).first():
        raise InstallationError(f"{given_name} {family_name} of {school.name} is entered already.")
    student = Student(
        id=new_id(), given_name=given_name, family_name=family_name, name_key=name_key(f"{given_name} {family_name}"),
        birth_date=birth_date, school_id=school.id,
    )  # fmt: skip
    session.add_all([student, SchoolEnrolment(id=new_id(), student_id=student.id, school_id=school.id, source="hand")])
    session.flush()
    journal.append(session, now, "system", "student.entered", f"student:{student.id}")
    return student
