"""Mails wait as rows, go out once over a real SMTP server, are tried again while it is away, and never hold a pupil's name."""

from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from jinja2 import UndefinedError
from pydantic import SecretStr
from sqlalchemy import select

from meetrec.district.mail_journal import tell_of_mail
from meetrec.district.samples import MAIL_SAMPLES, PUPIL
from meetrec.journal.models import JournalEntry
from meetrec.platform import mail_commands
from meetrec.platform.database import Database
from meetrec.platform.mail import MAILS, WAITS, AddressUnusable, MailNotSent, empty_old_texts, put_mail, send_due, write_mail
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from tests.fixtures.https import new_certificate
from tests.fixtures.mail_server import NAME, PASSWORD, Mailbox, StartMail, mailbox, start_mail_server, with_mail
from tests.fixtures.written_texts import words

__all__ = ["mailbox", "start_mail_server", "words"]

TO = "ana.rivera@families.example"


@pytest.fixture
def put(database: Database, settings: Settings, now: datetime) -> Callable[..., str]:
    """Put a mail in the outbox; its id."""

    def put(to: str = TO, language: str = "en", template: str = "notice_received") -> str:
        values = dict(MAIL_SAMPLES[template](now), settings=settings)
        with database.writing() as session:
            return put_mail(session, now, template, to, language, "notice:1", **values).id

    return put


def mail_with(database: Database, mail_id: str) -> OutgoingMail:
    with database.reading() as session:
        return session.get_one(OutgoingMail, mail_id)


def test_a_mail_goes_out_once(put: Callable[..., str], database: Database, settings: Settings, mailbox: Mailbox, now: datetime) -> None:
    mail_id, reached = put(), with_mail(settings, mailbox)
    assert send_due(database, reached, now) == 1
    assert send_due(database, reached, now + timedelta(days=1)) == 0
    (arrived,) = mailbox.arrived
    assert arrived["To"] == TO
    assert arrived["From"] == "Our school district <meetrec@district.example>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Message-ID"] == f"<{mail_id}@district.example>"
    assert mail_with(database, mail_id).sent_at == now


def test_the_page_of_a_mail_says_what_its_text_says(put: Callable[..., str], database: Database, settings: Settings, mailbox: Mailbox, now: datetime) -> None:
    put()
    send_due(database, with_mail(settings, mailbox), now)
    text, page = mailbox.arrived[0].get_body(("plain",)), mailbox.arrived[0].get_body(("html",))
    assert text is not None
    assert page is not None
    shown = unescape(page.get_content())
    for paragraph in filter(None, text.get_content().splitlines()):
        assert paragraph in shown
    assert '<a href="https://meetrec.example/notice/address/…">' in shown
    assert '<html lang="en">' in shown


def test_without_a_mail_server_everything_waits(put: Callable[..., str], database: Database, settings: Settings, now: datetime) -> None:
    mail_id = put()
    assert send_due(database, settings, now) == 0
    kept = mail_with(database, mail_id)
    assert (kept.due_at, kept.tries) == (now, 0)


def test_a_transaction_that_fails_sends_no_mail(database: Database, settings: Settings, now: datetime) -> None:
    with pytest.raises(RuntimeError, match="stop"), database.writing() as session:
        put_mail(session, now, "meeting_cancelled", TO, "en", "notice:1", settings=settings, **MAIL_SAMPLES["meeting_cancelled"](now))
        raise RuntimeError("stop")
    with database.reading() as session:
        assert session.scalars(select(OutgoingMail)).all() == []


def test_a_server_that_is_away_is_tried_again_until_it_is_back(
    put: Callable[..., str], database: Database, settings: Settings, start_mail_server: StartMail, now: datetime
) -> None:
    mail_id, away = put(), with_mail(settings, Mailbox(port=1))
    for wait in WAITS[:2]:
        assert send_due(database, away, now) == 0
        kept = mail_with(database, mail_id)
        assert kept.due_at == now + wait
        assert "cannot be reached" in (kept.sentence or "")
        assert send_due(database, away, now + wait - timedelta(seconds=1)) == 0
        now += wait
    back = start_mail_server()
    assert send_due(database, with_mail(settings, back), now) == 1
    assert (mail_with(database, mail_id).tries, mail_with(database, mail_id).sentence) == (3, None)


