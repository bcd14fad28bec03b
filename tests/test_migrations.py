"""The migrations and the models say the same, up and down."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from meetrec.installation.actions import install
from meetrec.journal import actions as journal
from meetrec.meetings.models import Kiosk
from meetrec.platform import clock, migrate
from meetrec.platform.database import Base, Database
from meetrec.platform.settings import Settings


def test_the_newest_migration_equals_the_models(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_to_nothing_and_up_again(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database)
    migrate.downgrade(database, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(database)
    migrate.require_current(database)


def test_a_database_without_tables_is_named(settings: Settings) -> None:
    with pytest.raises(migrate.SchemaNotCurrent, match="meetrec init"):
        migrate.require_current(Database(settings.database_url))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_entry SET verb = 'x'", "DELETE FROM journal_entry", "REPLACE INTO journal_entry SELECT * FROM journal_entry"],
)
def test_the_database_refuses_to_change_the_journal(settings: Settings, statement: str) -> None:
    database = Database(settings.database_url)
    install(database)
    with database.writing() as session:
        journal.append(session, clock.now(), "system", "district.initialised", "district")
    with pytest.raises(IntegrityError, match="append-only"), database.writing() as session:
        session.execute(text(statement))


def test_a_kiosk_from_before_signatures_survives_the_migration_without_a_key(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database, "0001")
    with database.writing() as session:
        session.execute(text("INSERT INTO school (id, name) VALUES ('s', 'Lincoln Elementary')"))
        session.execute(text("INSERT INTO room (id, name, school_id) VALUES ('r', 'Conference Room A', 's')"))
        session.execute(text("INSERT INTO kiosk (id, room_id, token_hash, enrolled_at) VALUES ('k', 'r', 'hash', '2026-10-13 14:00:00')"))
    migrate.upgrade(database)
    with database.reading() as session:
        kiosk = session.get_one(Kiosk, "k")
        assert (kiosk.public_key, kiosk.name, kiosk.is_reserve, kiosk.revoked_at) == (None, "Main kiosk", False, None)
    migrate.downgrade(database, "0001")
    with database.reading() as session:
        assert session.execute(text("SELECT id, token_hash FROM kiosk")).all() == [("k", "hash")]
