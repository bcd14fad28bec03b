"""The kiosk's key: made once, for this account alone; a signature says one thing about one content."""

import base64
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.capture.canonical import canonical_json
from meetrec.capture.errors import SignatureRefused, SignerUnusable
from meetrec.capture.signing import (
    _SMALL_ORDER,
    CLOSING,
    ENROLMENT,
    PIECE,
    ROOM_ENTRY,
    RUN_STATEMENT,
    SIGNATURE_BYTES,
    KioskSigner,
    bytes_of,
    public_key_of,
    require_signed,
    require_signed_statement,
)

pytestmark = pytest.mark.requirement("G5.b")
SIGNER = KioskSigner.new()
PURPOSES = (PIECE, RUN_STATEMENT, CLOSING, ROOM_ENTRY, ENROLMENT)
SIGNED = SIGNER.sign_statement(CLOSING, {"recording": "r", "runs": {"ä": 1}})


@settings(deadline=None)
@given(content=st.binary(max_size=200), purpose=st.sampled_from(PURPOSES))
def test_what_was_signed_holds_for_this_key_and_purpose_alone(content: bytes, purpose: str) -> None:
    signature = SIGNER.sign(purpose, content)
    assert len(signature) == SIGNATURE_BYTES
    require_signed(SIGNER.public_bytes, purpose, content, signature, "It")
    for other in set(PURPOSES) - {purpose}:
        with pytest.raises(SignatureRefused):
            require_signed(SIGNER.public_bytes, other, content, signature, "It")
    with pytest.raises(SignatureRefused, match="It was altered, or this kiosk did not sign it"):
        require_signed(KioskSigner.new().public_bytes, purpose, content, signature, "It")
    with pytest.raises(SignatureRefused):
        require_signed(SIGNER.public_bytes, purpose, content + b"x", signature, "It")


@pytest.mark.parametrize("signature", [b"", bytes(SIGNATURE_BYTES), bytes(63)], ids=["none", "zeros", "too short"])
@pytest.mark.parametrize("public_key", [SIGNER.public_bytes, b"", bytes(32)], ids=["a key", "no key", "zeros"])
def test_no_signature_and_no_key_are_refused_as_sentences(signature: bytes, public_key: bytes) -> None:
    with pytest.raises(SignatureRefused):
        require_signed(public_key, PIECE, b"content", signature, "It")


@pytest.mark.parametrize("y", sorted(_SMALL_ORDER))
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_a_key_under_which_one_signature_passes_for_many_contents_is_no_key(y: int, sign: int) -> None:
    weak = (y | sign).to_bytes(32, "little")
    for number in range(64):  # the neutral point as R and S = 0 would hold for one content in eight at the least
        with pytest.raises(SignatureRefused):
            require_signed(weak, PIECE, bytes([number]), (1).to_bytes(32, "little") + bytes(32), "It")


def test_a_statement_comes_back_with_its_signature() -> None:
    assert require_signed_statement(SIGNER.public_bytes, CLOSING, SIGNED, "It")["runs"] == {"ä": 1}


@settings(deadline=None)
@given(position=st.integers(0, len(SIGNED) - 1), flip=st.integers(1, 255))
def test_a_statement_with_any_one_byte_changed_is_refused(position: int, flip: int) -> None:
    altered = bytearray(SIGNED)
    altered[position] ^= flip
    with pytest.raises(SignatureRefused):
        require_signed_statement(SIGNER.public_bytes, CLOSING, bytes(altered), "It")


@pytest.mark.parametrize(
    "statement",
    [b"", b"[]", b"3", b"{}", b"[" * 100_000, canonical_json({"signature": 3}), SIGNED.replace(b'"r"', b'"r" '), SIGNED + b"\n"],
    ids=["nothing", "a list", "a number", "no entry", "too deep", "no signature", "a space more", "a line more"],
)
def test_what_is_no_signed_statement_in_its_one_spelling_is_refused(statement: bytes) -> None:
    with pytest.raises(SignatureRefused):
        require_signed_statement(SIGNER.public_bytes, CLOSING, statement, "It")


def test_two_texts_never_stand_for_one_signature() -> None:
    text = base64.b64encode(bytes(64)).decode()
    assert bytes_of(text) == bytes(64)
    with pytest.raises(ValueError, match="another spelling"):
        bytes_of(text[:-3] + "B==")  # decodes to the same bytes


@pytest.mark.parametrize("text", [None, 3, "", "AAAA", "no base64", base64.b64encode(bytes(33)).decode()])
def test_what_is_no_public_key_is_refused(text: object) -> None:
    with pytest.raises(SignatureRefused, match="public key is damaged"):
        public_key_of(text)


def test_the_key_is_made_once_for_this_account_alone(tmp_path: Path) -> None:
    path = tmp_path / "kiosk" / "signing.key"
    first = KioskSigner.in_file(path)
    assert KioskSigner.in_file(path).public_bytes == first.public_bytes
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == first.private_bytes
    assert [left.name for left in path.parent.iterdir()] == ["signing.key"]


def test_processes_that_make_the_key_at_once_agree_on_one(tmp_path: Path) -> None:
    made: list[bytes] = []
    at_once = threading.Barrier(8)

    def make() -> None:
        at_once.wait()
        made.append(KioskSigner.in_file(tmp_path / "signing.key").public_bytes)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1


def test_the_private_key_is_in_no_text_about_the_signer() -> None:
    assert SIGNER.private_bytes.hex() not in repr(SIGNER)
    assert repr(SIGNER.private_bytes) not in repr(vars(SIGNER))


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(33)])
def test_a_damaged_key_file_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "signing.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(SignerUnusable, match="is damaged: 32 bytes are expected"):
        KioskSigner.in_file(path)
    assert path.read_bytes() == content


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    KioskSigner.in_file(path)
    path.chmod(0o640)
    with pytest.raises(SignerUnusable, match="chmod 600"):
        KioskSigner.in_file(path)


def test_a_link_is_no_key_file(tmp_path: Path) -> None:
    KioskSigner.in_file(tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", tmp_path / "signing.key")
    with pytest.raises(SignerUnusable, match="cannot be opened"):
        KioskSigner.in_file(tmp_path / "signing.key")
