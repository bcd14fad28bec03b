"""The task of a missing district copy as its people meet it: on the desk, in the header, answered with a reason or with an upload."""

import io
import json
import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from meetrec.custody.events import when_record_stored
from meetrec.custody.models import OTHER_DEVICE, ObjectRole, Record, StoredObject
from meetrec.custody.vault import Vault
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Meeting
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.jobs import Job
from meetrec.platform.settings import Settings
from meetrec.recordings import uploads_intake
from meetrec.recordings.district_copy_models import DistrictCopyAnswer, UploadedCopy, UploadUnderWay
from meetrec.recordings.models import Opening, Recording
from meetrec.recordings.rules import RecordingState
from meetrec.transcripts.actions import queue_transcription
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.sound_files import sound_file, voice, wav_file

SignIn = Callable[[SimpleNamespace], FlaskClient]
WAV = wav_file(voice(12, channels=2))


@pytest.fixture
def over(district: SimpleNamespace, recording_id: str, database: Database, midday: datetime) -> str:
    """The armed meeting lies two hours back and nothing came: the address of its task."""
    start = midday - timedelta(hours=3)
    with database.writing() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        meeting.start, meeting.planned_end = start, start + timedelta(hours=1)
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


@pytest.mark.requirement("G5.a")
def test_missing_copy_stands_first_on_the_desk_and_is_counted_in_the_header(coordinator: FlaskClient, over: str) -> None:
    desk = text_of(coordinator.get("/desk"))
    assert "1 district copy is missing" in desk
    headings = re.findall(r'<h2 id="([\w-]+)"', desk)
    assert headings[:2] == ["missing-copies", "today"]
    assert desk.index('<h2 id="missing-copies"') < desk.index(over) < desk.index('<h2 id="today"')
    assert re.findall(r'href="#([\w-]+)"', desk[desk.index("desk-jump") :])[0] == "missing-copies"  # and in the list of the parts
    assert "The parent gave notice that they record" in text_of(coordinator.get(over))


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(("who", "is_link"), [("custodian", True), ("administrator", False)])
def test_custodian_and_administrator_see_the_count_as_far_as_their_duty_goes(
    sign_in: SignIn, district: SimpleNamespace, over: str, who: str, is_link: bool
) -> None:
    client = sign_in(getattr(district, who))
    page = text_of(client.get("/staff", follow_redirects=True))
    assert "1 district copy is missing" in page
    assert ('href="/district-copies"' in page) is is_link
    assert client.get(over).status_code == (200 if is_link else 403)


@pytest.mark.requirement("G5.a")
def test_nothing_is_counted_before_the_end_or_when_the_parent_said_no(
    coordinator: FlaskClient, over: str, database: Database, district: SimpleNamespace, recording_id: str
) -> None:
    with database.writing() as session:
        session.get_one(Meeting, district.meeting.id).planned_end = clock.now() + timedelta(minutes=1)
    assert "district copy is missing" not in text_of(coordinator.get("/desk"))
    with database.writing() as session:
        session.get_one(Meeting, district.meeting.id).planned_end = clock.now() - timedelta(hours=1)
        session.add(Opening(recording_id=recording_id, parent_records="no", **_of_kiosk(Opening, district)))
    assert "district copy is missing" not in text_of(coordinator.get("/desk"))


def _of_kiosk(table: type, district: SimpleNamespace) -> dict[str, str]:
    return {"kiosk_id": district.kiosk.id} if "kiosk_id" in table.__table__.columns else {}  # type: ignore[attr-defined]


@pytest.mark.requirement("G5.a")
def test_task_stays_for_years_until_it_is_answered(
    coordinator: FlaskClient, over: str, set_now: Callable[[datetime], None], district: SimpleNamespace, sign_in: SignIn
) -> None:
    set_now(clock.now() + timedelta(days=800))
    assert "1 district copy is missing" in text_of(sign_in(district.coordinator).get("/desk"))


@pytest.mark.requirement("G5.a")
def test_reason_settles_the_task_and_stays_to_be_seen_with_who_and_when(coordinator: FlaskClient, over: str, database: Database) -> None:
    answer = coordinator.post(f"{over}/reason", data={"reason": "device_failure", "words": "The screen stayed black."}, follow_redirects=True)
    assert "The reason was kept" in text_of(answer)
    desk = text_of(coordinator.get("/desk"))
    assert "district copy is missing" not in desk
    assert "The kiosk or a microphone failed: The screen stayed black. Laura Bennett," in desk
    assert verbs(database) == ["copy.explained"]
    with database.reading() as session:
        assert "black" not in str(session.scalars(select(JournalEntry).where(JournalEntry.verb == "copy.explained")).one().body)


@pytest.mark.requirement("G5.a")
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a reason."),
        ({"reason": "uploaded"}, "Choose a reason."),
        ({"reason": "other"}, "Say in a few words what happened."),
        ({"reason": "power", "words": "   "}, "Say in a few words what happened."),
        ({"reason": "other", "words": "x" * 1001}, "1000"),
        ({"reason": "other", "words": "his number is 123-45-6789"}, "social security number"),
    ],
)
def test_reason_that_says_nothing_is_asked_for_again(coordinator: FlaskClient, over: str, database: Database, sent: dict[str, str], said: str) -> None:
    answer = coordinator.post(f"{over}/reason", data=sent)
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert verbs(database) == []


@pytest.mark.requirement("G5.a")
def test_words_that_some_reasons_need_are_not_called_optional(coordinator: FlaskClient, over: str) -> None:
    label = text_of(coordinator.get(over)).split('for="words">')[1].split("</label>")[0]
    assert label.strip() == "What happened"


def test_reason_is_replaced_by_another_and_both_stay(coordinator: FlaskClient, over: str) -> None:
    coordinator.post(f"{over}/reason", data={"reason": "no_kiosk"})
    coordinator.post(f"{over}/reason", data={"reason": "parent_did_not_record"})
    page = text_of(coordinator.get(over))
    assert page.index("The parent did not record. Laura Bennett") < page.index("The room had no kiosk. Laura Bennett")


def test_no_reason_is_taken_where_nothing_is_missing(coordinator: FlaskClient, district: SimpleNamespace, recording_id: str) -> None:
    answer = coordinator.post(f"/district-copies/{district.meeting.id}/reason", data={"reason": "no_kiosk"})
    assert (answer.status_code, "No district copy of this meeting is missing" in text_of(answer)) == (409, True)


@pytest.mark.requirement("G5.a")
def test_kiosks_copy_that_arrives_late_closes_the_task_by_itself(
    coordinator: FlaskClient, over: str, kiosk: KioskClient, make_run: Callable[..., SealedRun], work: Callable[[], None]
) -> None:
    coordinator.post(f"{over}/reason", data={"reason": "no_kiosk"})
    kiosk.deliver(make_run())
    work()
    desk = text_of(coordinator.get("/desk"))
    assert "The district&#39;s copy came after all." in desk
    assert "The room had no kiosk. Laura Bennett" in desk


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
