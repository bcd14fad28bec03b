"""`meetrec kiosks`: invite, list and revoke on the server."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from meetrec.capture.signing import KioskSigner
from meetrec.installation.actions import enroll_kiosk
from meetrec.installation.kiosk_commands import kiosks
from meetrec.meetings.models import Kiosk, KioskInvitation, Room
from meetrec.people.models import School
from meetrec.platform import clock
from meetrec.platform.certificates import in_groups
from meetrec.platform.database import Database
from meetrec.platform.enrolment_codes import hash_of
from meetrec.platform.settings import CONFIG_VARIABLE, Settings
from meetrec.platform.settings_file import write_settings_file
from tests.fixtures.https import new_certificate

PLACE = ("--school", "Lincoln Elementary", "--room", "Conference Room A")


@pytest.fixture
def settings_file(settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of the test's installation, as a command finds them."""
    file = tmp_path / "meetrec.toml"
    write_settings_file(file, {"data_dir": settings.data_dir})
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    return file


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(kiosks, arguments, input=typed)


def code_in(result: Result) -> str:
    assert result.exit_code == 0, result.exception
    return next(line.strip() for line in result.output.splitlines() if line.startswith("    "))


def test_invitation_makes_school_and_room_when_told_that_they_are_new(settings_file: Path, database: Database) -> None:
    code = code_in(run("invite", "--school", "Cedar Bend Middle", "--room", "Library", "--new", "--valid-hours", "2"))
    with database.reading() as session:
        invitation = session.scalars(select(KioskInvitation)).one()
        assert (invitation.room.name, invitation.room.school.name, invitation.is_reserve) == ("Library", "Cedar Bend Middle", False)
        assert invitation.code_hash == hash_of(code)
        assert (invitation.expires_at - invitation.made_at).total_seconds() == 7200
    code_in(run("invite", "--school", "Cedar Bend Middle", "--room", "Library"))
    with database.reading() as session:
        assert (session.query(School).count(), session.query(Room).count()) == (1, 1)


@pytest.mark.parametrize(
    ("school", "room", "told"),
    [
        ("Lincon Elementary", "Conference Room A", "There is no school “Lincon Elementary”. Known: Lincoln Elementary."),
        ("Lincoln Elementary", "Conference Room B", "Lincoln Elementary has no room “Conference Room B”. Known: Conference Room A."),
    ],
)
def test_mistyped_school_or_room_is_not_made(settings_file: Path, database: Database, district: SimpleNamespace, school: str, room: str, told: str) -> None:
    def counted() -> tuple[int, ...]:
        with database.reading() as session:
            return tuple(session.query(made).count() for made in (School, Room, KioskInvitation))

    before = counted()
    refused = run("invite", "--school", school, "--room", room)
    assert told in str(refused.exception)
    assert counted() == before


def test_invitation_prints_the_fingerprint_of_the_servers_or_the_proxys_certificate(
    settings_file: Path, tmp_path: Path, settings: Settings, district: SimpleNamespace
) -> None:
    own, proxy = new_certificate(tmp_path, "own"), new_certificate(tmp_path, "proxy")
    assert "certificate" not in run("invite", *PLACE).output
    assert in_groups(proxy.fingerprint) in run("invite", *PLACE, "--certificate", str(proxy.certificate)).output
    settings_file.unlink()
    write_settings_file(settings_file, {"data_dir": settings.data_dir, "server": {"certificate": own.certificate, "certificate_key": own.key}})
    printed = run("invite", *PLACE).output
    assert in_groups(own.fingerprint) in printed
    assert "meetrec kiosk enroll --server https://" in printed


def test_second_kiosk_for_the_same_place_is_told(settings_file: Path, district: SimpleNamespace) -> None:
    assert "such a kiosk already" in run("invite", *PLACE).output
    assert "such a kiosk already" not in run("invite", *PLACE, "--reserve").output


def test_list_names_place_key_and_standing(settings_file: Path, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        reserve, _token = enroll_kiosk(session, clock.now(), session.get_one(Room, district.room.id), KioskSigner.new(), is_reserve=True)
        session.get_one(Kiosk, district.kiosk.id).public_key = None  # as a kiosk from before signatures
    assert run("revoke", "--yes", reserve.id).exit_code == 0
    first, second = run("list").output.splitlines()
    assert first == f"{district.kiosk.id}  Lincoln Elementary, Conference Room A, Main kiosk: no key: enrol it anew, last heard of never"
    assert second.startswith(f"{reserve.id}  Lincoln Elementary, Conference Room A, Reserve kiosk: key ")
    assert "revoked 2" in second


def test_revoking_is_asked_about_first(settings_file: Path, database: Database, district: SimpleNamespace) -> None:
    assert run("revoke", district.kiosk.id, typed="n\n").exit_code == 1
    with database.reading() as session:
        assert session.get_one(Kiosk, district.kiosk.id).revoked_at is None
    assert "What it still holds stays on it." in run("revoke", district.kiosk.id, typed="y\n").output
    assert "revoked before" in str(run("revoke", "--yes", district.kiosk.id).exception)


def test_nothing_is_asked_about_a_kiosk_that_there_is_not(settings_file: Path, district: SimpleNamespace) -> None:
    refused = run("revoke", "zzz")
    assert "There is no such kiosk." in str(refused.exception)
    assert "Revoke it?" not in refused.output
