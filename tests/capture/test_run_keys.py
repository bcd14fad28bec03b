"""The run key: only the district opens it, and only for the run it was sealed for."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.capture.errors import RunKeyRefused, SignatureRefused
from meetrec.capture.run_keys import (
    canonical_json,
    microphone_keys,
    open_run_key,
    parse_run_statement,
    require_signer,
    run_statement,
    seal_run_key,
    signer_of,
)
from meetrec.capture.signing import RUN_STATEMENT, KioskSigner

pytestmark = pytest.mark.requirement("G5.b")
DISTRICT = X25519PrivateKey.from_private_bytes(bytes(range(32)))
RUN_KEY = bytes(range(100, 132))
SIGNER = KioskSigner(bytes(range(50, 82)))
NAMES = {"recording": "r", "kiosk": "k", "run": "u"}


def statement() -> bytes:
    began = "2026-10-13T14:00:00.000000Z"
    return run_statement(DISTRICT.public_key().public_bytes_raw(), RUN_KEY, SIGNER, **NAMES, ordinal=1, started_at=began, rate=48_000, microphones=[])


def signed_with(**changes: object) -> bytes:
    """The statement with other facts, signed by the kiosk all the same."""
    fields = {name: value for name, value in json.loads(statement()).items() if name != "signature"}
    return SIGNER.sign_statement(RUN_STATEMENT, {**fields, **changes})


def test_the_district_opens_what_was_sealed_to_it() -> None:
    assert open_run_key(DISTRICT, statement()) == RUN_KEY
    assert open_run_key(DISTRICT.private_bytes_raw(), statement()) == RUN_KEY


def test_the_run_key_does_not_stand_in_the_statement() -> None:
    assert RUN_KEY not in statement()
    assert RUN_KEY.hex() not in statement().decode()


def test_another_district_cannot_open_it_and_is_told_so() -> None:
    with pytest.raises(RunKeyRefused, match="sealed to another district key"):
        open_run_key(X25519PrivateKey.generate(), statement())


@pytest.mark.parametrize("name", ["recording", "kiosk", "run"])
def test_a_sealed_key_cannot_be_moved_to_another_recording_kiosk_or_run(name: str) -> None:
    with pytest.raises(RunKeyRefused, match="altered"):
        open_run_key(DISTRICT, signed_with(**{name: "another"}))


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_from_elsewhere_are_taken_for_a_statement(noise: bytes) -> None:
    with pytest.raises(RunKeyRefused):
        open_run_key(DISTRICT, noise)


def test_a_statement_nested_without_end_is_refused() -> None:
    with pytest.raises(RunKeyRefused, match="damaged"):
        parse_run_statement(b"[" * 100_000)


def test_a_statement_of_a_later_format_is_refused_by_name() -> None:
    with pytest.raises(RunKeyRefused, match="format 3"):
        open_run_key(DISTRICT, signed_with(format=3))


def test_a_statement_of_before_signatures_is_refused_by_its_format() -> None:
    with pytest.raises(RunKeyRefused, match="format 1; this version of MeetRec reads format 2, which is signed"):
        parse_run_statement(canonical_json({"format": 1, "run": "u"}))


@settings(deadline=None)
@given(position=st.integers(0, len(statement()) - 1), flip=st.integers(1, 255))
def test_a_statement_with_any_one_byte_changed_is_refused(position: int, flip: int) -> None:
    altered = bytearray(statement())
    altered[position % len(altered)] ^= flip
    with pytest.raises((RunKeyRefused, SignatureRefused)):
        parse_run_statement(bytes(altered))


def test_a_statement_is_held_against_the_kiosk_that_is_known() -> None:
    assert signer_of(statement()) == SIGNER.public_bytes
    require_signer(statement(), SIGNER.public_bytes)
    with pytest.raises(SignatureRefused, match="was signed by another kiosk"):
        require_signer(statement(), KioskSigner.new().public_bytes)


@pytest.mark.parametrize("ordinal", [0, -1, True, "1", None])
def test_a_statement_without_its_place_among_the_runs_is_refused(ordinal: object) -> None:
    with pytest.raises(RunKeyRefused):
        parse_run_statement(signed_with(ordinal=ordinal))


TABLE = {"id": "table-1", "label": "Table 1", "device": "Table 1", "seat": None}


@pytest.mark.parametrize(
    "microphones",
    [["x"], [None], [{}], [{**TABLE, "id": "../../x"}], [{**TABLE, "id": 1}], [{**TABLE, "label": None}], [{**TABLE, "seat": 3}], [TABLE, TABLE]],
)
def test_a_statement_whose_microphones_are_none_is_refused(microphones: list[object]) -> None:
    assert parse_run_statement(signed_with(microphones=[TABLE]))["microphones"] == [TABLE]
    with pytest.raises(RunKeyRefused, match="microphone"):
        parse_run_statement(signed_with(microphones=microphones))


def test_a_public_key_of_the_wrong_length_is_refused_with_a_sentence() -> None:
    with pytest.raises(RunKeyRefused, match="must have 32 bytes, this one has 31"):
        seal_run_key(bytes(31), RUN_KEY, **NAMES)


def test_every_microphone_and_use_has_its_own_key() -> None:
    keys = [key for name in ("a", "b") for key in (microphone_keys(RUN_KEY, name).piece, microphone_keys(RUN_KEY, name).journal)]
    assert len(set(keys)) == 4


def test_keys_do_not_show_in_logs() -> None:
    assert "b'" not in repr(microphone_keys(RUN_KEY, "a"))


def test_json_has_one_spelling() -> None:
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


@pytest.mark.parametrize("boot", ["", "a" * 63, 7, ["a" * 64]])
def test_statement_that_names_its_boot_in_no_form_of_ours_is_refused(boot: object) -> None:
    assert parse_run_statement(signed_with(boot="a" * 64))["boot"] == "a" * 64
    with pytest.raises(RunKeyRefused, match="the boot of its machine"):
        parse_run_statement(signed_with(boot=boot))
