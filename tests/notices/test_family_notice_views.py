"""A family's own notices on its own pages: printed, corrected, withdrawn; and nobody else's."""

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from meetrec.journal.models import JournalEntry
from meetrec.notices.receipts import verify_receipt
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.fixtures.families import code_for, guardian_of, open_account
from tests.fixtures.family_pages import family, filled_in, give, match, meeting_page, mother, only_notice, text

__all__ = ["code_for", "family", "guardian_of", "meeting_page", "mother", "open_account"]


def test_another_parents_notice_is_never_shown(
    app: Flask, family: FlaskClient, typed: dict[str, str], database: Database, settings: Settings, meeting_page: str, district: SimpleNamespace
) -> None:
    give(app.test_client(), {**typed, "recorder_name": "Luis Rivera", "device": "a red recorder"})
    notice = only_notice(database)
    match(database, settings, notice.id, district.meeting.id)
    for page in (text(family, "/family"), text(family, meeting_page)):
        assert "The district will record this meeting." in page
        assert [word for word in ("Luis", notice.reference, "red recorder") if word in page] == []
    for below in ("", "/letter", "/file", "/more", "/correct", "/withdraw"):
        assert text(family, f"/family/notices/{notice.id}{below}", 404)
    for below in ("/more", "/correct", "/withdraw"):
        assert family.post(f"/family/notices/{notice.id}{below}", data=typed).status_code == 404
    assert only_notice(database).status == "timely"


@pytest.mark.requirement("G0.1")
def test_an_own_notice_is_printed_saved_corrected_and_withdrawn(
    family: FlaskClient, typed: dict[str, str], database: Database, settings: Settings, meeting_page: str, district: SimpleNamespace
) -> None:
    typed["accommodation_request"] = "An interpreter"
    give(family, typed)
    notice = only_notice(database)
    own = f"/family/notices/{notice.id}"
    assert "Your notice arrived in time." in text(family, own)
    printed = family.get(f"{own}/letter")
    assert notice.reference in "".join(page.extract_text() for page in PdfReader(BytesIO(printed.data)).pages)
    assert verify_receipt(family.get(f"{own}/file").data, None).receipt.reference == notice.reference
    match(database, settings, notice.id, district.meeting.id)
    assert notice.reference in text(family, meeting_page)
    assert filled_in(text(family, f"{own}/correct"))["device"] == "my telephone"
    assert family.post(f"{own}/correct", data={**typed, "device": "a small recorder"}).status_code == 303
    assert family.post(f"{own}/correct", data={**typed, "recorder_name": ""}).status_code == 422
    assert family.post(f"{own}/more", data={"reason": "To listen again.", "acknowledged": "y"}).status_code == 303
    said = only_notice(database)
    assert (said.device, said.reason, said.acknowledged_at is not None, said.version) == ("a small recorder", "To listen again.", True, 3)
    assert "Withdraw the notice" in text(family, f"{own}/withdraw")
    assert family.post(f"{own}/withdraw").status_code == 303
    gone = only_notice(database)
    assert (gone.status, gone.withdrawn_by, gone.accommodation_request) == ("withdrawn", f"user:{gone.account_id}", "An interpreter")
    assert family.get(f"{own}/correct").status_code == 303
    assert "The district will record" not in text(family, meeting_page)


def test_a_notice_that_was_matched_to_somebody_elses_meeting_is_not_shown(
    sign_in_as: Callable[[str], FlaskClient], typed: dict[str, str], database: Database, settings: Settings, district: SimpleNamespace
) -> None:
    stranger = sign_in_as("family")
    give(stranger, typed)
    notice = only_notice(database)
    assert notice.reference in text(stranger, "/family")
    match(database, settings, notice.id, district.meeting.id)
    page = text(stranger, "/family")
    assert (notice.reference in page, "Not every notice you gave is shown" in page, "You gave none" in page) == (False, True, False)
    assert "the district does not have you on its list today" in text(stranger, f"/family/notices/{notice.id}", 403)


def test_a_notice_on_which_the_form_of_a_foreign_page_was_sent_is_refused(app: Flask, family: FlaskClient, typed: dict[str, str], database: Database) -> None:
    give(family, typed)
    app.config["WTF_CSRF_ENABLED"] = True
    for below in ("withdraw", "correct", "more"):
        assert family.post(f"/family/notices/{only_notice(database).id}/{below}", data=typed).status_code == 400
    assert only_notice(database).version == 1


def test_the_journal_names_the_account_that_gave_a_notice_and_no_name(family: FlaskClient, typed: dict[str, str], database: Database) -> None:
    give(family, typed)
    with database.reading() as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.verb == "notice.received")).one()
    assert told.actor == f"user:{only_notice(database).account_id}"
    assert b"Rivera" not in told.body
