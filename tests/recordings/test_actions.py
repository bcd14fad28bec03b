"""Arming: never without a parent's matched notice, once per meeting, told in the journal."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.notices.models import Notice
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.recordings import actions, queries
from meetrec.recordings.errors import ArmingRefused
from meetrec.recordings.models import Recording, RecordingState


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
        told = queries.recording_states(session, [district.meeting.id, "another"])
    assert list(told) == [district.meeting.id]
    summary = told[district.meeting.id]
    assert (summary.url, summary.kind) == (f"/recordings/{recording_id}", "armed")
    assert summary.sentence == "The room is armed. Nothing has been recorded yet."
