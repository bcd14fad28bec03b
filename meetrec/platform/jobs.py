"""Background jobs: the row (state, lease, attempts) is the truth, the queue only wakes a worker."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import structlog
from sqlalchemy import JSON, String, Text, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from meetrec.platform import clock
from meetrec.platform.database import Base, Database, new_id
from meetrec.platform.errors import MeetRecError

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 3
OPEN_STATES = ("queued", "running")

log = structlog.get_logger()


class JobCancelled(MeetRecError):
    """Somebody cancelled the job while it ran."""


class Job(Base):
    """One piece of background work. `subject` holds ids only."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[dict[str, Any]] = mapped_column(JSON)
    subject_id: Mapped[str] = mapped_column(String(36), index=True)  # the object the page asks about
    state: Mapped[str] = mapped_column(String(12), default="queued", index=True)  # queued, running, done, failed, cancelled
    lease_until: Mapped[datetime | None]  # a running job whose lease is over has lost its worker
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[float] = mapped_column(default=0.0)  # 0 to 1
    sentence: Mapped[str | None] = mapped_column(Text)  # why it failed, for a person
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


@dataclass
class JobRun:
    """What a handler is given: its subject, and where to say how far it is."""

    database: Database
    job_id: str
    subject: Mapping[str, Any]

    def progress(self, fraction: float) -> None:
        """Note how far the work is (0 to 1), renew the lease, and stop here if the job was cancelled."""
        with self.database.writing() as session:
            state = session.scalar(select(Job.state).where(Job.id == self.job_id))
            if state == "cancelled":
                raise JobCancelled("The job was cancelled.")
            session.execute(update(Job).where(Job.id == self.job_id).values(progress=fraction, lease_until=clock.now() + LEASE))


@dataclass(frozen=True)
class Handler:
    """How one kind of job is done. `failed` is told once, in the same transaction, when a job of this kind ends as failed, however it failed."""

    run: Callable[[JobRun], None]
    failed: Callable[[Session, datetime, Job], None] | None = None


def enqueue(session: Session, now: datetime, kind: str, subject_id: str, **subject: Any) -> Job:
    """Add a job; it exists when the caller's transaction commits, and a worker is woken right after."""
    job = Job(id=new_id(), kind=kind, subject_id=subject_id, subject=subject, created_at=now, state="queued", attempts=0, progress=0.0)
    session.add(job)
    session.info.setdefault("jobs_to_wake", []).append(job.id)
    return job


def latest_job(session: Session, kind: str, subject_id: str) -> Job | None:
    """The newest job of a kind for one object."""
    return session.scalars(select(Job).where(Job.kind == kind, Job.subject_id == subject_id).order_by(Job.created_at.desc()).limit(1)).first()


def due_jobs(session: Session, now: datetime) -> Sequence[str]:
    """Ids of jobs that wait for a worker, or whose worker is gone."""
    free = or_(Job.lease_until.is_(None), Job.lease_until < now)
    return session.scalars(select(Job.id).where(Job.state.in_(OPEN_STATES), free).order_by(Job.created_at)).all()


def run_job(database: Database, handlers: Mapping[str, Handler], job_id: str) -> None:
    """Claim one job and do it. A worker killed at any point leaves a row that the sweep gives to the next."""
    job = _claim(database, handlers, job_id)
    if job is None:
        return
    log.info("job.started", job=job.id, kind=job.kind, attempt=job.attempts)
    finished = Event()
    Thread(target=_keep_lease, args=(database, job_id, finished), daemon=True).start()
    try:
        handlers[job.kind].run(JobRun(database, job.id, job.subject))
    except Exception as error:
        _note_failure(database, handlers, job, error)
    else:
        _end(database, handlers, job.id, "done", None)
    finally:
        finished.set()


def _claim(database: Database, handlers: Mapping[str, Handler], job_id: str) -> Job | None:
    moment = clock.now()
    free = or_(Job.lease_until.is_(None), Job.lease_until < moment)
    with database.writing() as session:
        claimed = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state.in_(OPEN_STATES), free, Job.attempts < MOST_ATTEMPTS)
            .values(state="running", lease_until=moment + LEASE, attempts=Job.attempts + 1, started_at=moment, progress=0.0)
        )
        if claimed.rowcount == 1:  # type: ignore[attr-defined]
            return session.get(Job, job_id)
        _give_up_if_worn_out(session, handlers, job_id, moment)
        return None


def _give_up_if_worn_out(session: Session, handlers: Mapping[str, Handler], job_id: str, moment: datetime) -> None:
    """A job whose worker died every time is not tried for ever."""
    job = session.get(Job, job_id)
    if job and job.state in OPEN_STATES and job.attempts >= MOST_ATTEMPTS and (job.lease_until is None or job.lease_until < moment):
        sentence = (
            f"The worker stopped {job.attempts} times in the middle of this work, perhaps for want of memory. "
            "Nothing was lost; try again or ask the administrator."
        )
        _set_end(session, handlers, job, "failed", sentence, moment)


def _keep_lease(database: Database, job_id: str, finished: Event) -> None:
    while not finished.wait(LEASE.total_seconds() / 3):
        try:
            with database.writing() as session:
                session.execute(update(Job).where(Job.id == job_id, Job.state == "running").values(lease_until=clock.now() + LEASE))
        except SQLAlchemyError:  # a busy or full disk now must not cost the lease: the next beat tries again
            log.exception("job.lease_not_kept", job=job_id)


def _note_failure(database: Database, handlers: Mapping[str, Handler], job: Job, error: Exception) -> None:
    if isinstance(error, JobCancelled):
        _end(database, handlers, job.id, "cancelled", str(error))
    elif isinstance(error, MeetRecError):
        log.warning("job.failed", job=job.id, kind=job.kind, sentence=str(error))
        _end(database, handlers, job.id, "failed", str(error))
    else:
        log.exception("job.broke", job=job.id, kind=job.kind, attempt=job.attempts)
        state = "queued" if job.attempts < MOST_ATTEMPTS else "failed"
        _end(database, handlers, job.id, state, "Something unexpected went wrong; the log of the worker tells what. Nothing was lost.")


def _end(database: Database, handlers: Mapping[str, Handler], job_id: str, state: str, sentence: str | None) -> None:
    with database.writing() as session:
        job = session.get_one(Job, job_id)
        if job.state != "cancelled":
            _set_end(session, handlers, job, state, sentence, clock.now())


def _set_end(session: Session, handlers: Mapping[str, Handler], job: Job, state: str, sentence: str | None, moment: datetime) -> None:
    """Write the job's new state; a failure is told to whoever answers for this kind, in the same transaction."""
    job.state, job.sentence, job.lease_until = state, sentence, None
    if state != "queued":
        job.ended_at = moment
    if state == "done":
        job.progress = 1.0
    failed = handlers[job.kind].failed if state == "failed" else None
    if failed:
        failed(session, moment, job)
