"""Mail to the family: one to an address nobody confirmed, news only to a confirmed one, and no pupil's name in any of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from meetrec.meetings.actions import Move, WishOf, cancel_meeting, move_meeting
from meetrec.notices.actions import District, NoticeStatement, match_notice, receive_notice, withdraw_notice
from meetrec.notices.family_mail import tell_received
from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of, new_nonce
from meetrec.platform.database import Database
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from tests.notices.conftest import REAL_RECORDINGS

Given = Callable[..., str]


@pytest.fixture
def given(
    app: Flask, database: Database, statement: Callable[..., NoticeStatement], missouri: District, settings: Settings, district: SimpleNamespace
) -> Given:
    """A notice given with an address, matched; its id. Keywords change what is said of it."""

    def given(*, is_confirmed: bool = True, language: str = "en", is_matched: bool = True) -> str:
        at = district.meeting.start - timedelta(hours=30)
        with app.app_context(), database.writing() as session:
            notice = receive_notice(session, at, "public", statement(language=language), new_nonce(), missouri, "ana@example.org")
            tell_received(session, at, notice, settings)
            notice.email_verified_at = at if is_confirmed else None
            session.flush()
            if is_matched:
                match_notice(session, at, "user:laura", notice.id, district.meeting.id, missouri, REAL_RECORDINGS)
            return notice.id

    return given


def mails(database: Database) -> list[OutgoingMail]:
    with database.reading() as session:
        found = list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.made_at, OutgoingMail.template)))
    assert not any(word in f"{mail.subject}{mail.text}{mail.html}" for mail in found for word in ("Mateo", "Rivera"))
    return found


def move(app: Flask, database: Database, district: SimpleNamespace) -> datetime:
    """The district moves the meeting by two hours; the new start."""
    start = district.meeting.start + timedelta(hours=2)
    at = district.meeting.start - timedelta(hours=26)
    with app.app_context(), database.writing() as session:
        move_meeting(session, at, "user:laura", district.meeting.id, Move(at, WishOf.DISTRICT, start, start + timedelta(hours=1)))
    return start


def test_unconfirmed_address_hears_of_the_receipt_and_of_nothing_more(app: Flask, database: Database, given: Given, district: SimpleNamespace) -> None:
    given(is_confirmed=False)
    move(app, database, district)
    assert [mail.template for mail in mails(database)] == ["notice_received"]


def test_confirmed_address_hears_of_match_move_and_cancellation(app: Flask, database: Database, given: Given, district: SimpleNamespace) -> None:
    notice_id = given()
    start = move(app, database, district)
    with app.app_context(), database.writing() as session:
        cancel_meeting(session, start - timedelta(hours=20), "user:laura", district.meeting.id, WishOf.DISTRICT)
    sent = mails(database)
    assert sorted(mail.template for mail in sent) == ["meeting_cancelled", "meeting_moved", "notice_matched", "notice_received"]
    assert {mail.about for mail in sent} == {f"notice:{notice_id}"}
    (moved,) = [mail.text for mail in sent if mail.template == "meeting_moved"]
    assert "Your notice arrived in time." in moved  # the district moved it, and the mail says what the rule says now


def test_withdrawn_notice_hears_nothing_more(app: Flask, database: Database, given: Given, district: SimpleNamespace) -> None:
    notice_id = given()
    with database.writing() as session:
        withdraw_notice(session, datetime.now(UTC), "public", session.get_one(Notice, notice_id))
    move(app, database, district)
    assert "meeting_moved" not in [mail.template for mail in mails(database)]


@pytest.mark.requirement("A-04")
def test_address_no_mail_can_go_to_stops_neither_notice_nor_match_nor_move(
    app: Flask, database: Database, settings: Settings, district: SimpleNamespace, statement: Callable[..., NoticeStatement], missouri: District
) -> None:
    unusable, at = f"ana@{'b' * 240}.example.org", district.meeting.start - timedelta(hours=30)
    with app.app_context(), database.writing() as session:
        notice = receive_notice(session, at, "public", statement(), new_nonce(), missouri, unusable)
        tell_received(session, at, notice, settings)
        notice.email_verified_at = at
        session.flush()
        match_notice(session, at, "user:laura", notice.id, district.meeting.id, missouri, REAL_RECORDINGS)
    assert move(app, database, district) is not None
    with database.reading() as session:
        assert session.scalars(select(Notice.email)).one() == unusable
    assert mails(database) == []


def test_mail_speaks_the_language_of_the_notice(database: Database, given: Given) -> None:
    given(language="es", is_matched=False)
    (mail,) = mails(database)
    assert (mail.language, "aviso" in mail.text.lower()) == ("es", True)


def test_link_of_the_mail_is_stored_as_a_hash_and_left_out_without_a_public_address(
    app: Flask, database: Database, given: Given, settings: Settings, statement: Callable[..., NoticeStatement], missouri: District, now: datetime
) -> None:
    given(is_matched=False)
    (without,) = mails(database)
    assert "/notice/address/" not in without.text
    public = settings.model_copy(update={"server": settings.server.model_copy(update={"public_address": "https://meetrec.example"})})
    with app.app_context(), database.writing() as session:
        notice = receive_notice(session, now, "public", statement(device="a tablet"), new_nonce(), missouri, "luis@example.org")
        tell_received(session, now, notice, public)
        tell_received(session, now, notice, public)
        link_hash = notice.address_link_hash
    (told,) = [mail.text for mail in mails(database) if mail.to_address == "luis@example.org"]
    token = told.split("https://meetrec.example/notice/address/")[1].split()[0]
    assert hash_of(token) == link_hash
