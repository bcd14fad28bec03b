"""The kiosk's address: what it may call, who it knows, and that bytes are durable before they are confirmed."""

import json
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from meetrec.capture.signing import KioskSigner
from meetrec.installation.actions import create_room, enroll_kiosk
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Kiosk
from meetrec.people.models import School
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.jobs import Job
from meetrec.platform.settings import Settings
from meetrec.recordings import incoming
from meetrec.recordings.models import Piece, Recording
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise
from tests.recordings.what_stands import state_of, verbs

MakeRun = Callable[..., SealedRun]


@pytest.fixture
def strangers_token(database: Database, district: SimpleNamespace) -> str:
    """The token of a kiosk in another room."""
    with database.writing() as session:
        room = create_room(session, session.get_one(School, district.school.id), "Conference Room B")
        return enroll_kiosk(session, clock.now(), room, KioskSigner.new())[1]


def test_meetings_show_initials_and_the_districts_key(kiosk: KioskClient, recording_id: str, district: SimpleNamespace) -> None:
    answer = kiosk.meetings()
    assert answer.status_code == 200
    news = answer.json
    assert [(one["recording"], one["initials"], one["kind"]) for one in news["meetings"]] == [(recording_id, "M. R.", "IEP")]
    assert (news["kiosk"], news["room"], news["zone"]) == (district.kiosk.id, "Conference Room A", "America/Chicago")
    assert len(b64decode(news["district_public_key"])) == 32
    assert "Mateo" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic abc"])
def test_no_or_another_token_is_refused_with_a_sentence(app: Flask, district: SimpleNamespace, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = app.test_client().get("/kiosk/api/meetings", headers=headers)
    assert answer.status_code == 401
    assert "token" in answer.json["error"]


def test_kiosk_is_noted_as_seen_at_most_once_a_minute(kiosk: KioskClient, database: Database, district: SimpleNamespace) -> None:
    kiosk.meetings()
    with database.reading() as session:
        first = session.get_one(Kiosk, district.kiosk.id).last_seen_at
    kiosk.meetings()
    with database.reading() as session:
        assert session.get_one(Kiosk, district.kiosk.id).last_seen_at == first
    assert first is not None


def test_another_rooms_kiosk_finds_no_recording(kiosk: KioskClient, make_run: MakeRun, strangers_token: str) -> None:
    run = make_run()
    answer = kiosk.put(f"{run.recording}/runs/{run.run}", run.statement, token=strangers_token)
    assert answer.status_code == 404
    assert kiosk.open(run).status_code == 200
    path = f"{run.recording}/runs/{run.run}/table-1/0"
    assert kiosk.put(path, run.chains["table-1"][0], token=strangers_token).status_code == 404


@pytest.mark.requirement("G5.b")
def test_kiosk_cannot_read_anything_back(kiosk: KioskClient, make_run: MakeRun, app: Flask) -> None:
    run = make_run()
    kiosk.deliver(run)
    headers = {"Authorization": f"Bearer {kiosk.token}"}
    readable = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/kiosk/api") and "GET" in (rule.methods or ())]
    assert readable == ["/kiosk/api/meetings"]
    for path in (f"runs/{run.run}", f"runs/{run.run}/table-1/0", "closing", "state"):
        assert app.test_client().get(f"/kiosk/api/recordings/{run.recording}/{path}", headers=headers).status_code == 405
    assert app.test_client().get(f"/recordings/{run.recording}", headers=headers).status_code in (302, 401)


def test_delivery_is_on_the_disk_and_told_once(kiosk: KioskClient, make_run: MakeRun, settings: Settings, database: Database) -> None:
    run = make_run()
    kiosk.deliver(run)
    for microphone, files in run.chains.items():
        for index, content in enumerate(files):
            assert incoming.piece_path(settings.incoming_dir, run.recording, run.run, microphone, index).read_bytes() == content
    assert incoming.statement_path(settings.incoming_dir, run.recording, run.run).read_bytes() == run.statement
    assert state_of(database, run.recording) is RecordingState.DELIVERED
    assert verbs(database, run.recording) == ["room.armed", "recording.started", "recording.delivered"]
    with database.reading() as session:
        jobs = session.scalars(select(Job)).all()
    assert [(job.kind, job.subject_id) for job in jobs] == [("recordings.assemble", run.recording)]


def test_same_bytes_again_get_the_same_answer_and_change_nothing(kiosk: KioskClient, make_run: MakeRun, database: Database) -> None:
    run = make_run()
    kiosk.deliver(run)
    kiosk.deliver(run)
    assert verbs(database, run.recording) == ["room.armed", "recording.started", "recording.delivered"]
    with database.reading() as session:
        assert len(session.scalars(select(Piece)).all()) == 6
        assert len(session.scalars(select(Job)).all()) == 1


def test_state_of_the_room_that_arrived_last_counts_whatever_its_clock_says(kiosk: KioskClient, recording_id: str, database: Database) -> None:
    def tell(state: str, at: str) -> int:
        return kiosk.put(f"{recording_id}/state", json.dumps({"state": state, "at": at}).encode()).status_code

    assert tell("paused", "2026-10-13T14:10:00Z") == 200
    assert tell("recording", "2026-10-13T14:05:00Z") == 200
    with database.reading() as session:
        assert session.get_one(Recording, recording_id).copies[0].kiosk_state == "recording"
    assert tell("dancing", "2026-10-13T14:20:00Z") == 409
    assert tell("stopped", "later") == 409


def test_same_piece_sent_twice_at_once_is_kept_once(app: Flask, kiosk: KioskClient, make_run: MakeRun, database: Database) -> None:
    run = make_run()
    kiosk.open(run)

    def send(_number: int) -> int:
        return KioskClient(app.test_client(), kiosk.token).piece(run, "table-1", 0).status_code

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(send, range(16))) == {200}
    with database.reading() as session:
        assert len(session.scalars(select(Piece)).all()) == 1


