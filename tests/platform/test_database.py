"""A change commits whole or not at all, and moments keep their zone."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from meetrec.platform.database import Database
from meetrec.platform.errors import SettingsError
from meetrec.platform.jobs import Job, enqueue

ROOT = Path(__file__).parents[2]


def test_an_error_takes_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        enqueue(session, datetime.now(UTC), "count", "subject")
        raise RuntimeError
    with database.reading() as session:
        assert session.query(Job).count() == 0


def test_a_moment_comes_back_in_utc_whatever_zone_it_was_given_in(database: Database) -> None:
    given = datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=-5)))
    with database.writing() as session:
        job_id = enqueue(session, given, "count", "subject").id
    with database.reading() as session:
        found = session.get_one(Job, job_id).created_at
    assert found == given
    assert found.tzinfo == UTC


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.writing() as session:
        enqueue(session, datetime(2026, 1, 1), "count", "subject")


def test_many_writers_wait_for_each_other_and_none_fails(database: Database) -> None:
    def write() -> None:
        for _ in range(10):
            with database.writing() as session:
                enqueue(session, datetime.now(UTC), "count", "subject")

    threads = [Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.query(Job).count() == 80


def test_what_is_deleted_does_not_stay_in_the_file(database: Database) -> None:
    with database.reading() as session:
        assert session.execute(text("PRAGMA secure_delete")).scalar() == 1
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_an_error_of_the_database_never_carries_what_a_person_wrote(database: Database) -> None:
    with pytest.raises(StatementError) as caught, database.writing() as session:
        session.execute(text("INSERT INTO no_such_table VALUES (:name)"), {"name": "Mateo"})
    assert "Mateo" not in str(caught.value)


def test_what_was_committed_stands_when_the_queue_cannot_be_reached(database: Database) -> None:
    def broken(job_id: str) -> None:
        raise OSError("disk full")

    database.wake = broken
    with database.writing() as session:
        job_id = enqueue(session, datetime.now(UTC), "count", "subject").id
    with database.reading() as session:
        assert session.get(Job, job_id) is not None


def test_many_requests_that_hold_two_connections_each_never_wait_for_each_other(database: Database) -> None:
    failed: list[BaseException] = []
    all_hold_one = Barrier(20, timeout=20)

    def hold_two() -> None:
        try:
            with database.reading() as first, database.reading() as second:
                first.execute(text("SELECT 1"))
                all_hold_one.wait()
                second.execute(text("SELECT 1"))
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=hold_two) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.requirement("W-02")
def test_the_database_and_its_folders_are_for_their_own_account_alone(tmp_path: Path) -> None:
    code = "import sys; from meetrec.cli import main; sys.argv = ['meetrec', 'init', '--demonstration', '--config', 'c.toml', '--data-dir', 'a/b/data']; main()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEETREC_")} | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    written = [path for path in tmp_path.rglob("*")]
    assert tmp_path / "a" / "b" / "data" / "meetrec.db" in written
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_an_address_that_is_no_database_is_named() -> None:
    with pytest.raises(SettingsError, match="database_url cannot be used"):
        Database("somewhere over the rainbow")
