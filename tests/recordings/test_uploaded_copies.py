"""A missing district copy answered with an upload: checked, kept once, and marked everywhere as what it is."""

import io
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from meetrec.custody.events import when_record_stored
from meetrec.custody.models import OTHER_DEVICE, ObjectRole, Record, StoredObject
from meetrec.custody.vault import Vault
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.jobs import Job
from meetrec.platform.settings import Settings
from meetrec.recordings import uploads_intake
from meetrec.recordings.district_copy_models import DistrictCopyAnswer, UploadedCopy, UploadUnderWay
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from meetrec.transcripts.actions import queue_transcription
from tests.recordings.copy_tasks import WAV, statement, stored_files, text_of, verbs
from tests.recordings.sound_files import sound_file, voice, wav_file


@pytest.mark.requirement("G5.a")
@pytest.mark.requirement("G5.b")
@pytest.mark.requirement("G5.c")
def test_uploaded_recording_becomes_a_record_like_a_kiosks_and_is_marked_everywhere(
    upload: Callable[..., TestResponse], coordinator: FlaskClient, work: Callable[[], None], database: Database, vault: Vault, over: str
) -> None:
    when_record_stored("transcripts", queue_transcription)  # as the worker does at its start
    answer = upload()
    assert answer.status_code == 303, text_of(answer)
    assert "district copy is missing" not in text_of(coordinator.get("/desk"))
    work()
    with database.reading() as session:
        record = session.scalars(select(Record)).one()
        objects = {one.role: one for one in record.objects}
        queued = session.scalars(select(Job.kind).where(Job.subject_id == record.id)).all()
    assert (record.made_on, record.ferpa, record.idea_part_b, round(record.duration)) == (OTHER_DEVICE, True, True, 12)
    assert vault.read(objects[ObjectRole.ORIGINAL]) == WAV
    assert vault.read(objects[ObjectRole.MASTER])[:4] == b"fLaC"
    assert set(objects) == {ObjectRole.ORIGINAL, ObjectRole.MASTER, ObjectRole.LISTENING_COPY, ObjectRole.PEAKS, ObjectRole.GAP_LEDGER}
    assert json.loads(vault.read(objects[ObjectRole.GAP_LEDGER]))["is_unknown"] is True
    assert verbs(database) == ["copy.uploaded", "record.stored"]
    assert queued == ["transcripts.transcribe"]
    mark = "Made on another device, uploaded by Laura Bennett on "
    page = text_of(coordinator.get(answer.location))
    assert page.count(mark) == 2, "at the top and at the head of the transcript"
    assert (objects[ObjectRole.ORIGINAL].sha256 in page, "Nothing is known about gaps" in page, "Nothing is missing." in page) == (True, True, False)
    for address in ("/recordings", "/desk", over):
        assert mark in text_of(coordinator.get(address)), address
    sound = coordinator.get(f"{answer.location}/sound/{objects[ObjectRole.MASTER].id}", headers={"Range": "bytes=0-99"})
    assert (sound.status_code, len(sound.data)) == (206, 100)
    assert coordinator.get(f"{answer.location}/sound/{objects[ObjectRole.ORIGINAL].id}").status_code == 404
    assert coordinator.get(f"{answer.location}/peaks").status_code == 200


@pytest.mark.requirement("G5.a")
def test_upload_after_a_reason_takes_its_place(upload: Callable[..., TestResponse], coordinator: FlaskClient, over: str) -> None:
    coordinator.post(f"{over}/reason", data={"reason": "no_kiosk"})
    assert upload().status_code == 303
    page = text_of(coordinator.get(over))
    assert "The district has its copy." in page
    assert "The room had no kiosk. Laura Bennett" in page


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (sound_file("mp4", "aac", voice(12), picture="video"), "video track"),
        (WAV[: len(WAV) // 2], "damaged"),
        (b"", "empty"),
        (b"PK\x03\x04" + bytes(5000), "archive"),
        (wav_file(voice(12) * 0), "nothing to hear"),
    ],
    ids=["video", "damaged", "empty", "archive", "silent"],
)
def test_refused_file_leaves_nothing_behind(
    upload: Callable[..., TestResponse], coordinator: FlaskClient, settings: Settings, database: Database, vault: Vault, content: bytes, said: str
) -> None:
    keys = vault._keyring.record_ids()
    answer = upload(content)
    assert (answer.status_code, said in text_of(answer)) == (422, True), text_of(answer)
    assert (stored_files(settings), vault._keyring.record_ids(), verbs(database)) == ([], keys, [])
    with database.reading() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (UploadUnderWay, UploadedCopy, DistrictCopyAnswer)] == [0, 0, 0]
    assert "1 district copy is missing" in text_of(coordinator.get("/desk"))


