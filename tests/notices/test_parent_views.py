"""The public pages: explanation, form, receipt."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.meetings.models import Meeting
from meetrec.notices.models import Notice
from meetrec.notices.receipt_keys import fingerprint, public_key_text, read_public_key, receipt_key
from meetrec.notices.receipts import public_bytes, verify_receipt
from meetrec.notices.references import hash_of
from meetrec.platform.database import Database
from meetrec.platform.mail_models import OutgoingMail
from meetrec.platform.settings import Settings
from tests.notices.conftest import fill_up

Stored = Callable[[], Mapping[str, Notice]]
SetClock = Callable[[Any], None]


def give_notice(client: FlaskClient, typed: dict[str, str], **changed: str) -> str:
    """Send the form; the text of the receipt."""
    answer = client.post("/notice", data={**typed, **changed})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.requirement("NOTE.3")
@pytest.mark.requirement("G10")
def test_first_page_tells_the_districts_statements_without_making_them_conditions(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    for words in (
        "at least 24 hours before the meeting starts", "You do not need to ask for permission", "the district records the sound",
        "kept apart from the IEP", "stays in plain sight", "You do not have to sign or agree to anything", "Secret recordings are discouraged",
    ):  # fmt: skip
        assert words in page, words
    assert "<form" not in page


@pytest.mark.requirement("A-04")
def test_notice_with_a_long_address_arrives_and_its_mail_waits(client: FlaskClient, typed: dict[str, str], stored_notices: Stored, database: Database) -> None:
    email = f"ana@{'.'.join(['b' * 60] * 4)}.org"  # longer than 190 after the @, and every name in it has at most 63
    give_notice(client, typed, email=email)
    assert [notice.email for notice in stored_notices().values()] == [email]
    with database.reading() as session:
        assert session.scalars(select(OutgoingMail.to_address)).all() == [email]


@pytest.mark.requirement("G1.a")
def test_notice_is_answered_with_a_receipt(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    receipt = give_notice(client, typed, accommodation_request="An interpreter")
    ((reference, notice),) = stored_notices().items()
    for words in (reference, "Your notice arrived in time.", "Ana Rivera", "Mateo Rivera", "Lincoln Elementary", "my telephone", "An interpreter"):
        assert words in receipt, words
    assert notice.received_at.isoformat(timespec="seconds") in receipt
    assert re.search(r"\d:\d\d:\d\d\s[AP]M Central (Standard|Daylight) Time", receipt)
    assert (notice.channel, notice.language, notice.entered_at) == ("web", "en", notice.received_at)


def test_link_of_the_receipt_is_stored_only_as_a_hash(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    address = client.post("/notice", data=typed).headers["Location"]
    token = address.rsplit("/", 1)[1]
    (notice,) = stored_notices().values()
    assert len(token) == 43
    assert notice.link_hash == hash_of(token)
    answer = client.get(address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"  # the link is told to nobody
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(f"/notice/receipt/{token[:-1]}x").status_code == 404


@pytest.mark.requirement("G1.b")
def test_notice_one_second_late_is_still_accepted(
    client: FlaskClient, typed: dict[str, str], district: SimpleNamespace, set_clock: SetClock, stored_notices: Stored
) -> None:
    set_clock(district.meeting.start - timedelta(hours=24) + timedelta(seconds=1))
    receipt = give_notice(client, typed)
    assert "Your notice arrived after the 24-hour deadline. The district has accepted it." in receipt
    assert [notice.status for notice in stored_notices().values()] == ["late_accepted"]


@pytest.mark.requirement("G0.1")
def test_late_notice_keeps_the_request_for_an_interpreter(
    client: FlaskClient, typed: dict[str, str], district: SimpleNamespace, set_clock: SetClock, stored_notices: Stored
) -> None:
    set_clock(district.meeting.start - timedelta(hours=1))
    receipt = give_notice(client, typed, accommodation_request="A Spanish interpreter")
    assert "The district looks at that request in any case" in receipt
    (notice,) = stored_notices().values()
    assert (notice.status, notice.accommodation_request) == ("late_accepted", "A Spanish interpreter")


def test_bad_input_loses_nothing_that_was_typed(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    answer = client.post(
        "/notice", data={**typed, "meeting_date": "2026-02-31", "accommodation_request": "Because <b>", "recorder_role": "advocate", "email": "ana@example.org"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for sentence in ("There is no such date.", "Choose who you are."):
        assert page.count(sentence) == 2  # in the summary and at the field
    for kept in (
        'value="Ana Rivera"',
        'value="Mateo Rivera"',
        'value="2026-02-31"',
        'value="my telephone"',
        "Because &lt;b&gt;",
        'value="ana@example.org"',
        '<option selected value="Lincoln Elementary">',
    ):
        assert kept in page, kept
    assert "Error:" in re.findall(r"<title>(.*?)</title>", page)[0]
    assert stored_notices() == {}


@pytest.mark.requirement("B-08")
def test_social_security_number_never_reaches_the_database(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    answer = client.post("/notice", data={**typed, "accommodation_request": "my number 123-45-6789"})
    assert answer.status_code == 422
    assert "looks like a social security number" in answer.get_data(as_text=True)
    assert stored_notices() == {}


def test_answer_never_tells_whether_a_pupil_or_meeting_exists(client: FlaskClient, typed: dict[str, str], database: Database, stored_notices: Stored) -> None:
    known, unknown = give_notice(client, typed), give_notice(client, typed, student_name="Sofia Ortega")

    def without_what_differs(page: str) -> str:
        for notice in stored_notices().values():
            page = page.replace(notice.reference, "").replace(notice.student_name, "").replace(notice.received_at.isoformat(timespec="seconds"), "")
        page = re.sub(r"\d+:\d\d:\d\d", "", page)
        return re.sub(r"/notice/receipt/[\w-]+", "", page)

    assert without_what_differs(known) == without_what_differs(unknown)
    with database.reading() as session:
        assert len(session.scalars(select(Meeting)).all()) == 1


def test_line_filled_in_by_a_program_stores_nothing(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    page = client.post("/notice", data={**typed, "website": "https://spam.example"}).get_data(as_text=True)
    assert "Please check your notice and send it once more." in page
    assert stored_notices() == {}


def test_spanish_visitor_reads_spanish_dates_and_the_notice_knows_it(client: FlaskClient, typed: dict[str, str], stored_notices: Stored) -> None:
    client.get("/language/es")
    for address in ("/", "/notice"):
        assert '<html lang="es">' in client.get(address).get_data(as_text=True)
    receipt = give_notice(client, typed)
    assert re.search(r"(lunes|martes|miércoles|jueves|viernes|sábado|domingo), \d+ de ", receipt)
    assert [notice.language for notice in stored_notices().values()] == ["es"]


@pytest.mark.requirement("G0.1")
def test_a_full_disk_loses_nothing_that_was_typed(client: FlaskClient, typed: dict[str, str], database: Database, stored_notices: Stored) -> None:
    fill_up(database)
    answer = client.post("/notice", data={**typed, "accommodation_request": "An interpreter for Bosnian. " + "ñ" * 1900})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert "could not be kept just now" in page
    assert "An interpreter for Bosnian." in page
    assert stored_notices() == {}


def test_the_journal_says_which_version_of_the_state_profile_was_held(client: FlaskClient, typed: dict[str, str], database: Database) -> None:
    give_notice(client, typed)
    with database.reading() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "notice.received")).one()
    assert json.loads(entry.body)["details"]["profile"] == "missouri@1"


@pytest.mark.requirement("G8")
def test_form_says_that_families_bring_their_own_device_and_asks_nothing_more(client: FlaskClient) -> None:
    page = client.get("/notice").get_data(as_text=True)
    assert "Sound only, with a device of your own." in page
    assert "a device because a disability makes it hard to bring one" in page
    assert "sign or agree" not in page
    assert "acknowledge" not in page


def test_address_gets_one_mail_without_pupil_or_private_link(client: FlaskClient, typed: dict[str, str], database: Database) -> None:
    address = client.post("/notice", data={**typed, "email": "ana@example.org"}).headers["Location"]
    client.post("/notice", data={**typed, "email": "ana@example.org"})
    with database.reading() as session:
        (mail,) = session.scalars(select(OutgoingMail))
        (notice,) = session.scalars(select(Notice))
    assert (mail.to_address, mail.template, mail.about, notice.told_at) == ("ana@example.org", "notice_received", f"notice:{notice.id}", mail.made_at)
    whole = f"{mail.subject}{mail.text}{mail.html}"
    assert notice.reference in whole
    assert not any(word in whole for word in ("Mateo", "Rivera", address.rsplit("/", 1)[1]))


def test_key_of_receipts_is_shown_with_its_fingerprint(client: FlaskClient, settings: Settings) -> None:
    page = client.get("/notice/receipt-key").get_data(as_text=True)
    key = receipt_key(settings)
    assert public_key_text(key).strip().splitlines()[1] in page
    assert fingerprint(public_bytes(key)) in page
    assert 'href="/notice/receipt-key.pem"' in page


def test_key_of_receipts_is_a_file_to_save_that_checks_a_receipt(client: FlaskClient, typed: dict[str, str], tmp_path: Path) -> None:
    address = client.post("/notice", data=typed).headers["Location"]
    saved = client.get("/notice/receipt-key.pem")
    assert saved.headers["Content-Disposition"] == 'attachment; filename="key.pem"'
    (tmp_path / "key.pem").write_bytes(saved.data)
    assert verify_receipt(client.get(f"{address}/file").data, read_public_key(tmp_path / "key.pem")).is_known_key


def test_the_private_link_has_a_button_that_only_a_script_shows(client: FlaskClient, typed: dict[str, str]) -> None:
    page = client.get(client.post("/notice", data=typed).headers["Location"]).get_data(as_text=True)
    assert re.search(r'<button[^>]* hidden data-copies="private-link"', page)
    assert "copy_link.js" in page


def test_without_scripts_the_form_says_before_its_first_field_that_another_language_empties_it(client: FlaskClient) -> None:
    page = client.get("/notice").get_data(as_text=True)
    assert page.index("<noscript>") < page.index("changing it empties this form") < page.index("</noscript>") < page.index('id="recorder_name"')


@pytest.mark.requirement("D-17")
def test_who_acts_as_a_parent_finds_what_to_choose(client: FlaskClient) -> None:
    page = client.get("/notice").get_data(as_text=True)
    hint = page.split('id="recorder_role-hint"', 1)[1].split("</span>", 1)[0]
    assert [who for who in ("foster parent", "surrogate", "caregiver", "“Parent”") if who not in hint] == []
