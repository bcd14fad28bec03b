"""Free text must not hold social security numbers (B-08) or numbers of immigration papers (B-09)."""

import pytest
from wtforms import Form, StringField

from meetrec.platform.form_validators import NOT_KEPT, MailAddress, StorableText
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
    "+51 987 654 321",
    "816 555 0134 x 12",
    "8 1 6 5 5 5 0 1 3 4",
    "call 816.555.0134 or 816/555/0134",
    "Room 112, 10/2026, or room 101 on 10/14/2026 at 2:30",
    "Room 5 2026-10-14 14:30",
    "64601–1234",
    "Kansas City MO 64601 1234",
    "a12345678@gmail.com",
    "write to ana.a12345678@example.org",
    "ana1987@example.org, luis.64601@example.org",
    "case 12345678, file 1234567890, bus 26-123456789-1",
    "case 2026-123-45-6789",
    "goals 1, 2, 3, 4, 5, 6, 7, 8, 9",
    "1,234,567 and 12.345.678",
    "$1,234,567.89",
    "tablet EAC-100, model LIN 2190",
    "card **** **** **** 1234",
    "xxx-xxx-1234",
    "USS 1234, class 2026",
    "Emotional, behavioral and social needs: see page 1234",
    "el trabajador social llama al 816-555-0134",
    "version 10.1.2 of 14.10.2026",
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
        ("mi nu\u0301mero de social: 6789", NumberKind.LAST_FOUR),
        ("123/45/6789", NumberKind.SOCIAL_SECURITY),
        ("123 / 45 / 6789", NumberKind.SOCIAL_SECURITY),
        ("123_45_6789", NumberKind.SOCIAL_SECURITY),
        ("123,45,6789", NumberKind.SOCIAL_SECURITY),
        ("123\u221245\u22126789", NumberKind.SOCIAL_SECURITY),
        ("123\u201145\u20116789", NumberKind.SOCIAL_SECURITY),
        ("123\u200b45\u200b6789", NumberKind.SOCIAL_SECURITY),
        ("123\u00ad-45\u00ad-6789", NumberKind.SOCIAL_SECURITY),
        ("１２３－４５－６７８９", NumberKind.SOCIAL_SECURITY),
        ("1 2 3 4 5 6 7 8 9", NumberKind.SOCIAL_SECURITY),
        ("1-2-3-4-5-6-7-8-9.", NumberKind.SOCIAL_SECURITY),
        ("-123-45-6789", NumberKind.SOCIAL_SECURITY),
        ("N123-45-6789-", NumberKind.SOCIAL_SECURITY),
        ("xxx-xx-1234", NumberKind.LAST_FOUR),
        ("***-**-1234", NumberKind.LAST_FOUR),
        ("•••••1234", NumberKind.LAST_FOUR),
        ("SS# 1234", NumberKind.LAST_FOUR),
        ("SS number 1234", NumberKind.LAST_FOUR),
        ("SSN1234", NumberKind.LAST_FOUR),
        ("NSS 1234", NumberKind.LAST_FOUR),
        ("mi social es 1234", NumberKind.LAST_FOUR),
        ("su social: 1234", NumberKind.LAST_FOUR),
        ("Social: 1234", NumberKind.LAST_FOUR),
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
        "A–123–456–789",
        "alien # 123 456 789",
        "123 456 789",
        "it says 123-456-789.",
        "EAC2190012345",
        "ioe-21-900-12345",
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


def test_place_is_that_of_the_text_as_it_was_typed() -> None:
    text = "número: 123\u200b\u221245\u22126789 x"
    (found,) = numbers_not_kept(text)
    assert text[found.begin : found.end] == "123\u200b\u221245\u22126789"


@pytest.mark.requirement("A-04")
@pytest.mark.parametrize(
    ("address", "is_kept"),
    [("a12345678@gmail.com", True), ("ana.ssn.1987@example.org", True), ("123-45-6789@example.org", False), ("123456789@example.org", False)],
)
def test_digits_of_a_mail_address_stop_nobody_but_a_whole_number_does(address: str, is_kept: bool) -> None:
    class OneAddress(Form):
        email = StringField(validators=[StorableText(255), MailAddress()])

    form = OneAddress(data={"email": address})
    assert form.validate() is is_kept
    assert form.email.errors == ([] if is_kept else [NOT_KEPT[NumberKind.SOCIAL_SECURITY]])


def test_every_kind_of_number_has_its_sentence() -> None:
    assert set(NOT_KEPT) == set(NumberKind)


def test_exception_by_law_must_name_the_law() -> None:
    with pytest.raises(ValueError, match="name the law"):
        StorableText(100, required_by_law=" ")
    assert StorableText(100, required_by_law="26 USC 6109").required_by_law == "26 USC 6109"
