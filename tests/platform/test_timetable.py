"""One process runs the timetable; the others wait for its lease."""

import time
from datetime import timedelta
from threading import Event, Thread

from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.timetable import LEASE, TimetableEntry, release_lease, run_timetable, take_lease


def test_only_one_process_holds_the_lease_until_it_runs_out(database: Database) -> None:
    now = clock.now()
    assert take_lease(database, "first", now)
    assert not take_lease(database, "second", now)
    assert take_lease(database, "first", now + timedelta(seconds=30))
    assert take_lease(database, "second", now + timedelta(seconds=31) + LEASE)


def test_a_lease_given_back_is_free_at_once(database: Database) -> None:
    assert take_lease(database, "first", clock.now())
    release_lease(database, "first")
    assert take_lease(database, "second", clock.now())


def test_two_timetables_at_once_run_each_entry_in_one_of_them_only(database: Database) -> None:
    ran: list[str] = []
    stop = Event()

    def timetable(name: str) -> Thread:
        entries = [TimetableEntry("note", timedelta(seconds=0.2), lambda: ran.append(name))]
        thread = Thread(target=run_timetable, args=(database, entries, stop))
        thread.start()
        return thread

    threads = [timetable("first"), timetable("second")]
    time.sleep(1.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(set(ran)) == 1
    assert len(ran) >= 2
