"""Arming: never without a parent's matched notice, once per meeting, told in the journal."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from meetrec.custody.models import Record
from meetrec.journal.models import JournalEntry
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from meetrec.recordings import actions, queries
from meetrec.recordings.errors import ArmingRefused
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, SealedRun

MakeRun = Callable[..., SealedRun]


@pytest.mark.requirement("A-05")
def test_nothing_is_armed_without_a_notice(database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session, pytest.raises(ArmingRefused, match="Match the notice first"):
        actions.arm(session, clock.now(), "user:x", None)


@pytest.mark.requirement("A-05")
def test_nothing_is_armed_by_a_notice_that_is_not_matched_or_was_withdrawn(database: Database, notice: Notice) -> None:
    with database.writing() as session:
        row = session.get_one(Notice, notice.id)
        row.status = "withdrawn"
        with pytest.raises(ArmingRefused, match="withdrawn"):
            actions.arm(session, clock.now(), "user:x", row)
        row.status, row.meeting_id, row.meeting = "timely", None, None
        with pytest.raises(ArmingRefused, match="Match the notice first"):
            actions.arm(session, clock.now(), "user:x", row)
        assert session.scalars(select(Recording)).all() == []


def test_arming_twice_keeps_the_one_recording_and_tells_once(database: Database, notice: Notice) -> None:
    ids = set()
    for _ in range(2):
        with database.writing() as session:
            ids.add(actions.arm(session, clock.now(), "user:x", session.get_one(Notice, notice.id)).id)
    assert len(ids) == 1
    with database.reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.verb == "room.armed")).one()
        assert (told.recording_id, told.actor) == (ids.pop(), "user:x")
        assert session.scalars(select(Recording)).one().state is RecordingState.ARMED


def test_desk_is_told_of_the_recording_of_each_meeting(database: Database, recording_id: str, district: SimpleNamespace) -> None:
    with database.reading() as session:
        told = queries.recording_states(session, clock.now(), [district.meeting.id, "another"])
    assert list(told) == [district.meeting.id]
    summary = told[district.meeting.id]
    assert (summary.url, summary.kind) == (f"/recordings/{recording_id}", "armed")
    assert summary.sentence == "The room is armed. Nothing has been recorded yet."


@pytest.mark.requirement("G5.a")
def test_room_that_never_began_is_not_called_armed_when_the_meeting_is_over(database: Database, recording_id: str, district: SimpleNamespace) -> None:
    with database.reading() as session:
        (told,) = queries.recording_states(session, district.meeting.planned_end, [district.meeting.id]).values()
    assert told.sentence == "The meeting’s planned time is over, and nothing was recorded in the room."


def test_closed_meeting_is_armed_again_by_the_same_notice(
    database: Database, kiosk: KioskClient, make_run: MakeRun, recording_id: str, notice: Notice, settings: Settings
) -> None:
    kiosk.deliver(make_run())
    with database.writing() as session:
        second = actions.arm_again(session, clock.now(), "user:x", recording_id, settings.district.zone)
    assert second.id != recording_id
    assert (second.meeting_id, second.notice_id, second.state) == (notice.meeting_id, notice.id, RecordingState.ARMED)
    with database.reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.verb == "room.armed").order_by(JournalEntry.sequence)).all()
    assert [entry.recording_id for entry in told] == [recording_id, second.id]
    assert [one["recording"] for one in (kiosk.meetings().json or {})["meetings"]] == [second.id]


def test_room_is_not_armed_again_while_a_recording_of_the_meeting_is_open(
    database: Database, kiosk: KioskClient, make_run: MakeRun, recording_id: str, settings: Settings
) -> None:
    def arm_again() -> None:
        with database.writing() as session, pytest.raises(ArmingRefused, match="still open"):
            actions.arm_again(session, clock.now(), "user:x", recording_id, settings.district.zone)

    arm_again()
    run = make_run()
    kiosk.pieces(run)
    arm_again()
    kiosk.close(run)
    with database.writing() as session:
        actions.arm_again(session, clock.now(), "user:x", recording_id, settings.district.zone)
    arm_again()
    with database.reading() as session:
        assert len(session.scalars(select(Recording)).unique().all()) == 2


def test_room_is_not_armed_again_after_the_meetings_day(
    database: Database, kiosk: KioskClient, make_run: MakeRun, recording_id: str, settings: Settings, district: SimpleNamespace
) -> None:
    kiosk.deliver(make_run())
    with database.writing() as session, pytest.raises(ArmingRefused, match="day of this meeting is over"):
        actions.arm_again(session, district.meeting.planned_end + timedelta(days=1), "user:x", recording_id, settings.district.zone)


@pytest.mark.requirement("A-05")
def test_room_is_not_armed_again_by_a_notice_that_was_withdrawn(
    database: Database, kiosk: KioskClient, make_run: MakeRun, recording_id: str, notice: Notice, settings: Settings
) -> None:
    kiosk.deliver(make_run())
    with database.writing() as session:
        session.get_one(Notice, notice.id).status = "withdrawn"
        with pytest.raises(ArmingRefused, match="withdrawn"):
            actions.arm_again(session, clock.now(), "user:x", recording_id, settings.district.zone)


@pytest.mark.requirement("G5.a")
def test_desk_is_told_of_the_newest_recording_and_does_not_miss_the_copy_of_an_earlier_one(
    database: Database, kiosk: KioskClient, make_run: MakeRun, work: Callable[[], None], recording_id: str, settings: Settings, district: SimpleNamespace
) -> None:
    kiosk.deliver(make_run())
    work()
    with database.writing() as session:
        second = actions.arm_again(session, clock.now(), "user:x", recording_id, settings.district.zone).id
    with database.reading() as session:
        summary = queries.recording_states(session, clock.now(), [district.meeting.id])[district.meeting.id]
    assert (summary.url, summary.kind, summary.has_district_copy) == (f"/recordings/{second}", "armed", True)


def test_each_recording_of_a_meeting_becomes_its_own_record(
    database: Database, kiosk: KioskClient, make_run: MakeRun, work: Callable[[], None], recording_id: str, settings: Settings
) -> None:
    kiosk.deliver(make_run())
    work()
    with database.writing() as session:
        second = actions.arm_again(session, clock.now(), "user:x", recording_id, settings.district.zone).id
    kiosk.deliver(make_run(recording=second))
    work()
    with database.reading() as session:
        records = session.scalars(select(Record)).unique().all()
        assert {one.recording_id for one in records} == {recording_id, second}
        assert len({one.meeting_id for one in records}) == 1
