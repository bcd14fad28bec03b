"""A machine becomes a kiosk by a code that works once and a key that is its own; whatever else knocks is refused and stands in the journal."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from meetrec.capture.signing import CLOSING, ENROLMENT, KioskSigner
from meetrec.installation.actions import create_room, enroll_kiosk
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Kiosk, KioskInvitation, Room
from meetrec.people.models import School
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.enrolment_codes import new_code, proof_content
from meetrec.platform.settings import Settings
from meetrec.recordings import enrolment
from meetrec.recordings.enrolment_views import TRIES
from meetrec.recordings.errors import InvitationRefused

Knock = Callable[..., TestResponse]


def a_code(database: Database, district: SimpleNamespace, made: datetime | None = None, **options: Any) -> str:
    with database.writing() as session:
        return enrolment.invite(session, made or clock.now(), "system", session.get_one(Room, district.room.id), **options)[1]


def application(code: str, signer: KioskSigner, **changed: Any) -> dict[str, Any]:
    proof = signer.sign(ENROLMENT, proof_content(code, signer.public_bytes))
    return {"code": code, "public_key": b64encode(signer.public_bytes).decode(), "signature": b64encode(proof).decode(), **changed}


@pytest.fixture
def knock(client: FlaskClient) -> Knock:
    """Apply at the door; `changed` replaces parts of what is sent."""

    def knock(code: str, signer: KioskSigner | None = None, **changed: Any) -> TestResponse:
        return client.post("/kiosk/api/enrolment", json=application(code, signer or KioskSigner.new(), **changed))

    return knock


def refusals(database: Database) -> list[str]:
    with database.reading() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.verb == "kiosk.enrolment_refused").order_by(JournalEntry.sequence))
        return [json.loads(entry.body)["details"]["reason"] for entry in entries]


def meetings(client: FlaskClient, token: str) -> TestResponse:
    return client.get("/kiosk/api/meetings", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.requirement("G5.b")
def test_machine_with_a_code_becomes_a_kiosk_of_that_room(
    knock: Knock, client: FlaskClient, database: Database, district: SimpleNamespace, settings: Settings
) -> None:
    signer = KioskSigner.new()
    answer = knock(a_code(database, district, is_reserve=True), signer)
    assert answer.status_code == 200, answer.json
    told = answer.json
    assert (told["room"], told["school"], told["is_reserve"], told["zone"]) == ("Conference Room A", "Lincoln Elementary", True, "America/Chicago")
    assert b64decode(told["district_public_key"]) == load_district_key(settings.keyring_dir).public_bytes
    assert meetings(client, told["token"]).json["kiosk"] == told["kiosk"]
    with database.reading() as session:
        kiosk = session.get_one(Kiosk, told["kiosk"])
        assert (b64decode(kiosk.public_key or ""), kiosk.name, kiosk.is_reserve) == (signer.public_bytes, "Reserve kiosk", True)
        invitation = session.scalars(select(KioskInvitation).where(KioskInvitation.kiosk_id == kiosk.id)).one()
        assert invitation.used_at is not None


def test_main_and_reserve_kiosk_of_a_room_are_both_in_force(knock: Knock, client: FlaskClient, database: Database, district: SimpleNamespace) -> None:
    reserve = knock(a_code(database, district, is_reserve=True)).json
    assert reserve["kiosk"] != district.kiosk.id
    assert [meetings(client, token).status_code for token in (district.kiosk_token, reserve["token"])] == [200, 200]


def test_neither_code_nor_token_is_kept(knock: Knock, database: Database, district: SimpleNamespace, settings: Settings) -> None:
    code = a_code(database, district)
    token = knock(code).json["token"]
    database.close()
    kept = b"".join(path.read_bytes() for path in settings.data_dir.glob("meetrec.db*"))
    assert sha256(token.encode()).hexdigest().encode() in kept
    assert [secret for secret in (code, code.replace("-", ""), token) if secret.encode() in kept] == []


@pytest.mark.requirement("W-37")
def test_code_works_once(knock: Knock, database: Database, district: SimpleNamespace) -> None:
    code = a_code(database, district)
    assert knock(code).status_code == 200
    again = knock(code)
    assert (again.status_code, again.json["error"]) == (403, "This code was used before; each is good for one machine. Ask the administrator for a new one.")
    assert refusals(database) == ["used_code"]


@pytest.mark.requirement("G5.b")
def test_machine_whose_answer_was_lost_may_send_the_same_code_once_more(
    knock: Knock, client: FlaskClient, database: Database, district: SimpleNamespace
) -> None:
    code, signer = a_code(database, district), KioskSigner.new()
    lost, answer = knock(code, signer), knock(code, signer)
    assert (lost.status_code, answer.status_code, answer.json["kiosk"]) == (200, 200, lost.json["kiosk"])
    assert (meetings(client, lost.json["token"]).status_code, meetings(client, answer.json["token"]).status_code) == (401, 200)
    with database.reading() as session:
        told = session.scalars(select(JournalEntry.body).where(JournalEntry.subject == f"kiosk:{answer.json['kiosk']}").order_by(JournalEntry.sequence))
        assert [json.loads(body)["details"]["renewed"] for body in told] == [False, True]


@pytest.mark.requirement("W-37")
def test_used_code_opens_nothing_without_the_key_it_was_used_with_nor_after_its_time(knock: Knock, database: Database, district: SimpleNamespace) -> None:
    code, signer = a_code(database, district), KioskSigner.new()
    assert knock(code, signer).status_code == 200
    stolen = b64encode(KioskSigner.new().sign(ENROLMENT, proof_content(code, signer.public_bytes))).decode()
    assert knock(code, signer, signature=stolen).status_code == 403
    with database.writing() as session:
        session.execute(update(KioskInvitation).values(expires_at=clock.now()))
    assert "expired" in knock(code, signer).json["error"]
    assert refusals(database) == ["wrong_signature", "expired_code"]


def test_of_two_machines_with_one_code_at_one_moment_one_is_refused(app: Flask, database: Database, district: SimpleNamespace) -> None:
    code = a_code(database, district)
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(app.test_client().post, "/kiosk/api/enrolment", json=application(code, KioskSigner.new())) for _ in range(4)]
    assert sorted(answer.result().status_code for answer in sent) == [200, 403, 403, 403]


@pytest.mark.requirement("W-37")
def test_code_expires(knock: Knock, database: Database, district: SimpleNamespace) -> None:
    code = a_code(database, district, clock.now() - timedelta(hours=25))
    answer = knock(code)
    assert (answer.status_code, answer.json["error"]) == (403, "This code has expired. Ask the administrator for a new one.")
    assert refusals(database) == ["expired_code"]


def test_newer_code_for_the_same_place_ends_the_one_before(knock: Knock, database: Database, district: SimpleNamespace) -> None:
    old, reserve = a_code(database, district), a_code(database, district, is_reserve=True)
    new = a_code(database, district)
    assert "expired" in knock(old).json["error"]
    assert (knock(reserve).status_code, knock(new).status_code) == (200, 200)


@pytest.mark.requirement("W-37")
@pytest.mark.parametrize("code", ["ACDE-ACDE-ACDE-ACDE-ACDE", "ACDE", ""])
def test_code_that_nobody_made_is_refused(client: FlaskClient, database: Database, code: str) -> None:
    answer = client.post("/kiosk/api/enrolment", json={**application(new_code(), KioskSigner.new()), "code": code})
    assert answer.status_code == 403
    assert refusals(database) == ["unknown_code"]


@pytest.mark.requirement("W-37")
def test_nobody_becomes_a_kiosk_with_a_key_that_is_anothers(knock: Knock, database: Database, district: SimpleNamespace) -> None:
    """A thief who has read a code sends somebody else's public key, a signature for another code, or one given for another purpose."""
    code, own, other = a_code(database, district), KioskSigner.new(), KioskSigner.new()
    content = proof_content(code, own.public_bytes)
    wrong = [other.sign(ENROLMENT, content), own.sign(CLOSING, content), own.sign(ENROLMENT, proof_content(new_code(), own.public_bytes)), bytes(64)]
    for proof in wrong:
        answer = knock(code, own, signature=b64encode(proof).decode())
        assert answer.status_code == 403
        assert "did not show that its signing key is its own" in answer.json["error"]
    assert refusals(database) == ["wrong_signature"] * 4
    assert knock(code, own).status_code == 200  # the code was not used up by them


