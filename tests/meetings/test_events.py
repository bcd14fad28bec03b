"""What changes at a meeting is told to whoever listens, in the same transaction."""

from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from meetrec.meetings import events
from meetrec.meetings.events import MeetingChange, tell_meeting_changed, when_meeting_changed
from meetrec.meetings.models import Meeting
from meetrec.platform import clock
from meetrec.platform.database import Database


def test_whoever_listens_is_told_once(database: Database, district: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_LISTENERS", {})
    heard: list[tuple[Session, str, str, MeetingChange]] = []

    def listener(session: Session, _now: object, actor: str, meeting: Meeting, change: MeetingChange) -> None:
        heard.append((session, actor, meeting.id, change))

    when_meeting_changed("test", listener)
    when_meeting_changed("test", listener)
    with database.writing() as session:
        tell_meeting_changed(session, clock.now(), "user:x", session.get_one(Meeting, district.meeting.id), MeetingChange.MOVED)
        assert heard == [(session, "user:x", district.meeting.id, MeetingChange.MOVED)]