@pytest.mark.requirement("G5.b")
def test_same_file_twice_is_noticed_and_added_once(upload: Callable[..., TestResponse], settings: Settings, database: Database) -> None:
    assert upload().status_code == 303
    kept = stored_files(settings)
    answer = upload(name="another name.wav")
    assert (answer.status_code, "This very file is here already." in text_of(answer)) == (422, True)
    assert stored_files(settings) == kept
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Recording)) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"day": "yesterday"}, "Enter the day"),
        ({"start": "9"}, "There is no such time"),
        ({"device": " "}, "Say what it was recorded on"),
        ({"device": "x" * 81}, "This is longer than 80 characters"),
        ({"day": "2031-01-01"}, "has not come yet"),
        ({"day": "2020-01-01"}, "more than 12 hours from the meeting"),
    ],
)
def test_fields_are_checked_before_the_file_is_read(upload: Callable[..., TestResponse], settings: Settings, changed: dict[str, str], said: str) -> None:
    answer = upload(**changed)
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert stored_files(settings) == []


def test_form_without_a_file_asks_for_one(coordinator: FlaskClient, over: str, database: Database, settings: Settings) -> None:
    fields = {**statement(database, settings), "file": (io.BytesIO(b""), "")}
    answer = coordinator.post(f"{over}/upload", data=fields, content_type="multipart/form-data")
    assert (answer.status_code, "Choose the file of the recording." in text_of(answer)) == (422, True)


def test_file_over_the_setting_is_refused_with_the_size_that_may_be(upload: Callable[..., TestResponse], app: Flask, settings: Settings) -> None:
    app.extensions["meetrec.settings"] = settings.model_copy(update={"uploads": settings.uploads.model_copy(update={"largest_megabytes": 1})})
    answer = upload(wav_file(voice(30)))
    assert (answer.status_code, "at most 1 MB" in text_of(answer)) == (413, True)
    assert stored_files(settings) == []


@pytest.mark.requirement("A-05")
def test_nothing_is_uploaded_for_a_meeting_that_no_parent_records(
    coordinator: FlaskClient, over: str, upload: Callable[..., TestResponse], database: Database, settings: Settings
) -> None:
    with database.writing() as session:
        session.scalars(select(Notice)).one().status = "withdrawn"
    answer = upload()
    assert (answer.status_code, "only for a meeting that the parent records" in text_of(answer)) == (422, True)
    assert stored_files(settings) == []


def test_upload_from_another_site_is_refused_before_its_file_is_read(app: Flask, upload: Callable[..., TestResponse], settings: Settings) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert upload().status_code == 400
    assert stored_files(settings) == []


@pytest.mark.requirement("S-06")
def test_sound_never_lies_in_a_temporary_folder(upload: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import tempfile

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something asked for a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    app_side = upload
    assert app_side().status_code == 303


def test_what_a_killed_upload_left_is_taken_back(database: Database, settings: Settings, vault: Vault) -> None:
    from meetrec.platform.database import new_id

    record_id, object_id = new_id(), new_id()
    began = clock.now()
    with database.writing() as session:
        session.add(UploadUnderWay(record_id=record_id, object_id=object_id, began_at=began))
    vault.prepare(record_id)
    vault.put(record_id, object_id, [b"half a meeting"])
    assert uploads_intake.clear_broken_off(database, vault, began + timedelta(hours=1)) == 0
    assert uploads_intake.clear_broken_off(database, vault, began + timedelta(days=2)) == 1
    assert (stored_files(settings), record_id in vault._keyring.record_ids()) == ([], False)


def test_storing_an_upload_can_be_tried_again(
    upload: Callable[..., TestResponse], coordinator: FlaskClient, work: Callable[[], None], database: Database, settings: Settings
) -> None:
    answer = upload()
    (original,) = stored_files(settings)
    content = original.read_bytes()
    os.chmod(original, 0o600)
    original.write_bytes(content[:-1])
    work()
    page = text_of(coordinator.get(answer.location))
    assert "could not be stored yet" in page
    original.write_bytes(content)
    assert coordinator.post(f"{answer.location}/join").status_code == 303
    work()
    with database.reading() as session:
        assert session.scalars(select(Recording.state).where(Recording.id == answer.location.rsplit("/", 1)[-1])).one() is RecordingState.STORED
        assert session.scalar(select(func.count()).select_from(StoredObject).where(StoredObject.role == ObjectRole.ORIGINAL)) == 1
