"""A machine in a room on which nothing was set up yet, codes for it, and the application served over HTTPS or plainly."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import make_server

from meetrec.capture.signing import KioskSigner
from meetrec.cli import meetrec
from meetrec.kiosk.api import DistrictServer
from meetrec.kiosk.pin import ServerPin
from meetrec.meetings.models import Room
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import CONFIG_VARIABLE
from meetrec.recordings import enrolment
from tests.fixtures.https import CertificateFiles, https_server, new_certificate

YES, NO = "y\n", "n\n"


@dataclass
class RoomMachine:
    """A machine in a room: its settings file, its data, and the command line."""

    folder: Path

    @property
    def settings_file(self) -> Path:
        return self.folder / "meetrec.toml"

    @property
    def kiosk_folder(self) -> Path:
        return self.folder / "data" / "kiosk"

    @property
    def public_key(self) -> bytes:
        return KioskSigner.in_file(self.kiosk_folder / "signing.key").public_bytes

    def enroll(self, server: str, code: str, *more: str, typed: str = "") -> Result:
        arguments = ["--server", server, "--code", code, "--settings-file", str(self.settings_file), "--data-dir", str(self.folder / "data"), *more]
        return CliRunner().invoke(meetrec, ["kiosk", "enroll", *arguments], input=typed)

    def trust(self, *more: str, typed: str = "") -> Result:
        return CliRunner().invoke(meetrec, ["kiosk", "trust", "--settings-file", str(self.settings_file), *more], input=typed)

    def server(self) -> DistrictServer:
        """As the running kiosk speaks with it."""
        said = tomllib.loads(self.settings_file.read_text())["kiosk"]
        return DistrictServer(said["server_url"], Path(said["token_file"]).read_text(), ServerPin(self.kiosk_folder))

    def files(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file() and path.name[0] != "."}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RoomMachine:
    """A machine on which nothing was set up yet."""
    monkeypatch.setenv(CONFIG_VARIABLE, "set by the command")
    (tmp_path / "room").mkdir()
    return RoomMachine(tmp_path / "room")


@pytest.fixture
def invite(database: Database, district: SimpleNamespace) -> Callable[..., str]:
    """Make a code for the district's room."""

    def invite(**options: bool) -> str:
        with database.writing() as session:
            return enrolment.invite(session, clock.now(), "system", session.get_one(Room, district.room.id), **options)[1]

    return invite


@pytest.fixture
def certificate(tmp_path: Path) -> CertificateFiles:
    """The server's own."""
    return new_certificate(tmp_path, "server")


@pytest.fixture
def server(app: Flask, certificate: CertificateFiles) -> Iterator[str]:
    """The application over HTTPS."""
    with https_server(app, certificate) as address:
        yield address


@pytest.fixture
def plain_server(app: Flask) -> Iterator[str]:
    """The application over plain HTTP, for this machine alone."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
