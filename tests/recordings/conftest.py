"""An armed recording, a kiosk that delivers, and the worker's jobs run by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from types import SimpleNamespace

import pytest
from flask import Flask

from meetrec.custody.vault import Vault
from meetrec.notices.models import Notice, RecorderRole
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.district_keys import load_district_key
from meetrec.platform.jobs import due_jobs, run_job
from meetrec.platform.settings import Settings
from meetrec.recordings import actions
from meetrec.recordings import jobs as recording_jobs
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise


@pytest.fixture
def notice(database: Database, district: SimpleNamespace) -> Notice:
    """A parent's notice, matched to the district's meeting."""
    moment = clock.now()
    with database.writing() as session:
        notice = Notice(
            reference="MR-1", received_at=moment, entered_at=moment, channel="web", language="en", recorder_name="A parent",
            recorder_role=RecorderRole.PARENT, student_name="Mateo Rivera", school_name="Lincoln Elementary", meeting_date=date(2026, 10, 14),
            meeting_time=time(9), device="telephone", status="timely", deadline=datetime(2026, 10, 13, 14, tzinfo=UTC),
            link_hash="0" * 64, meeting_id=district.meeting.id, matched_at=moment,
        )  # fmt: skip
        session.add(notice)
        session.flush()
        assert notice.meeting is not None
        return notice


@pytest.fixture
def recording_id(database: Database, notice: Notice, district: SimpleNamespace) -> str:
    """The id of the armed recording."""
    with database.writing() as session:
        return actions.arm(session, clock.now(), f"user:{district.coordinator.id}", session.get(Notice, notice.id)).id


@pytest.fixture
def kiosk(app: Flask, district: SimpleNamespace) -> KioskClient:
    """The room's kiosk."""
    return KioskClient(app.test_client(), district.kiosk_token)


@pytest.fixture
def make_run(settings: Settings, district: SimpleNamespace, recording_id: str) -> Callable[..., SealedRun]:
    """Seal a run of the armed recording; without parts, two microphones with two pieces each."""
    public_key = load_district_key(settings.keyring_dir).public_bytes

    def make_run(parts: dict[str, list[Part]] | None = None, **more: object) -> SealedRun:
        chosen = parts or {name: [Part(0, noise(24_000, seed)), Part(24_000, noise(12_000, seed + 9))] for seed, name in enumerate(("table-1", "table-2"))}
        facts = {"recording": recording_id, "kiosk": district.kiosk.id, "district_public_key": public_key, **more}
        return SealedRun(parts=chosen, **facts)  # type: ignore[arg-type]

    return make_run


@pytest.fixture
def vault(settings: Settings) -> Vault:
    """The installation's vault."""
    return Vault.of(settings)


@pytest.fixture
def work(database: Database, settings: Settings, vault: Vault) -> Callable[[], None]:
    """Join whatever waits to be joined, as the worker does."""
    handlers = recording_jobs.handlers(settings, vault)

    def work() -> None:
        with database.reading() as session:
            waiting = due_jobs(session, clock.now())
        for job_id in waiting:
            run_job(database, handlers, job_id)

    return work
