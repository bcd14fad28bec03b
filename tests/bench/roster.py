"""A OneRoster package of a large district: time, how long others wait for the write lock, and memory that does not grow with the number of pupils."""

import os
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import OperationalError

from meetrec.installation.actions import create_keys, install
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings, load_settings
from tests.bench.figures import ROOT, Figure, Run, run_measured
from tests.fixtures.roster import LargeRoster, write_roster

FEW, MANY = 5_000, 50_000  # pupils
LOOK_EVERY = 0.05  # seconds


def measure() -> list[Figure]:
    """A small and a large district, each imported, and the large one checked and imported once more."""
    few = _district_of(FEW)[0]
    many, longest, checked, again = _district_of(MANY, again=True)
    return [
        Figure("people", f"roster of {MANY:,} pupils, import", many.seconds, "s", "≤ 60 s"),
        Figure("people", "… others wait for the write lock at most", longest, "s", "≤ 15 s"),
        Figure("people", "… dry run", checked.seconds if checked else None, "s"),
        Figure("people", "… the same again", again.seconds if again else None, "s"),
        Figure("people", f"… peak memory at {FEW:,} pupils", few.megabytes, "MB"),
        Figure("people", f"… peak memory at {MANY:,} pupils", many.megabytes, "MB", f"≤ {few.megabytes + 40:,.0f} MB"),
    ]


def _district_of(pupils: int, *, again: bool = False) -> tuple[Run, float, Run | None, Run | None]:
    """The import, the longest hold of the write lock, and where asked the dry run before and the import once more."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder) / "data")
        create_keys(settings)
        database = Database(settings.database_url)
        install(database)
        database.close()
        package = write_roster(Path(folder) / "roster.zip", LargeRoster(pupils).files())
        checked = _run(settings, "check", package) if again else None
        with _LockWatch(settings) as watch:
            imported = _run(settings, "import", package)
        return imported, watch.longest, checked, _run(settings, "import", package) if again else None


def _run(settings: Settings, what: str, package: Path) -> Run:
    environment = {**os.environ, "MEETREC_DATA_DIR": str(settings.data_dir)}
    return run_measured([sys.executable, "-m", "meetrec", "roster", what, str(package)], cwd=ROOT, env=environment)


class _LockWatch:
    """Asks for SQLite's write lock again and again, as another writer would, and keeps the longest wait."""

    def __init__(self, settings: Settings) -> None:
        self._url, self._over, self.longest = settings.database_url, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "_LockWatch":
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        database = Database(self._url)
        while not self._over.wait(LOOK_EVERY):
            began = time.monotonic()
            with suppress(OperationalError), database.writing() as session:  # given up after BUSY_SECONDS: that long it stood
                session.connection().exec_driver_sql("SELECT 1")
            self.longest = max(self.longest, time.monotonic() - began)
        database.close()
