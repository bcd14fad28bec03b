"""`meetrec journal`: check the chain by hand."""

import click

from meetrec.platform.database import Database
from meetrec.platform.errors import MeetRecError
from meetrec.platform.settings import load_settings


class JournalFault(MeetRecError):
    """The journal is not as it was written."""


@click.group()
def journal() -> None:
    """The append-only record of everything that happened."""


@journal.command()
def verify() -> None:
    """Walk the whole chain; names the first entry that is changed or missing."""
    from meetrec.journal import queries

    database = Database(load_settings().database_url)
    with database.reading() as session:
        read, fault = queries.verify(session)
    if fault:
        raise JournalFault(fault.sentence)
    click.echo(f"The journal holds: {read} entries, each follows from the one before.")
