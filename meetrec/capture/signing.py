"""The kiosk's own signature (Ed25519): it says which kiosk made a piece, a statement or an entry, and that nothing was changed since (G5.b).

Design note. Every kiosk has one key, made on its own disk at its first start; the private half never leaves it. What is signed is the purpose
and the content together, so that a signature given for one thing can never be shown for another. A statement (run.json, closing.json)
is signed in its one spelling without the field `signature`, and must be spelled so itself.
"""

import base64
import binascii
import json
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from meetrec.capture.canonical import canonical_json
from meetrec.capture.errors import SignatureRefused, SignerUnusable
from meetrec.capture.files import make_folder, sync_folder, write_all

PIECE = "piece"
RUN_STATEMENT = "run statement"
CLOSING = "closing statement"
ROOM_ENTRY = "room entry"
ENROLMENT = "enrolment"
SIGNATURE_BYTES = 64
KEY_BYTES = 32
_DOMAIN = b"MeetRec kiosk signature 1\0"
_PRIME, _WITHOUT_SIGN = 2**255 - 19, 2**255 - 1
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# The y of every point of Edwards25519 whose order divides 8, in each spelling that fits into 255 bits.
_SMALL_ORDER = frozenset({0, 1, _PRIME - 1, _PRIME, _PRIME + 1, _ORDER_8, _PRIME - _ORDER_8})


class KioskSigner:
    """Signs with the kiosk's private key (raw 32 bytes). Raises SignerUnusable when that is no such key."""

    def __init__(self, private_key_bytes: bytes) -> None:
        if len(private_key_bytes) != KEY_BYTES:
            raise SignerUnusable(f"A kiosk's signing key has {KEY_BYTES} bytes, this one has {len(private_key_bytes)}.")
        self._private_key = Ed25519PrivateKey.from_private_bytes(private_key_bytes)

    @classmethod
    def new(cls) -> "KioskSigner":
        """A new key, in memory only."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def in_file(cls, path: Path) -> "KioskSigner":
        """The key in `path` (raw, mode 0600), made durably at the first use. Raises SignerUnusable when the file is damaged or open to others."""
        if not path.exists():
            _make_key_file(path)
        return cls(_read_key_file(path))

    @property
    def public_bytes(self) -> bytes:
        """The public key, raw 32 bytes."""
        return self._private_key.public_key().public_bytes_raw()

    @property
    def private_bytes(self) -> bytes:
        """The private key, raw 32 bytes: for the processes of this kiosk alone."""
        return self._private_key.private_bytes_raw()

    def sign(self, purpose: str, content: bytes) -> bytes:
        """64 bytes over purpose and content."""
        return self._private_key.sign(_signed_bytes(purpose, content))

    def sign_statement(self, purpose: str, fields: Mapping[str, Any]) -> bytes:
        """The bytes of a statement with its field `signature`."""
        signature = self.sign(purpose, canonical_json(dict(fields)))
        return canonical_json({**fields, "signature": base64.b64encode(signature).decode()})


def require_signed(public_key: bytes, purpose: str, content: bytes, signature: bytes, what: str) -> None:
    """Hold a signature against the kiosk's raw public key. Raises SignatureRefused with a sentence that begins with `what`."""
    try:
        _require_strong(public_key)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _signed_bytes(purpose, content))
    except (InvalidSignature, ValueError):
        raise SignatureRefused(f"{what} was altered, or this kiosk did not sign it.") from None


def _require_strong(public_key: bytes) -> None:
    """Refuse, by ValueError, a point of small order: one signature would pass for many contents there, without any private key."""
    if int.from_bytes(public_key, "little") & _WITHOUT_SIGN in _SMALL_ORDER:
        raise ValueError("a key of small order")


def require_signed_statement(public_key: bytes, purpose: str, statement: bytes, what: str) -> dict[str, Any]:
    """The fields of a signed statement, `signature` included. Raises SignatureRefused when it is unsigned, altered or another kiosk's."""
    try:
        fields = read_statement(statement)
        signature = bytes_of(fields.get("signature"))
        is_spelled = canonical_json(fields) == statement
    except ValueError:
        raise SignatureRefused(f"{what} carries no signature, or does not read as a signed statement.") from None
    if not is_spelled:
        raise SignatureRefused(f"{what} was altered: it is not in the one spelling that is signed.")
    signed = {name: value for name, value in fields.items() if name != "signature"}
    require_signed(public_key, purpose, canonical_json(signed), signature, what)
    return fields


def read_statement(statement: bytes) -> dict[str, Any]:
    """The fields of a statement, not verified. Raises ValueError when the bytes are no JSON object."""
    try:
        fields = json.loads(statement)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(fields, dict):
        raise ValueError("no JSON object")
    return fields


def bytes_of(text: object) -> bytes:
    """The bytes that a base64 text names, in its one spelling. Raises ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError("no text")
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:  # the last letter has spare bits: two texts must not pass for one signature
        raise ValueError("another spelling")
    return content


def public_key_of(text: object) -> bytes:
    """A public key (raw 32 bytes) out of its base64 text. Raises SignatureRefused."""
    with suppress(ValueError, binascii.Error):
        if len(key := bytes_of(text)) == KEY_BYTES:
            return key
    raise SignatureRefused("A kiosk's public key is damaged: the base64 of 32 bytes is expected.")


def _signed_bytes(purpose: str, content: bytes) -> bytes:
    return _DOMAIN + purpose.encode() + b"\0" + content


def _make_key_file(path: Path) -> None:
    """Never replaces a key that another process made meanwhile: pieces may be signed with it already."""
    make_folder(path.parent)
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            write_all(descriptor, secrets.token_bytes(KEY_BYTES))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def _read_key_file(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise SignerUnusable(f"The kiosk's signing key {path} cannot be opened: {error.strerror}.") from error
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
            raise SignerUnusable(f"The kiosk's signing key {path} is no plain file or can be read by other accounts. Run: chmod 600 {path}")
        content = file.read(KEY_BYTES + 1)
    if len(content) != KEY_BYTES:
        raise SignerUnusable(f"The kiosk's signing key {path} is damaged: {KEY_BYTES} bytes are expected. Restore it, or enrol this kiosk anew.")
    return content
