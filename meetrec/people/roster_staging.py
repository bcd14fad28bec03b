"""The file in which a roster is laid out beside what the installation holds, until it is applied: SQLite, private, removed afterwards."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.people.models import School, Student
from meetrec.people.names import name_key
from meetrec.people.oneroster import BULK, Package, require_room, rows_of
from meetrec.people.oneroster_rows import NEEDED, READ, Refusal, RefusalReason, agents_of, may_be_a_number, refusal_of, said_in
from meetrec.people.rights_models import Guardian, Guardianship
from meetrec.people.roster_models import SchoolEnrolment, StaffMember
from meetrec.platform.database import new_id
from meetrec.platform.durable_files import make_private_folder

AT_ONCE = 2_000  # rows
KEPT = timedelta(days=7)  # a layout that nobody applied

Row = TypeVar("Row")

_TABLES = """
CREATE TABLE refusal (is_reckoned INTEGER, file TEXT, line INTEGER, field TEXT, reason TEXT);
CREATE TABLE named (source_id TEXT);   -- everybody that users.csv names, also in rows that were refused
CREATE TABLE spared (source_id TEXT);  -- whoever a refused row was about: nothing of theirs ends by it
CREATE TABLE agent (line INTEGER, user_id TEXT, agent_id TEXT);
CREATE TABLE package (mode TEXT);
CREATE TABLE decided (line INTEGER, here_id TEXT, is_same INTEGER, PRIMARY KEY (line, here_id));  -- what somebody said of a pair (roster_pairs)
"""
_INDEXES = """
CREATE INDEX named_by_id ON named (source_id);
CREATE INDEX spared_by_id ON spared (source_id);
CREATE INDEX agent_by_user ON agent (user_id, agent_id);
CREATE INDEX agent_by_agent ON agent (agent_id, user_id);
CREATE INDEX roles_by_user ON roles (userSourcedId, role);
CREATE INDEX enrollments_by_user ON enrollments (userSourcedId);
"""


def path_of(folder: Path, roster_import_id: str) -> Path:
    """Where the layout of an import lies."""
    return folder / f"{roster_import_id}.db"


def remove_old(folder: Path, now: datetime) -> None:
    """Remove layouts that nobody applied for a week."""
    for path in folder.glob("*.db") if folder.is_dir() else ():
        if path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)


def in_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows by two thousand, so that memory stays flat whatever their number."""
    source = iter(rows)
    while some := list(islice(source, AT_ONCE)):
        yield some


