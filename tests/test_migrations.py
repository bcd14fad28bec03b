"""The migrations and the models say the same, up and down."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, MetaData, Table, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from meetrec.installation.actions import install
from meetrec.journal import actions as journal
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.people.duty_models import Suspension, Vendor
from meetrec.people.models import FAMILY, Account
from meetrec.platform import clock, migrate
from meetrec.platform.database import Base, Database
from meetrec.platform.settings import Settings

A_MOMENT, CLOSING = datetime(2026, 10, 13, 14), {"seat": "Parent"}
VALUES = {
    "DATETIME": A_MOMENT,
    "DATE": A_MOMENT.date(),
    "TIME": A_MOMENT.time(),
    "INTEGER": 1,
    "BOOLEAN": True,
    "DOUBLE": 1.5,
    "FLOAT": 1.5,
    "JSON": CLOSING,
    "BLOB": b"x",
}
NAMED = {("recording", "state"): "STORED", ("record", "recording_id"): "recording", ("recording", "record_id"): "record"}

Rows = dict[str, list[dict[str, Any]]]


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


def test_a_district_that_recorded_goes_up_down_and_up_with_everything_it_holds(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database, "0001")
    _fill_every_table(database)
    before = _rows(database)
    assert all(before.values()), "a table without a row shows nothing"
    migrate.upgrade(database)
    above = _rows(database)
    copy, recording = above["kiosk_copy"][0], above["recording"][0]
    assert (recording["led_by"], copy["recording_id"], copy["kiosk_id"], copy["state"], copy["closing"]) == ("kiosk", "recording", "kiosk", "STORED", CLOSING)
    assert (above["stored_object"][0]["kiosk_id"], above["piece"], above["run"][0]["kiosk_id"]) == (
        "kiosk",
        [before["piece"][0] | {"stands_for": None}],
        "kiosk",
    )
    assert [(grant["account_id"], grant["role_id"], grant["given_at"], grant["ended_at"]) for grant in above["role_grant"]] == [
        ("account", "role", A_MOMENT, None)
    ]
    assert [(enrolment["student_id"], enrolment["school_id"], enrolment["source"]) for enrolment in above["school_enrolment"]] == [
        ("student", "school", "hand")
    ]
    assert (above["student"][0]["name_key"], above["account"][0]["activated_at"]) == ("x x", A_MOMENT)
    assert [(version["notice_id"], version["version"], version["statement"]["meeting_date"]) for version in above["notice_version"]] == [
        ("notice", 1, "2026-10-13")
    ]
    assert "account_role" not in above
    migrate.downgrade(database, "0001")
    assert _rows(database) == before
    migrate.upgrade(database)
    assert _rows(database) == above


CLOSED, OPEN = ("family", "contractor", "suspended", "not_back"), ("staff", "lifted", "over")


@pytest.mark.requirement("W-33")
@pytest.mark.requirement("W-26")
def test_going_back_lets_nobody_in_whom_only_this_version_keeps_out(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database)
    now = clock.now()
    with database.writing() as session:
        vendor = Vendor(id="vendor", name="A vendor of the district", entered_at=now)
        accounts = {name: _account(name, now) for name in (*CLOSED, *OPEN)}
        accounts["family"].kind, accounts["contractor"].vendor_id, accounts["not_back"].activated_at = FAMILY, vendor.id, None
        session.add_all([vendor, *accounts.values()])
        session.flush()
        for account_id, until, lifted_at in (("suspended", None, None), ("lifted", None, now), ("over", now - timedelta(days=1), None)):
            said = {"kind": "temporary", "reason": "a report", "began_at": now, "began_by": "system"}
            session.add(Suspension(account_id=account_id, until=until, lifted_at=lifted_at, **said))
    migrate.downgrade(database, "0002")
    with database.reading() as session:
        assert {row.id for row in session.execute(text("SELECT id FROM account WHERE active"))} == set(OPEN)
    migrate.upgrade(database)
    with database.reading() as session:  # shown as closed, so that an administrator can open them again
        assert set(session.scalars(select(Account.id).where(Account.deactivated_at.is_not(None)))) == set(CLOSED)


@pytest.mark.requirement("W-33")
def test_going_back_while_everybody_is_kept_out_leaves_the_one_who_acted(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database)
    now = clock.now()
    with database.writing() as session:
        session.add_all([_account("one", now), _account("other", now)])
        session.flush()
        session.add(Suspension(account_id=None, spared_id="one", kind="long_term", reason="a report", began_at=now, began_by="system"))
    migrate.downgrade(database, "0002")
    with database.reading() as session:
        assert [row.id for row in session.execute(text("SELECT id FROM account WHERE active"))] == ["one"]


@pytest.mark.parametrize(("days", "is_refused"), [(1, True), (-1, False)])
def test_going_back_brings_no_cancelled_meeting_of_days_to_come_back(settings: Settings, days: int, is_refused: bool) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database)
    _fill_every_table(database)
    start = clock.now() + timedelta(days=days)
    with database.writing() as session:
        session.execute(update(Meeting).values(start=start, planned_end=start, cancelled_at=clock.now()))
    if not is_refused:
        migrate.downgrade(database, "0002")
        return
    before = _rows(database)
    with pytest.raises(migrate.MigrationRefused, match="1 of days to come would stand again"):
        migrate.downgrade(database, "0002")
    assert _rows(database) == before


def test_a_migration_leaves_references_held_and_the_journal_append_only(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database, "0001")
    _fill_every_table(database)
    migrate.upgrade(database)
    for statement, refusal in (("DELETE FROM kiosk", "FOREIGN KEY"), ("DELETE FROM journal_entry", "append-only")):
        with pytest.raises(IntegrityError, match=refusal), database.writing() as session:
            session.execute(text(statement))


def test_a_migration_that_would_leave_rows_pointing_at_nothing_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(settings.database_url)
    migrate.upgrade(database)
    _fill_every_table(database)
    before = _rows(database)
    monkeypatch.setattr(migrate.command, "upgrade", lambda config, _to: config.attributes["connection"].exec_driver_sql("DELETE FROM kiosk"))
    with pytest.raises(migrate.MigrationRefused, match="run"):
        migrate.upgrade(database)
    assert _rows(database) == before


def _account(name: str, now: datetime) -> Account:
    return Account(id=name, email=name, name=name, active=True, created_at=now, activated_at=now, fs_uniquifier=name)


def _fill_every_table(database: Database) -> None:
    """One row in each table, every column filled; each reference leads to the row of the table it names, whose id is the table's name."""
    with database.writing() as session:
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        for table in _tables(database):
            session.execute(table.insert().values({column.name: _value(column) for column in table.columns}))


def _value(column: Column[Any]) -> Any:
    kind = str(column.type).partition("(")[0]
    if column.foreign_keys:
        return next(iter(column.foreign_keys)).column.table.name
    return NAMED.get((column.table.name, column.name), column.table.name if column.name == "id" and kind == "VARCHAR" else VALUES.get(kind, "x"))


def _tables(database: Database) -> list[Table]:
    """As they stand in the database, whatever the models say."""
    found = MetaData()
    found.reflect(database.engine)
    return [table for table in found.tables.values() if table.name != "alembic_version"]


def _rows(database: Database) -> Rows:
    with database.reading() as session:
        return {table.name: [dict(row._mapping) for row in session.execute(table.select())] for table in _tables(database)}
