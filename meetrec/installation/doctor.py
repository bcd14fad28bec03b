"""`meetrec doctor`: looks at a machine and says what is missing and how to mend it. It changes nothing and makes nothing."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.engine import make_url

from meetrec.platform.certificates import in_groups
from meetrec.platform.errors import MeetRecError
from meetrec.platform.settings import Settings, config_file, load_settings

if TYPE_CHECKING:
    from meetrec.platform.database import Database

LEAST_FREE_BYTES = 10 * 2**30  # some 17 hours of four microphones
SHORT_KEY = 16  # digits of a fingerprint: enough to tell keys apart


class NotInOrder(MeetRecError):
    """What a check found wrong, and how to mend it."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is in order, and a sentence; when it is not, the sentence says how to mend it."""

    subject: str
    is_in_order: bool
    sentence: str


Check = Callable[[Settings], str]


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that this machine's duties need; a check that breaks is itself a finding."""
    for subject, check in _checks_for(settings).items():
        try:
            yield Finding(subject, True, check(settings))
        except Exception as error:
            yield Finding(subject, False, str(error) or type(error).__name__)


def _checks_for(settings: Settings) -> dict[str, Check]:
    """A machine in a room has a token of the district; a server has keys and a database; a demonstration machine is both."""
    is_kiosk = settings.kiosk.token_file is not None
    is_server = not is_kiosk or settings.keyring_dir.exists()
    return {**GENERAL, **(SERVER if is_server else {}), **(ROOM if is_kiosk else {})}


def _python(_settings: Settings) -> str:
    return f"Python {sys.version.split()[0]}"


def _settings_file(settings: Settings) -> str:
    return f"{config_file() or 'no file; environment and defaults'}, state profile {settings.district.state_profile}"