class Staging:
    """One layout. `read` fills it from a package, `copy_what_is_here` from the installation; `roster_comparison` says what differs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", "cache_size=-8000"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.create_function("name_key", 1, name_key, deterministic=True)
        self.connection.create_function("new_id", 0, new_id)

    @classmethod
    def create(cls, folder: Path, roster_import_id: str) -> "Staging":
        """A new layout in the private folder, readable by nobody else."""
        make_private_folder(folder)
        path = path_of(folder, roster_import_id)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return cls(path)

    def close(self) -> None:
        """Let the file go; it stays."""
        self.connection.close()

    def remove(self) -> None:
        """Let the file go, and remove it."""
        self.close()
        self.path.unlink(missing_ok=True)

    @property
    def is_bulk(self) -> bool:
        """Whether the package is a whole roster, so that whoever is missing has left."""
        return bool(self.one("SELECT mode FROM package") == BULK)

    def one(self, query: str, **values: Any) -> Any:
        """The first value of a query's first row."""
        row = self.connection.execute(query, values).fetchone()
        return row[0] if row else None

    def rows(self, query: str, **values: Any) -> Iterator[Any]:
        """The rows of a query, as they are read."""
        return iter(self.connection.execute(query, values))

    # --- from the package ---

    def read(self, package: Package, *, takes_nine_digits: bool) -> None:
        """Lay out every row that can be taken by what it says itself, and note the others. Raises `PackageRefused`."""
        require_room(package, self.path.parent)
        self.connection.executescript(_TABLES)
        self.connection.execute("INSERT INTO package VALUES (?)", (package.mode,))
        self.connection.execute("BEGIN")
        for file, columns in READ.items():
            typed = ", ".join(f'"{column}" TEXT' for column in columns)
            self.connection.execute(f"CREATE TABLE {file} (line INTEGER, {typed})")
            if file in package.files:
                self._put(file, columns, self._sound_rows(package, file, columns, takes_nine_digits))
            self.connection.execute(f'CREATE INDEX {file}_by_id ON {file} ("sourcedId")')
        self.connection.executescript(_INDEXES)  # which also commits
        for file in READ:
            self._refuse_what_comes_twice(file)
        self.connection.execute("DELETE FROM agent WHERE line NOT IN (SELECT line FROM users)")

    def _sound_rows(self, package: Package, file: str, columns: Sequence[str], takes_nine_digits: bool) -> Iterator[tuple[Any, ...]]:
        for row in rows_of(package, file, columns, NEEDED[file]):
            said = said_in(columns, row.values)
            refusal = refusal_of(file, said, takes_nine_digits=takes_nine_digits) if row.is_whole else Refusal("", RefusalReason.WRONG_NUMBER_OF_CELLS)
            about = said.get("userSourcedId") or said["sourcedId"]
            is_nameable = bool(about) and not may_be_a_number(about, takes_nine_digits)  # B-08: not even as somebody's identifier
            if file == "users" and is_nameable:
                self.connection.execute("INSERT INTO named VALUES (?)", (about,))
            if refusal:
                self._refuse(file, row.line, refusal, about if is_nameable and file != "orgs" else None)
                continue
            if file == "users":
                beside = [(row.line, about, one) for one in agents_of(said["agentSourcedIds"])]
                self.connection.executemany("INSERT INTO agent VALUES (?, ?, ?)", beside)
            yield (row.line, *said.values())

    def _refuse(self, file: str, line: int, refusal: Refusal, about: str | None) -> None:
        self.connection.execute("INSERT INTO refusal VALUES (0, ?, ?, ?, ?)", (file, line, refusal.field, refusal.reason.value))
        if about:
            self.connection.execute("INSERT INTO spared VALUES (?)", (about,))

    def _refuse_what_comes_twice(self, file: str) -> None:
        """The first row of an identifier counts."""
        earlier = f'SELECT 1 FROM {file} AS first WHERE first."sourcedId" = later."sourcedId" AND first.rowid < later.rowid'  # noqa: S608 – our own names
        later = f"FROM {file} AS later WHERE EXISTS ({earlier})"
        self.connection.execute(f"INSERT INTO refusal SELECT 0, '{file}', line, 'sourcedId', '{RefusalReason.TWICE.value}' {later}")
        self.connection.execute(f"DELETE FROM {file} WHERE rowid IN (SELECT later.rowid {later})")  # noqa: S608

    # --- from the installation ---

    def copy_what_is_here(self, session: Session, today: date) -> None:
        """Lay out what the installation holds today, in place of what was laid out before."""
        self.connection.execute("BEGIN")
        for name, (columns, query) in _here(today).items():
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")
            self.connection.execute(f"CREATE TABLE {name} ({columns})")
            self._put(name, columns.split(", "), session.execute(query.execution_options(yield_per=AT_ONCE)), numbered=False)
        self.connection.executescript(
            "CREATE INDEX here_pupil_by_source ON here_pupil (source_id); CREATE INDEX here_pupil_by_key ON here_pupil (key);"
            "CREATE INDEX here_guardian_by_source ON here_guardian (source_id); CREATE INDEX here_tie_by_pair ON here_tie (student_id, guardian_id);"
            "CREATE INDEX here_ended_by_pair ON here_ended (student_id, guardian_id);"
            "CREATE INDEX here_staff_by_source ON here_staff (source_id);"
            "CREATE INDEX here_pupil_by_id ON here_pupil (id); CREATE INDEX here_guardian_by_id ON here_guardian (id);"
            "CREATE INDEX here_staff_by_id ON here_staff (id);"
        )

    def _put(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, numbered: bool = True) -> None:
        places = ", ".join("?" * (len(columns) + numbered))
        for some in in_batches(rows):
            self.connection.executemany(f"INSERT INTO {table} VALUES ({places})", [tuple(map(_as_text, row)) for row in some])  # noqa: S608


def _as_text(value: Any) -> Any:
    """A date as the package writes it."""
    return value.isoformat() if isinstance(value, date) else value


def _here(today: date) -> dict[str, tuple[str, Any]]:
    """Table of the layout → its columns, and what fills it."""
    open_enrolment = (SchoolEnrolment.student_id == Student.id) & (SchoolEnrolment.ends_on.is_(None) | (SchoolEnrolment.ends_on > today))
    open_tie = Guardianship.ends_on.is_(None) | (Guardianship.ends_on > today)
    pupil = select(
        *(Student.id, Student.source_id, Student.given_name, Student.family_name, Student.name_key, Student.birth_date, Student.school_id),
        SchoolEnrolment.id,
    ).outerjoin(SchoolEnrolment, open_enrolment)
    guardian = select(Guardian.id, Guardian.source_id, Guardian.given_name, Guardian.family_name, Guardian.email, Guardian.phone)
    tie = select(Guardianship.id, Guardianship.student_id, Guardianship.guardian_id, Guardianship.kind, Guardianship.source).where(open_tie)
    ended_by_hand = select(Guardianship.student_id, Guardianship.guardian_id).where(Guardianship.ended_by.is_not(None)).distinct()
    staff = select(
        *(StaffMember.id, StaffMember.source_id, StaffMember.given_name, StaffMember.family_name),
        *(StaffMember.email, StaffMember.duty, StaffMember.school_id, StaffMember.left_on),
    )
    return {
        "here_school": ("id, source_id, name, closed", select(School.id, School.source_id, School.name, School.closed_on)),
        "here_pupil": ("id, source_id, given, family, key, birth, school_id, enrolment_id", pupil.select_from(Student).where(Student.joined_to_id.is_(None))),
        "here_guardian": ("id, source_id, given, family, email, phone", guardian),
        "here_tie": ("id, student_id, guardian_id, kind, source", tie),
        "here_ended": ("student_id, guardian_id", ended_by_hand),
        "here_staff": ("id, source_id, given, family, email, duty, school_id, left", staff),
    }
