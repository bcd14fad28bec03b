"""References for the telephone, and the tokens of private links."""

import re

from meetrec.notices.references import SPEAKABLE, hash_of, new_nonce, new_reference, token_of

SAID = {"student_name": "Mateo", "reason": None}


def test_reference_is_short_and_unambiguous() -> None:
    references = {new_reference() for _ in range(500)}
    assert len(references) == 500
    assert all(re.fullmatch(f"[{SPEAKABLE}]{{4}}-[{SPEAKABLE}]{{4}}", reference) for reference in references)
    assert not set("0O1IL5S8B2Z") & set(SPEAKABLE) - {"2"}


def test_same_sending_has_the_same_token() -> None:
    nonce = new_nonce()
    assert token_of("key", nonce, SAID) == token_of("key", nonce, dict(reversed(SAID.items())))


def test_changed_content_nonce_or_installation_has_another_token() -> None:
    nonce = new_nonce()
    tokens = {token_of("key", nonce, SAID), token_of("key", nonce, {**SAID, "reason": "x"}), token_of("key", new_nonce(), SAID), token_of("other", nonce, SAID)}
    assert len(tokens) == 4


def test_token_holds_256_bits_and_only_its_hash_is_to_be_stored() -> None:
    token = token_of("key", new_nonce(), SAID)
    assert re.fullmatch(r"[\w-]{43}", token)
    assert re.fullmatch(r"[0-9a-f]{64}", hash_of(token))


def test_form_without_a_nonce_never_finds_an_earlier_notice() -> None:
    assert token_of("key", "", SAID) != token_of("key", "", SAID)
    assert token_of("key", "short", SAID) != token_of("key", "short", SAID)
