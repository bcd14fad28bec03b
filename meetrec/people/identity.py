"""Proof of who a parent or student is: a one-time code, given to somebody who was seen or posted to the address on file (L-30).

Never by questions about what somebody knows. Pure: no clock, no database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Way(StrEnum):
    """How a code reaches the person."""

    HANDED_OVER = "handed_over"  # somebody at the district saw the person
    POSTED = "posted"  # a letter to the address on file


CODE_LIFE = {Way.HANDED_OVER: timedelta(days=14), Way.POSTED: timedelta(days=30)}

# What shows who stands at the counter. No paper about citizenship or immigration is among them, and none is asked for (B-09).
IDENTITY_SEEN = ("known_personally", "driver_licence", "state_card", "school_card", "employer_card", "other_with_picture")


class CodeStanding(StrEnum):
    """Whether a code can still be used."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


class NoCode(StrEnum):
    """Why no code is made for a person."""

    NO_RIGHTS = "no_rights"  # who holds no rights for the pupil today has no door (L-04, D-13)
    NOT_SEEN = "not_seen"
    ADDRESS_WITHHELD = "address_withheld"  # L-55: it is written on no letter
    NO_ADDRESS = "no_address"


@dataclass(frozen=True)
class CodeFacts:
    """What decides whether a code can still be used (aware moments)."""

    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def code_standing(code: CodeFacts, now: datetime) -> CodeStanding:
    """How a code stands at a moment; `expires_at` is the first moment at which it no longer works."""
    if code.used_at is not None:
        return CodeStanding.USED
    if code.revoked_at is not None:
        return CodeStanding.REVOKED
    return CodeStanding.OPEN if now < code.expires_at else CodeStanding.EXPIRED


def why_no_code(way: Way, *, is_held: bool, seen: str | None, has_address: bool, is_address_withheld: bool) -> NoCode | None:
    """What forbids a code of that way; None when it may be made. `is_held`: the person holds rights for the pupil today."""
    if not is_held:
        return NoCode.NO_RIGHTS
    if way is Way.HANDED_OVER:
        return None if seen in IDENTITY_SEEN else NoCode.NOT_SEEN
    if is_address_withheld:
        return NoCode.ADDRESS_WITHHELD
    return None if has_address else NoCode.NO_ADDRESS