@pytest.mark.requirement("W-37")
@pytest.mark.parametrize("sent", [b"", b"[]", b"{}", b"\xff", b'{"code": 1, "public_key": "x", "signature": "x"}', b"[" * 100_000])
def test_what_is_no_application_is_refused(client: FlaskClient, database: Database, district: SimpleNamespace, sent: bytes) -> None:
    answer = client.post("/kiosk/api/enrolment", data=sent)
    assert (answer.status_code, answer.json["error"]) == (403, "What was sent is no application of a kiosk. Use “meetrec kiosk enroll”.")
    assert refusals(database) == ["damaged"]


@pytest.mark.parametrize(("name", "size"), [("public_key", 31), ("public_key", 33), ("signature", 63), ("signature", 0)])
def test_key_or_signature_of_another_length_is_refused(knock: Knock, database: Database, district: SimpleNamespace, name: str, size: int) -> None:
    answer = knock(a_code(database, district), **{name: b64encode(bytes(size)).decode()})
    assert "wrong length" in answer.json["error"]


@pytest.mark.requirement("W-37")
def test_whoever_tries_codes_is_stopped_and_told_to_the_journal_once(app: Flask, knock: Knock, database: Database, district: SimpleNamespace) -> None:
    app.config.update(RATELIMIT_ENABLED=True)
    allowed = int(TRIES.split()[0])
    answers = [knock(new_code()).status_code for _ in range(allowed + 5)]
    assert answers == [403] * allowed + [429] * 5
    assert refusals(database) == ["unknown_code"] * allowed + ["too_many_tries"]
    right = knock(a_code(database, district))
    assert (right.status_code, right.json["error"][:14]) == (429, "Too many tries")


