"""One-time codes as a rule: how long they work, whom none is made for, and what may be shown in person."""

from datetime import UTC, datetime, timedelta

import pytest

from meetrec.people.identity import CODE_LIFE, IDENTITY_SEEN, CodeFacts, CodeStanding, NoCode, Way, code_standing, why_no_code
from meetrec.people.identity_words import NO_CODE_WORDS, SEEN_WORDS, STANDING_WORDS, WAY_WORDS

NOW = datetime(2026, 10, 13, 14, tzinfo=UTC)
FINE = {"is_held": True, "seen": "driver_licence", "has_address": True, "is_address_withheld": False}


@pytest.mark.requirement("L-30")
def test_a_code_works_until_the_moment_it_ends_and_once() -> None:
    assert code_standing(CodeFacts(NOW + timedelta(seconds=1), None, None), NOW) is CodeStanding.OPEN
    assert code_standing(CodeFacts(NOW, None, None), NOW) is CodeStanding.EXPIRED
    assert code_standing(CodeFacts(NOW + timedelta(days=1), NOW, None), NOW) is CodeStanding.USED
    assert code_standing(CodeFacts(NOW + timedelta(days=1), None, NOW), NOW) is CodeStanding.REVOKED


def test_a_letter_has_longer_than_a_code_in_the_hand() -> None:
    assert {Way.HANDED_OVER: timedelta(days=14), Way.POSTED: timedelta(days=30)} == CODE_LIFE


@pytest.mark.requirement("L-30")
@pytest.mark.parametrize(
    ("way", "changed", "expected"),
    [
        (Way.HANDED_OVER, {}, None),
        (Way.POSTED, {"seen": None}, None),
        (Way.HANDED_OVER, {"is_held": False}, NoCode.NO_RIGHTS),
        (Way.POSTED, {"is_held": False}, NoCode.NO_RIGHTS),
        (Way.HANDED_OVER, {"seen": None}, NoCode.NOT_SEEN),
        (Way.HANDED_OVER, {"seen": "mothers_maiden_name"}, NoCode.NOT_SEEN),
        (Way.POSTED, {"has_address": False}, NoCode.NO_ADDRESS),
        (Way.POSTED, {"is_address_withheld": True}, NoCode.ADDRESS_WITHHELD),
        (Way.HANDED_OVER, {"is_address_withheld": True}, None),  # the right stays, no letter is written
    ],
)
def test_whom_a_code_is_made_for(way: Way, changed: dict[str, object], expected: NoCode | None) -> None:
    assert why_no_code(way, **{**FINE, **changed}) is expected  # type: ignore[arg-type]


@pytest.mark.requirement("B-09")
def test_no_paper_about_citizenship_or_immigration_is_among_what_is_shown() -> None:
    forbidden = ("passport", "visa", "citizen", "alien", "immigra", "green", "consul", "birth", "national", "social")
    assert [name for name in IDENTITY_SEEN if any(word in name for word in forbidden)] == []
    assert [str(words) for words in SEEN_WORDS.values() if any(word in str(words).lower() for word in forbidden)] == []


def test_there_are_words_for_everything_that_is_kept() -> None:
    assert set(SEEN_WORDS) == set(IDENTITY_SEEN)
    assert (set(WAY_WORDS), set(STANDING_WORDS), set(NO_CODE_WORDS)) == (set(Way), set(CodeStanding), set(NoCode))
