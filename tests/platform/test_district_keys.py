"""The district's X25519 key: made once, private, and able to open what HPKE sealed to it."""

import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from meetrec.platform.district_keys import KEY_FILE_NAME, DistrictKeyUnusable, generate_district_key, load_district_key, store_district_key
from meetrec.platform.durable_files import PrivateFileUnusable, write_durably


def test_what_is_sealed_to_the_public_bytes_opens_with_the_loaded_key(tmp_path: Path) -> None:
    public = X25519PublicKey.from_public_bytes(generate_district_key(tmp_path / "keyring").public_bytes)
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    sealed = suite.encrypt(b"run key", public, info=b"recording")
    assert suite.decrypt(sealed, load_district_key(tmp_path / "keyring").private_key, info=b"recording") == b"run key"


def test_key_file_is_private_and_the_key_stays_out_of_logs(tmp_path: Path) -> None:
    key = generate_district_key(tmp_path)
    assert (tmp_path / KEY_FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == [KEY_FILE_NAME]
    assert repr(key) == "DistrictKey()"
    assert key.fingerprint == hashlib.sha256(key.public_bytes).hexdigest()


def test_key_is_never_replaced(tmp_path: Path) -> None:
    key = generate_district_key(tmp_path)
    with pytest.raises(DistrictKeyUnusable, match="left as it is"):
        generate_district_key(tmp_path)
    with pytest.raises(DistrictKeyUnusable):
        store_district_key(tmp_path, bytes(range(32)))
    assert load_district_key(tmp_path) == key


def test_key_from_the_recovery_sheet_is_the_same_key(tmp_path: Path) -> None:
    key = generate_district_key(tmp_path / "old")
    assert store_district_key(tmp_path / "new", key.private_bytes) == load_district_key(tmp_path / "new") == key
    with pytest.raises(DistrictKeyUnusable, match="32 bytes"):
        store_district_key(tmp_path / "third", b"short")


def test_missing_key_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PrivateFileUnusable, match="key-recovery sheet"):
        load_district_key(tmp_path)


def test_file_that_holds_something_else_is_a_sentence(tmp_path: Path) -> None:
    other_kind = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"not a key", other_kind):
        write_durably(tmp_path / KEY_FILE_NAME, content)
        with pytest.raises(DistrictKeyUnusable, match="does not hold the district's X25519 key"):
            load_district_key(tmp_path)
