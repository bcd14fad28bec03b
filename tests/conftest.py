"""What every test may ask for: settings in a fresh folder, a migrated database, a small district, the application and a client."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from meetrec.installation.actions import create_keys, install
from meetrec.installation.district import small_district
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings, load_settings

PASSWORD = "a long enough test sentence"  # noqa: S105


@pytest.fixture
def now() -> datetime:
    """A fixed morning: Tuesday 13 October 2026, 09:00 in Chicago."""
    return datetime(2026, 10, 13, 14, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose data lie in this test's own folder, with fresh keys."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in __import__("os").environ if name.startswith("MEETREC_")]:
        if name != "MEETREC_MODELS_DIR":
            monkeypatch.delenv(name)
    settings = load_settings(data_dir=tmp_path / "data")
    create_keys(settings)
    return settings


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """A new database at the newest migration, with the roles."""
    database = Database(settings.database_url)
    install(database)
    yield database
    database.close()


@pytest.fixture
def district(database: Database, settings: Settings) -> SimpleNamespace:
    """One school, room, kiosk, pupil, a meeting tomorrow, and an account of each kind."""
    return small_district(database, settings, PASSWORD, meeting_in=timedelta(hours=26))


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
