"""Single notices, and the meetings that one may be matched to."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

from meetrec.meetings.models import Meeting
from meetrec.notices.actions import District, receive_notice
from meetrec.notices.link_queries import notice_of_link
from meetrec.notices.planned_meetings import PlannedMeetings
from meetrec.notices.queries import meetings_around, offers_for
from meetrec.notices.references import new_nonce
from meetrec.notices.statements import NoticeStatement
from meetrec.platform.clock import in_zone
from meetrec.platform.database import Database

Statement = Callable[..., NoticeStatement]


def test_cancelled_meeting_is_neither_offered_nor_listed(database: Database, district: SimpleNamespace, statement: Statement, missouri: District) -> None:
    at, day = district.meeting.start - timedelta(days=2), in_zone(district.meeting.start, missouri.zone).date()
    with database.writing() as session:
        notice = receive_notice(session, at, "public", statement(), new_nonce(), missouri)
        (offer,) = offers_for(session, at, PlannedMeetings(missouri.zone), [notice])[notice.id]
        assert offer.meeting.id == district.meeting.id
        assert [meeting.id for meeting in meetings_around(session, day + timedelta(days=3), missouri.zone)] == [district.meeting.id]
        assert list(meetings_around(session, day + timedelta(days=4), missouri.zone)) == []
        session.get_one(Meeting, district.meeting.id).cancelled_at = at
        session.flush()
        assert offers_for(session, at, PlannedMeetings(missouri.zone), [notice])[notice.id] == ()
        assert list(meetings_around(session, day, missouri.zone)) == []


def test_notice_is_found_by_its_token_alone(database: Database, statement: Statement, missouri: District, now: datetime) -> None:
    token = new_nonce()
    with database.writing() as session:
        notice = receive_notice(session, now, "public", statement(), token, missouri)
    with database.reading() as session:
        found = notice_of_link(session, token)
        assert found is not None
        assert found.id == notice.id
        assert notice_of_link(session, notice.link_hash) is None
        assert notice_of_link(session, notice.reference) is None
