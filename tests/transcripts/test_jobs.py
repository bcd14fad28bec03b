"""The transcription job: real speech out of encrypted masters, an empty draft where nobody speaks, and failures that lose nothing."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from meetrec.capture.pieces import RATE
from meetrec.custody.vault import Vault
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.jobs import MOST_ATTEMPTS, Job, due_jobs, run_job
from meetrec.platform.settings import Settings
from meetrec.recordings import jobs as recording_jobs
from meetrec.transcripts import actions, jobs, queries
from tests.recordings.deliveries import SEATS, KioskClient, Part, SealedRun
from tests.recordings.what_stands import record_of, verbs

MakeRun = Callable[..., SealedRun]


@pytest.fixture
def work(database: Database, settings: Settings, vault: Vault, models_dir: Path) -> Callable[[], None]:
    """Do whatever waits, as the worker does, until nothing waits."""
    with_model = settings.model_copy(update={"models_dir": models_dir})
    handlers = {**recording_jobs.handlers(with_model, vault), **jobs.handlers(with_model, vault)}

    def work() -> None:
        while True:
            with database.reading() as session:
                waiting = due_jobs(session, clock.now())
            if not waiting:
                return
            for job_id in waiting:
                run_job(database, handlers, job_id)

    return work


def parts_of(sound: np.ndarray) -> dict[str, list[Part]]:
    """Pieces of ten seconds for each channel, at 48 kHz."""
    step = 10 * RATE
    return {
        name: [Part(at, np.ascontiguousarray(sound[at : at + step, channel])) for at in range(0, len(sound), step)]
        for channel, name in enumerate(list(SEATS)[: sound.shape[1]])
    }


@pytest.mark.requirement("A-23")
def test_speech_from_four_microphones_becomes_a_draft_by_seat(
    kiosk: KioskClient,
    make_run: MakeRun,
    work: Callable[[], None],
    database: Database,
    vault: Vault,
    greeting: Path,
) -> None:
    heard, _rate = soundfile.read(greeting, dtype="int16")
    run = make_run(parts_of(np.repeat(heard, 3, axis=0)))
    kiosk.deliver(run)
    work()
    record = record_of(database, run.recording)
    with database.reading() as session:
        transcript = queries.newest_transcript(session, record.id)
        job = session.scalars(select(Job).where(Job.kind == actions.TRANSCRIBE)).one()
    assert transcript is not None
    text = vault.read(next(one for one in record.objects if one.id == transcript.object_id))
    lines = json.loads(text)
    assert {line["speaker"] for line in lines} == {"1", "2", "3"}
    assert "David Cho" in " ".join(line["text"] for line in lines if line["speaker"] == "1")
    assert {line["language"] for line in lines if line["speaker"] == "3"} == {"es"}
    assert [line.seat for line in queries.lines_of(text, queries.seats_of(record)) if "David Cho" in line.text] == ["Window"]
    assert (transcript.state, transcript.engine["engine"], transcript.engine["model"]) == ("machine_draft", "faster-whisper", "base")
    assert len(transcript.engine["sha256"]) == 64
    assert transcript.words == sum(len(line["words"]) for line in lines) > 20
    assert (job.state, job.progress) == ("done", 1.0)
    assert verbs(database, run.recording)[-2:] == ["record.stored", "transcript.drafted"]


def test_nobody_speaks_is_a_result(
    kiosk: KioskClient,
    make_run: MakeRun,
    work: Callable[[], None],
    database: Database,
    vault: Vault,
) -> None:
    run = make_run(parts_of(np.zeros((2 * RATE, 2), np.int16)))
    kiosk.deliver(run)
    work()
    record = record_of(database, run.recording)
    with database.reading() as session:
        transcript = queries.newest_transcript(session, record.id)
    assert transcript is not None
    assert transcript.words == 0
    assert json.loads(vault.read(next(one for one in record.objects if one.id == transcript.object_id))) == []


def test_missing_model_fails_with_a_sentence_and_can_be_tried_again(
    kiosk: KioskClient,
    make_run: MakeRun,
    work: Callable[[], None],
    database: Database,
    settings: Settings,
    vault: Vault,
    district: SimpleNamespace,
) -> None:
    run = make_run(parts_of(np.zeros((RATE, 1), np.int16)))
    kiosk.deliver(run)
    without_model = settings.model_copy(update={"models_dir": settings.data_dir / "no models"})
    handlers = {**recording_jobs.handlers(settings, vault), **jobs.handlers(without_model, vault)}
    for _ in range(2):
        with database.reading() as session:
            waiting = due_jobs(session, clock.now())
        for job_id in waiting:
            run_job(database, handlers, job_id)
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == actions.TRANSCRIBE)).one()
    assert job.state == "failed"
    assert "meetrec models install base" in (job.sentence or "")
    assert verbs(database, run.recording)[-2:] == ["record.stored", "transcript.failed"]
    with database.writing() as session:
        actions.queue_transcription(session, clock.now(), record_of(database, run.recording))
    work()
    assert verbs(database, run.recording)[-1] == "transcript.drafted"


def test_transcription_whose_worker_dies_every_time_is_told_once(
    kiosk: KioskClient, make_run: MakeRun, work: Callable[[], None], database: Database, settings: Settings, vault: Vault
) -> None:
    run = make_run(parts_of(np.zeros((RATE, 1), np.int16)))
    kiosk.deliver(run)
    with database.reading() as session:
        (joining,) = due_jobs(session, clock.now())
    run_job(database, recording_jobs.handlers(settings, vault), joining)
    with database.writing() as session:
        job = session.scalars(select(Job).where(Job.kind == actions.TRANSCRIBE)).one()
        job.state, job.attempts, job.lease_until = "running", MOST_ATTEMPTS, clock.now() - timedelta(seconds=1)
    for _ in range(2):
        work()
    assert verbs(database, run.recording).count("transcript.failed") == 1


def test_worker_killed_after_the_draft_writes_no_second_one(
    kiosk: KioskClient,
    make_run: MakeRun,
    work: Callable[[], None],
    database: Database,
    settings: Settings,
    vault: Vault,
) -> None:
    run = make_run(parts_of(np.zeros((RATE, 1), np.int16)))
    kiosk.deliver(run)
    work()
    with database.writing() as session:
        job = session.scalars(select(Job).where(Job.kind == actions.TRANSCRIBE)).one()
        job.state = "queued"
    work()
    assert verbs(database, run.recording).count("transcript.drafted") == 1
