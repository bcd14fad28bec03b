"""Complete if and only if there is somebody, and everybody's newest answer is a signature; what counts as one (NOTE.3, D-43.c)."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.consents.collector import Answer, ElectronicSignature, SpeakerFacts, standing_of, what_is_missing

ANSWERS = st.lists(st.sampled_from(Answer), max_size=5).map(tuple)
SPEAKERS = st.lists(ANSWERS, max_size=6).map(lambda all_answers: [SpeakerFacts(str(number), given_) for number, given_ in enumerate(all_answers)])


@pytest.mark.requirement("NOTE.3")
@given(SPEAKERS)
def test_complete_if_and_only_if_everybodys_newest_answer_is_a_signature(speakers: list[SpeakerFacts]) -> None:
    newest = [one.answers[-1] if one.answers else None for one in speakers]
    assert standing_of(speakers).is_complete is (len(newest) > 0 and set(newest) == {Answer.SIGNED})


@pytest.mark.requirement("NOTE.3")
@given(SPEAKERS)
def test_everybody_stands_in_exactly_one_of_the_four_groups(speakers: list[SpeakerFacts]) -> None:
    standing = standing_of(speakers)
    assert sorted((*standing.signed, *standing.asked, *standing.refused, *standing.withdrawn)) == sorted(one.id for one in speakers)
    assert standing.everybody == len(speakers)


@pytest.mark.requirement("NOTE.3")
@given(SPEAKERS)
def test_a_person_added_later_makes_it_incomplete(speakers: list[SpeakerFacts]) -> None:
    assert not standing_of([*speakers, SpeakerFacts("later")]).is_complete


@pytest.mark.requirement("D-43.c")
@pytest.mark.parametrize("known", list(product([True, False], repeat=3)))
def test_an_electronic_signature_counts_only_when_identified_authenticated_and_affirmed(known: tuple[bool, bool, bool]) -> None:
    assert (what_is_missing(ElectronicSignature(*known)) == ()) is all(known)


@pytest.mark.requirement("D-43.c")
def test_what_is_missing_is_named() -> None:
    assert what_is_missing(ElectronicSignature(True, False, True)) == ("authenticated",)
    assert what_is_missing(ElectronicSignature(False, False, False)) == ("identified", "authenticated", "affirmed")
