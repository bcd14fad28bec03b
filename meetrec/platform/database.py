"""The database session: one engine, reading and writing transactions, ids and moments as columns."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, DateTime, Engine, MetaData, bindparam, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from meetrec.platform.durable_files import make_private_folder
from meetrec.platform.errors import SettingsError

BUSY_SECONDS = 30  # how long a writer waits for another before it gives up


log = structlog.get_logger()


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused, since nobody could say what it means."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """Base of all tables. Constraint names are fixed, so that migrations can name them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment}  # noqa: RUF012 – SQLAlchemy reads it from the class


def among(column: InstrumentedAttribute[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """SQL: the column is one of these. As `in_`, but the hundreds of ids that a page asks for are not each looked at before they are sent."""
    return column.in_(bindparam(None, list(values), type_=column.type, expanding=True))


def new_id() -> str:
    """A fresh identifier: a random UUID as text, so that ids tell nothing about order or number."""
    return str(uuid4())


class Database:
    """One engine and the two kinds of transaction: `reading` (rolled back) and `writing` (committed whole or not at all)."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self.engine = _engine_for(url)
        except (ArgumentError, ImportError) as error:  # no address, or the driver of that database is not installed
            raise SettingsError(f"The setting database_url cannot be used: {error}.") from error
        self.wake: Callable[[str], None] | None = None  # told the id of each new job once it is committed

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; whatever it changed by mistake is rolled back."""
        with self.read_session() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes commit together when the block ends, or not at all when it raises."""
        with self.write_session() as session:
            with session.begin():
                yield session
            for job_id in session.info.pop("jobs_to_wake", []):
                self._wake_worker(job_id)

    def _wake_worker(self, job_id: str) -> None:
        """The transaction stands whatever the queue says: the sweep finds the job's row within a minute."""
        try:
            if self.wake:
                self.wake(job_id)
        except Exception:
            log.exception("queue.not_reached", job=job_id)

    def read_session(self) -> Session:
        """A session that takes no write lock."""
        return Session(self.engine, expire_on_commit=False)

    def write_session(self) -> Session:
        """A session that takes SQLite's write lock at its first statement, so that it never fails half-way for another writer."""
        return Session(self.engine.execution_options(meetrec_write=True), expire_on_commit=False)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _engine_for(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    path = make_url(url).database
    if path:
        make_private_folder(Path(path).parent)
    # hide_parameters: an error that reaches a log must not carry what a person wrote. No bound on connections: a request that
    # holds two must never wait for another that wants its second.
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, max_overflow=-1)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; `_begin_sqlite` sends it
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    is_write = connection.get_execution_options().get("meetrec_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")