def test_a_server_that_stays_away_is_given_up_with_a_sentence(put: Callable[..., str], database: Database, settings: Settings, now: datetime) -> None:
    mail_id, away = put(), with_mail(settings, Mailbox(port=1))
    for wait in (*WAITS, timedelta(0)):
        send_due(database, away, now, tell_of_mail)
        now += wait
    kept = mail_with(database, mail_id)
    assert (kept.tries, kept.due_at, kept.failed_at) == (len(WAITS) + 1, None, now)
    assert "cannot be reached" in (kept.sentence or "")
    with database.reading() as session:
        assert session.scalars(select(JournalEntry.verb).where(JournalEntry.subject == "notice:1")).all() == ["mail.failed"]


def test_a_server_that_is_busy_is_tried_again(put: Callable[..., str], database: Database, settings: Settings, mailbox: Mailbox, now: datetime) -> None:
    mail_id, reached = put(), with_mail(settings, mailbox)
    mailbox.refuse_data.append("451 Come back later")
    assert send_due(database, reached, now) == 0
    assert mail_with(database, mail_id).due_at == now + WAITS[0]
    assert send_due(database, reached, now + WAITS[0]) == 1


def test_an_address_that_does_not_exist_ends_the_mail_at_once(
    put: Callable[..., str], database: Database, settings: Settings, mailbox: Mailbox, now: datetime
) -> None:
    mailbox.refuse_recipient.append("550 No such mailbox")
    mail_id = put()
    assert send_due(database, with_mail(settings, mailbox), now) == 0
    kept = mail_with(database, mail_id)
    assert (kept.due_at, kept.failed_at) == (None, now)
    assert kept.sentence == "The mail server does not take mail for this address: No such mailbox"


def test_two_senders_send_a_mail_once(put: Callable[..., str], database: Database, settings: Settings, mailbox: Mailbox, now: datetime) -> None:
    from concurrent.futures import ThreadPoolExecutor

    put()
    with ThreadPoolExecutor(4) as senders:
        assert sum(senders.map(lambda _number: send_due(database, with_mail(settings, mailbox), now), range(4))) == 1
    assert len(mailbox.arrived) == 1


def test_a_mail_goes_over_starttls_with_name_and_password(
    put: Callable[..., str], database: Database, settings: Settings, start_mail_server: StartMail, now: datetime, tmp_path: Path
) -> None:
    files = new_certificate(tmp_path, "mail")
    server = start_mail_server(files.certificate, files.key, signed_in=True)
    secure = {"security": "starttls", "authority": files.certificate, "username": NAME, "password": SecretStr(PASSWORD)}
    put()
    assert send_due(database, with_mail(settings, server, **secure), now) == 1
    assert len(server.arrived) == 1


def test_a_server_that_cannot_be_trusted_gets_no_password(
    put: Callable[..., str], database: Database, settings: Settings, start_mail_server: StartMail, now: datetime, tmp_path: Path
) -> None:
    files = new_certificate(tmp_path, "mail")
    server = start_mail_server(files.certificate, files.key, signed_in=True)
    mail_id = put()
    unknown = {"security": "starttls", "username": NAME, "password": SecretStr(PASSWORD)}
    assert send_due(database, with_mail(settings, server, **unknown), now) == 0
    assert "could not be trusted" in (mail_with(database, mail_id).sentence or "")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_loses_no_mail(put: Callable[..., str], database: Database, settings: Settings, start_mail_server: StartMail, now: datetime) -> None:
    server = start_mail_server(signed_in=True)
    mail_id = put()
    assert send_due(database, with_mail(settings, server, username=NAME, password=SecretStr("wrong")), now) == 0
    assert mail_with(database, mail_id).due_at == now + WAITS[0]
    right = with_mail(settings, server, username=NAME, password=SecretStr(PASSWORD))
    assert send_due(database, right, now + WAITS[0]) == 1


