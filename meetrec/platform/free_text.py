"""What free text must not hold: control characters, and social security numbers, whole or the last four digits (B-08). Pure."""

import re

# Nine digits grouped 3-2-4 by any dash, dot or space, or nine digits in one word. Groups must be whole, so that ZIP+4 (5-4) passes.
_WHOLE_NUMBER = re.compile(r"(?<![\d-])(?:\d{3}[\s.‐-―-]{1,3}\d{2}[\s.‐-―-]{1,3}\d{4}|\d{9})(?![\d-])")
# The number named in English or Spanish, with at least four digits near it: “last 4 of my social: 1234”.
_NAMED = (
    r"(?:\bssn\b|\bsocial\s+security\b|\bsoc\.?\s+sec\b|\b(?:my|his|her|their|your|the|of)\s+social\b(?!\s+(?:work|studies|skill|emotional))"
    r"|\bseguro\s+social\b|\bseguridad\s+social\b|\bn[uú]mero\s+de\s+social\b)"
)
_NAMED_WITH_DIGITS = re.compile(rf"{_NAMED}\D{{0,40}}(?:\d[\s.-]?){{4}}|(?:\d[\s.-]?){{4}}\D{{0,25}}{_NAMED}", re.IGNORECASE)


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def one_line(text: str | None) -> str:
    """A text on one line, without control characters and needless spaces."""
    return " ".join(_CONTROL.sub(" ", text or "").split())


def lines(text: str | None) -> str:
    """A text of several lines, without control characters."""
    return _CONTROL.sub("", (text or "").replace("\r\n", "\n")).strip()


def holds_social_security_number(text: str) -> bool:
    """Whether a text seems to hold a social security number or its last four digits. Telephone numbers (ten digits), dates and times do not count."""
    return bool(_WHOLE_NUMBER.search(text) or _NAMED_WITH_DIGITS.search(text))
