"""What tests of notices share: a statement, the form as typed, a clock that can be set, and the real recordings behind the arming."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from meetrec.notices.actions import District, match_notice
from meetrec.notices.arming import Recordings
from meetrec.notices.models import Notice, RecorderRole
from meetrec.notices.opened_forms import OpenedForm
from meetrec.notices.statements import NoticeStatement
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.keys import read_key_file, secret
from meetrec.platform.profiles import NoticePolicy
from meetrec.platform.rate_limits import limiter
from meetrec.platform.settings import Settings
from meetrec.recordings import actions as recording_actions
from meetrec.recordings import queries as recording_queries
from meetrec.recordings.district_copy_queries import on_the_desk
from tests.fixtures.forms import form_application, sent

__all__ = ["form_application", "sent"]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
REAL_RECORDINGS = Recordings(recording_actions.arm, recording_queries.recording_states, on_the_desk)


def fill_up(database: Database) -> None:
    """From now on the database cannot grow, as on a full disk."""
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]  # no page that a migration left free
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    database.close()  # connections that are open already would not learn of it
    event.listen(database.engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA max_page_count={pages}"))


@pytest.fixture
def missouri(settings: Settings) -> District:
    """The default rule: 24 hours before the start, late notices accepted."""
    return District(settings.district.zone, NoticePolicy())


@pytest.fixture
def statement(district: SimpleNamespace, settings: Settings) -> Callable[..., NoticeStatement]:
    """What Mateo's parent says of the district's meeting; keywords change it."""
    start = clock.in_zone(district.meeting.start, settings.district.zone)
    said = NoticeStatement(
        recorder_name="Ana Rivera", recorder_role=RecorderRole.PARENT, student_name="Mateo Rivera", school_name=district.school.name,
        meeting_date=start.date(), meeting_time=start.time(), device="my telephone", reason=None, accommodation_request=None,
        needs_recording_to_understand=False, language="en",
    )  # fmt: skip
    return lambda **changed: replace(said, **changed)


@pytest.fixture
def opened(settings: Settings) -> Callable[..., str]:
    """What a form carries that was opened with a nonce at a moment, by default long ago."""
    key = secret(secret(read_key_file(settings.secret_file), "sessions").encode(), "notice-links")
    return lambda nonce="n" * 40, at=LONG_AGO: OpenedForm(key, nonce, at).text


@pytest.fixture
def typed(statement: Callable[..., NoticeStatement], opened: Callable[..., str]) -> dict[str, str]:
    """The same, as a browser sends it."""
    said = statement()
    return {
        "recorder_name": said.recorder_name, "recorder_role": said.recorder_role.value, "student_name": said.student_name,
        "school": said.school_name, "meeting_date": said.meeting_date.isoformat(), "meeting_time": said.meeting_time.isoformat("minutes"),
        "device": said.device, "nonce": opened(),
    }  # fmt: skip


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let the whole program believe that it is another moment."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def stored_notices(database: Database) -> Callable[[], Mapping[str, Any]]:
    """All notices in the database, by reference."""

    def stored_notices() -> dict[str, Notice]:
        with database.reading() as session:
            return {notice.reference: notice for notice in session.scalars(select(Notice))}

    return stored_notices


@pytest.fixture
def address(client: FlaskClient, typed: dict[str, str]) -> str:
    """The private link of a notice just given."""
    return str(client.post("/notice", data=typed).headers["Location"])


@pytest.fixture
def stored(database: Database) -> Callable[[], Notice]:
    """The one notice as it stands."""

    def stored() -> Notice:
        with database.reading() as session:
            return session.scalars(select(Notice)).one()

    return stored


@pytest.fixture
def rate_limits(app: Flask) -> Iterator[None]:
    """The limits as they hold in service, counted from nothing."""
    app.config["RATELIMIT_ENABLED"] = True
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def match(database: Database, missouri: District, district: SimpleNamespace, stored: Callable[[], Notice]) -> Callable[[], object]:
    """Laura matches the notice to the meeting."""

    def match() -> object:
        with database.writing() as session:
            return match_notice(session, clock.now(), "user:laura", stored().id, district.meeting.id, missouri, REAL_RECORDINGS)

    return match
