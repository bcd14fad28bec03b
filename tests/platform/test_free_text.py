"""Free text must not hold social security numbers (B-08)."""

import pytest

from meetrec.platform.free_text import holds_social_security_number

pytestmark = pytest.mark.requirement("B-08")


@pytest.mark.parametrize(
    "text",
    [
        "123-45-6789",
        "His number is 123 45 6789.",
        "123.45.6789",
        "123–45–6789",
        "id 123456789 please",
        "my SSN is 6789",
        "last four of her social: 6789",
        "the last 4 digits of my Social Security number are 6 7 8 9",
        "6789 (last four of the social security number)",
        "mi número de seguro social termina en 6789",
    ],
)
def test_social_security_number_or_its_last_four_digits_is_found(text: str) -> None:
    assert holds_social_security_number(text)


@pytest.mark.parametrize(
    "text",
    [
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
        "Necesito un intérprete de español",
    ],
)
def test_telephone_numbers_dates_and_plain_words_are_left_alone(text: str) -> None:
    assert not holds_social_security_number(text)
