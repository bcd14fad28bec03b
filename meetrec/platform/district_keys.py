"""The district's X25519 key: every run key of every kiosk is sealed to it (HPKE), so whoever loses it loses what was not yet delivered."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from meetrec.platform.durable_files import make_private_folder, read_private_file, write_new_durably
from meetrec.platform.errors import MeetRecError

KEY_FILE_NAME = "district-x25519.pem"
KEY_BYTES = 32


class DistrictKeyUnusable(MeetRecError):
    """The district's key file exists already, or does not hold an X25519 key."""


@dataclass(frozen=True)
class DistrictKey:
    """The key pair. `private_bytes` (32) never appears in a log: it is left out of repr."""

    private_bytes: bytes = field(repr=False)

    @property
    def private_key(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.private_bytes)

    @property
    def public_bytes(self) -> bytes:
        """The 32 raw bytes that kiosks seal to."""
        return self.private_key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public bytes, 64 hex digits, as each run's opening statement names it."""
        return hashlib.sha256(self.public_bytes).hexdigest()


def generate_district_key(folder: Path) -> DistrictKey:
    """Make the district's key and keep it in `folder` (the keyring's), mode 0600. Raises DistrictKeyUnusable if there is one."""
    return store_district_key(folder, X25519PrivateKey.generate().private_bytes_raw())


def store_district_key(folder: Path, private_bytes: bytes) -> DistrictKey:
    """Keep a key typed from the recovery sheet (32 bytes); never replaces the key that is there.

    Raises DistrictKeyUnusable when a key exists or the bytes have another length.
    """
    if len(private_bytes) != KEY_BYTES:
        raise DistrictKeyUnusable(f"A district key has {KEY_BYTES} bytes, this one has {len(private_bytes)}.")
    key = DistrictKey(private_bytes)
    make_private_folder(folder)
    try:
        write_new_durably(folder / KEY_FILE_NAME, _as_pem(key))
    except FileExistsError as error:
        raise DistrictKeyUnusable(f"There is a district key in {folder} already; it was left as it is.") from error
    return key


def load_district_key(folder: Path) -> DistrictKey:
    """The district's key from `folder`. Raises PrivateFileUnusable or DistrictKeyUnusable."""
    path = folder / KEY_FILE_NAME
    pem = read_private_file(path)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _damaged(path) from None
    if not isinstance(key, X25519PrivateKey):
        raise _damaged(path)
    return DistrictKey(key.private_bytes_raw())


def _as_pem(key: DistrictKey) -> bytes:
    return key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _damaged(path: Path) -> DistrictKeyUnusable:
    return DistrictKeyUnusable(f"{path} does not hold the district's X25519 key. Restore it from the key-recovery sheet.")
