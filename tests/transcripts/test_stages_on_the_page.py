"""The stages of a recording on its page: armed, delivered, fallen silent, failed and tried again, armed again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from meetrec.custody.models import Record
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.jobs import Job
from meetrec.recordings.models import Piece, Recording
from meetrec.recordings.rules import RecordingState
from meetrec.transcripts import actions
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.transcripts.stored_recordings import Stored

MakeRun = Callable[..., SealedRun]
SignIn = Callable[[SimpleNamespace], FlaskClient]


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