@pytest.mark.requirement("W-37")
def test_the_journal_keeps_that_a_mail_went_out_and_no_word_of_it(
    put: Callable[..., str], database: Database, settings: Settings, mailbox: Mailbox, now: datetime
) -> None:
    put()
    send_due(database, with_mail(settings, mailbox), now, tell_of_mail)
    with database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "mail.sent")).one()
    assert entry.subject == "notice:1"
    assert b"families.example" not in entry.body


def test_the_text_of_a_mail_is_emptied_after_thirty_days(
    put: Callable[..., str], database: Database, settings: Settings, mailbox: Mailbox, now: datetime
) -> None:
    mail_id = put()
    send_due(database, with_mail(settings, mailbox), now)
    waiting = put()
    assert empty_old_texts(database, now + timedelta(days=30)) == 0
    assert empty_old_texts(database, now + timedelta(days=30, seconds=1)) == 1
    emptied = mail_with(database, mail_id)
    assert (emptied.text, emptied.html, emptied.to_address) == ("", None, TO)
    assert mail_with(database, waiting).text


@pytest.mark.requirement("W-01")
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", MAILS)
def test_no_mail_names_the_pupil(words: Flask, settings: Settings, name: str, language: str, now: datetime) -> None:
    with words.app_context():
        # also not when somebody hands the name in
        written = write_mail(name, language, settings, **MAIL_SAMPLES[name](now), pupil=PUPIL, student=PUPIL, student_name=PUPIL)
    for part in (written.subject, written.text, written.html):
        assert not any(part_of_name in part for part_of_name in PUPIL.split())


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_speaks_spanish(words: Flask, settings: Settings, name: str, now: datetime) -> None:
    with words.app_context():
        english, spanish = (write_mail(name, language, settings, **MAIL_SAMPLES[name](now)) for language in ("en", "es"))
    assert '<html lang="es">' in spanish.html
    same = set(english.text.split("\n\n")) & set(spanish.text.split("\n\n"))
    assert all(part.startswith("https://") or part == "Lincoln Elementary" for part in same), same


def test_a_mail_with_a_hole_in_it_is_not_written(words: Flask, settings: Settings) -> None:
    with words.app_context(), pytest.raises(UndefinedError, match="'reference' is undefined"):
        write_mail("meeting_cancelled", "en", settings, school="Lincoln Elementary")


# One address by its letters, three once a program decodes the header.
ENCODED = "=?utf-8?q?a=40evil.example=2cb=40evil.example=2c?=@example.org"


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@c.example", "a@c.example, d@e.example", "a@c.example\nBcc: d@e.example", ENCODED])
def test_a_mail_goes_to_one_address_only(database: Database, settings: Settings, now: datetime, address: str) -> None:
    with pytest.raises(AddressUnusable), database.writing() as session:
        put_mail(session, now, "meeting_cancelled", address, "en", "notice:1", settings=settings, **MAIL_SAMPLES["meeting_cancelled"](now))


def test_the_command_tries_the_mail_server(settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_commands, "load_settings", lambda: with_mail(settings, mailbox))
    said = CliRunner().invoke(mail_commands.mail, ["test", TO])
    assert said.output == f"127.0.0.1 took a mail for {TO}.\n"
    mailbox.refuse_recipient.append("550 No such mailbox")
    refused = CliRunner().invoke(mail_commands.mail, ["test", TO])
    assert isinstance(refused.exception, MailNotSent)
    assert refused.exception.is_final


def test_the_command_says_what_waits_without_addresses(
    put: Callable[..., str], settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put()
    monkeypatch.setattr(mail_commands, "load_settings", lambda: settings)
    said = CliRunner().invoke(mail_commands.mail, ["waiting"]).output
    assert "notice_received  notice:1  tries: 0\n1 waiting; the settings name no mail server\n" in said
    assert TO not in said
