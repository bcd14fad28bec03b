"""What a family takes away: the signed file and the letter."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from meetrec.meetings.actions import Move, WishOf, move_meeting
from meetrec.notices.actions import District, match_notice
from meetrec.notices.models import Notice
from meetrec.notices.receipt_keys import receipt_key
from meetrec.notices.receipts import public_bytes, verify_receipt
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.settings import Settings
from tests.notices.conftest import REAL_RECORDINGS


@pytest.mark.requirement("G1.a")
def test_signed_file_is_checked_offline_and_changes_with_the_notice(
    client: FlaskClient, address: str, typed: dict[str, str], stored: Callable[[], Notice], settings: Settings
) -> None:
    key = public_bytes(receipt_key(settings))
    answer = client.get(f"{address}/file")
    first = verify_receipt(answer.data, key).receipt
    notice = stored()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="notice-{notice.reference}-1.json"'
    assert (first.reference, first.received_at, first.status, first.profile) == (notice.reference, notice.received_at, "timely", "missouri@1")
    assert (first.said["student_name"], first.said["recorder_role"]) == ("Mateo Rivera", "parent")
    assert client.get(f"{address}/file").data == answer.data
    client.post(f"{address}/correct", data={**typed, "device": "a tablet"})
    second = verify_receipt(client.get(f"{address}/file").data, key).receipt
    assert (second.version, second.said["device"], second.received_at) == (2, "a tablet", first.received_at)
    client.post(f"{address}/withdraw")
    assert verify_receipt(client.get(f"{address}/file").data, key).receipt.status == "withdrawn"
    assert set(json.loads(answer.data)) >= {"format", "key", "signature"}


@pytest.mark.requirement("G1.b")
def test_after_the_districts_move_page_letter_and_signed_file_say_why_the_notice_is_in_time(
    app: Flask, client: FlaskClient, typed: dict[str, str], stored: Callable[[], Notice], database: Database, district: SimpleNamespace,
    set_clock: Callable[[datetime], None], missouri: District,
) -> None:  # fmt: skip
    start = district.meeting.start
    set_clock(start - timedelta(hours=30))
    address = client.post("/notice", data=typed).headers["Location"]
    sentence = "The district moved the meeting to an earlier time after"
    with app.test_request_context(), database.writing() as session:
        match_notice(session, clock.now(), "user:laura", stored().id, district.meeting.id, missouri, REAL_RECORDINGS)
    before = [client.get(f"{address}{page}").data for page in ("", "/file")]
    with app.test_request_context(), database.writing() as session:
        earlier = Move(None, WishOf.DISTRICT, start - timedelta(hours=8), start - timedelta(hours=7))
        move_meeting(session, clock.now(), "user:laura", district.meeting.id, earlier)
    assert stored().received_at > stored().deadline
    after = [client.get(f"{address}{page}").data for page in ("", "/file")]
    assert [sentence.encode() in page for page in (*before, *after)] == [False, False, True, True]
    assert sentence in verify_receipt(after[1], None).receipt.status_reason
    assert verify_receipt(before[1], None).receipt.status_reason == ""
    printed = " ".join(page.extract_text() for page in PdfReader(BytesIO(client.get(f"{address}/letter").data)).pages)
    assert sentence in " ".join(printed.split())
    assert "The meeting was moved to" in " ".join(printed.split())


@pytest.mark.parametrize(("language", "words"), [("en", "Receipt of your notice"), ("es", "Comprobante")])
def test_letter_names_the_signed_file_and_the_private_link(client: FlaskClient, address: str, language: str, words: str) -> None:
    client.get(f"/language/{language}")
    answer = client.get(f"{address}/letter")
    assert answer.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    together = re.sub(r"\s", "", text)
    assert words in text
    assert sha256(client.get(f"{address}/file").data).hexdigest() in together
    assert f"http://localhost{address}" in together
    assert "MateoRivera" in together


def test_the_letter_says_in_words_which_rules_the_notice_was_held_against(client: FlaskClient, address: str) -> None:
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(client.get(f"{address}/letter").data)).pages).split())
    assert "State profile Missouri, version 1, in force from" in said
    assert "missouri@1" not in said
