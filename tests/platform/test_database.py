"""A change commits whole or not at all, and moments keep their zone."""

from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from meetrec.platform.database import Database
from meetrec.platform.jobs import Job, enqueue


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
