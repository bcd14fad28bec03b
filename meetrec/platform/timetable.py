"""The one timetable: APScheduler in one process, guarded by a lease in the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform import clock
from meetrec.platform.database import Base, Database, new_id

LEASE_NAME = "timetable"
LEASE = timedelta(seconds=60)

log = structlog.get_logger()


class ProcessLease(Base):
    """Who may run what only one process may run, and until when."""

    __tablename__ = "process_lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(36))
    until: Mapped[datetime]


@dataclass(frozen=True)
class TimetableEntry:
    """One periodic job: it must be idempotent, and it may run late but never twice at once."""

    name: str
    every: timedelta
    run: Callable[[], object]


def take_lease(database: Database, owner: str, now: datetime) -> bool:
    """Take or renew the timetable's lease; False while another process holds it."""
    with database.writing() as session:
        lease = session.scalars(select(ProcessLease).where(ProcessLease.name == LEASE_NAME).with_for_update()).first()
        if lease and lease.owner != owner and lease.until > now:
            return False
        session.merge(ProcessLease(name=LEASE_NAME, owner=owner, until=now + LEASE))
        return True


def release_lease(database: Database, owner: str) -> None:
    """Give the lease back at a normal stop, so that the next process need not wait for it to run out."""
    with database.writing() as session:
        lease = session.get(ProcessLease, LEASE_NAME)
        if lease and lease.owner == owner:
            session.delete(lease)


def run_timetable(database: Database, entries: Sequence[TimetableEntry], stop: Event) -> None:
    """Run the entries until `stop` is set. A second process waits idle until the first one's lease ends."""
    owner, scheduler = new_id(), BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    for entry in entries:
        scheduler.add_job(entry.run, "interval", seconds=entry.every.total_seconds(), id=entry.name, next_run_time=clock.now())
    scheduler.start(paused=True)
    while True:
        if take_lease(database, owner, clock.now()):
            scheduler.resume()
        else:
            scheduler.pause()
            log.info("timetable.waiting")
        if stop.wait(LEASE.total_seconds() / 3):
            break
    scheduler.shutdown(wait=True)
    release_lease(database, owner)
