"""Signed receipts: what is signed is what is read, and the smallest change is noticed, offline."""

import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meetrec.notices.commands import notices
from meetrec.notices.receipt_keys import fingerprint, public_key_text, read_public_key, receipt_key
from meetrec.notices.receipts import LARGEST_RECEIPT, Receipt, ReceiptRefused, public_bytes, sign_receipt, verify_receipt
from meetrec.platform.settings import Settings

pytestmark = pytest.mark.requirement("G1.a")

RECEIVED = datetime(2026, 10, 13, 15, 0, 1, tzinfo=UTC)
RECEIPT = Receipt(
    reference="7FX3-W29M", version=2, received_at=RECEIVED, entered_at=RECEIVED, channel="web",
    said={"recorder_name": "Ana Rivera", "student_name": "Mateo Rivera", "device": "mi teléfono"}, status="timely",
    deadline=RECEIVED + timedelta(hours=1), deadline_start_rule=RECEIVED + timedelta(hours=1), deadline_date_rule=RECEIVED - timedelta(hours=9),
    profile="missouri@1", district="Lincoln School District", zone="America/Chicago", issued_at=RECEIVED + timedelta(minutes=5, microseconds=7),
)  # fmt: skip


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def file(key: Ed25519PrivateKey) -> bytes:
    return sign_receipt(RECEIPT, key)


def test_receipt_is_read_back_as_it_was_signed(file: bytes, key: Ed25519PrivateKey) -> None:
    checked = verify_receipt(file, public_bytes(key))
    assert (checked.receipt, checked.key, checked.is_known_key) == (RECEIPT, public_bytes(key), True)
    assert verify_receipt(file, None).is_known_key is False


def test_same_state_gives_the_same_file_and_people_can_read_it(file: bytes, key: Ed25519PrivateKey) -> None:
    assert sign_receipt(RECEIPT, key) == file
    assert '"device": "mi teléfono"' in file.decode()


def test_every_altered_byte_is_noticed(file: bytes, key: Ed25519PrivateKey) -> None:
    for place in range(len(file) - 1):
        altered = bytearray(file)
        altered[place] ^= 1
        with pytest.raises(ReceiptRefused):
            verify_receipt(bytes(altered), public_bytes(key))


@pytest.mark.parametrize("change", [("timely", "late_accepted"), ("15:00:01", "14:00:01"), ("Mateo", "Mario"), ("missouri@1", "missouri@2")])
def test_altered_statement_is_called_altered(file: bytes, change: tuple[str, str]) -> None:
    with pytest.raises(ReceiptRefused, match="altered after it was signed"):
        verify_receipt(file.decode().replace(*change).encode(), None)


def test_receipt_that_somebody_else_signed_is_refused_where_the_key_is_known(key: Ed25519PrivateKey) -> None:
    forged = sign_receipt(replace(RECEIPT, status="timely"), Ed25519PrivateKey.generate())
    with pytest.raises(ReceiptRefused, match="signed by another key"):
        verify_receipt(forged, public_bytes(key))


def test_line_ends_of_another_system_do_no_harm_and_a_second_value_does(file: bytes) -> None:
    assert verify_receipt(file.replace(b"\n", b"\r\n"), None).receipt == RECEIPT
    with pytest.raises(ReceiptRefused, match="not laid out"):
        verify_receipt(file.replace(b"{\n", b'{\n  "status": "withdrawn",\n', 1), None)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"{}", b'{"format": "meetrec-receipt/1"}', b"[" * 100_000, b" " * (LARGEST_RECEIPT + 1)])
def test_anything_else_is_no_receipt(content: bytes) -> None:
    with pytest.raises(ReceiptRefused, match="not a receipt"):
        verify_receipt(content, None)


def test_public_key_is_read_from_both_forms(key: Ed25519PrivateKey, tmp_path: Path) -> None:
    for text in (public_key_text(key), b64encode(public_bytes(key)).decode() + "\n"):
        (tmp_path / "key").write_text(text)
        assert read_public_key(tmp_path / "key") == public_bytes(key)
    (tmp_path / "key").write_text("-----BEGIN PUBLIC KEY-----\nnothing")
    with pytest.raises(ReceiptRefused, match="no public key"):
        read_public_key(tmp_path / "key")


def test_command_needs_neither_settings_nor_database(file: bytes, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_bytes(file)
    (tmp_path / "key.pem").write_text(public_key_text(key))
    command = [sys.executable, "-m", "meetrec", "notices", "verify-receipt", "receipt.json"]
    lonely = {"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    answer = subprocess.run([*command, "--public-key", "key.pem"], cwd=tmp_path, env=lonely, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "7FX3-W29M (version 2), received 2026-10-13T10:00:01-05:00, status timely" in answer.stdout
    (tmp_path / "receipt.json").write_bytes(file.replace(b"timely", b"Timely"))
    refused = subprocess.run(command, cwd=tmp_path, env=lonely, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "altered after it was signed" in refused.stderr


def test_without_a_key_the_command_says_what_to_compare(file: bytes, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_bytes(file)
    result = CliRunner().invoke(notices, ["verify-receipt", str(tmp_path / "receipt.json")], catch_exceptions=False)
    assert f"Compare the key's fingerprint with the one the district tells you: {fingerprint(public_bytes(key))}" in result.output


def test_installation_has_one_key_and_prints_its_public_half(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meetrec.platform.settings.load_settings", lambda: settings)
    printed = CliRunner().invoke(notices, ["receipt-key"], catch_exceptions=False)
    assert public_bytes(receipt_key(settings)) == public_bytes(receipt_key(settings))
    assert public_key_text(receipt_key(settings)) in printed.output
