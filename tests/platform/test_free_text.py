"""Free text must not hold social security numbers (B-08) or numbers of immigration papers (B-09)."""

import pytest

from meetrec.platform.form_validators import NOT_KEPT, StorableText
from meetrec.platform.free_text import Found, NumberKind, holds_social_security_number, numbers_not_kept

PASSED = [
    "",
    "Call me at 816-555-0134 or (816) 555-0134",
    "8165550134",
    "+1 816 555 0134",
    "10/14/2026 at 2:30 PM",
    "2026-10-14",
    "64601-1234",
    "Her social worker comes too, call 816-555-0134",
    "He needs help with social skills, see the 2026 plan",
    "Room 1234",
    "Room A12, building A1234",
    "A 816-555-0134 call",
    "Necesito un intérprete de español",
    "A las 10:30 del 14/10/2026",
]


@pytest.mark.requirement("B-08")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("123-45-6789", NumberKind.SOCIAL_SECURITY),
        ("His number is 123 45 6789.", NumberKind.SOCIAL_SECURITY),
        ("123.45.6789", NumberKind.SOCIAL_SECURITY),
        ("123–45–6789", NumberKind.SOCIAL_SECURITY),
        ("id 123456789 please", NumberKind.SOCIAL_SECURITY),
        ("my SSN is 6789", NumberKind.LAST_FOUR),
        ("last four of her social: 6789", NumberKind.LAST_FOUR),
        ("the last 4 digits of my Social Security number are 6 7 8 9", NumberKind.LAST_FOUR),
        ("6789 (last four of the social security number)", NumberKind.LAST_FOUR),
        ("mi número de seguro social termina en 6789", NumberKind.LAST_FOUR),
    ],
)
def test_social_security_number_or_its_last_four_digits_is_found(text: str, kind: NumberKind) -> None:
    assert holds_social_security_number(text)
    assert [found.kind for found in numbers_not_kept(text)] == [kind]


@pytest.mark.requirement("B-09")
@pytest.mark.parametrize(
    "text",
    [
        "A123456789",
        "a12345678",
        "A# 12345678",
        "A#123456789",
        "my number is A-123-456-789, thanks",
        "A 123 456 789",
        "alien registration number 12345678",
        "USCIS # 123456789",
        "I-94 number 12345678901",
        "I94: 123456789A1",
        "mi número de extranjero es 123 456 789",
        "tarjeta verde 12345678",
    ],
)
def test_number_of_immigration_papers_is_found(text: str) -> None:
    assert [found.kind for found in numbers_not_kept(text)] == [NumberKind.ALIEN_REGISTRATION]


@pytest.mark.requirement("B-08")
@pytest.mark.requirement("B-09")
@pytest.mark.parametrize("text", PASSED)
def test_telephone_numbers_dates_and_plain_words_are_left_alone(text: str) -> None:
    assert numbers_not_kept(text) == ()
    assert not holds_social_security_number(text)


def test_where_each_number_stands_is_told_in_the_order_of_the_text() -> None:
    text = "first 123-45-6789, then A123456789"
    assert numbers_not_kept(text) == (Found(NumberKind.SOCIAL_SECURITY, 6, 17), Found(NumberKind.ALIEN_REGISTRATION, 24, 34))


def test_every_kind_of_number_has_its_sentence() -> None:
    assert set(NOT_KEPT) == set(NumberKind)


def test_exception_by_law_must_name_the_law() -> None:
    with pytest.raises(ValueError, match="name the law"):
        StorableText(100, required_by_law=" ")
    assert StorableText(100, required_by_law="26 USC 6109").required_by_law == "26 USC 6109"
