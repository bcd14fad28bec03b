"""A job's truth is its row: a worker killed at any point loses nothing."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.errors import MeetRecError
from meetrec.platform.jobs import Handler, Job, JobCancelled, JobRun, due_jobs, enqueue, latest_job, run_job


def queued(database: Database) -> str:
    with database.writing() as session:
        return enqueue(session, clock.now(), "count", "subject", number=3).id


def state_of(database: Database, job_id: str) -> tuple[str, int, str | None]:
    with database.reading() as session:
        job = session.get_one(Job, job_id)
        return job.state, job.attempts, job.sentence


def test_a_job_runs_once_and_is_done(database: Database) -> None:
    job_id, seen = queued(database), []
    for _ in range(2):
        run_job(database, {"count": Handler(lambda run: seen.append(run.subject["number"]))}, job_id)
    assert seen == [3]
    assert state_of(database, job_id) == ("done", 1, None)


def test_a_failure_of_ours_is_final_and_says_its_sentence(database: Database) -> None:
    def fail(_run: JobRun) -> None:
        raise MeetRecError("The model is missing. Run “meetrec models install base”.")

    job_id = queued(database)
    run_job(database, {"count": Handler(fail)}, job_id)
    assert state_of(database, job_id) == ("failed", 1, "The model is missing. Run “meetrec models install base”.")


def test_an_unexpected_failure_is_tried_three_times(database: Database) -> None:
    def break_down(_run: JobRun) -> None:
        raise RuntimeError("no idea")

    job_id = queued(database)
    for attempt in (1, 2, 3):
        run_job(database, {"count": Handler(break_down)}, job_id)
        assert state_of(database, job_id)[:2] == ("failed" if attempt == 3 else "queued", attempt)
    assert "Nothing was lost" in (state_of(database, job_id)[2] or "")


def test_a_job_whose_worker_is_gone_is_due_again_when_its_lease_ends(database: Database) -> None:
    job_id = queued(database)
    with database.writing() as session:
        session.execute(update(Job).values(state="running", attempts=1, lease_until=clock.now() + timedelta(seconds=30)))
    with database.reading() as session:
        assert due_jobs(session, clock.now()) == []
        assert due_jobs(session, clock.now() + timedelta(seconds=31)) == [job_id]


def test_a_job_that_kills_its_worker_every_time_is_given_up_with_a_sentence(database: Database) -> None:
    job_id = queued(database)
    with database.writing() as session:
        session.execute(update(Job).values(state="running", attempts=3, lease_until=clock.now() - timedelta(seconds=1)))
    run_job(database, {"count": Handler(lambda run: pytest.fail("ran a fourth time"))}, job_id)
    state, _attempts, sentence = state_of(database, job_id)
    assert state == "failed"
    assert "stopped 3 times" in (sentence or "")


def test_a_cancelled_job_stops_at_its_next_progress(database: Database) -> None:
    def work(run: JobRun) -> None:
        with run.database.writing() as session:
            session.execute(update(Job).values(state="cancelled"))
        with pytest.raises(JobCancelled):
            run.progress(0.5)
        raise JobCancelled("The job was cancelled.")

    job_id = queued(database)
    run_job(database, {"count": Handler(work)}, job_id)
    assert state_of(database, job_id)[0] == "cancelled"


def test_a_new_job_wakes_the_queue_only_after_its_transaction_committed(database: Database) -> None:
    woken: list[str] = []
    database.wake = woken.append
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        enqueue(session, clock.now(), "count", "subject")
        raise ZeroDivisionError
    assert woken == []
    job_id = queued(database)
    assert woken == [job_id]
    with database.reading() as session:
        job = latest_job(session, "count", "subject")
        assert job is not None
        assert job.id == job_id


WORKER = """
import sys, time
from pathlib import Path
from meetrec.platform.database import Database
from meetrec.platform.jobs import Handler
from meetrec.platform.queue import work
from meetrec.platform.tables import load_tables
load_tables()
def slowly(run):
    Path(sys.argv[3]).open("a").write("began\\n")
    time.sleep(float(sys.argv[4]))
    Path(sys.argv[3]).open("a").write("done\\n")
work(Database(sys.argv[1]), Path(sys.argv[2]), {"count": Handler(slowly)})
"""


def test_a_worker_killed_in_the_middle_leaves_a_job_that_the_next_worker_finishes(database: Database, tmp_path: Path) -> None:
    job_id, notes = queued(database), tmp_path / "notes"
    notes.touch()

    def worker(seconds: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", WORKER, database.url, str(tmp_path / "queue.db"), str(notes), seconds], cwd=Path(__file__).parents[2])

    def wait_for(text: str) -> None:
        deadline = time.monotonic() + 30
        while text not in notes.read_text():
            assert time.monotonic() < deadline, notes.read_text()
            time.sleep(0.05)

    first = worker("60")
    wait_for("began")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    with database.writing() as session:  # the lease of the dead worker runs out
        session.execute(update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
    second = worker("0")
    wait_for("done")
    deadline = time.monotonic() + 10
    while state_of(database, job_id)[0] != "done" and time.monotonic() < deadline:
        time.sleep(0.05)
    second.terminate()
    second.wait()
    assert state_of(database, job_id)[:2] == ("done", 2)


@pytest.mark.parametrize("how", ["own", "unexpected", "worn_out"])
def test_each_failed_job_is_told_once_however_it_failed(database: Database, how: str) -> None:
    told: list[str] = []

    def fail(_run: JobRun) -> None:
        raise MeetRecError("Not today.") if how == "own" else RuntimeError("no idea")

    handlers = {"count": Handler(fail, lambda session, moment, job: told.append(job.id))}
    job_id = queued(database)
    if how == "worn_out":
        with database.writing() as session:
            session.execute(update(Job).values(state="running", attempts=3, lease_until=clock.now() - timedelta(seconds=1)))
    for _ in range(5):
        run_job(database, handlers, job_id)
    assert told == [job_id]
    assert state_of(database, job_id)[0] == "failed"
