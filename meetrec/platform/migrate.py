"""Bring the database to the schema of this version, and say when it is not there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from meetrec.platform.database import Database
from meetrec.platform.errors import MeetRecError
from meetrec.platform.tables import load_tables

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaNotCurrent(MeetRecError):
    """The database does not have the schema of this program."""


def upgrade(database: Database, to: str = "head") -> None:
    """Run all migrations up to `to`, in one transaction."""
    with database.engine.execution_options(meetrec_write=True).begin() as connection:
        command.upgrade(_config(connection), to)


def downgrade(database: Database, to: str) -> None:
    """Run migrations back to `to` (`base` for an empty database)."""
    with database.engine.execution_options(meetrec_write=True).begin() as connection:
        command.downgrade(_config(connection), to)


def write_revision(database: Database, message: str) -> None:
    """Write a new migration file from the difference between models and database (developers only)."""
    with database.engine.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def require_current(database: Database) -> None:
    """Raise `SchemaNotCurrent` unless the database is at this program's newest migration."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise SchemaNotCurrent("There is no MeetRec database here yet. Run “meetrec init” first.")
    if found != head:
        raise SchemaNotCurrent(f"The database is at version {found}, this program needs {head}. Run “meetrec database upgrade” (after a backup).")


def _config(connection: Connection) -> Config:
    load_tables()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
