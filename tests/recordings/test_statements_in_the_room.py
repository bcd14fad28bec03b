"""A parent decides in the room: the statement becomes a notice, which arms the recording it began."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meetrec.installation.actions import create_room
from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Meeting
from meetrec.notices.models import Notice
from meetrec.people.models import School
from meetrec.platform.database import Database
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from tests.recordings.deliveries import KioskClient, SealedRun
from tests.recordings.room_logs import RoomLog, deliver_log, put_entry, statement
from tests.recordings.what_stands import state_of

MakeRun = Callable[..., SealedRun]
MakeLog = Callable[..., RoomLog]


def notice_of(session: Session, recording_id: str) -> Notice:
    return session.get_one(Notice, session.get_one(Recording, recording_id).notice_id)


@pytest.mark.requirement("A-05")
@pytest.mark.requirement("G1.a")
def test_statement_in_the_room_becomes_a_notice_that_arms_the_recording_it_began(
    kiosk: KioskClient, make_log: MakeLog, make_run: MakeRun, database: Database, district: SimpleNamespace, set_now: Callable[[Any], None]
) -> None:
    set_now(district.meeting.start)
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    log.add_meeting()
    deliver_log(kiosk, log)
    with database.reading() as session:
        recording, notice = session.get_one(Recording, log.recording), notice_of(session, log.recording)
        assert (recording.meeting_id, recording.state, notice.meeting_id) == (district.meeting.id, RecordingState.ARMED, district.meeting.id)
    assert (notice.channel, notice.status, notice.received_at) == ("at_meeting", "on_the_spot", district.meeting.start)
    assert notice.stated_at is not None
    assert notice.stated_at.isoformat() == "2026-10-13T13:58:00+00:00"
    assert (notice.recorder_name, notice.recorder_role, notice.device, notice.reason) == ("Ana Rivera", "legal_guardian", "a tablet", "I was not told before.")
    with database.reading() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.sequence)).all()
    verbs_told = [entry.verb for entry in entries if entry.subject in (f"notice:{notice.id}", f"recording:{log.recording}")]
    assert verbs_told[:4] == ["notice.received", "notice.matched", "room.armed", "room.opened"]
    assert json.loads(next(entry for entry in entries if entry.verb == "notice.received").body)["details"]["channel"] == "at_meeting"
    kiosk.deliver(make_run(recording=log.recording))
    assert state_of(database, log.recording) is RecordingState.DELIVERED


def test_statement_sent_twice_makes_one_notice(kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace) -> None:
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    answers = [put_entry(kiosk, log, 0) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    with database.reading() as session:
        assert len(session.scalars(select(Notice)).all()) == 1


def test_statement_delivered_days_later_still_arms_what_was_recorded(
    kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace, set_now: Callable[[Any], None]
) -> None:
    set_now(district.meeting.planned_end + timedelta(days=3))
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    deliver_log(kiosk, log)
    with database.reading() as session:
        assert session.get_one(Recording, log.recording).state is RecordingState.ARMED


@pytest.mark.requirement("W-02")
def test_statement_for_a_meeting_of_another_room_arms_nothing(kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace) -> None:
    with database.writing() as session:
        other = create_room(session, session.get_one(School, district.school.id), "Conference Room C")
        session.execute(update(Meeting).values(room_id=other.id))
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    assert put_entry(kiosk, log, 0).status_code == 404
    with database.reading() as session:
        assert session.scalars(select(Notice)).all() == []
        assert session.scalars(select(Recording)).all() == []


def test_statement_for_a_recording_that_is_armed_already_is_refused(kiosk: KioskClient, log: RoomLog, district: SimpleNamespace) -> None:
    log.add("notice", statement(district.meeting.id))
    answer = put_entry(kiosk, log, 0)
    assert answer.status_code == 409
    assert "armed before by another" in answer.json["error"]


def test_recording_armed_meanwhile_is_overtaken_by_the_one_the_room_began(
    kiosk: KioskClient, make_log: MakeLog, recording_id: str, district: SimpleNamespace
) -> None:
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id))
    deliver_log(kiosk, log)
    assert [one["recording"] for one in (kiosk.meetings().json or {})["meetings"]] == [log.recording]


@pytest.mark.requirement("B-08")
def test_reason_that_holds_a_social_security_number_stays_sealed(kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace) -> None:
    log = make_log(str(uuid4()))
    log.add("notice", statement(district.meeting.id, reason="my ssn is 123-45-6789"))
    deliver_log(kiosk, log)
    with database.reading() as session:
        assert notice_of(session, log.recording).reason is None


@pytest.mark.requirement("B-08")
def test_name_that_holds_a_social_security_number_stays_sealed_and_one_of_two_lines_becomes_one(
    kiosk: KioskClient, make_log: MakeLog, database: Database, district: SimpleNamespace
) -> None:
    named = {"123-45-6789": "–", "Laura\n Bennett\x07": "Laura Bennett"}
    for typed, kept in named.items():
        log = make_log(str(uuid4()))
        log.add("notice", statement(district.meeting.id, recorder_name=typed))
        deliver_log(kiosk, log)
        with database.reading() as session:
            assert notice_of(session, log.recording).recorder_name == kept
