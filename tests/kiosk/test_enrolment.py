"""`meetrec kiosk enroll` and `trust` on the room's machine, against a real `meetrec serve` that speaks HTTPS."""

import os
import stat
import subprocess
import sys
import tomllib
from base64 import b64decode
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
from meetrec.kiosk.enrolment import EnrolmentFailed
from meetrec.kiosk.errors import KioskError, ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.pin import ServerPin, shown_by
from meetrec.kiosk.serving import hold_outbox
from meetrec.meetings.models import Kiosk, Room
from meetrec.platform import clock
from meetrec.platform.certificates import in_groups
from meetrec.platform.database import Database
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.enrolment_codes import CodeMistyped
from meetrec.platform.settings import CONFIG_VARIABLE, Settings
from meetrec.platform.settings_file import write_settings_file
from meetrec.recordings import enrolment
from tests.doubles.faulty_server import news
from tests.fixtures.https import CertificateFiles, https_server, new_certificate
from tests.fixtures.kiosk_process import wait_until
from tests.fixtures.running import ROOT, free_port

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


def is_up(address: str) -> bool:
    try:
        return bool(shown_by(address, None).fingerprint)
    except KioskError:
        return False


@pytest.mark.requirement("G5.b")
def test_machine_is_enrolled_at_a_served_installation_by_code_and_fingerprint(
    tmp_path: Path, machine: RoomMachine, settings: Settings, database: Database, district: SimpleNamespace, certificate: CertificateFiles
) -> None:
    """The whole way as an administrator goes it: invite on the server, type code and compare fingerprint in the room, speak as that kiosk."""
    port, file = free_port(), tmp_path / "server.toml"
    served = {"port": port, "certificate": certificate.certificate, "certificate_key": certificate.key}
    write_settings_file(file, {"data_dir": settings.data_dir, "district": {"demonstration": True}, "server": served})
    environment = {**os.environ, CONFIG_VARIABLE: str(file), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "meetrec"]
    invite = [*command, "kiosks", "invite", "--school", "Lincoln Elementary", "--room", "Conference Room A", "--reserve"]
    printed = subprocess.run(invite, env=environment, capture_output=True, text=True, check=True).stdout
    _heading, code, _how, _words, fingerprint = (line.strip() for line in printed.splitlines() if line.strip())
    assert fingerprint == in_groups(certificate.fingerprint)
    serving = subprocess.Popen([*command, "serve"], env=environment)
    try:
        address = f"https://127.0.0.1:{port}"
        wait_until(lambda: is_up(address), 60)
        result = machine.enroll(address, code.lower().replace("-", " "), "--fingerprint", fingerprint)
        assert result.exit_code == 0, (result.output, result.exception)
        assert "This machine is the reserve kiosk of Conference Room A, Lincoln Elementary." in result.output
        news = machine.server().meetings()
    finally:
        serving.terminate()
        serving.wait(30)
    with database.reading() as session:
        kiosk = session.get_one(Kiosk, news["kiosk"])
        assert (b64decode(kiosk.public_key or ""), kiosk.is_reserve) == (machine.public_key, True)
    assert stat.S_IMODE((machine.kiosk_folder / "server-token").stat().st_mode) == 0o600
    assert MeetingsCache(machine.kiosk_folder).district_public_key == load_district_key(settings.keyring_dir).public_bytes


def test_certificate_that_nobody_vouches_for_is_compared_before_the_code_is_sent(
    machine: RoomMachine, server: str, invite: Callable[..., str], certificate: CertificateFiles
) -> None:
    code = invite()
    refused = machine.enroll(server, code, typed=NO)
    assert in_groups(certificate.fingerprint) in refused.output
    assert "self-signed certificate" in refused.output
    assert refused.exit_code != 0
    assert "data/kiosk/server-token" not in machine.files()
    assert machine.enroll(server, code, typed=YES).exit_code == 0  # the code was not sent before
    assert machine.server().meetings()["room"] == "Conference Room A"


def test_certificate_with_a_known_authority_is_not_asked_about(
    machine: RoomMachine, server: str, invite: Callable[..., str], certificate: CertificateFiles
) -> None:
    kiosk = {"server_authority": certificate.certificate}
    write_settings_file(machine.settings_file, {"data_dir": machine.folder / "data", "kiosk": kiosk})
    result = machine.enroll(server, invite())
    assert result.exit_code == 0, result.output
    assert tomllib.loads(machine.settings_file.read_text())["kiosk"]["server_authority"] == str(certificate.certificate)


def test_fingerprint_of_another_key_stops_the_enrolment(machine: RoomMachine, server: str, invite: Callable[..., str]) -> None:
    result = machine.enroll(server, invite(), "--fingerprint", "AB12 " * 16)
    assert "which is not the one named. Nothing was sent or changed." in result.output
    assert list((machine.folder / "data" / "kiosk").glob("*")) == []


def test_refusal_of_the_server_is_told_and_leaves_the_machine_as_it_was(machine: RoomMachine, server: str, invite: Callable[..., str]) -> None:
    used = invite()
    assert machine.enroll(server, used, typed=YES).exit_code == 0
    before = machine.files()
    for _ in range(2):
        again = machine.enroll(server, used, "--new-key", typed=YES)  # with its own key it may send its code once more
        assert isinstance(again.exception, EnrolmentFailed)
        assert "This code was used before" in str(again.exception)
        assert machine.files() == before


def test_mistyped_code_is_said_before_anything_is_asked(machine: RoomMachine) -> None:
    result = machine.enroll("https://127.0.0.1:9", "ACDE-0000")
    assert isinstance(result.exception, CodeMistyped)
    assert machine.files() == {}


