"""Bring the database to the schema of this version, and say when it is not there."""

from collections.abc import Iterator
from contextlib import contextmanager
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


class MigrationRefused(MeetRecError):
    """A migration would have left rows that point at nothing."""


def upgrade(database: Database, to: str = "head") -> None:
    """Run all migrations up to `to`, in one transaction. Raises MigrationRefused, and nothing is changed then."""
    with _changing_schema(database) as connection:
        command.upgrade(_config(connection), to)


def downgrade(database: Database, to: str) -> None:
    """Run migrations back to `to` (`base` for an empty database). Raises MigrationRefused, and nothing is changed then."""
    with _changing_schema(database) as connection:
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


@contextmanager
def _changing_schema(database: Database) -> Iterator[Connection]:
    """One transaction in which tables may be made anew.

    SQLite changes a table by copying, dropping and renaming it, and refuses to drop one that rows of another point at. So references
    are not held while it goes on; they are all checked before it is committed. Other databases change tables in place.
    """
    with database.engine.execution_options(meetrec_write=True).connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        with _references_not_held(connection), connection.begin():
            yield connection
            _require_references_hold(connection)


@contextmanager
def _references_not_held(connection: Connection) -> Iterator[None]:
    """Said to the driver itself, because SQLite hears it only outside a transaction. The connection goes back to the pool as it was."""
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def _require_references_hold(connection: Connection) -> None:
    loose = sorted({row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
    if loose:
        raise MigrationRefused(f"The database was left as it is: after the change, rows would point at nothing, in {', '.join(loose)}.")


def _config(connection: Connection) -> Config:
    load_tables()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
