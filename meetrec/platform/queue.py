"""The queue that wakes workers (huey). It carries job ids; a lost message costs one sweep, never a job."""

from collections.abc import Callable
from pathlib import Path

from huey import SqliteHuey
from huey.consumer import Consumer

from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.durable_files import make_private_folder
from meetrec.platform.jobs import Handler, due_jobs, run_job


class JobQueue:
    """Wakes a worker for a job, and, in the worker process, runs what arrives one at a time."""

    def __init__(self, queue_file: Path, run: Callable[[str], None] | None = None) -> None:
        make_private_folder(queue_file.parent)
        self.huey = SqliteHuey("meetrec", filename=str(queue_file), results=False)
        self._task = self.huey.task(name="run_job")(run or _not_a_worker)

    def wake(self, job_id: str) -> None:
        """Tell a worker that this job waits."""
        self._task(job_id)

    def consume(self) -> None:
        """Run jobs until the process is told to stop. One at a time: two transcriptions at once are slower than one after the other."""
        Consumer(self.huey, workers=1, worker_type="thread", initial_delay=0.1, max_delay=1.0, periodic=False).run()


def sweep(database: Database, wake: Callable[[str], None]) -> int:
    """Wake a worker for every job that waits or lost its worker; how many there were."""
    with database.reading() as session:
        waiting = due_jobs(session, clock.now())
    for job_id in waiting:
        wake(job_id)
    return len(waiting)


def work(database: Database, queue_file: Path, handlers: dict[str, Handler]) -> None:
    """The worker process: take up what was left, then whatever comes."""
    queue = JobQueue(queue_file, lambda job_id: run_job(database, handlers, job_id))
    sweep(database, queue.wake)
    queue.consume()


def _not_a_worker(job_id: str) -> None:
    raise RuntimeError(f"job {job_id} reached a process that runs no jobs")
