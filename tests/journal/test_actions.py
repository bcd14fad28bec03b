"""A state change and its journal entry commit together or not at all."""

import pytest
from sqlalchemy import text

from meetrec.journal import actions, queries
from meetrec.platform import clock
from meetrec.platform.database import Database


def append(database: Database, verb: str = "notice.received") -> None:
    with database.writing() as session:
        actions.append(session, clock.now(), "public", verb, "notice:1", recording_id="r", count=3)


def test_entries_follow_from_each_other(database: Database) -> None:
    for _ in range(5):
        append(database)
    with database.reading() as session:
        assert queries.verify(session) == (5, None)
        assert [entry.sequence for entry in queries.entries_of_recording(session, "r")] == [1, 2, 3, 4, 5]


def test_an_unknown_verb_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="does not know"):
        append(database, "notice.denied")


def test_an_entry_is_taken_back_with_what_it_tells(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        actions.append(session, clock.now(), "public", "notice.received", "notice:1")
        raise RuntimeError
    append(database)
    with database.reading() as session:
        assert queries.verify(session) == (1, None)


def test_a_column_that_disagrees_with_the_hashed_bytes_is_found(database: Database) -> None:
    append(database)
    with database.writing() as session:  # somebody with the database's own password lifts the trigger
        session.execute(text("DROP TRIGGER journal_entry_no_update"))
        session.execute(text("UPDATE journal_entry SET actor = 'user:other'"))
    with database.reading() as session:
        fault = queries.verify(session)[1]
    assert fault is not None
    assert fault.sequence == 1
