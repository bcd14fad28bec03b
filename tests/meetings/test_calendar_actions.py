"""Taking the district's calendar into the plan, again and again; and the feed that goes out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from meetrec.app import create_app
from meetrec.installation import actions as installation
from meetrec.journal import actions as journal
from meetrec.journal.models import JournalEntry
from meetrec.meetings import calendar_actions
from meetrec.meetings.actions import name_chair
from meetrec.meetings.calendar_actions import EventReport, import_calendar
from meetrec.meetings.calendar_files import CalendarEvent, read_calendar
from meetrec.meetings.calendar_rules import Step, Why
from meetrec.meetings.calendar_words import STEPS, TRIAL_STEPS, WHYS
from meetrec.meetings.models import Meeting, Room
from meetrec.people.duty_actions import enter_training
from meetrec.people.duty_models import CalendarFeed, TrainingCompletion
from meetrec.people.models import FAMILY, Account, Role, RoleGrant, School
from meetrec.people.rights_models import ProtectionFlag
from meetrec.people.roles import CHAIR, RECORDS_CLERK
from meetrec.people.training import TrainingModule
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.accounts import AccountOf

ZONE = "America/Chicago"
SUMMARY, PLACE = "IEP Mateo Rivera", "Lincoln Elementary, Conference Room A"


@pytest.fixture
def free(district: SimpleNamespace) -> datetime:
    """An hour that nobody has planned."""
    start: datetime = district.meeting.start + timedelta(days=2)
    return start


def event(start: datetime, *lines: str, uid: str = "u1", summary: str = SUMMARY, place: str = PLACE) -> list[str]:
    times = [f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for name, moment in (("DTSTART", start), ("DTEND", start + timedelta(hours=1)))]
    place = place.replace(",", "\\,")
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261001T000000Z", *times, f"SUMMARY:{summary}", f"LOCATION:{place}", *lines, "END:VEVENT"]


def calendar(*events: list[str]) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *(line for one in events for line in one), "END:VCALENDAR", ""]).encode()


def take_in(database: Database, *events: list[str], is_dry_run: bool = False) -> Sequence[EventReport]:
    with database.writing() as session:
        return import_calendar(session, clock.now(), "user:x", calendar(*events), ZONE, is_dry_run=is_dry_run)


def steps(reports: Sequence[EventReport]) -> list[Step]:
    return [one.step.step for one in reports]


def meeting_of(database: Database, uid: str = "u1") -> Meeting:
    with database.reading() as session:
        return session.scalars(select(Meeting).where(Meeting.calendar_uid == uid)).one()


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


def test_form_that_is_filled_in_names_who_leads_it(
    coordinator: FlaskClient, database: Database, district: SimpleNamespace, free: datetime, account_of: AccountOf
) -> None:
    chair = account_of(CHAIR)
    shown = sent(coordinator, calendar(event(free, f"ORGANIZER:mailto:{chair.email}", place="By telephone"))).get_data(as_text=True)
    link = shown.split('href="/meetings/new?')[1].split('"')[0].replace("&amp;", "&")
    assert f'<option selected value="{chair.id}">' in coordinator.get(f"/meetings/new?{link}").get_data(as_text=True)
    local = clock.in_zone(free, ZONE)
    typed = {"kind": "IEP", "student": district.student.id, "room": district.room.id, "day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}", "end": "23:00"}
    assert coordinator.post("/meetings/new", data={**typed, "calendar_uid": "u1", "chair": "nobody"}).status_code == 422
    assert coordinator.post("/meetings/new", data={**typed, "calendar_uid": "u1", "chair": chair.id}).status_code == 303
    assert meeting_of(database).chair_id == chair.id


def test_every_step_and_reason_has_its_words() -> None:
    assert set(STEPS) == set(TRIAL_STEPS) == set(Step)
    assert set(WHYS) == set(Why)


@pytest.fixture
def coordinator(app: Flask, district: SimpleNamespace) -> FlaskClient:
    client = app.test_client()
    client.post("/sign-in", data={"email": district.coordinator.email, "password": district.coordinator.password})
    return client


def sent(client: FlaskClient, content: bytes, **more: str):  # type: ignore[no-untyped-def]
    from io import BytesIO

    return client.post("/calendar/import", data={"calendar": (BytesIO(content), "c.ics"), **more})


def test_trial_says_what_would_be_done(coordinator: FlaskClient, database: Database, free: datetime) -> None:
    tried = sent(coordinator, calendar(event(free)), **{"try": "yes"}).get_data(as_text=True)
    assert "Would be entered as a meeting" in tried
    assert not [words for words in ("What was done", "Entered as a meeting") if words in tried]
    assert "Entered as a meeting" in sent(coordinator, calendar(event(free))).get_data(as_text=True)


@pytest.mark.requirement("G0.3")
def test_page_tells_of_every_event_and_offers_the_form_filled_in(
    coordinator: FlaskClient, database: Database, district: SimpleNamespace, free: datetime
) -> None:
    shown = sent(coordinator, calendar(event(free, place="By telephone"), event(free, uid="u2", summary="Lunch"))).get_data(as_text=True)
    assert "To be entered by you" in shown
    assert "Other meetings are not recorded here" in shown
    link = shown.split('href="/meetings/new?')[1].split('"')[0].replace("&amp;", "&")
    assert "Rivera" not in link
    form = coordinator.get(f"/meetings/new?{link}").get_data(as_text=True)
    local = clock.in_zone(free, ZONE)
    for filled in (f'value="{local:%Y-%m-%d}"', f'value="{local:%H:%M}"', f'<option selected value="{district.student.id}">', 'value="u1"'):
        assert filled in form
    typed = {"kind": "IEP", "student": district.student.id, "room": district.room.id, "day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}", "end": "23:00"}
    assert coordinator.post("/meetings/new", data={**typed, "calendar_uid": "u1"}).status_code == 303
    assert meeting_of(database).start == free


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "Choose the calendar file first."), (b"x", "no calendar file"), (b"x" * (2 * 2**20 + 1), "larger than 2 MB")]
)
def test_what_is_no_calendar_gets_a_sentence_on_the_page(coordinator: FlaskClient, content: bytes, sentence: str) -> None:
    answer = sent(coordinator, content)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def feed_address(client: FlaskClient) -> str:
    page = client.post("/calendar/feed").get_data(as_text=True)
    return "/calendar/" + page.split('id="feed-address">')[1].split("<")[0].split("/calendar/")[1]


@pytest.mark.requirement("S-14")
def test_feed_names_no_pupil_and_hides_the_place_of_a_protected_one(
    coordinator: FlaskClient, app: Flask, database: Database, district: SimpleNamespace
) -> None:
    address = feed_address(coordinator)
    answer = app.test_client().get(address)
    assert (answer.status_code, answer.mimetype, answer.headers["Referrer-Policy"]) == (200, "text/calendar", "no-referrer")
    told = answer.get_data(as_text=True).replace("\r\n ", "")
    assert "SUMMARY:IEP meeting\\, M. R." in told
    assert "LOCATION:Lincoln Elementary\\, Conference Room A" in told
    assert f"UID:{district.meeting.id}@meetrec" in told
    assert "Mateo" not in told
    assert "Rivera" not in told
    with database.writing() as session:
        session.add(ProtectionFlag(student_id=district.student.id, reason="address_confidential", set_at=clock.now(), set_by="user:x"))
    hidden = app.test_client().get(address).get_data(as_text=True)
    assert "LOCATION" not in hidden
    assert "address" not in hidden


def test_feed_ends_with_its_address_and_with_the_account(coordinator: FlaskClient, app: Flask, database: Database, district: SimpleNamespace) -> None:
    first = feed_address(coordinator)
    second, reader = feed_address(coordinator), app.test_client()
    assert [reader.get(one).status_code for one in (first, second, "/calendar/x.ics")] == [404, 200, 404]
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).deactivated_at = clock.now()
    assert reader.get(second).status_code == 404
    with database.writing() as session:
        session.get_one(Account, district.coordinator.id).deactivated_at = None
    assert reader.get(second).status_code == 200
    coordinator.post("/calendar/feed/revoke")
    assert reader.get(second).status_code == 404


@pytest.mark.requirement("W-20")
@pytest.mark.parametrize(("pages", "outdated"), [("block", 404), ("warn", 200)])
def test_feed_closes_with_the_pages_that_an_outdated_training_closes(
    coordinator: FlaskClient, settings: Settings, database: Database, district: SimpleNamespace, pages: str, outdated: int
) -> None:
    address = feed_address(coordinator)
    reader = create_app(settings.model_copy(update={"training": settings.training.model_copy(update={"pages": pages})}), database=database).test_client()
    with database.writing() as session:
        account = session.get_one(Account, district.coordinator.id)
        for module in TrainingModule:
            enter_training(session, clock.now(), "system", account, module, clock.in_zone(clock.now(), ZONE).date())
    assert reader.get(address).status_code == 200
    with database.writing() as session:
        session.execute(update(TrainingCompletion).values(withdrawn_at=clock.now()))
    assert reader.get(address).status_code == outdated


@pytest.mark.requirement("G2")
@pytest.mark.requirement("S-14")
def test_chairs_own_feed_holds_the_meetings_they_lead_and_no_others(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], database: Database, district: SimpleNamespace, free: datetime
) -> None:
    chair, reader = sign_in_as(CHAIR), app.test_client()
    address = feed_address(chair)
    assert "BEGIN:VEVENT" not in reader.get(address).text
    take_in(database, event(free))
    with database.writing() as session:
        account = session.scalars(select(Account).join(RoleGrant).join(Role).where(Role.name == CHAIR)).one()
        name_chair(session, clock.now(), "user:x", meeting_of(database).id, account.id)
    told = reader.get(address).text.replace("\r\n ", "")
    assert told.count("BEGIN:VEVENT") == 1
    assert f"UID:{meeting_of(database).id}@meetrec" in told
    assert "SUMMARY:IEP meeting\\, M. R." in told
    assert not any(word in told for word in ("Mateo", "Rivera"))
    with database.writing() as session:
        assert address.split("/")[-1].removesuffix(".ics") not in str(session.scalars(select(CalendarFeed.address_hash)).all())
        session.add(ProtectionFlag(student_id=district.student.id, reason="custody", set_at=clock.now(), set_by="user:x"))
    assert "LOCATION" not in reader.get(address).text
    renewed = feed_address(chair)
    assert [reader.get(one).status_code for one in (address, renewed)] == [404, 200]
    assert chair.post("/calendar/feed/revoke").location == "/calendar/feed"
    assert reader.get(renewed).status_code == 404
    assert "/calendar/feed" in chair.get("/today").text
    assert "The meetings that you lead are in it" in chair.get("/calendar/feed").text


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


def test_page_that_shows_an_address_is_kept_nowhere(coordinator: FlaskClient) -> None:
    assert coordinator.post("/calendar/feed").headers["Cache-Control"] == "no-store"
    assert 'id="feed-address"' not in coordinator.get("/calendar/feed").text
