"""The fingerprint of a server certificate's key, by which a kiosk knows its district's server again, also after a renewal with the same key."""

from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

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


def in_groups(fingerprint: str) -> str:
    """A fingerprint as people compare it: “AB12 CD34 …”."""
    digits = fingerprint.upper()
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))


def is_same(typed: str, fingerprint: str) -> bool:
    """Whether a person typed this fingerprint, in whatever groups and case."""
    return "".join(character for character in typed.upper() if character in DIGITS) == fingerprint.upper()


def _fingerprint(certificate: x509.Certificate) -> str:
    return sha256(certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
