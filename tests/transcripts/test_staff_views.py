"""The page of a recording: who may see it, sound by ranges, transcript in step without scripts, refusals and listening in the journal."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.custody.models import ObjectRole, Record, Sitting
from meetrec.custody.vault import Vault
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.transcripts import actions, jobs
from meetrec.transcripts.engine_parts import EngineIdentity
from meetrec.transcripts.transcribe import Transcript
from tests.transcripts.stored_recordings import Stored, entries

SignIn = Callable[[SimpleNamespace], FlaskClient]


def test_visitor_is_led_to_the_sign_in(client: FlaskClient, stored: Stored) -> None:
    for path in ("", "/state", "/peaks", f"/sound/{stored.sound().id}"):
        answer = client.get(stored.address + path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.location


@pytest.mark.requirement("W-37")
@pytest.mark.requirement("W-03")
def test_account_without_the_duty_is_refused_everywhere_and_every_attempt_is_told(
    sign_in: SignIn, drafted: Stored, district: SimpleNamespace, database: Database
) -> None:
    client = sign_in(district.administrator)
    for path in ("", "/state", "/peaks", f"/sound/{drafted.sound().id}"):
        assert client.get(drafted.address + path).status_code == 403
    for path in ("/listening", "/join", "/transcribe"):
        assert client.post(drafted.address + path).status_code == 403
    told = entries(database, "access.denied")
    assert len(told) == 7
    assert {(entry.actor, entry.recording_id) for entry in told} == {(f"user:{district.administrator.id}", drafted.recording_id)}
    assert not entries(database, "transcript.read")


def test_unknown_recording_and_foreign_objects_are_not_found(sign_in: SignIn, drafted: Stored, district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    assert client.get(f"/recordings/{uuid4()}").status_code == 404
    assert client.get(f"{drafted.address}/sound/{uuid4()}").status_code == 404
    for role in (ObjectRole.GAP_LEDGER, ObjectRole.PEAKS):  # content, and no sound
        assert client.get(f"{drafted.address}/sound/{drafted.sound(role).id}").status_code == 404


@pytest.mark.requirement("G9.b")
def test_page_shows_the_draft_as_what_it_is(sign_in: SignIn, drafted: Stored, district: SimpleNamespace) -> None:
    page = sign_in(district.coordinator).get(drafted.address).get_data(as_text=True)
    for text in ("Machine draft – not checked by a person", "Not part of the IEP", "faster-whisper 1.2.1", "Good morning.", "Head of the table", "Window"):
        assert text in page
    assert "Buenos días &lt;todos&gt;." in page
    assert 'lang="es"' in page
    assert "paused by the chair" in page
    assert "All microphones together" in page
    assert "The kiosk delivered the whole recording" in page
    assert "the kiosk in Conference Room A" in page


def test_place_and_microphone_are_chosen_without_scripts(sign_in: SignIn, drafted: Stored, district: SimpleNamespace) -> None:
    client, master = sign_in(district.coordinator), drafted.sound(ObjectRole.MASTER)
    page = client.get(f"{drafted.address}?sound={master.id}&t=2.5").get_data(as_text=True)
    assert f'/sound/{master.id}#t=2.5"' in page
    assert f'/sound/{master.id}" aria-current="true">Head of the table</a>' in page
    assert '<li class="transcript__line" id="line-2" data-start="2.0" data-end="3.5" aria-current="true">' in page
    assert page.count('data-end="1.5" aria-current') == 0
    for nonsense in ("?t=-1", "?t=nan", "?t=1e99", "?t=x", "?sound=x"):
        answer = client.get(drafted.address + nonsense)
        assert answer.status_code == 200
        assert "#t=" not in answer.get_data(as_text=True)


def test_empty_draft_says_that_no_speech_was_found(sign_in: SignIn, stored: Stored, district: SimpleNamespace, database: Database, vault: Vault) -> None:
    text = jobs._stored(vault, stored.record, [])
    with database.writing() as session:
        made = Transcript([], EngineIdentity("faster-whisper", "1.2.1", "base", "d" * 64, ""), {}, 4.0)
        actions.draft(session, clock.now(), session.get_one(Record, stored.record.id), made, text)
    assert "No speech was found in this recording." in sign_in(district.coordinator).get(stored.address).get_data(as_text=True)


@pytest.mark.requirement("G5.b")
def test_sound_comes_whole_and_by_range(sign_in: SignIn, stored: Stored, district: SimpleNamespace, vault: Vault) -> None:
    client = sign_in(district.coordinator)
    for role, kind in ((ObjectRole.LISTENING_COPY, "audio/mpeg"), (ObjectRole.MASTER, "audio/flac")):
        one = stored.sound(role)
        plain = vault.read(one)
        whole = client.get(f"{stored.address}/sound/{one.id}")
        assert (whole.status_code, whole.mimetype, whole.data) == (200, kind, plain)
        assert whole.headers["Cache-Control"] == "no-store"
        part = client.get(f"{stored.address}/sound/{one.id}", headers={"Range": "bytes=1000-1999"})
        assert (part.status_code, part.data) == (206, plain[1000:2000])
        assert client.get(f"{stored.address}/sound/{one.id}", headers={"Range": f"bytes={len(plain)}-"}).status_code == 416
    assert json.loads(client.get(f"{stored.address}/peaks").data)["duration"] == 4.0


@pytest.mark.requirement("W-37")
def test_many_ranges_are_one_sitting_and_heartbeats_add_up(sign_in: SignIn, stored: Stored, district: SimpleNamespace, database: Database) -> None:
    client = sign_in(district.coordinator)
    for start in range(0, 3000, 500):
        client.get(f"{stored.address}/sound/{stored.sound().id}", headers={"Range": f"bytes={start}-{start + 499}"})
    for seconds in ("15", "7.5", "nan", "inf", "much", "-3"):
        assert client.post(f"{stored.address}/listening", data={"seconds": seconds}).status_code == 204
    with database.reading() as session:
        sitting = session.scalars(select(Sitting)).one()
    assert (sitting.purpose, sitting.seconds, sitting.account_id) == ("listen", 22.5, district.coordinator.id)
    assert entries(database, "record.listened") == []


def test_reading_the_transcript_is_told_once_a_sitting(sign_in: SignIn, drafted: Stored, district: SimpleNamespace, database: Database) -> None:
    client = sign_in(district.custodian)
    for _ in range(3):
        client.get(drafted.address)
    assert [entry.actor for entry in entries(database, "transcript.read")] == [f"user:{district.custodian.id}"]