def _disk(settings: Settings) -> str:
    place = next(folder for folder in [settings.data_dir, *settings.data_dir.parents] if folder.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise NotInOrder(f"Only {free / 2**30:.1f} GiB are free in {place}. Make room: {LEAST_FREE_BYTES / 2**30:.0f} GiB at least.")
    return f"{free / 2**30:.0f} GiB free in {place}"


def _front_end(_settings: Settings) -> str:
    from meetrec.platform.places import folder

    if not (folder("static") / "vendor" / "uswds").is_dir():
        raise NotInOrder("The front-end files are missing. Run “./dev setup”, or install MeetRec from its wheel.")
    return "present"


def _certificate(settings: Settings) -> str:
    from meetrec.platform import clock
    from meetrec.platform.certificates import require_pair

    server = settings.server
    if server.certificate is None or server.certificate_key is None:
        return "none set: the web server in front brings HTTPS, or this machine alone is served"
    ends = require_pair(server.certificate, server.certificate_key)
    if ends <= clock.now():
        raise NotInOrder(f"{server.certificate} is out of date since {ends:%Y-%m-%d}. Put a renewed one in its place and restart the server.")
    return f"fits its key, good until {ends:%Y-%m-%d}"


def _keys(settings: Settings) -> str:
    from meetrec.custody.keyring import Keyring
    from meetrec.platform.district_keys import load_district_key
    from meetrec.platform.keys import read_key_file

    read_key_file(settings.secret_file)
    key = load_district_key(settings.keyring_dir)
    return f"district key {key.fingerprint[:12]}…, keyring generation {Keyring(settings.keyring_dir).generation}"


def _opened(settings: Settings) -> "Database":
    """The database, if it is there at the newest schema; looking must not make one."""
    from meetrec.platform.database import Database
    from meetrec.platform.migrate import SchemaNotCurrent, require_current
    from meetrec.platform.tables import load_tables

    address = make_url(settings.database_url)
    if address.drivername.startswith("sqlite") and not Path(address.database or "").is_file():
        raise SchemaNotCurrent("There is no MeetRec database here yet. Run “meetrec init” first.")
    load_tables()
    database = Database(settings.database_url)
    require_current(database)
    return database


def _database(settings: Settings) -> str:
    from meetrec.installation.actions import require_no_demonstration
    from meetrec.journal.queries import verify

    database = _opened(settings)
    with database.reading() as session:
        require_no_demonstration(settings, session)
        read, fault = verify(session)
    if fault:
        raise NotInOrder(fault.sentence)
    return f"at the newest schema; {read} journal entries, the chain holds"


def _mail(settings: Settings) -> str:
    from meetrec.platform.mail import MailNotSent, greet

    if not settings.mail.host:
        return "no mail server is set: mails wait, and the pages say so"
    try:
        greet(settings)
    except MailNotSent as error:
        raise NotInOrder(f"{error} Mend the table [mail] of the settings, then try “meetrec mail test ADDRESS”.") from error
    return f"{settings.mail.host}:{settings.mail.port} answers and takes this machine’s name and password"


def _receipt_key(settings: Settings) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from meetrec.platform.keys import read_key_file

    if not settings.receipt_key_file.exists():  # looking must not make one
        return "none yet; it is made with the first receipt. Print the key-recovery sheet after that"
    key = Ed25519PrivateKey.from_private_bytes(read_key_file(settings.receipt_key_file))
    return f"{in_groups(sha256(key.public_key().public_bytes_raw()).hexdigest()[:SHORT_KEY])}, on the recovery sheet too"


def _custodians(settings: Settings) -> str:
    from meetrec.people.custody_queries import gaps

    with _opened(settings).reading() as session:
        places = [office.school.name if office.school else settings.district.name for office in gaps(session)]
    if places:
        raise NotInOrder(f"It is not settled who is custodian of records for: {', '.join(places)}. Settle it on the page Custodians (B-03, B-04).")
    return "every office is held by one person"


def _model(settings: Settings) -> str:
    from meetrec.transcripts.weights import verify

    verify(settings.transcription.model, settings.models_dir)
    return f"Whisper {settings.transcription.model}, every file as published"


def _microphones(_settings: Settings) -> str:
    from meetrec.capture.devices import list_microphones

    found = list_microphones()
    return f"{len(found)} attached: {', '.join(microphone.label for microphone in found)}"


def _stays_awake(_settings: Settings) -> str:
    from meetrec.kiosk.wakefulness import can_stay_awake, has_systemd

    if not has_systemd():
        return "this machine is not run by systemd, so the kiosk cannot block sleep: switch sleep and screen blanking off in the machine's own settings"
    if not can_stay_awake():
        raise NotInOrder(
            "This machine may fall asleep in the middle of a meeting: it refuses this user the lock against sleep. "
            "Run “sudo systemctl mask sleep.target suspend.target hibernate.target hybrid-sleep.target”."
        )
    return "blocked while the kiosk runs"


def _kiosk_token(settings: Settings) -> str:
    from meetrec.kiosk.serving import server_token

    server_token(settings)
    return "present"


def _kiosk_key(settings: Settings) -> str:
    from meetrec.capture.signing import KioskSigner
    from meetrec.kiosk.places import signing_key_file

    path = signing_key_file(settings)
    if not path.exists():  # looking must not make one
        raise NotInOrder(f"There is no signing key at {path}, so this kiosk cannot deliver. Ask the administrator for a code and run “meetrec kiosk enroll”.")
    return f"{in_groups(sha256(KioskSigner.in_file(path).public_bytes).hexdigest()[:SHORT_KEY])}, as the page Kiosks shows it"


def _server_pin(settings: Settings) -> str:
    from meetrec.kiosk.pin import ServerPin
    from meetrec.kiosk.places import kiosk_folder

    if not settings.kiosk.server_url.startswith("https://"):
        return "the server is this same machine"
    pinned = ServerPin(kiosk_folder(settings)).fingerprint
    if pinned is None:
        raise NotInOrder("This kiosk has pinned no server certificate, so nothing is delivered. Compare the fingerprints with “meetrec kiosk trust”.")
    return f"the certificate's key is pinned: {pinned[:SHORT_KEY]}…"


def _server_answers(settings: Settings) -> str:
    from meetrec.kiosk.api import DistrictServer
    from meetrec.kiosk.errors import ServerTrouble, Trouble
    from meetrec.kiosk.pin import ServerPin
    from meetrec.kiosk.places import kiosk_folder
    from meetrec.kiosk.serving import server_token

    what_to_do = {
        Trouble.UNTRUSTED_SERVER: "It does not show the pinned key: compare the fingerprints with “meetrec kiosk trust”.",
        Trouble.WRONG_TOKEN: "It does not know this kiosk's token: ask the administrator for a new code and run “meetrec kiosk enroll”.",
        Trouble.REVOKED: "It has revoked this kiosk: ask the administrator for a new code and run “meetrec kiosk enroll --new-key”.",
    }
    try:
        news = DistrictServer(settings.kiosk.server_url, server_token(settings), ServerPin(kiosk_folder(settings))).meetings()
    except ServerTrouble as error:
        advice = what_to_do.get(error.trouble, "Is MeetRec running there?")
        raise NotInOrder(f"{settings.kiosk.server_url} cannot be used by this kiosk ({error.trouble}). {advice} Recording works all the same.") from error
    return f"answers for {news.get('room')}"


GENERAL: dict[str, Check] = {"Python": _python, "Settings": _settings_file, "Disk": _disk, "Front end": _front_end}
SERVER: dict[str, Check] = {
    "Certificate": _certificate,
    "Keys": _keys,
    "Receipt key": _receipt_key,
    "Database": _database,
    "Custodians": _custodians,
    "Mail": _mail,
    "Model weights": _model,
}
ROOM: dict[str, Check] = {
    "Kiosk token": _kiosk_token,
    "Kiosk key": _kiosk_key,
    "Server certificate": _server_pin,
    "Server": _server_answers,
    "Microphones": _microphones,
    "Sleep": _stays_awake,
}


@click.command()
def doctor() -> None:
    """Look at this machine and say what is missing and how to mend it."""
    findings = list(examine(load_settings()))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_in_order else 'MEND'}  {finding.subject}: {finding.sentence}")
    if not all(finding.is_in_order for finding in findings):
        sys.exit(1)
