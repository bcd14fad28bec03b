"""Whether a password is too easy to guess: long enough, and more than the person's own words (W-10). Pure."""

import re
from unicodedata import normalize

from meetrec.journal.verbs import N_

SHORTEST = 12  # signs
FURTHER_SIGNS = 6  # what must be left when the person's own words and the common ones are taken out
WORD = re.compile(r"[^\W\d_]{3,}")

TOO_SHORT = N_("A password needs at least 12 characters. Several words in a row are easy to remember.")
TOO_EASY = N_("This password is easy to guess. Leave out your name, your address, the district and common words such as “password”.")

# The words that lists of stolen passwords begin with, and those of a school.
COMMON_WORDS = frozenset(
    WORD.findall(
        "password passwort contrasena welcome bienvenido qwerty qwertyuiop asdfgh letmein iloveyou teacher teachers school schools student students district "
        "admin administrator changeme secret summer winter spring autumn monday football baseball basketball dragon monkey sunshine princess meetrec"
    )
)


def normal(password: str) -> str:
    """The password as it is compared: the same signs, however a keyboard writes an accent (as Flask-Security does at the sign-in)."""
    return normalize("NFKD", password)


def why_too_weak(password: str, *, email: str, name: str, district: str) -> str | None:
    """The sentence that says why a password is refused, to be translated where it is shown; None when it will do."""
    if len(password) < SHORTEST:
        return TOO_SHORT
    left = password.casefold()
    for word in sorted({*_own_words(email, name, district), *COMMON_WORDS}, key=len, reverse=True):
        left = left.replace(word, "")
    return TOO_EASY if len(set(_without_runs(left))) < FURTHER_SIGNS else None


def _own_words(*texts: str) -> set[str]:
    return {word for text in texts for word in WORD.findall(text.casefold())}


def _without_runs(text: str) -> str:
    """The text without signs that only go on counting, such as 12345 or abcd."""
    return "".join(sign for before, sign in zip(" " + text, text, strict=False) if ord(sign) - ord(before) not in (0, 1))