def test_microphones_are_delivered_in_parallel(app: Flask, kiosk: KioskClient, make_run: MakeRun, database: Database) -> None:
    run = make_run({f"table-{seat}": [Part(index * 4800, noise(4800, seat * 100 + index)) for index in range(8)] for seat in range(1, 5)})
    kiosk.open(run)

    def send(microphone: str) -> set[int]:
        courier = KioskClient(app.test_client(), kiosk.token)
        return {courier.piece(run, microphone, index).status_code for index in range(9)}

    with ThreadPoolExecutor(4) as threads:
        assert set.union(*threads.map(send, run.chains)) == {200}
    assert kiosk.close(run).status_code == 200
    assert state_of(database, run.recording) is RecordingState.DELIVERED


def test_full_disk_is_told_as_such_and_nothing_is_confirmed(kiosk: KioskClient, make_run: MakeRun, settings: Settings, database: Database) -> None:
    """A real limit of the system on the size of files stands for the full disk."""
    import resource
    import signal

    run = make_run()
    kiosk.open(run)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with database.reading() as others:  # a server at work has its database open: SQLite's own files are there already
        others.scalars(select(Kiosk)).all()
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            answer = kiosk.piece(run, "table-1", 0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert answer.status_code == 507
    assert "kept on the kiosk" in answer.json["error"]
    assert not list(Path(settings.incoming_dir).rglob("*.part"))
    assert not list(Path(settings.incoming_dir).rglob("*.piece"))
    with database.reading() as session:
        assert not session.scalars(select(Piece)).all()
    assert kiosk.piece(run, "table-1", 0).status_code == 200


@pytest.mark.requirement("W-37")
def test_a_refused_token_is_told_but_does_not_fill_the_journal(app: Flask, database: Database) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    for _ in range(5):
        assert app.test_client().get("/kiosk/api/meetings", headers={"Authorization": "Bearer wrong"}).status_code == 401
    with database.reading() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.verb == "access.denied")).all()
    assert [entry.subject for entry in entries] == ["kiosk"]
