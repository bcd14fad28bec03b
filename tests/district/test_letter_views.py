"""The previews: every mail and letter there is, in both languages, and what became of mails."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from meetrec.district.letter_views import LETTER_NAMES, MAIL_NAMES
from meetrec.district.samples import LETTER_SAMPLES, MAIL_SAMPLES
from meetrec.platform.database import Database
from meetrec.platform.letters import LETTERS
from meetrec.platform.mail import MAILS, WAITS, put_mail, send_due
from meetrec.platform.places import folder
from meetrec.platform.settings import Settings
from tests.fixtures.mail_server import Mailbox, with_mail

SignInAs = Callable[..., FlaskClient]


def test_every_template_is_listed_named_and_shown() -> None:
    assert set(MAILS) == set(MAIL_NAMES) == set(MAIL_SAMPLES) == {file.stem for file in (folder("templates") / "mail").glob("*.txt")} - {"base"}
    assert (
        set(LETTERS) == set(LETTER_NAMES) == set(LETTER_SAMPLES) == {file.stem for file in (folder("templates") / "letters").glob("*.html")} - {"base", "facts"}
    )


@pytest.mark.requirement("L-48")
def test_every_preview_opens_in_both_languages(sign_in_as: SignInAs) -> None:
    client = sign_in_as("coordinator")
    shown = client.get("/letters").get_data(as_text=True)
    for language in ("en", "es"):
        for name in LETTERS:
            assert f"/letters/{name}/{language}" in shown
            page = client.get(f"/letters/{name}/{language}")
            assert (page.status_code, f'<html lang="{language}">' in page.get_data(as_text=True)) == (200, True)
        for name in MAILS:
            assert f"/letters/mail/{name}/{language}" in shown
            assert client.get(f"/letters/mail/{name}/{language}").status_code == 200


def test_a_letter_is_printed_as_pdf(sign_in_as: SignInAs) -> None:
    answer = sign_in_as("administrator").get("/letters/receipt/es.pdf")
    assert (answer.mimetype, answer.get_data()[:5]) == ("application/pdf", b"%PDF-")


@pytest.mark.parametrize("address", ["/letters/receipt/fr", "/letters/nothing/en", "/letters/mail/receipt/en", "/letters/base/en", "/letters/receipt/fr.pdf"])
def test_what_is_no_letter_is_not_there(sign_in_as: SignInAs, address: str) -> None:
    assert sign_in_as("administrator").get(address).status_code == 404


def test_the_page_says_that_nothing_is_sent_without_a_mail_server(sign_in_as: SignInAs) -> None:
    assert "The settings name no mail server" in sign_in_as("coordinator").get("/letters").get_data(as_text=True)


def test_the_page_says_what_waits_and_what_was_given_up_without_addresses(sign_in_as: SignInAs, database: Database, settings: Settings, now: datetime) -> None:
    for _number in range(2):
        with database.writing() as session:
            values = dict(MAIL_SAMPLES["meeting_cancelled"](now), settings=settings)
            put_mail(session, now, "meeting_cancelled", "ana.rivera@families.example", "en", "notice:1", **values)
    client = sign_in_as("coordinator")
    assert "2 mails wait." in client.get("/letters").get_data(as_text=True)
    later = now
    for wait in (*WAITS, timedelta(0)):
        send_due(database, with_mail(settings, Mailbox(port=1)), later)
        later += wait
    page = client.get("/letters").get_data(as_text=True)
    assert "Mails that were given up" in page
    assert "cannot be reached" in page
    assert "families.example" not in page
