"""Taking the district's calendar into the plan, again and again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from meetrec.installation import actions as installation
from meetrec.journal import actions as journal
from meetrec.journal.models import JournalEntry
from meetrec.meetings import calendar_actions
from meetrec.meetings.actions import name_chair
from meetrec.meetings.calendar_files import CalendarEvent, read_calendar
from meetrec.meetings.calendar_rules import Step, Why
from meetrec.meetings.calendar_words import STEPS, TRIAL_STEPS, WHYS
from meetrec.meetings.models import Meeting, Room
from meetrec.people.models import FAMILY, School
from meetrec.people.roles import CHAIR, RECORDS_CLERK
from meetrec.platform import clock
from meetrec.platform.database import Database
from tests.fixtures.accounts import AccountOf
from tests.meetings.calendars import PLACE, calendar, event, meeting_of, steps, take_in


def test_event_becomes_a_meeting_once_and_follows_the_calendar(database: Database, district: SimpleNamespace, free: datetime) -> None:
    with database.writing() as session:
        library = installation.create_room(session, session.get_one(School, district.school.id), "Library").id
    assert steps(take_in(database, event(free))) == [Step.ENTER]
    assert steps(take_in(database, event(free))) == [Step.SAME]
    assert (meeting_of(database).start, meeting_of(database).room_id) == (free, district.room.id)
    later = free + timedelta(hours=2)
    assert steps(take_in(database, event(later))) == [Step.MOVE]
    assert [(one.by, one.new_start) for one in meeting_of(database).moves] == [("district", later)]
    assert steps(take_in(database, event(later, place="Library"))) == [Step.CHANGE_ROOM]
    assert meeting_of(database).room_id == library
    assert steps(take_in(database, event(free, place=PLACE))) == [Step.MOVE_AND_CHANGE_ROOM]
    assert (meeting_of(database).start, meeting_of(database).room_id) == (free, district.room.id)
    assert steps(take_in(database, event(free, "STATUS:CANCELLED"))) == [Step.CANCEL]
    assert meeting_of(database).cancelled_at is not None


def test_dry_run_says_the_same_and_changes_nothing(database: Database, district: SimpleNamespace, free: datetime) -> None:
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(JournalEntry))
    assert steps(take_in(database, event(free), is_dry_run=True)) == [Step.ENTER]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == before


def test_event_that_cannot_be_done_harms_no_other(database: Database, district: SimpleNamespace, free: datetime) -> None:
    reports = take_in(
        database, event(free), event(free + timedelta(minutes=30), uid="u2"), event(free + timedelta(hours=3), uid="u3"), event(free, uid="u4", summary="Lunch")
    )
    assert steps(reports) == [Step.ENTER, Step.ENTER, Step.ENTER, Step.REFUSE]
    assert [one.trouble is None for one in reports] == [True, False, True, True]
    assert "Another meeting is planned in this room" in str(reports[1].trouble)
    with database.reading() as session:
        assert set(session.scalars(select(Meeting.calendar_uid))) == {None, "u1", "u3"}
        entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "calendar.imported")).one()
        assert b'"enter":2' in entry.body.replace(b" ", b"")
        assert b"Mateo" not in entry.body


def test_meeting_entered_by_hand_before_is_found_again(database: Database, district: SimpleNamespace) -> None:
    assert steps(take_in(database, event(district.meeting.start))) == [Step.ENTER]
    assert meeting_of(database).id == district.meeting.id


def test_time_and_room_change_together_even_where_the_old_room_is_taken(database: Database, district: SimpleNamespace, free: datetime) -> None:
    with database.writing() as session:
        installation.create_room(session, session.get_one(School, district.school.id), "Library")
    later = free + timedelta(hours=2)
    take_in(database, event(free), event(later, uid="u2"))
    reports = take_in(database, event(later, place="Library"))
    assert (steps(reports), reports[0].trouble) == ([Step.MOVE_AND_CHANGE_ROOM], None)
    with database.reading() as session:
        assert session.get_one(Room, meeting_of(database).room_id).name == "Library"


def test_organizer_leads_the_meeting_and_who_was_named_here_stays(database: Database, district: SimpleNamespace, free: datetime, account_of: AccountOf) -> None:
    chair, clerk = account_of(CHAIR), account_of(RECORDS_CLERK)
    by_chair, by_clerk = (f"ORGANIZER:mailto:{one.email.upper()}" for one in (chair, clerk))
    assert take_in(database, event(free, by_clerk))[0].chair is None  # a clerk leads no meetings
    assert meeting_of(database).chair_id is None
    assert take_in(database, event(free, by_chair))[0].chair == chair.name
    with database.writing() as session:
        assert meeting_of(database).chair_id == chair.id
        assert session.query(JournalEntry).filter_by(verb="meeting.chair_named", subject=f"meeting:{meeting_of(database).id}").count() == 1
        name_chair(session, clock.now(), "user:x", meeting_of(database).id, district.coordinator.id)
    assert take_in(database, event(free + timedelta(hours=1), by_chair))[0].chair is None
    assert meeting_of(database).chair_id == district.coordinator.id


def test_organizer_of_a_family_leads_nothing(database: Database, free: datetime, account_of: AccountOf) -> None:
    parent = account_of(FAMILY)
    assert take_in(database, event(free, f"ORGANIZER:mailto:{parent.email}"))[0].chair is None
    assert meeting_of(database).chair_id is None


def test_trial_names_nobody(database: Database, free: datetime, account_of: AccountOf) -> None:
    chair = account_of(CHAIR)
    take_in(database, event(free))
    assert take_in(database, event(free, f"ORGANIZER:mailto:{chair.email}"), is_dry_run=True)[0].chair == chair.name
    assert meeting_of(database).chair_id is None


def test_every_step_and_reason_has_its_words() -> None:
    assert set(STEPS) == set(TRIAL_STEPS) == set(Step)
    assert set(WHYS) == set(Why)


def test_others_write_while_a_calendar_is_read(coordinator: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_while_another_writes(content: bytes, zone: str) -> Sequence[CalendarEvent]:
        with database.writing() as session:
            journal.append(session, clock.now(), "user:other", "calendar.feed_made", "account:other")
        return read_calendar(content, zone)

    monkeypatch.setattr(calendar_actions, "read_calendar", read_while_another_writes)
    answer = coordinator.post("/calendar/import", data={"calendar": (BytesIO(calendar()), "x.ics")})
    assert answer.status_code == 200
    with database.reading() as session:
        verbs = session.scalars(select(JournalEntry.verb).order_by(JournalEntry.sequence.desc()).limit(2)).all()
    assert verbs == ["calendar.imported", "calendar.feed_made"]
