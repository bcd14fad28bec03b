"""The one-time code that makes a machine a room's kiosk: read out over a telephone, typed once; and what the machine signs to show that its key is its own."""

import json
from base64 import b64encode
from hashlib import sha256
from secrets import choice

from meetrec.platform.errors import MeetRecError

# Of characters mistaken for one another on paper at most one: neither 0 nor O, 1 nor I, 2 nor Z, 5 nor S, 8 nor B; 6 but no G, U but no V.
ALPHABET = "ACDEFHJKLMNPQRTUWXY34679"
GROUPS, GROUP = 5, 4  # 20 characters of 24 kinds: 91 bits, so that no script guesses one within its life
LENGTH = GROUPS * GROUP


class CodeMistyped(MeetRecError):
    """What was typed cannot be a code; nothing was asked of anybody."""


def new_code() -> str:
    """A fresh code in groups, such as “WK7E-3NRA-…”."""
    return in_groups("".join(choice(ALPHABET) for _ in range(LENGTH)))


def in_groups(code: str) -> str:
    """A code as people read it."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def normalised(typed: str) -> str:
    """The code's characters alone, whatever case, spaces and dashes were typed. Raises CodeMistyped with what is wrong."""
    code = "".join(typed.upper().replace("-", " ").split())
    strange = next((character for character in code if character not in ALPHABET), None)
    if strange is not None:
        raise CodeMistyped(f"The code holds “{strange}”, which no code has. Look at it again; nothing was sent.")
    if len(code) != LENGTH:
        raise CodeMistyped(f"A code has {LENGTH} letters and digits in {GROUPS} groups of {GROUP}; {len(code)} were typed. Nothing was sent.")
    return code


def hash_of(code: str) -> str:
    """What the server keeps instead of the code (SHA-256, hex). A code of 91 bits needs no slow hash. Raises CodeMistyped."""
    return sha256(normalised(code).encode()).hexdigest()


def proof_content(code: str, public_key: bytes) -> bytes:
    """What a machine signs with the key it wants to be known by: this code and this key, and nothing that fits elsewhere. Raises CodeMistyped."""
    said = {"code": normalised(code), "public_key": b64encode(public_key).decode()}
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
