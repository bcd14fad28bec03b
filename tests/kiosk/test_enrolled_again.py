"""A machine that is enrolled a second time, and `meetrec kiosk trust` for another key of the server."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from meetrec.capture.signing import KioskSigner
from meetrec.kiosk.errors import ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.pin import ServerPin
from meetrec.platform import clock
from meetrec.platform.certificates import in_groups
from meetrec.platform.database import Database
from meetrec.recordings import enrolment
from tests.doubles.faulty_server import news
from tests.fixtures.https import CertificateFiles, https_server, new_certificate
from tests.kiosk.room_machines import NO, YES, RoomMachine


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


def test_news_of_another_kiosks_id_are_forgotten_and_those_of_the_same_kept(tmp_path: Path) -> None:
    one, other = "7b1c0e57-52a5-4a6b-9df1-0d2f8b7f4b11", "8c1c0e57-52a5-4a6b-9df1-0d2f8b7f4b22"
    cache = MeetingsCache(tmp_path)
    cache.take_in(news(one, []))
    cache.begin_anew(one, bytes(range(32)))
    assert MeetingsCache(tmp_path).news is not None
    cache.begin_anew(other, bytes(32))
    assert (cache.news, MeetingsCache(tmp_path).news) == (None, None)
    assert MeetingsCache(tmp_path).district_public_key == bytes(32)
