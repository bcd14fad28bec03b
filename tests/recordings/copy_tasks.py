"""The task of a missing district copy: a meeting that is over, its coordinator, an upload as a browser sends it, and what is kept of it."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings.models import Recording
from tests.recordings.sound_files import voice, wav_file

SignIn = Callable[[SimpleNamespace], FlaskClient]
WAV = wav_file(voice(12, channels=2))


@pytest.fixture
def over(district: SimpleNamespace, recording_id: str, database: Database, midday: datetime) -> str:
    """The armed meeting lies two hours back and nothing came: the address of its task."""
    start = midday - timedelta(hours=3)
    with database.writing() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        meeting.start, meeting.planned_end = start, start + timedelta(hours=1)
        session.get_one(Recording, recording_id).armed_at = start - timedelta(days=1)  # before whatever is uploaded, whichever hour this test is run at
    return f"/district-copies/{district.meeting.id}"


@pytest.fixture
def coordinator(sign_in: SignIn, district: SimpleNamespace) -> FlaskClient:
    return sign_in(district.coordinator)


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def statement(database: Database, settings: Settings, **changed: str) -> dict[str, str]:
    """What a person fills in: the recording began with the meeting."""
    with database.reading() as session:
        start = clock.in_zone(session.scalars(select(Meeting)).one().start, settings.district.zone)
    return {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "device": "The office’s voice recorder", **changed}


@pytest.fixture
def upload(coordinator: FlaskClient, over: str, database: Database, settings: Settings) -> Callable[..., TestResponse]:
    """Send a file as a browser does; keywords change the fields."""

    def upload(content: bytes = WAV, name: str = "meeting.wav", **changed: str) -> TestResponse:
        fields = {**statement(database, settings, **changed), "file": (io.BytesIO(content), name)}
        return coordinator.post(f"{over}/upload", data=fields, content_type="multipart/form-data")

    return upload


def verbs(database: Database) -> list[str]:
    with database.reading() as session:
        return [entry.verb for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.sequence)) if entry.verb.startswith(("copy.", "record."))]


def stored_files(settings: Settings) -> list[Path]:
    return [path for path in settings.store_dir.rglob("*") if path.is_file()]
