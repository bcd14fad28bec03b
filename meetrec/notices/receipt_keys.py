"""The district's key that signs receipts, and its public half as people pass it on (PEM or base64)."""

from base64 import b64decode
from binascii import Error as NotBase64
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from meetrec.notices.receipts import ReceiptRefused
from meetrec.platform.keys import key_in_file
from meetrec.platform.settings import Settings

LARGEST_KEY_FILE = 4096  # bytes


def receipt_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of this installation, made at its first use."""
    return Ed25519PrivateKey.from_private_bytes(key_in_file(settings.receipt_key_file))


def public_key_text(key: Ed25519PrivateKey) -> str:
    """The public key as PEM, which other programs read too."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of a public key (32 bytes) in groups of four, for comparing by eye or over the telephone."""
    text = sha256(public_key).hexdigest()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def read_public_key(path: Path) -> bytes:
    """The public key (32 bytes) of a file: PEM, or base64. Raises ReceiptRefused."""
    content = path.read_bytes()[:LARGEST_KEY_FILE].strip()
    try:
        key = _from_pem(content) if content.startswith(b"-----") else b64decode(content, validate=True)
    except (ValueError, NotBase64, UnsupportedAlgorithm) as error:
        raise ReceiptRefused(f"The file {path.name} holds no public key for receipts.") from error
    if len(key) != 32:
        raise ReceiptRefused(f"The file {path.name} holds no public key for receipts.")
    return key


def _from_pem(content: bytes) -> bytes:
    key = load_pem_public_key(content)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("another kind of key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
