"""The signed receipt of a notice: a text file that anybody can check offline, without database or settings (G1.a). Pure but for cryptography."""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from meetrec.platform.errors import MeetRecError

RECEIPT_FORMAT = "meetrec-receipt/1"
_SIGNED_BEFORE = b"meetrec receipt 1\n"  # so that no other signature of this key can be taken for one of a receipt
LARGEST_RECEIPT = 100_000  # bytes
_DEADLINES = frozenset({"deadline", "deadline_start_rule", "deadline_date_rule"})
_MOMENTS = frozenset({"received_at", "entered_at", "issued_at"}) | _DEADLINES


class ReceiptRefused(MeetRecError):
    """A file is no receipt, was altered, or was signed by another key; the sentence says which."""


@dataclass(frozen=True)
class Receipt:
    """What the district states of a notice (moments aware; `said` as the family said it, by the names of the notice's fields).

    Deadlines are None where they are not told, since they tell when the meeting begins.

    `issued_at`: the last change of the notice that the receipt tells of, so that the same state gives the same file.
    """

    reference: str
    version: int
    received_at: datetime
    entered_at: datetime
    channel: str
    said: Mapping[str, str]
    status: str
    deadline: datetime | None
    deadline_start_rule: datetime | None
    deadline_date_rule: datetime | None
    profile: str
    district: str
    zone: str
    issued_at: datetime
    status_reason: str = ""  # a sentence where status and deadline alone would mislead; left out of the file where there is none


@dataclass(frozen=True)
class CheckedReceipt:
    """A receipt whose signature holds, and the key (32 bytes) it holds by. `is_known_key`: that is the key that was expected."""

    receipt: Receipt
    key: bytes
    is_known_key: bool


def sign_receipt(receipt: Receipt, key: Ed25519PrivateKey) -> bytes:
    """The receipt's file: JSON (UTF-8) that people can read, with the public key and the signature."""
    document = {"format": RECEIPT_FORMAT, **_plain(receipt), "key": b64encode(public_bytes(key)).decode()}
    document["signature"] = b64encode(key.sign(_signed_bytes(document))).decode()
    return _file(document)


def verify_receipt(content: bytes, expected_key: bytes | None) -> CheckedReceipt:
    """Check a receipt's file against itself and, if given, the key (32 bytes) it must be signed by. Raises ReceiptRefused."""
    document = _document(content)
    key, signature = _bytes_of(document, "key", 32), _bytes_of(document, "signature", 64)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _signed_bytes(document))
    except (InvalidSignature, ValueError) as error:
        raise ReceiptRefused("This receipt was altered after it was signed. Ask the family or the district for the file as it was handed out.") from error
    if content.replace(b"\r\n", b"\n").rstrip(b"\n") != _file(document).rstrip(b"\n"):
        raise ReceiptRefused("This receipt was altered: its text is not laid out as the district writes it, although what it says is signed.")
    if expected_key is not None and key != expected_key:
        raise ReceiptRefused("This receipt was signed by another key than the one given. It is not from that district, or from before its key was lost.")
    return CheckedReceipt(_receipt(document), key, expected_key is not None)


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The public key (32 bytes) that belongs to a private one."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _plain(receipt: Receipt) -> dict[str, Any]:
    values = {field.name: getattr(receipt, field.name) for field in fields(Receipt)}
    moments = {name: values[name].astimezone(UTC).isoformat(timespec="microseconds") for name in _MOMENTS if values[name] is not None}
    if not receipt.status_reason:
        del values["status_reason"]
    return {**values, **moments, "said": dict(receipt.said)}


def _receipt(document: Mapping[str, Any]) -> Receipt:
    try:
        values: dict[str, Any] = {field.name: document[field.name] for field in fields(Receipt) if field.name in document or field.name != "status_reason"}
        told = (name for name in _MOMENTS if values[name] is not None or name not in _DEADLINES)
        return Receipt(**{**values, **{name: datetime.fromisoformat(values[name]) for name in told}})
    except (KeyError, TypeError, ValueError) as error:
        raise _no_receipt() from error


def _signed_bytes(document: Mapping[str, Any]) -> bytes:
    signed = {name: value for name, value in document.items() if name != "signature"}
    return _SIGNED_BEFORE + json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _file(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_RECEIPT:
        raise _no_receipt()
    try:
        document = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise _no_receipt() from error
    if not isinstance(document, dict) or document.get("format") != RECEIPT_FORMAT:
        raise _no_receipt()
    return document


def _bytes_of(document: Mapping[str, Any], name: str, length: int) -> bytes:
    try:
        found = b64decode(document[name], validate=True)
    except (KeyError, TypeError, ValueError, NotBase64) as error:
        raise _no_receipt() from error
    if len(found) != length:
        raise _no_receipt()
    return found


def _no_receipt() -> ReceiptRefused:
    return ReceiptRefused("This file is not a receipt of MeetRec, or a part of it is missing.")
