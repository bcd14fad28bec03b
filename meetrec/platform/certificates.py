"""The fingerprint of a server certificate's key, by which a kiosk knows its district's server again, also after a renewal with the same key."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from meetrec.platform.errors import MeetRecError

GROUP = 4  # digits, as people compare them
DIGITS = frozenset("0123456789ABCDEF")


class CertificateUnusable(MeetRecError):
    """A file or an answer that should hold a certificate does not."""


def key_fingerprint(certificate: bytes) -> str:
    """SHA-256 of the SubjectPublicKeyInfo of a certificate (DER), 64 hex digits. Raises CertificateUnusable."""
    try:
        return _fingerprint(x509.load_der_x509_certificate(certificate))
    except ValueError as error:
        raise CertificateUnusable(f"The server showed a certificate that does not read: {error}.") from error


def fingerprint_in_file(path: Path) -> str:
    """The same of the first certificate in a PEM file, which is the server's own. Raises CertificateUnusable."""
    try:
        return _fingerprint(x509.load_pem_x509_certificate(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise CertificateUnusable(f"{path} cannot be read as a certificate in PEM form: {error}.") from error


def require_pair(certificate: Path, key: Path) -> datetime:
    """Refuse a certificate whose key is another's or does not read, before every visitor meets it; until when (UTC) it holds.

    Raises CertificateUnusable.
    """
    fingerprint = fingerprint_in_file(certificate)
    try:
        own = load_pem_private_key(key.read_bytes(), None).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (OSError, ValueError, TypeError) as error:
        raise CertificateUnusable(f"{key} cannot be read as a private key in PEM form without a password.") from error
    if sha256(own).hexdigest() != fingerprint:
        raise CertificateUnusable(f"{certificate} and {key} do not belong together: the key is another certificate's.")
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def in_groups(fingerprint: str) -> str:
    """A fingerprint as people compare it: “AB12 CD34 …”."""
    digits = fingerprint.upper()
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))


def is_same(typed: str, fingerprint: str) -> bool:
    """Whether a person typed this fingerprint, in whatever groups and case."""
    return "".join(character for character in typed.upper() if character in DIGITS) == fingerprint.upper()


def _fingerprint(certificate: x509.Certificate) -> str:
    return sha256(certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
