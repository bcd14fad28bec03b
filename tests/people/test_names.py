"""Names are compared by what they say, not by how they are written."""

import pytest

from meetrec.people.names import LONGEST_KEY, name_key, name_parts


@pytest.mark.parametrize("name", ["Mateo Rivera", "RIVERA, Mateo", "rivera  mateo", "Matéo Rivera"])
def test_case_accents_commas_and_order_do_not_count(name: str) -> None:
    assert name_key(name) == "mateo rivera"


def test_a_name_of_other_words_has_another_key() -> None:
    assert name_key("Mateo Rivera") != name_key("Mateo Rivera Soto")
    assert name_parts("Ana-Lucía O'Neil") == ["ana", "lucia", "neil", "o"]


def test_the_longest_name_fits_its_column() -> None:
    assert len(name_key("ﬃ" * 160)) == LONGEST_KEY
