"""What free text must not hold: control characters, social security numbers, numbers of immigration papers (B-08, B-09). Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# Every pattern reads the folded text (see `_folded`): no accents, nothing unseen, one dash for all dashes.
# A number of its own: no digit before or after it, nor one beyond a dash.
_ALONE_BEFORE, _ALONE_AFTER = r"(?<!\d)(?<!\d-)", r"(?!\d)(?!-\d)"
# Nine digits grouped 3-2-4 by any dash, dot or space, or by one and the same of / _ , : and nine digits in one word. Groups must be whole, so
# that ZIP+4 (5-4) passes, and a list such as “Room 112, 10/2026” too.
_GROUPED = r"\d{3}[\s.-]{1,3}\d{2}[\s.-]{1,3}\d{4}|\d{3}(?P<mark>\s?[/_]\s?|[,:])\d{2}(?P=mark)\d{4}"
_WHOLE_NUMBER = re.compile(rf"{_ALONE_BEFORE}(?:{_GROUPED}|\d{{9}}){_ALONE_AFTER}")
# The same nine digits spelled out: “1 2 3 4 5 6 7 8 9”.
_SPELLED_NUMBER = re.compile(r"(?<!\d)(?<!\d[\s.-])\d(?:[\s.-]\d){8}(?![\s.-]?\d)")
# All but the last four digits made unreadable: “xxx-xx-1234”.
_MASKED_NUMBER = re.compile(r"(?<![\w*•#])[x*•#]{3}[\s.-]{0,3}[x*•#]{2}[\s.-]{0,3}\d{4}(?!\d)", re.IGNORECASE)
# The number named in English or Spanish, with at least four digits near it: “last 4 of my social: 1234”.
_NAMED = (
    r"(?:\bs\.?s\.?n(?![a-z])|\bnss(?![a-z])|\bss\s?(?:#|no\b\.?|num(?:ber)?\b)|\bsocial\s+security\b|\bsoc\.?\s+sec\b"
    r"|\b(?:my|his|her|their|your|the|of|mi|su|tu)\s+social\b(?!\s+(?:work|studies|skill|emotional))"
    r"|\bseguro\s+social\b|\bseguridad\s+social\b|\bnumero\s+de\s+social\b)"
)
_NAMED_WITH_DIGITS = re.compile(
    rf"{_NAMED}\D{{0,40}}(?:\d[\s.-]?){{4}}|(?:\d[\s.-]?){{4}}\D{{0,25}}{_NAMED}|\bsocial\s?[:#=]\s*(?:\d[\s.-]?){{4}}", re.IGNORECASE
)

# The number on a green card, eight or nine digits after an A: “A123456789”, “A# 12345678”, “A-123-456-789”. “a12345678@…” is a mail address.
_ALIEN_NUMBER = re.compile(r"(?<![A-Za-z\d])[Aa](?:\s?#|\s?[Nn]o\.?|-)?\s?(?:\d{8,9}|\d{2,3}[\s.-]\d{3}[\s.-]\d{3})(?![\d-])(?![\w.+-]*@)")
# Nine digits grouped 3-3-3, as they stand on the card. After a country code they are a telephone number.
_CARD_NUMBER = re.compile(r"(?<!\d)(?<!\d[\s.-])\d{3}(?P<mark>[\s.-])\d{3}(?P=mark)\d{3}(?![\s.-]?\d)")
# The number of an application to the immigration office: three letters of the office, ten digits.
_RECEIPT_NUMBER = re.compile(r"(?<![a-z\d])(?:EAC|VSC|WAC|CSC|LIN|NSC|SRC|TSC|MSC|NBC|YSC|IOE)[\s-]?\d{2}[\s-]?\d{3}[\s-]?\d{5}(?!\d)", re.IGNORECASE)
# Immigration papers named, with a number near: “I-94 number 123456789A1”, “alien registration number 12345678”, “USCIS 12345678”.
_PAPERS = (
    r"(?:\bI-?94\b|\balien\s+(?:registration\s+)?(?:#|number|no\b\.?)|\buscis\b|\bgreen\s+card\b|\bpermanent\s+resident\s+card\b"
    r"|\bnumero\s+de\s+(?:registro\s+de\s+)?extranjer[oa]s?\b|\btarjeta\s+(?:verde|de\s+residencia)\b|\b(?:green\s+card|visa)\s+number\b|\bnumero\s+de\s+visa\b)"
)
_NAMED_PAPER = re.compile(rf"{_PAPERS}[^\d\n]{{0,30}}(?:\d[\s-]?){{7,10}}[A-Z]?\d?", re.IGNORECASE)
# Signs that look like a dash or a slash and are none by Unicode's own table.
_DASHES, _SLASHES = frozenset("\u2212\u2043\u02d7\u2796"), frozenset("\u2044\u2215")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class NumberKind(StrEnum):
    """A number that is never asked for and never kept."""

    SOCIAL_SECURITY = "social_security"
    LAST_FOUR = "last_four"
    ALIEN_REGISTRATION = "alien_registration"  # and other numbers of immigration papers


@dataclass(frozen=True)
class Found:
    """A number that a text seems to hold, from `begin` up to `end` (indexes of the text)."""

    kind: NumberKind
    begin: int
    end: int


# In this order: what is found as an A-number first is no social security number of nine digits.
_SOCIAL_SECURITY = (
    (NumberKind.SOCIAL_SECURITY, _WHOLE_NUMBER),
    (NumberKind.LAST_FOUR, _MASKED_NUMBER),
    (NumberKind.LAST_FOUR, _NAMED_WITH_DIGITS),
    (NumberKind.SOCIAL_SECURITY, _SPELLED_NUMBER),
)
_PATTERNS = (
    (NumberKind.ALIEN_REGISTRATION, _ALIEN_NUMBER),
    (NumberKind.ALIEN_REGISTRATION, _RECEIPT_NUMBER),
    (NumberKind.ALIEN_REGISTRATION, _NAMED_PAPER),
    *_SOCIAL_SECURITY,
    (NumberKind.ALIEN_REGISTRATION, _CARD_NUMBER),
)


def one_line(text: str | None) -> str:
    """A text on one line, without control characters and needless spaces."""
    return " ".join(_CONTROL.sub(" ", text or "").split())


def lines(text: str | None) -> str:
    """A text of several lines, without control characters."""
    return _CONTROL.sub("", (text or "").replace("\r\n", "\n")).strip()


def numbers_not_kept(text: str) -> tuple[Found, ...]:
    """The numbers in a text that may not be stored, in the order of the text. Telephone numbers (ten digits), dates and times do not count."""
    folded, places = _folded(text)
    found: list[Found] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            begin, end = places[match.start()], places[match.end() - 1] + 1
            if not any(other.begin < end and begin < other.end for other in found):
                found.append(Found(kind, begin, end))
    return tuple(sorted(found, key=lambda one: one.begin))


def holds_social_security_number(text: str) -> bool:
    """Whether a text seems to hold a social security number or its last four digits."""
    folded, _places = _folded(text)
    return any(pattern.search(folded) for _kind, pattern in _SOCIAL_SECURITY)


def holds_whole_number(text: str) -> bool:
    """Whether a text holds a whole social security number; all that is asked of a mail address, in which digits are ordinary."""
    return bool(_WHOLE_NUMBER.search(_folded(text)[0]))


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text as it looks to a reader, and where each of its characters stands in the text.

    Characters nobody sees and accents are gone, wide and raised digits are digits, every dash is “-”.
    """
    if text.isascii():
        return text, range(len(text))
    folded = [(seen, place) for place, char in enumerate(text) for seen in map(_plain, unicodedata.normalize("NFKD", char)) if seen]
    return "".join(seen for seen, _place in folded), [place for _seen, place in folded]


def _plain(char: str) -> str:
    """A character as the patterns know it; nothing for one that is not seen, or an accent."""
    if char in _DASHES or (category := unicodedata.category(char)) == "Pd":
        return "-"
    if char in _SLASHES:
        return "/"
    return "" if category in ("Cf", "Mn") else char
