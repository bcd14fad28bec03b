"""What free text must not hold: control characters, social security numbers, numbers of immigration papers (B-08, B-09). Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

# Nine digits grouped 3-2-4 by any dash, dot or space, or nine digits in one word. Groups must be whole, so that ZIP+4 (5-4) passes.
_WHOLE_NUMBER = re.compile(r"(?<![\d-])(?:\d{3}[\s.‐-―-]{1,3}\d{2}[\s.‐-―-]{1,3}\d{4}|\d{9})(?![\d-])")
# The number named in English or Spanish, with at least four digits near it: “last 4 of my social: 1234”.
_NAMED = (
    r"(?:\bssn\b|\bsocial\s+security\b|\bsoc\.?\s+sec\b|\b(?:my|his|her|their|your|the|of)\s+social\b(?!\s+(?:work|studies|skill|emotional))"
    r"|\bseguro\s+social\b|\bseguridad\s+social\b|\bn[uú]mero\s+de\s+social\b)"
)
_NAMED_WITH_DIGITS = re.compile(rf"{_NAMED}\D{{0,40}}(?:\d[\s.-]?){{4}}|(?:\d[\s.-]?){{4}}\D{{0,25}}{_NAMED}", re.IGNORECASE)

# The number on a green card, eight or nine digits after an A: “A123456789”, “A# 12345678”, “A-123-456-789”.
_ALIEN_NUMBER = re.compile(r"(?<![A-Za-z\d])[Aa](?:\s?#|\s?[Nn]o\.?|-)?\s?(?:\d{8,9}|\d{2,3}[\s.‐-―-]\d{3}[\s.‐-―-]\d{3})(?![\d-])")
# Immigration papers named, with a number near: “I-94 number 123456789A1”, “alien registration number 12345678”, “USCIS 12345678”.
_PAPERS = (
    r"(?:\bI-?94\b|\balien\s+(?:registration\s+)?(?:number|no\b\.?)|\buscis\b|\bgreen\s+card\b|\bpermanent\s+resident\s+card\b"
    r"|\bn[uú]mero\s+de\s+(?:registro\s+de\s+)?extranjer[oa]s?\b|\btarjeta\s+(?:verde|de\s+residencia)\b|\b(?:green\s+card|visa)\s+number\b|\bn[uú]mero\s+de\s+visa\b)"
)
_NAMED_PAPER = re.compile(rf"{_PAPERS}[^\d\n]{{0,30}}(?:\d[\s-]?){{7,10}}[A-Z]?\d?", re.IGNORECASE)

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
_PATTERNS = (
    (NumberKind.ALIEN_REGISTRATION, _ALIEN_NUMBER),
    (NumberKind.ALIEN_REGISTRATION, _NAMED_PAPER),
    (NumberKind.SOCIAL_SECURITY, _WHOLE_NUMBER),
    (NumberKind.LAST_FOUR, _NAMED_WITH_DIGITS),
)


def one_line(text: str | None) -> str:
    """A text on one line, without control characters and needless spaces."""
    return " ".join(_CONTROL.sub(" ", text or "").split())


def lines(text: str | None) -> str:
    """A text of several lines, without control characters."""
    return _CONTROL.sub("", (text or "").replace("\r\n", "\n")).strip()


def numbers_not_kept(text: str) -> tuple[Found, ...]:
    """The numbers in a text that may not be stored, in the order of the text. Telephone numbers (ten digits), dates and times do not count."""
    found: list[Found] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not any(other.begin < match.end() and match.start() < other.end for other in found):
                found.append(Found(kind, *match.span()))
    return tuple(sorted(found, key=lambda one: one.begin))


def holds_social_security_number(text: str) -> bool:
    """Whether a text seems to hold a social security number or its last four digits."""
    return bool(_WHOLE_NUMBER.search(text) or _NAMED_WITH_DIGITS.search(text))
