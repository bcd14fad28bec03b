"""A district's calendar as a file, and taking it into the plan."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from meetrec.meetings.calendar_actions import EventReport, import_calendar
from meetrec.meetings.calendar_rules import Step
from meetrec.meetings.models import Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database

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


@pytest.fixture
def coordinator(app: Flask, district: SimpleNamespace) -> FlaskClient:
    client = app.test_client()
    client.post("/sign-in", data={"email": district.coordinator.email, "password": district.coordinator.password})
    return client


def sent(client: FlaskClient, content: bytes, **more: str) -> TestResponse:
    """Send a calendar file to the page that takes it in."""
    return client.post("/calendar/import", data={"calendar": (BytesIO(content), "c.ics"), **more})
