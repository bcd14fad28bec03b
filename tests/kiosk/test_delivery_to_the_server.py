"""The kiosk and the district's real server understand each other: meetings, delivery, a second delivery, a key that is no kiosk's."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from meetrec.capture.closing import write_closing
from meetrec.capture.recovery import recover
from meetrec.kiosk.api import DistrictServer, StateReport
from meetrec.kiosk.courier import Courier, DeliveryState
from meetrec.kiosk.demonstration import DemonstrationPlayer
from meetrec.kiosk.errors import ServerTrouble, Trouble
from meetrec.kiosk.meetings_cache import MeetingsCache
from meetrec.kiosk.news import NewsPoll
from meetrec.kiosk.opening import Closing, OnTheSpotStatement
from meetrec.kiosk.room import Room
from meetrec.meetings.actions import MeetingPlan, plan_meeting
from meetrec.meetings.models import MeetingKind
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings.models import Recording, RoomEntry
from tests.doubles.scripted_recorder import ScriptedRecorder
from tests.fixtures.kiosk import OPENING
from tests.fixtures.recordings import notice, recording_id
from tests.kiosk.sealed_recordings import SealedRun, files_in

__all__ = ["notice", "recording_id"]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The district's server on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cache(address: str, district: SimpleNamespace, recording_id: str, tmp_path: Path) -> MeetingsCache:
    """A kiosk that has asked the server."""
    cache = MeetingsCache(tmp_path / "kiosk")
    cache.take_in(DistrictServer(address, district.kiosk_token).meetings())
    return cache


@pytest.mark.requirement("W-01")
def test_armed_meeting_reaches_the_room_as_initials(cache: MeetingsCache, district: SimpleNamespace, recording_id: str) -> None:
    assert cache.news is not None
    assert cache.news.room == district.room.name
    assert cache.news.kiosk == district.kiosk.id
    assert [meeting.recording for meeting in cache.news.meetings] == [recording_id]
    assert "Rivera" not in repr(cache.news)


@pytest.mark.requirement("G5.b")
def test_recording_with_an_interrupted_run_is_delivered_whole(
    cache: MeetingsCache, address: str, district: SimpleNamespace, recording_id: str, outbox: Path
) -> None:
    delivered: list[tuple[str, int]] = []
    for _ in range(2):
        run = SealedRun(outbox, recording_id, district.kiosk.id, cache.district_public_key, signer=district.kiosk_signer)
        run.hear(11)
        run.end()
        courier = Courier(outbox, DistrictServer(address, district.kiosk_token), lambda *what: delivered.append(what))
        courier.report(recording_id, StateReport("recording", "2026-10-13T14:00:00+00:00", []))
        assert courier.deliver_pass() == DeliveryState()
    write_closing(outbox, district.kiosk.id, recording_id, "2026-10-13T15:00:00.000000Z", district.kiosk_signer)
    assert courier.deliver_pass() == DeliveryState()
    assert delivered == [(recording_id, 12)]  # two runs, two microphones, each two pieces and an end
    assert files_in(outbox) == set()


def test_token_of_no_kiosk_is_told_apart(address: str) -> None:
    with pytest.raises(ServerTrouble) as refused:
        DistrictServer(address, "not a token").meetings()
    assert refused.value.trouble is Trouble.WRONG_TOKEN


@pytest.mark.requirement("G1.a", "G4", "G5.a", "G6.a")
def test_notice_given_in_the_room_without_a_network_arrives_whole_days_later(
    cache: MeetingsCache, address: str, database: Database, district: SimpleNamespace, outbox: Path
) -> None:
    """The parent speaks up in the room, the server is away; what was said and recorded arrives later, with the room's own time."""
    now = clock.now()
    with database.writing() as session:
        plan = MeetingPlan(MeetingKind.SECTION_504, district.student.id, district.room.id, now, now + timedelta(hours=1))
        planned = plan_meeting(session, now, "user:test", plan).id
    server = DistrictServer(address, district.kiosk_token)
    NewsPoll(server, cache).ask()
    away = DistrictServer("http://127.0.0.1:1", district.kiosk_token)
    courier = Courier(outbox, away, lambda *what: None)
    room = Room(outbox, ScriptedRecorder(outbox), cache, courier, DemonstrationPlayer(None), district.kiosk_signer)
    recording = room.begin_on_the_spot(planned, OnTheSpotStatement("A parent", "parent", "a phone", "es", None))
    room.note_opening(recording, OPENING)
    run = SealedRun(outbox, recording, district.kiosk.id, cache.district_public_key, started_at=now, signer=district.kiosk_signer)
    run.hear(1)
    assert courier.deliver_pass().trouble is Trouble.NO_ANSWER
    recover(outbox, district.kiosk_signer)  # the program was started again
    room.finish_interrupted(recording, 2000)
    room.confirm_closing(recording, Closing("yes", "", True))
    delivered: list[tuple[str, int]] = []
    assert Courier(outbox, server, lambda *what: delivered.append(what)).deliver_pass() == DeliveryState()
    assert delivered == [(recording, 4)]
    with database.reading() as session:
        known = session.get_one(Recording, recording)
        notice = session.get_one(Notice, known.notice_id)
        assert (known.meeting_id, notice.channel, notice.status) == (planned, "at_meeting", "on_the_spot")
        assert notice.stated_at is not None
        assert abs(notice.stated_at - now) < timedelta(seconds=10)
        entries = session.scalars(select(RoomEntry).where(RoomEntry.recording_id == recording).order_by(RoomEntry.position)).all()
        assert [entry.kind for entry in entries] == ["notice", "opening", "stopped", "closing", "end"]
        assert {entry.clock_offset is not None and abs(entry.clock_offset) < 5 for entry in entries} == {True}
