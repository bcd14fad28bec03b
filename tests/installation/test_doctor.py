"""The doctor names what is missing and how to mend it, and leaves no trace."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text, update

from meetrec.capture.signing import KioskSigner
from meetrec.installation.doctor import Finding, examine
from meetrec.kiosk.pin import ServerPin
from meetrec.kiosk.places import kiosk_folder, signing_key_file
from meetrec.people.models import RoleGrant
from meetrec.platform import clock
from meetrec.platform.certificates import CertificateUnusable
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings, load_settings
from meetrec.platform.settings_sections import Kiosk, Server
from meetrec.processes import serve
from meetrec.recordings.enrolment import revoke
from tests.fixtures.https import https_server, new_certificate
from tests.fixtures.mail_server import Mailbox, mailbox, start_mail_server, with_mail

__all__ = ["mailbox", "start_mail_server"]


def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(settings)}


def test_a_healthy_server_is_in_order(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    demonstration = settings.model_copy(update={"district": settings.district.model_copy(update={"demonstration": True})})
    found = findings(demonstration)
    assert [subject for subject in ("Python", "Keys", "Database") if not found[subject].is_in_order] == []
    assert "Microphones" not in found  # a server has none


def test_an_empty_machine_is_told_what_to_do_and_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = findings(load_settings(data_dir=tmp_path / "data"))
    assert "meetrec init" in found["Database"].sentence
    assert not found["Keys"].is_in_order
    assert "meetrec models install" in found["Model weights"].sentence or found["Model weights"].is_in_order
    assert list(tmp_path.iterdir()) == []


def test_a_changed_journal_is_found(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        session.execute(text("DROP TRIGGER journal_entry_no_update"))
        session.execute(text("UPDATE journal_entry SET verb = 'record.stored' WHERE sequence = 2"))
    demonstration = settings.model_copy(update={"district": settings.district.model_copy(update={"demonstration": True})})
    assert findings(demonstration)["Database"].sentence == "Entry 2 was changed after it was written."


def test_a_room_without_its_token_or_its_server_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kiosk = Kiosk(token_file=tmp_path / "token", server_url="http://127.0.0.1:9")
    settings = load_settings(data_dir=tmp_path / "data", kiosk=kiosk)
    assert "cannot be read" in findings(settings)["Kiosk token"].sentence
    (tmp_path / "token").write_text("a-token")
    found = findings(settings)
    assert found["Kiosk token"].is_in_order
    assert "Recording works all the same" in found["Server"].sentence
    assert "Keys" not in found  # a room has none of the district's keys


def a_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server_url: str, token: str) -> Settings:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text(token)
    return load_settings(data_dir=tmp_path / "room", kiosk=Kiosk(token_file=tmp_path / "token", server_url=server_url))


def test_a_rooms_signing_key_is_looked_at_and_never_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = a_room(tmp_path, monkeypatch, "http://127.0.0.1:9", "a-token")
    assert "meetrec kiosk enroll" in findings(settings)["Kiosk key"].sentence
    assert not signing_key_file(settings).exists()
    KioskSigner.in_file(signing_key_file(settings))
    assert findings(settings)["Kiosk key"].is_in_order
    signing_key_file(settings).chmod(0o644)
    assert "chmod 600" in findings(settings)["Kiosk key"].sentence


def test_a_room_is_told_which_of_pin_and_server_is_not_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: Flask, database: Database, district: SimpleNamespace
) -> None:
    own, other = new_certificate(tmp_path, "own"), new_certificate(tmp_path, "other")
    with https_server(app, own) as address:
        settings = a_room(tmp_path, monkeypatch, address, district.kiosk_token)
        found = findings(settings)
        assert "pinned no server certificate" in found["Server certificate"].sentence
        pin = ServerPin(kiosk_folder(settings))
        pin.keep(other.fingerprint)
        found = findings(settings)
        assert found["Server certificate"].is_in_order
        assert "does not show the pinned key" in found["Server"].sentence
        pin.keep(own.fingerprint)
        assert findings(settings)["Server"].sentence == "answers for Conference Room A"
        with database.writing() as session:
            revoke(session, clock.now(), "system", district.kiosk.id)
        assert "has revoked this kiosk" in findings(settings)["Server"].sentence
        (tmp_path / "token").write_text("another")
        assert "does not know this kiosk's token" in findings(settings)["Server"].sentence


def test_a_mail_server_that_is_not_there_is_found(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    assert findings(settings)["Mail"] == Finding("Mail", True, "no mail server is set: mails wait, and the pages say so")
    away = findings(with_mail(settings, Mailbox(port=1)))["Mail"]
    assert not away.is_in_order
    assert "cannot be reached" in away.sentence


def test_a_mail_server_that_answers_is_in_order(settings: Settings, database: Database, district: SimpleNamespace, mailbox: Mailbox) -> None:
    assert findings(with_mail(settings, mailbox))["Mail"].is_in_order
    assert mailbox.arrived == []


@pytest.mark.requirement("B-03")
@pytest.mark.requirement("B-04")
def test_an_office_of_custodian_that_nobody_holds_is_found(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    assert findings(settings)["Custodians"].is_in_order
    with database.writing() as session:
        session.execute(update(RoleGrant).values(ended_at=clock.now(), ended_by="system"))
    found = findings(settings)["Custodians"]
    assert not found.is_in_order
    assert f"{settings.district.name}, Lincoln Elementary" in found.sentence


def test_the_receipt_key_is_looked_at_and_never_made(settings: Settings, database: Database, district: SimpleNamespace) -> None:
    assert "on the recovery sheet too" in findings(settings)["Receipt key"].sentence
    settings.receipt_key_file.unlink()
    assert "none yet" in findings(settings)["Receipt key"].sentence
    assert not settings.receipt_key_file.exists()


def test_a_servers_certificate_is_told_with_its_end_or_with_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good, expired = new_certificate(tmp_path, "good", days=40), new_certificate(tmp_path, "expired", days=-2)

    def told(certificate: Path, key: Path) -> Finding:
        server = Server(certificate=certificate, certificate_key=key)
        return findings(load_settings(data_dir=tmp_path / "data", server=server))["Certificate"]

    assert told(good.certificate, good.key).is_in_order
    assert "do not belong together" in told(good.certificate, expired.key).sentence
    assert "is out of date" in told(expired.certificate, expired.key).sentence


def test_server_does_not_start_behind_a_certificate_of_another_key(tmp_path: Path) -> None:
    good, other = new_certificate(tmp_path, "good"), new_certificate(tmp_path, "other")
    settings = load_settings(data_dir=tmp_path / "data", server=Server(certificate=good.certificate, certificate_key=other.key))
    with pytest.raises(CertificateUnusable, match="do not belong together"):
        serve(settings)
