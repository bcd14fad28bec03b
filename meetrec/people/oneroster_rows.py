"""What is read of each row of a OneRoster file, and why a row is not taken. Pure: no database, no clock."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from meetrec.platform.free_text import holds_social_security_number, holds_whole_number, numbers_not_kept, one_line

# The only columns ever taken out of a line. Of demographics that is the birth date alone: sex, race and ethnicity are never read (B-13).
READ: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "status", "name", "type", "parentSourcedId"),
    "users": (
        *("sourcedId", "status", "enabledUser", "givenName", "familyName", "preferredGivenName", "preferredFamilyName"),
        *("email", "phone", "agentSourcedIds"),
    ),
    "roles": ("sourcedId", "status", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
    "enrollments": ("sourcedId", "status", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    "demographics": ("sourcedId", "status", "birthDate"),
}
NEEDED: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "name", "type"),
    "users": ("sourcedId", "givenName", "familyName"),
    "roles": ("sourcedId", "userSourcedId", "role", "orgSourcedId"),
    "enrollments": ("sourcedId", "schoolSourcedId", "userSourcedId", "role"),
    "demographics": ("sourcedId",),
}
LONGEST: dict[str, int] = {
    **{"sourcedId": 255, "parentSourcedId": 255, "userSourcedId": 255, "schoolSourcedId": 255, "orgSourcedId": 255},
    **{"givenName": 80, "familyName": 80, "preferredGivenName": 80, "preferredFamilyName": 80, "email": 255, "phone": 40, "name": 120},
}
DATES = frozenset({"beginDate", "endDate", "birthDate"})
IDENTIFIERS = frozenset({"sourcedId", "parentSourcedId", "userSourcedId", "schoolSourcedId", "orgSourcedId", "agentSourcedIds"})
# Words of a list, which are compared and never kept as they came.
NAMES_OF_A_LIST = frozenset({"status", "enabledUser", "roleType", "role", "primary", "type"})
_LOOKED_AT = {file: tuple(column for column in columns if column not in NAMES_OF_A_LIST) for file, columns in READ.items()}

PUPIL_ROLE = "student"
GUARDIAN_ROLES = ("parent", "guardian")
RELATIVE_ROLE = "relative"  # named in the roster, without a right of their own
STAFF_ROLES = ("aide", "counselor", "districtAdministrator", "principal", "proctor", "siteAdministrator", "systemAdministrator", "teacher")
KNOWN_ROLES = {role.lower(): role for role in (PUPIL_ROLE, *GUARDIAN_ROLES, RELATIVE_ROLE, *STAFF_ROLES)}
ENDS = "tobedeleted"

# What a text is asked for (B-08, B-09). Digits are ordinary in mail addresses and telephone numbers, and a false alarm costs a family its row.
_LOOKS: dict[str, Callable[[str], object]] = {"email": holds_whole_number, "phone": holds_social_security_number}
_HAS_DIGIT = re.compile(r"\d")
_GROUPED = re.compile(r"\d{3}[\s.‐-―-]\d{2}[\s.‐-―-]\d{4}")


class RefusalReason(StrEnum):
    """Why a row was not taken. Only this word is kept, never what the row said."""

    MISSING = "MISSING"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    TWICE = "TWICE"
    NOT_A_DATE = "NOT_A_DATE"
    BIRTH_DATE_IMPOSSIBLE = "BIRTH_DATE_IMPOSSIBLE"
    LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP = "LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP"
    TOO_LONG = "TOO_LONG"
    UNKNOWN_ROLE = "UNKNOWN_ROLE"
    NO_SCHOOL = "NO_SCHOOL"
    WRONG_NUMBER_OF_CELLS = "WRONG_NUMBER_OF_CELLS"


@dataclass(frozen=True)
class Refusal:
    """The column that keeps a row from being taken, and why."""

    field: str
    reason: RefusalReason


def cleaned(text: str) -> str:
    """On one line, without control characters."""
    return text if text.isprintable() else one_line(text)


def agents_of(text: str) -> list[str]:
    """The identifiers of a list such as “a,b”; each once."""
    return list(dict.fromkeys(part for part in (piece.strip() for piece in text.split(",")) if part))


def refusal_of(file: str, said: Mapping[str, str], *, takes_nine_digits: bool) -> Refusal | None:
    """Why a row cannot be taken by what it says itself; None when it can.

    `takes_nine_digits`: the district's own identifiers have nine digits, and somebody answered for that; 123-45-6789 is refused even so.
    """
    is_ending = said.get("status", "").lower() == ENDS
    needed = ("sourcedId",) if is_ending else NEEDED[file]
    for field in needed:
        if not said[field]:
            return Refusal(field, RefusalReason.MISSING)
    for field in _LOOKED_AT[file]:
        if said[field] and (reason := _why_not(field, said[field], takes_nine_digits)):
            return Refusal(field, reason)
    if file == "roles" and not is_ending and said["role"].lower() not in KNOWN_ROLES:
        return Refusal("role", RefusalReason.UNKNOWN_ROLE)
    return None


def _why_not(field: str, text: str, takes_nine_digits: bool) -> RefusalReason | None:
    if field in DATES:
        return None if read_day(text) else RefusalReason.NOT_A_DATE
    if len(text) > LONGEST.get(field, len(text)):
        return RefusalReason.TOO_LONG
    if field in IDENTIFIERS:
        parts = agents_of(text) if field == "agentSourcedIds" else (text,)
        return RefusalReason.LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP if any(may_be_a_number(part, takes_nine_digits) for part in parts) else None
    if _HAS_DIGIT.search(text) and _LOOKS.get(field, numbers_not_kept)(text):
        return RefusalReason.LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP
    return None


def may_be_a_number(identifier: str, takes_nine_digits: bool) -> bool:
    """Nine digits and nothing else may be a social security number (B-08)."""
    if len(identifier) == len("123-45-6789"):
        return bool(_GROUPED.fullmatch(identifier))
    return not takes_nine_digits and len(identifier) == len("123456789") and identifier.isdecimal()


@lru_cache(maxsize=16_384)
def read_day(text: str) -> date | None:
    """The day of an ISO date, or of an ISO moment."""
    try:
        return date.fromisoformat(text[:10]) if len(text) == 10 or text[10:11] == "T" else None
    except ValueError:
        return None


def said_in(columns: Sequence[str], values: tuple[str, ...]) -> dict[str, str]:
    """The values of a row as column → value, each on one line."""
    is_clean = "".join(values).isprintable()
    return dict(zip(columns, values if is_clean else map(cleaned, values), strict=True))
