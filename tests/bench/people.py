"""The coordinator's desk in a district of some size: server time of a changed desk, of an unchanged one, and of another staff page."""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from meetrec.app import create_app
from meetrec.installation.actions import create_keys, install
from meetrec.installation.district import small_district
from meetrec.journal import actions as journal
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.process_life import keep_what_stands
from meetrec.platform.settings import load_settings
from tests.bench.desk_district import DAY, Size, fill
from tests.bench.figures import Figure

CHANGED, UNCHANGED = 100, 200  # how often each is asked
AIM = "≤ 150 ms on a quiet machine"
PASSWORD = "a long enough bench sentence"  # noqa: S105


def measure() -> list[Figure]:
    """The desk, then the import of a roster."""
    roster = import_module("tests.bench.roster").measure() if find_spec("tests.bench.roster") else []
    return [*desk_figures(Size(), CHANGED, UNCHANGED), *roster]


def desk_figures(size: Size, changed: int, unchanged: int) -> list[Figure]:
    """A district of that size in a folder of its own; what its desk costs."""
    with tempfile.TemporaryDirectory() as folder:
        app, database, client = _running(Path(folder), size)
        client.get("/desk")  # templates are compiled and the planned meetings read: once per process
        drawn, fixed, queries = _changed(database, client, changed)
        same = _unchanged(client, unchanged)
        pages = [_seconds(lambda: client.get("/meetings/new"))[0] for _ in range(20)]
        app.extensions.clear()
        database.close()
    of = f"{size.meetings:,} meetings, {size.waiting:,} notices waiting"
    return [
        Figure("people", f"changed desk, median ({of})", 1000 * _at(drawn, 0.5), "ms"),
        Figure("people", "changed desk, p95", 1000 * _at(drawn, 0.95), "ms", AIM),
        Figure("people", "changed desk, least", 1000 * min(drawn), "ms"),
        Figure("people", "the same fixed work after each desk, p95 over least (how unsteady the machine is)", _at(fixed, 0.95) / min(fixed), "×"),
        Figure("people", "queries for a changed desk", queries, ""),
        Figure("people", "unchanged desk, p95", 1000 * _at(same, 0.95), "ms", AIM),
        Figure("people", "another staff page, p95", 1000 * _at(pages, 0.95), "ms"),
    ]


def _running(folder: Path, size: Size) -> tuple[Flask, Database, FlaskClient]:
    settings = load_settings(data_dir=folder / "data")
    create_keys(settings)
    database = Database(settings.database_url)
    install(database)
    now, zone = clock.now(), settings.district.zone
    district = small_district(database, settings, PASSWORD, now + DAY)
    with database.writing() as session:
        fill(session, now, zone, size)
    app = create_app(settings, database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    keep_what_stands()  # as the server does
    answer = client.post("/sign-in", data={"email": district.coordinator.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.status_code
    return app, database, client


def _changed(database: Database, client: FlaskClient, times: int) -> tuple[list[float], list[float], int]:
    """Something happens before each request, so that the desk is drawn anew; the seconds, those of fixed work after each, and the most queries of one."""
    waits, fixed, counts = [], [], []
    for _ in range(times):
        with database.writing() as session:
            journal.append(session, clock.now(), "system", "notice.acknowledged", "notice:bench")
        with _counted(database) as asked:
            seconds, answer = _seconds(lambda: client.get("/desk/now"))
        assert answer.status_code == 200
        waits.append(seconds)
        counts.append(len(asked))
        fixed.append(_seconds(_fixed_work)[0])
    return waits, fixed, max(counts)


def _fixed_work() -> int:
    """Some 50 ms of an interpreter's work that never differs."""
    seen = {}
    for number in range(300_000):
        seen[number % 5000] = (number, str(number % 97))
    return len(seen)


def _unchanged(client: FlaskClient, times: int) -> list[float]:
    waits: list[float] = []
    seen = client.get("/desk/now").headers["ETag"]
    while len(waits) < times:
        seconds, answer = _seconds(partial(client.get, "/desk/now", headers={"If-None-Match": seen}))
        seen = answer.headers["ETag"]
        if answer.status_code == 304:  # another only when a minute begins
            waits.append(seconds)
    return waits


def _seconds(ask: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, answer


def _at(waits: list[float], share: float) -> float:
    return sorted(waits)[min(len(waits) - 1, int(share * len(waits)))]


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if not re.match("BEGIN|PRAGMA", statement):
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)
