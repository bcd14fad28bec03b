"""`meetrec doctor`: looks at a machine and says what is missing and how to mend it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from meetrec.platform.settings import Settings, config_file, load_settings

LEAST_FREE_BYTES = 10 * 2**30  # some 17 hours of four microphones


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is in order, and a sentence; when it is not, the sentence says how to mend it."""

    subject: str
    is_in_order: bool
    sentence: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; a check that breaks is itself a finding."""
    for subject, check in CHECKS.items():
        try:
            yield Finding(subject, True, check(settings))
        except Exception as error:
            yield Finding(subject, False, str(error) or type(error).__name__)


def _python(_settings: Settings) -> str:
    return f"Python {sys.version.split()[0]}"


def _settings_file(_settings: Settings) -> str:
    return str(config_file() or "no file; environment and defaults")


def _keys(settings: Settings) -> str:
    from meetrec.custody.keyring import Keyring
    from meetrec.platform.district_keys import load_district_key
    from meetrec.platform.keys import read_key_file

    read_key_file(settings.secret_file)
    key = load_district_key(settings.keyring_dir)
    return f"district key {key.fingerprint[:12]}…, keyring generation {Keyring(settings.keyring_dir).generation}"


def _database(settings: Settings) -> str:
    from meetrec.installation.actions import require_no_demonstration
    from meetrec.platform.database import Database
    from meetrec.platform.migrate import require_current
    from meetrec.platform.tables import load_tables

    load_tables()
    database = Database(settings.database_url)
    require_current(database)
    with database.reading() as session:
        require_no_demonstration(settings, session)
    return "present, at the newest schema"


def _journal(settings: Settings) -> str:
    from meetrec.journal.queries import verify
    from meetrec.platform.database import Database

    with Database(settings.database_url).reading() as session:
        read, fault = verify(session)
    if fault:
        raise RuntimeError(fault.sentence)
    return f"{read} entries, chain holds"


def _disk(settings: Settings) -> str:
    place = settings.data_dir if settings.data_dir.exists() else Path("/")
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise RuntimeError(f"Only {free / 2**30:.1f} GiB are free in {place}. Make room: {LEAST_FREE_BYTES / 2**30:.0f} GiB at least.")
    return f"{free / 2**30:.0f} GiB free in {place}"


def _model(settings: Settings) -> str:
    from meetrec.transcripts.weights import verify

    verify(settings.transcription.model, settings.models_dir)
    return f"Whisper {settings.transcription.model}, every file as published"


def _front_end(_settings: Settings) -> str:
    from meetrec.platform.places import folder

    if not (folder("static") / "vendor" / "uswds").is_dir():
        raise RuntimeError("The front-end files are missing. Run “./dev setup”, or install MeetRec from its wheel.")
    return "present"


def _microphones(_settings: Settings) -> str:
    from meetrec.capture.devices import list_microphones

    found = list_microphones()
    return f"{len(found)} attached: {', '.join(microphone.label for microphone in found)}"


CHECKS: dict[str, Callable[[Settings], str]] = {
    "Python": _python,
    "Settings": _settings_file,
    "Keys": _keys,
    "Database": _database,
    "Journal": _journal,
    "Disk": _disk,
    "Model weights": _model,
    "Front end": _front_end,
    "Microphones": _microphones,
}


@click.command()
def doctor() -> None:
    """Look at this machine and say what is missing and how to mend it."""
    findings = list(examine(load_settings()))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_in_order else 'MEND'}  {finding.subject}: {finding.sentence}")
    if not all(finding.is_in_order for finding in findings):
        sys.exit(1)
