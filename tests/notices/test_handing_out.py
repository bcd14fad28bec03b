"""What a family takes away: the signed file and the letter."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from meetrec.notices.models import Notice
from meetrec.notices.receipt_keys import receipt_key
from meetrec.notices.receipts import public_bytes, verify_receipt
from meetrec.platform.settings import Settings


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
