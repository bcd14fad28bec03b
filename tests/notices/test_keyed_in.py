"""Notices that staff key in: two moments, and only one of them counts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.notices.actions import District
from meetrec.notices.keyed_in import CHANNELS, NoticeNotKeyedIn, key_in_notice
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeChannel
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.version_models import NoticeVersion
from meetrec.platform.database import Database

Statement = Callable[..., NoticeStatement]


@pytest.mark.requirement("G1.a")
@pytest.mark.requirement("A-04")
@pytest.mark.parametrize(("ahead", "status"), [(25, "timely"), (23, "late_accepted")])
def test_only_the_moment_of_receipt_counts_however_late_it_is_typed_in(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, ahead: int, status: str
) -> None:
    received_at, entered_at = district.meeting.start - timedelta(hours=ahead), district.meeting.start - timedelta(hours=1)
    with database.writing() as session:
        notice = key_in_notice(session, entered_at, "user:laura", statement(), received_at, NoticeChannel.PAPER, missouri)
    assert (notice.received_at, notice.entered_at, notice.entered_by, notice.status) == (received_at, entered_at, "user:laura", status)


@pytest.mark.parametrize("channel", CHANNELS)
def test_channel_version_and_journal_are_kept(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, now: datetime, channel: NoticeChannel
) -> None:
    with database.writing() as session:
        notice = key_in_notice(session, now, "user:laura", statement(), now - timedelta(hours=2), channel, missouri, email="ana@families.example")
    with database.reading() as session:
        assert session.get_one(NoticeVersion, (notice.id, 1)).by == "user:laura"
        entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"notice:{notice.id}")).one()
        stored = session.get_one(Notice, notice.id)
    assert (entry.verb, entry.actor) == ("notice.received", "user:laura")
    assert b"Rivera" not in entry.body
    assert (stored.channel, stored.email, stored.meeting_id) == (channel.value, "ana@families.example", None)


def test_same_sending_again_gives_the_notice_that_is_there(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, now: datetime
) -> None:
    with database.writing() as session:
        first, second = (key_in_notice(session, now, "user:laura", statement(), now, NoticeChannel.PHONE, missouri, token="t" * 43) for _ in range(2))
    assert first.id == second.id


@pytest.mark.parametrize(("apart", "words"), [(timedelta(minutes=1), "still to come"), (timedelta(days=-30, seconds=-1), "more than 30 days ago")])
def test_a_moment_that_cannot_be_is_refused(
    database: Database, district: SimpleNamespace, statement: Statement, missouri: District, now: datetime, apart: timedelta, words: str
) -> None:
    with pytest.raises(NoticeNotKeyedIn, match=words), database.writing() as session:
        key_in_notice(session, now, "user:laura", statement(), now + apart, NoticeChannel.EMAIL, missouri)
    with database.reading() as session:
        assert session.scalars(select(Notice)).first() is None
