"""Cancelled, withdrawn, moved to another room: which kiosk may begin, which stands down, and that no sound is turned away (G5.a, A-05)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from meetrec.capture.signing import KioskSigner
from meetrec.installation import actions as installation
from meetrec.journal.models import JournalEntry
from meetrec.meetings.actions import Move, WishOf, cancel_meeting, change_room, move_meeting, restore_meeting
from meetrec.meetings.models import Meeting, Room
from meetrec.notices.events import tell_notice_withdrawn
from meetrec.notices.models import Notice
from meetrec.people.models import School
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings import queries
from meetrec.recordings.district_copy_queries import case_of
from meetrec.recordings.district_copy_rules import CopyStanding
from meetrec.recordings.models import Recording
from meetrec.recordings.standing_down import RecordingHasBegun, StandDown, stand_down_reason
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.room_logs import RoomLog, deliver_log, statement

MakeRun = Callable[..., SealedRun]


@pytest.fixture
def library(database: Database, district: SimpleNamespace, app: Flask) -> SimpleNamespace:
    """A second room of the school, with a kiosk of its own."""
    signer = KioskSigner.new()
    with database.writing() as session:
        room = installation.create_room(session, session.get_one(School, district.school.id), "Library")
        kiosk, token = installation.enroll_kiosk(session, clock.now(), session.get_one(Room, room.id), signer)
        return SimpleNamespace(id=room.id, kiosk_id=kiosk.id, signer=signer, client=KioskClient(app.test_client(), token))


def to_room(database: Database, district: SimpleNamespace, room_id: str) -> None:
    """Half an hour before."""
    with database.writing() as session:
        change_room(session, clock.now(), "user:x", district.meeting.id, room_id)


def withdraw(database: Database, notice_id: str) -> None:
    with database.writing() as session:
        notice = session.get_one(Notice, notice_id)
        notice.status = "withdrawn"
        tell_notice_withdrawn(session, clock.now(), "public", notice)


def armed_for(kiosk: KioskClient) -> list[str]:
    return [one["recording"] for one in (kiosk.meetings().json or {})["meetings"]]


def offered_to(kiosk: KioskClient) -> list[str]:
    return [one["meeting"] for one in (kiosk.meetings().json or {})["others"]]


def verbs(database: Database, recording_id: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"recording:{recording_id}").order_by(JournalEntry.sequence))
        return [(one.verb, json.loads(one.body)["details"].get("room", "")) for one in told]


@pytest.mark.requirement("G5.a")
def test_another_room_arms_its_kiosk_and_the_old_one_stands_down(
    kiosk: KioskClient, recording_id: str, library: SimpleNamespace, database: Database, district: SimpleNamespace
) -> None:
    assert (armed_for(kiosk), armed_for(library.client)) == ([recording_id], [])
    to_room(database, district, library.id)
    assert (armed_for(kiosk), armed_for(library.client)) == ([], [recording_id])
    old, new = district.room.id, library.id
    assert verbs(database, recording_id) == [("room.armed", old), ("room.stood_down", old), ("room.armed", new)]


@pytest.mark.requirement("G5.a")
def test_kiosk_that_recorded_offline_in_the_old_room_still_delivers(
    kiosk: KioskClient, recording_id: str, make_run: MakeRun, library: SimpleNamespace, database: Database, district: SimpleNamespace
) -> None:
    to_room(database, district, library.id)
    run = make_run()
    kiosk.pieces(run)
    assert armed_for(kiosk) == [recording_id], "what it began it may go on with"
    assert kiosk.close(run).status_code == 200
    with database.reading() as session:
        assert session.get_one(Recording, recording_id).led_by == district.kiosk.id


@pytest.mark.requirement("G5.b")
def test_room_where_the_meeting_never_was_delivers_nothing(make_run: MakeRun, recording_id: str, library: SimpleNamespace) -> None:
    strange = make_run(kiosk=library.kiosk_id, signer=library.signer)
    assert library.client.open(strange).status_code == 404


@pytest.mark.requirement("G5.b")
def test_room_that_was_left_before_the_notice_delivers_nothing(
    database: Database, district: SimpleNamespace, library: SimpleNamespace, kiosk: KioskClient, request: pytest.FixtureRequest
) -> None:
    to_room(database, district, library.id)
    make_run: MakeRun = request.getfixturevalue("make_run")  # arms only now
    assert kiosk.open(make_run()).status_code == 404


@pytest.mark.requirement("A-04", "G5.a")
def test_notice_given_offline_in_the_old_room_is_taken_with_its_sound(
    kiosk: KioskClient, make_log: Callable[..., RoomLog], make_run: MakeRun, database: Database, district: SimpleNamespace, library: SimpleNamespace
) -> None:
    to_room(database, district, library.id)
    begun = str(uuid4())
    log = make_log(begun)
    log.add("notice", statement(district.meeting.id))
    deliver_log(kiosk, log)
    kiosk.pieces(make_run(recording=begun))
    with database.reading() as session:
        assert session.get_one(Recording, begun).meeting_id == district.meeting.id


@pytest.mark.requirement("G5.a")
def test_meeting_whose_recording_has_begun_changes_neither_room_nor_time(
    kiosk: KioskClient, make_run: MakeRun, library: SimpleNamespace, database: Database, district: SimpleNamespace
) -> None:
    kiosk.open(make_run())
    start = district.meeting.start + timedelta(days=1)
    with pytest.raises(RecordingHasBegun, match="Stop it there first"):
        to_room(database, district, library.id)
    with pytest.raises(RecordingHasBegun, match="cannot be moved"), database.writing() as session:
        move_meeting(
            session,
            clock.now(),
            "user:x",
            district.meeting.id,
            Move(None, WishOf.DISTRICT, start, start + timedelta(hours=1)),
        )
    with database.reading() as session:
        meeting = session.get_one(Meeting, district.meeting.id)
        assert (meeting.room_id, meeting.start, meeting.change_number) == (district.room.id, district.meeting.start, 0)


@pytest.mark.requirement("A-05", "G5.a")
def test_cancelled_meeting_arms_no_room_owes_no_copy_and_comes_back(
    kiosk: KioskClient, recording_id: str, database: Database, district: SimpleNamespace
) -> None:
    with database.writing() as session:
        cancel_meeting(session, clock.now(), "user:x", district.meeting.id, WishOf.DISTRICT)
    assert (armed_for(kiosk), offered_to(kiosk)) == ([], [])
    over = district.meeting.planned_end + timedelta(hours=1)
    with database.reading() as session:
        recording = session.get_one(Recording, recording_id)
        assert stand_down_reason(session, recording) is StandDown.CANCELLED
        assert "was cancelled" in queries.summary_of(session, recording, over).sentence
        assert case_of(session, over, recording.meeting).standing is CopyStanding.NOT_DUE
    with database.writing() as session:
        restore_meeting(session, clock.now(), "user:x", district.meeting.id)
    assert armed_for(kiosk) == [recording_id]
    assert [verb for verb, _room in verbs(database, recording_id)] == ["room.armed", "room.stood_down", "room.armed"]
    with database.reading() as session:
        assert case_of(session, over, session.get_one(Meeting, district.meeting.id)).standing is CopyStanding.MISSING


@pytest.mark.requirement("G5.a")
def test_meeting_cancelled_while_it_is_recorded_goes_on_and_keeps_its_sound(
    kiosk: KioskClient, make_run: MakeRun, recording_id: str, database: Database, district: SimpleNamespace
) -> None:
    run = make_run()
    kiosk.open(run)
    with database.writing() as session:
        cancel_meeting(session, clock.now(), "user:x", district.meeting.id, WishOf.PARENT)
    assert armed_for(kiosk) == [recording_id]
    kiosk.deliver(run)
    with database.reading() as session:
        assert stand_down_reason(session, session.get_one(Recording, recording_id)) is None
    assert ("room.stood_down", district.room.id) not in verbs(database, recording_id)


@pytest.mark.requirement("G5.b")
def test_kiosk_that_began_a_cancelled_meeting_offline_delivers(
    kiosk: KioskClient, make_run: MakeRun, recording_id: str, database: Database, district: SimpleNamespace
) -> None:
    with database.writing() as session:
        cancel_meeting(session, clock.now(), "user:x", district.meeting.id, WishOf.DISTRICT)
    kiosk.deliver(make_run())
    over = district.meeting.planned_end + timedelta(hours=1)
    with database.reading() as session:
        assert case_of(session, over, session.get_one(Meeting, district.meeting.id)).standing is CopyStanding.HERE


@pytest.mark.requirement("A-05")
def test_withdrawn_notice_stands_the_room_down_and_the_parent_may_still_decide_there(
    kiosk: KioskClient,
    notice: Notice,
    recording_id: str,
    database: Database,
    district: SimpleNamespace,
    set_now: Callable[[datetime], None],
) -> None:
    withdraw(database, notice.id)
    set_now(district.meeting.start - timedelta(minutes=30))
    assert (armed_for(kiosk), offered_to(kiosk)) == ([], [district.meeting.id])
    assert verbs(database, recording_id)[-1] == ("room.stood_down", district.room.id)
    with database.reading() as session:
        recording = session.get_one(Recording, recording_id)
        assert "no notice for this meeting any more" in queries.summary_of(session, recording, clock.now()).sentence


@pytest.mark.requirement("A-05")
def test_withdrawal_after_the_beginning_stands_nothing_down(
    kiosk: KioskClient, notice: Notice, make_run: MakeRun, recording_id: str, database: Database
) -> None:
    kiosk.open(make_run())
    withdraw(database, notice.id)
    assert armed_for(kiosk) == [recording_id]
    assert [verb for verb, _room in verbs(database, recording_id)] == ["room.armed", "recording.started"]
