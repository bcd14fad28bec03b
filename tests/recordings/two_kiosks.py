"""A reserve kiosk beside the room's own: a run of each, and what their copies are in the one record."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from meetrec.capture.signing import KioskSigner
from meetrec.custody.models import ObjectRole, Record
from meetrec.custody.queries import objects_of, record_of_recording
from meetrec.installation.actions import enroll_kiosk
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Room
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.recordings.deliveries import KioskClient, Part, SealedRun, noise

MakeRun = Callable[..., SealedRun]
AFTER_A_DAY = timedelta(days=1, minutes=1)


@pytest.fixture
def reserve(app: Flask, database: Database, district: SimpleNamespace) -> SimpleNamespace:
    """The room's reserve kiosk: its courier (`client`), and what its runs and logs are made with (`facts`)."""
    signer = KioskSigner.new()
    with database.writing() as session:
        kiosk, token = enroll_kiosk(session, clock.now(), session.get_one(Room, district.kiosk.room_id), signer, is_reserve=True)
        facts = {"kiosk": kiosk.id, "signer": signer}
    return SimpleNamespace(client=KioskClient(app.test_client(), token), facts=facts, id=facts["kiosk"])


@pytest.fixture
def main_run(make_run: MakeRun) -> SealedRun:
    return make_run()


@pytest.fixture
def reserve_run(make_run: MakeRun, reserve: SimpleNamespace) -> SealedRun:
    return make_run({"table-1": [Part(0, noise(48_000, 77))]}, **reserve.facts)


def record_of(database: Database, recording_id: str) -> Record | None:
    with database.reading() as session:
        found = record_of_recording(session, recording_id)
        assert found is None or found.objects is not None
        return found


def masters(record: Record, number: int) -> list[tuple[str | None, bool]]:
    return [(one.kiosk_id, one.is_reserve) for one in objects_of(record, ObjectRole.MASTER, number)]


def told(database: Database, recording_id: str, verb: str) -> list[JournalEntry]:
    with database.reading() as session:
        return list(session.scalars(select(JournalEntry).where(JournalEntry.recording_id == recording_id, JournalEntry.verb == verb)))