@pytest.mark.parametrize("address", ["http://records.example.org", "records.example.org"])
def test_code_never_travels_openly_to_another_machine(machine: RoomMachine, address: str) -> None:
    assert isinstance(machine.enroll(address, "ACDE" * 5).exception, KioskError)


def test_running_kiosk_is_not_enrolled_under_its_feet(machine: RoomMachine, server: str, invite: Callable[..., str]) -> None:
    held = hold_outbox(machine.folder / "data" / "kiosk-outbox")
    try:
        assert "Another kiosk program is running" in str(machine.enroll(server, invite(), typed=YES).exception)
    finally:
        os.close(held)


def test_machine_enrolled_again_keeps_key_and_id(machine: RoomMachine, server: str, invite: Callable[..., str]) -> None:
    machine.enroll(server, invite(), typed=YES)
    key, kiosk, old = machine.public_key, machine.server().meetings()["kiosk"], machine.server()
    assert machine.enroll(server, invite(), typed=YES).exit_code == 0
    assert (machine.public_key, machine.server().meetings()["kiosk"]) == (key, kiosk)
    with pytest.raises(ServerTrouble) as met:
        old.meetings()
    assert met.value.trouble is Trouble.WRONG_TOKEN


def test_revoked_machine_comes_back_with_a_new_key_and_is_told_what_it_still_holds(
    machine: RoomMachine, server: str, invite: Callable[..., str], database: Database
) -> None:
    machine.enroll(server, invite(), typed=YES)
    key, kiosk = machine.public_key, machine.server().meetings()["kiosk"]
    with database.writing() as session:
        enrolment.revoke(session, clock.now(), "system", kiosk)
    with pytest.raises(ServerTrouble) as met:
        machine.server().meetings()
    assert met.value.trouble is Trouble.REVOKED
    (machine.folder / "data" / "kiosk-outbox" / "11111111-2222-4333-8444-555555555555").mkdir()
    assert "--new-key" in str(machine.enroll(server, invite(), typed=YES).exception)
    result = machine.enroll(server, invite(), "--new-key", typed=YES)
    assert result.exit_code == 0, result.exception
    assert "1 recordings that were not delivered stay in" in result.output
    assert machine.server().meetings()["kiosk"] != kiosk
    (aside,) = machine.kiosk_folder.glob("signing.key.before-*")
    assert KioskSigner.in_file(aside).public_bytes == key != machine.public_key


def test_new_key_lies_on_the_disk_before_the_server_hears_of_it_and_takes_its_place_in_one_step(
    machine: RoomMachine, server: str, invite: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.enroll(server, invite(), typed=YES)
    before = machine.public_key

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut_off:
        cut_off.setattr("meetrec.kiosk.enrolment.use_next_key", killed)
        assert machine.enroll(server, invite(), "--new-key", typed=YES).exit_code != 0
    assert machine.public_key == before, "there is always a key"
    waiting = KioskSigner.in_file(machine.kiosk_folder / "signing.key.next").public_bytes
    assert machine.enroll(server, invite(), "--new-key", typed=YES).exit_code == 0
    assert machine.public_key == waiting != before
    assert not (machine.kiosk_folder / "signing.key.next").exists()
    assert machine.server().meetings()["kiosk"]


def test_new_key_that_the_server_refused_is_not_brought_again(machine: RoomMachine, server: str, invite: Callable[..., str]) -> None:
    machine.enroll(server, invite(), typed=YES)
    code = invite()
    assert machine.enroll(server, code, "--new-key", typed=YES).exit_code == 0
    assert machine.enroll(server, code, "--new-key", typed=YES).exit_code != 0, "a code is used once"
    assert not (machine.kiosk_folder / "signing.key.next").exists()


def test_another_key_of_the_server_is_trusted_only_after_a_comparison(
    tmp_path: Path, machine: RoomMachine, app: Flask, invite: Callable[..., str], certificate: CertificateFiles
) -> None:
    with https_server(app, certificate) as address:
        machine.enroll(address, invite(), typed=YES)
        assert "Nothing was changed" in machine.trust().output
    other = new_certificate(tmp_path, "other")
    with https_server(app, other, int(address.rsplit(":", 1)[1])):
        with pytest.raises(ServerTrouble) as met:
            machine.server().meetings()
        assert met.value.trouble is Trouble.UNTRUSTED_SERVER
        refused = machine.trust(typed=NO)
        assert in_groups(other.fingerprint) in refused.output
        assert ServerPin(machine.kiosk_folder).fingerprint == certificate.fingerprint
        assert machine.trust("--fingerprint", in_groups(certificate.fingerprint)).exit_code != 0
        assert machine.trust(typed=YES).exit_code == 0
        assert machine.server().meetings()["room"] == "Conference Room A"


def test_server_on_this_same_machine_needs_no_certificate(machine: RoomMachine, plain_server: str, invite: Callable[..., str]) -> None:
    result = machine.enroll(plain_server, invite())
    assert result.exit_code == 0, result.exception
    assert ServerPin(machine.kiosk_folder).fingerprint is None
    assert machine.server().meetings()["room"] == "Conference Room A"
    assert "there is nothing to trust" in machine.trust().output


def test_news_of_another_kiosks_id_are_forgotten_and_those_of_the_same_kept(tmp_path: Path) -> None:
    one, other = "7b1c0e57-52a5-4a6b-9df1-0d2f8b7f4b11", "8c1c0e57-52a5-4a6b-9df1-0d2f8b7f4b22"
    cache = MeetingsCache(tmp_path)
    cache.take_in(news(one, []))
    cache.begin_anew(one, bytes(range(32)))
    assert MeetingsCache(tmp_path).news is not None
    cache.begin_anew(other, bytes(32))
    assert (cache.news, MeetingsCache(tmp_path).news) == (None, None)
    assert MeetingsCache(tmp_path).district_public_key == bytes(32)
