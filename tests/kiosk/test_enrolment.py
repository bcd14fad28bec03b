"""`meetrec kiosk enroll` on the room's machine, against a real `meetrec serve` that speaks HTTPS."""

import os
import stat
import subprocess
import sys
import tomllib
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from meetrec.kiosk.enrolment import EnrolmentFailed
from meetrec.kiosk.errors import KioskError
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.pin import ServerPin, shown_by
from meetrec.kiosk.serving import hold_outbox
from meetrec.meetings.models import Kiosk
from meetrec.platform.certificates import in_groups
from meetrec.platform.database import Database
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.enrolment_codes import CodeMistyped
from meetrec.platform.settings import CONFIG_VARIABLE, Settings
from meetrec.platform.settings_file import write_settings_file
from tests.fixtures.https import CertificateFiles
from tests.fixtures.kiosk_process import wait_until
from tests.fixtures.running import ROOT, free_port
from tests.kiosk.room_machines import NO, YES, RoomMachine


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


def test_server_on_this_same_machine_needs_no_certificate(machine: RoomMachine, plain_server: str, invite: Callable[..., str]) -> None:
    result = machine.enroll(plain_server, invite())
    assert result.exit_code == 0, result.exception
    assert ServerPin(machine.kiosk_folder).fingerprint is None
    assert machine.server().meetings()["room"] == "Conference Room A"
    assert "there is nothing to trust" in machine.trust().output
