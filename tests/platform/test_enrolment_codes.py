"""A one-time code can be read over a telephone, cannot be guessed, and forgives how it is typed."""

import math
from itertools import combinations

import pytest

from meetrec.platform.enrolment_codes import ALPHABET, LENGTH, CodeMistyped, hash_of, new_code, normalised, proof_content

LOOK_ALIKES = ("0OQ", "1IL", "2Z", "5S", "8B", "6G", "UV")


def test_code_has_at_least_eighty_bits() -> None:
    assert LENGTH * math.log2(len(set(ALPHABET))) >= 80
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert len({new_code() for _ in range(1000)}) == 1000


def test_no_two_characters_are_mistaken_for_one_another() -> None:
    pairs = [pair for group in LOOK_ALIKES for pair in combinations(group, 2) if set(pair) <= set(ALPHABET)]
    assert pairs == []


def test_code_comes_in_groups_of_four() -> None:
    assert [len(group) for group in new_code().split("-")] == [4] * 5


def test_spelling_of_groups_and_case_does_not_matter() -> None:
    code = new_code()
    assert normalised(f" {code.lower().replace('-', ' - ')} ") == normalised(code)
    assert hash_of(code.replace("-", "")) == hash_of(code.lower())


@pytest.mark.parametrize(("typed", "sentence"), [("ACDE", "4 were typed"), ("ACDE-" * 4 + "ACD0", "holds “0”"), ("", "0 were typed")])
def test_what_cannot_be_a_code_is_said_before_it_is_sent(typed: str, sentence: str) -> None:
    with pytest.raises(CodeMistyped, match=sentence):
        normalised(typed)


def test_proof_is_bound_to_code_and_key() -> None:
    one, other = new_code(), new_code()
    assert len({proof_content(one, b"k" * 32), proof_content(other, b"k" * 32), proof_content(one, b"l" * 32)}) == 3
    assert proof_content(one.lower(), b"k" * 32) == proof_content(one, b"k" * 32)
