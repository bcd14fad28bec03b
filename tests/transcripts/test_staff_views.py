"""The page of a recording: its stages, sound by ranges, transcript in step without scripts, refusals and listening in the journal."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from meetrec.capture.pieces import RATE, Gap
from meetrec.custody.models import ObjectRole, Record, Sitting, StoredObject
from meetrec.custody.queries import objects_of, record_of_recording
from meetrec.custody.vault import Vault
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.jobs import Job
from meetrec.recordings.models import Piece, Recording
from meetrec.recordings.rules import RecordingState
from meetrec.transcripts import actions, jobs
from meetrec.transcripts.engine_parts import EngineIdentity
from meetrec.transcripts.transcribe import Transcript
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise

MakeRun = Callable[..., SealedRun]
SignIn = Callable[[SimpleNamespace], FlaskClient]
LINES = [
    {"start": 0.5, "end": 1.5, "text": "Good morning.", "speaker": "0", "language": "en", "words": []},
    {"start": 2.0, "end": 3.5, "text": "Buenos días <todos>.", "speaker": "1", "language": "es", "words": []},
]


@dataclass(frozen=True)
class Stored:
    """A recording in custody."""

    recording_id: str
    record: Record

    def sound(self, role: ObjectRole = ObjectRole.LISTENING_COPY) -> StoredObject:
        return objects_of(self.record, role)[0]

    @property
    def address(self) -> str:
        return f"/recordings/{self.recording_id}"


@pytest.fixture
def stored(kiosk: KioskClient, make_run: MakeRun, work: Callable[[], None], database: Database) -> Stored:
    """Four seconds of two microphones, one of them paused for one second."""
    pause = Gap(RATE, RATE, "pause", "the chair")
    run = make_run({"table-1": [Part(0, noise(RATE, 1)), Part(2 * RATE, noise(2 * RATE, 2), (pause,))], "table-2": [Part(0, noise(4 * RATE, 3))]})
    kiosk.deliver(run)
    work()
    with database.reading() as session:
        record = record_of_recording(session, run.recording)
    assert record is not None
    return Stored(run.recording, record)


@pytest.fixture
def drafted(stored: Stored, database: Database, vault: Vault) -> Stored:
    """The same with a transcript of two lines."""
    identity = EngineIdentity("faster-whisper", "1.2.1", "base", "d" * 64, "CTranslate2 conversion")
    text = jobs._stored(vault, stored.record, LINES)
    with database.writing() as session:
        record = session.get_one(Record, stored.record.id)
        actions.draft(session, clock.now(), record, Transcript(LINES, identity, {"0": "en", "1": "es"}, 4.0), text)
    return stored


def entries(database: Database, verb: str) -> list[JournalEntry]:
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry).where(JournalEntry.verb == verb)))


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


def test_armed_recording_has_its_page_and_its_state(sign_in: SignIn, recording_id: str, district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    page = client.get(f"/recordings/{recording_id}").get_data(as_text=True)
    assert "The room is armed" in page
    assert "<audio" not in page
    assert "Laura Bennett" in page  # who armed it, by name
    state = client.get(f"/recordings/{recording_id}/state").json
    assert state == {"key": "armed", "sentence": "The room is armed. Nothing has been recorded yet.", "fraction": None}
    assert client.get(f"/recordings/{recording_id}/peaks").status_code == 404


def test_delivery_is_counted_on_the_page(sign_in: SignIn, kiosk: KioskClient, make_run: MakeRun, district: SimpleNamespace) -> None:
    run = make_run()
    kiosk.open(run)
    kiosk.piece(run, "table-1", 0)
    kiosk.close(run)
    state = sign_in(district.coordinator).get(f"/recordings/{run.recording}/state").json
    assert state["sentence"] == "The kiosk is delivering: 1 of 6 pieces have arrived."
    assert state["fraction"] == pytest.approx(1 / 6)


def test_state_is_sent_only_when_it_moved(sign_in: SignIn, stored: Stored, district: SimpleNamespace) -> None:
    client = sign_in(district.coordinator)
    etag = client.get(f"{stored.address}/state").headers["ETag"]
    assert client.get(f"{stored.address}/state", headers={"If-None-Match": etag}).status_code == 304


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


def test_failed_transcription_shows_why_and_can_be_tried_again(sign_in: SignIn, stored: Stored, district: SimpleNamespace, database: Database) -> None:
    client = sign_in(district.coordinator)
    with database.writing() as session:
        actions.queue_transcription(session, clock.now(), session.get_one(Record, stored.record.id))
        session.flush()
        job = session.scalars(select(Job).where(Job.kind == actions.TRANSCRIBE)).one()
        job.state, job.sentence = "failed", "The model “base” is not installed."
    page = client.get(stored.address).get_data(as_text=True)
    assert "The model “base” is not installed." in page
    assert "Try the transcription again" in page
    assert client.post(f"{stored.address}/transcribe").status_code == 303
    assert client.post(f"{stored.address}/transcribe").status_code == 303
    with database.reading() as session:
        assert [job.state for job in session.scalars(select(Job).where(Job.kind == actions.TRANSCRIBE).order_by(Job.created_at))] == ["failed", "queued"]


def test_broken_recording_shows_why_and_can_be_tried_again(
    sign_in: SignIn,
    kiosk: KioskClient,
    make_run: MakeRun,
    work: Callable[[], None],
    district: SimpleNamespace,
    database: Database,
) -> None:
    run = make_run({"table-1": []})
    kiosk.deliver(run)
    work()
    client = sign_in(district.coordinator)
    page = client.get(f"/recordings/{run.recording}").get_data(as_text=True)
    assert "No microphone recorded any sound." in page
    assert client.post(f"/recordings/{run.recording}/join").status_code == 303
    with database.reading() as session:
        assert session.get_one(Recording, run.recording).state is RecordingState.DELIVERED
        assert len(session.scalars(select(Job).where(Job.kind == "recordings.assemble")).all()) == 2


@pytest.mark.requirement("G5.a")
def test_page_tells_when_the_kiosk_of_a_half_delivered_recording_was_last_heard(
    sign_in: SignIn, kiosk: KioskClient, make_run: MakeRun, district: SimpleNamespace, database: Database
) -> None:
    run, now = make_run(), clock.now()
    kiosk.pieces(run)  # and never closes
    with database.writing() as session:
        session.get_one(Meeting, district.meeting.id).planned_end = now - timedelta(hours=1)
        session.get_one(Kiosk, district.kiosk.id).last_seen_at = now - timedelta(minutes=20)
        session.execute(update(Piece).values(received_at=now - timedelta(minutes=25)))
    client, address = sign_in(district.coordinator), f"/recordings/{run.recording}"
    told = client.get(f"{address}/state").json
    assert told is not None
    assert told["key"] == "not_heard_from"
    assert told["sentence"].startswith("The kiosk has not been heard from since ")
    assert "6 pieces have arrived and are kept" in told["sentence"]
    assert told["sentence"] in client.get(address).get_data(as_text=True)


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(("minutes", "is_uncertain"), [(2, False), (4, True)])
def test_desk_and_page_say_in_the_meeting_that_a_kiosk_which_recorded_has_fallen_silent(
    minutes: int,
    is_uncertain: bool,
    sign_in: SignIn,
    kiosk: KioskClient,
    make_run: MakeRun,
    district: SimpleNamespace,
    database: Database,
    midday: datetime,
) -> None:
    run, now = make_run(), midday
    kiosk.pieces(run)
    with database.writing() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        meeting.start, meeting.planned_end = now - timedelta(minutes=30), now + timedelta(minutes=30)
        session.get_one(Kiosk, district.kiosk.id).last_seen_at = now - timedelta(minutes=minutes)
        session.execute(update(Piece).values(received_at=now - timedelta(minutes=minutes)))
    client = sign_in(district.coordinator)
    for address in (f"/recordings/{run.recording}", "/desk"):
        page = client.get(address).get_data(as_text=True)
        assert ("Please look in the room whether it still records." in page) is is_uncertain, address
        assert ("The room is recording." in page) is not is_uncertain, address


def test_coordinator_arms_the_room_again_from_the_page_of_a_closed_recording(
    sign_in: SignIn, kiosk: KioskClient, make_run: MakeRun, recording_id: str, district: SimpleNamespace
) -> None:
    client, button = sign_in(district.coordinator), f'action="/recordings/{recording_id}/arm-again"'
    assert button not in client.get(f"/recordings/{recording_id}").get_data(as_text=True)
    refused = client.post(f"/recordings/{recording_id}/arm-again")
    assert refused.status_code == 409
    assert "still open" in refused.get_data(as_text=True)
    kiosk.deliver(make_run())
    assert button in client.get(f"/recordings/{recording_id}").get_data(as_text=True)
    answer = client.post(f"/recordings/{recording_id}/arm-again")
    assert (answer.status_code, answer.location.startswith("/recordings/")) == (303, True)
    second = client.get(answer.location).get_data(as_text=True)
    assert "The room is armed again" in second
    assert f'href="/recordings/{recording_id}"' in second
    first = client.get(f"/recordings/{recording_id}").get_data(as_text=True)
    assert f'href="{answer.location}"' in first
    assert button not in first


def test_custodian_reads_the_page_and_does_not_arm(
    sign_in: SignIn, kiosk: KioskClient, make_run: MakeRun, recording_id: str, district: SimpleNamespace
) -> None:
    kiosk.deliver(make_run())
    client = sign_in(district.custodian)
    assert "arm-again" not in client.get(f"/recordings/{recording_id}").get_data(as_text=True)
    assert client.post(f"/recordings/{recording_id}/arm-again").status_code == 403
