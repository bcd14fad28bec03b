"""Taking a recording into custody in one transaction, and sittings: one entry however often a player asks."""

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody import actions, events
from meetrec.custody.access import Purpose
from meetrec.custody.actions import NewObject, NewRecording
from meetrec.custody.models import ObjectRole, Record, Sitting
from meetrec.custody.store import Stored
from meetrec.journal.models import JournalEntry
from meetrec.platform.database import Database


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_LISTENERS", {})


def store(session: Session, now: datetime, district: SimpleNamespace) -> Record:
    new = NewRecording(str(uuid4()), str(uuid4()), district.meeting.id, True, {district.student.id: "focus"}, 12.5)
    master = NewObject(str(uuid4()), ObjectRole.MASTER, 0, "Window", "audio/flac", Stored(10, "a" * 64, "b" * 64, 1))
    return actions.store_recording(session, now, "system", new, [master])


@pytest.fixture
def record(database: Database, district: SimpleNamespace, now: datetime) -> Record:
    with database.writing() as session:
        return store(session, now, district)


def told(database: Database, verb: str) -> list[dict[str, object]]:
    with database.reading() as session:
        return [json.loads(entry.body) for entry in session.scalars(select(JournalEntry).where(JournalEntry.verb == verb))]


def test_what_listens_is_told_in_the_same_transaction(database: Database, district: SimpleNamespace, now: datetime) -> None:
    def refuse(session: Session, moment: datetime, record: Record) -> None:
        raise RuntimeError(record.id)

    events.when_record_stored("test", refuse)
    with pytest.raises(RuntimeError), database.writing() as session:
        store(session, now, district)
    with database.reading() as session:
        assert session.scalars(select(Record)).all() == []
    assert told(database, "record.stored") == []


@pytest.mark.requirement("D-01")
@pytest.mark.requirement("D-05")
@pytest.mark.requirement("D-10")
@pytest.mark.requirement("D-14")
@pytest.mark.requirement("G5.c")
def test_a_meetings_recording_is_an_education_record_that_the_district_maintains(record: Record, district: SimpleNamespace) -> None:
    assert (record.record_class, record.ferpa, record.idea_part_b) == ("EDUCATION_RECORD", True, True)
    assert (record.purpose, record.maintained_by, record.media_kind, record.series) == ("meeting_record", "district", "meeting_audio", "RS-01")
    assert record.directory_eligible is False
    assert [(one.student_id, one.relation) for one in record.students] == [(district.student.id, "focus")]


@pytest.mark.requirement("W-37")
def test_listening_is_told_once_with_the_minutes_heard(database: Database, record: Record, district: SimpleNamespace, now: datetime) -> None:
    for step in range(9):
        with database.writing() as session:
            actions.sit_down(session, now + timedelta(seconds=15 * step), district.coordinator.id, session.merge(record), Purpose.LISTEN, 15.0)
    assert told(database, "record.listened") == []
    with database.writing() as session:
        assert actions.end_idle_sittings(session, now + timedelta(minutes=11)) == 0
        assert actions.end_idle_sittings(session, now + timedelta(minutes=13)) == 1
        assert actions.end_idle_sittings(session, now + timedelta(minutes=30)) == 0
    entries = told(database, "record.listened")
    assert [(entry["actor"], entry["details"]["minutes"]) for entry in entries] == [(f"user:{district.coordinator.id}", 3)]  # type: ignore[index]


def test_next_sitting_ends_the_idle_one(database: Database, record: Record, district: SimpleNamespace, now: datetime) -> None:
    for later in (timedelta(), timedelta(hours=1)):
        with database.writing() as session:
            actions.sit_down(session, now + later, district.custodian.id, session.merge(record), Purpose.LISTEN, 30.0)
    assert len(told(database, "record.listened")) == 1
    with database.reading() as session:
        assert len(session.scalars(select(Sitting)).all()) == 2


def test_player_cannot_claim_hours_in_one_message(database: Database, record: Record, district: SimpleNamespace, now: datetime) -> None:
    with database.writing() as session:
        sitting = actions.sit_down(session, now, district.coordinator.id, session.merge(record), Purpose.LISTEN, 1e9)
        assert sitting.seconds == 60
        assert actions.sit_down(session, now, district.coordinator.id, session.merge(record), Purpose.LISTEN, -5).seconds == 60


def test_reading_is_told_when_it_begins_and_once(database: Database, record: Record, district: SimpleNamespace, now: datetime) -> None:
    for minutes in (0, 5, 12):
        with database.writing() as session:
            actions.sit_down(session, now + timedelta(minutes=minutes), district.coordinator.id, session.merge(record), Purpose.READ)
    assert len(told(database, "transcript.read")) == 1
    assert told(database, "record.listened") == []


@pytest.mark.requirement("W-37")
def test_refused_attempt_is_told(database: Database, record: Record, now: datetime) -> None:
    with database.writing() as session:
        actions.deny(session, now, "user:x", record.recording_id, record, Purpose.LISTEN, "no_rule_allows")
    assert [(entry["actor"], entry["subject"]) for entry in told(database, "access.denied")] == [("user:x", f"record:{record.id}")]