def test_same_machine_enrolled_again_keeps_its_id_and_its_old_token_opens_nothing(
    knock: Knock, client: FlaskClient, database: Database, district: SimpleNamespace
) -> None:
    told = knock(a_code(database, district, is_reserve=True), district.kiosk_signer).json
    assert told["kiosk"] == district.kiosk.id
    assert [meetings(client, token).status_code for token in (district.kiosk_token, told["token"])] == [401, 200]
    with database.reading() as session:
        assert session.query(Kiosk).count() == 1
        assert session.get_one(Kiosk, told["kiosk"]).is_reserve


def test_revoked_key_never_counts_again_but_the_machine_may_come_back_with_a_new_one(
    knock: Knock, client: FlaskClient, database: Database, district: SimpleNamespace
) -> None:
    with database.writing() as session:
        enrolment.revoke(session, clock.now(), "user:somebody", district.kiosk.id)
    code = a_code(database, district)
    refused = knock(code, district.kiosk_signer)
    assert (refused.status_code, "--new-key" in refused.json["error"]) == (403, True)
    assert refusals(database) == ["revoked_key"]
    told = knock(code).json
    assert told["kiosk"] != district.kiosk.id
    assert [meetings(client, token).status_code for token in (district.kiosk_token, told["token"])] == [403, 200]


def test_machine_of_another_room_is_told_to_finish_there_first(knock: Knock, database: Database, district: SimpleNamespace) -> None:
    signer = KioskSigner.new()
    with database.writing() as session:
        room = create_room(session, session.get_one(School, district.school.id), "Conference Room B")
        enroll_kiosk(session, clock.now(), room, signer)
    answer = knock(a_code(database, district), signer)
    assert (answer.status_code, "enrolled for Conference Room B, Lincoln Elementary" in answer.json["error"]) == (403, True)


@pytest.mark.requirement("W-37")
def test_revoked_kiosk_that_goes_on_knocking_stands_in_the_journal_once_a_minute(
    app: Flask, client: FlaskClient, database: Database, district: SimpleNamespace
) -> None:
    app.config.update(RATELIMIT_ENABLED=True)
    with database.writing() as session:
        enrolment.revoke(session, clock.now(), "system", district.kiosk.id)
    assert [meetings(client, district.kiosk_token).status_code for _ in range(3)] == [403] * 3
    with database.reading() as session:
        entries = session.query(JournalEntry).filter_by(verb="access.denied").all()
        assert [(entry.actor, json.loads(entry.body)["details"]["reason"]) for entry in entries] == [(f"kiosk:{district.kiosk.id}", "revoked_kiosk")]
        assert session.get_one(Kiosk, district.kiosk.id).last_seen_at is None


def test_kiosk_is_revoked_once(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        revoked = enrolment.revoke(session, clock.now(), "user:somebody", district.kiosk.id)
        assert (revoked.revoked_at is not None, revoked.revoked_by) == (True, "user:somebody")
    for kiosk, sentence in ((district.kiosk.id, "revoked before"), ("nobody", "no such kiosk")):
        with database.writing() as session, pytest.raises(InvitationRefused, match=sentence):
            enrolment.revoke(session, clock.now(), "system", kiosk)


@pytest.mark.parametrize("hours", [-1, 0, 169])
def test_code_lives_for_a_week_at_most(database: Database, district: SimpleNamespace, hours: int) -> None:
    with pytest.raises(InvitationRefused, match="at most 168 hours"):
        a_code(database, district, valid_for=timedelta(hours=hours))
