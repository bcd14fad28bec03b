"""What every test may ask for: settings in a fresh folder, a migrated database, a small district, the application and a client."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from meetrec.installation.actions import create_keys, install
from meetrec.installation.district import small_district
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.logs import refuse_personal_data
from meetrec.platform.settings import Settings, load_settings
from tests.fixtures.accounts import PASSWORD, account_of, sign_in_as

__all__ = ["account_of", "sign_in_as"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For runs in several processes: a file's tests stay together, and what listens in real time runs one after the other, and begins first."""
    for item in items:
        listens = "virtual_microphones" in getattr(item, "fixturenames", ()) or item.path.parent.name in ("journeys", "hardware", "faults")
        item.add_marker(pytest.mark.xdist_group("real time" if listens else item.path.name))
    items.sort(key=lambda item: next(item.iter_markers("xdist_group")).args[0] != "real time")


@pytest.fixture(autouse=True)
def no_personal_data_in_logs() -> Iterator[None]:
    """Every line that any test makes the program log is held to the rule of the real logs, and no test's set-up of them reaches another."""
    structlog.configure(processors=[refuse_personal_data, structlog.dev.ConsoleRenderer(colors=False)])
    yield
    structlog.reset_defaults()


@pytest.fixture
def now() -> datetime:
    """A fixed morning: Tuesday 13 October 2026, 09:00 in Chicago."""
    return datetime(2026, 10, 13, 14, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Template:
    """A finished installation and district, made once for the whole run and copied for each test: making one takes a second."""

    folder: Path
    district: SimpleNamespace


def a_morning_ahead(zone: str) -> datetime:
    """Ten o'clock in the district on the first day that is at least 26 hours away: no test depends on the hour at which it runs."""
    earliest = clock.in_zone(clock.now() + timedelta(hours=26), zone)
    start = earliest.replace(hour=10, minute=0, second=0, microsecond=0)
    return start if start >= earliest else start + timedelta(days=1)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Keys, a migrated database with the roles, and the same with the small district in it."""
    folder = tmp_path_factory.mktemp("template")
    settings = load_settings(data_dir=folder)
    create_keys(settings)
    database = Database(settings.database_url)
    install(database)
    database.close()
    shutil.copy(folder / "meetrec.db", folder / "empty.db")
    district = small_district(database, settings, PASSWORD, a_morning_ahead(settings.district.zone))
    database.close()
    return Template(folder, district)


@pytest.fixture
def settings(template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose data lie in this test's own folder, with keys."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MEETREC_") and name != "MEETREC_MODELS_DIR"]:
        monkeypatch.delenv(name)
    shutil.copytree(template.folder / "keyring", tmp_path / "data" / "keyring")
    return load_settings(data_dir=tmp_path / "data")


@pytest.fixture
def database(template: Template, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A new database at the newest migration, with the roles; with the district in it if the test asks for that."""
    name = "meetrec.db" if "district" in request.fixturenames else "empty.db"
    shutil.copy(template.folder / name, settings.data_dir / "meetrec.db")
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def district(template: Template, database: Database) -> SimpleNamespace:
    """One school, room, kiosk, pupil, a meeting at ten on a morning ahead, and an account of each kind."""
    return template.district


@pytest.fixture
def app(settings: Settings, database: Database, district: SimpleNamespace) -> Flask:
    """The application with all interfaces."""
    from meetrec.app import create_app

    app = create_app(settings, database=database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[[SimpleNamespace], FlaskClient]:
    """Sign the client in as one of the district's accounts."""

    def sign_in(account: SimpleNamespace) -> FlaskClient:
        answer = client.post("/sign-in", data={"email": account.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    return sign_in
