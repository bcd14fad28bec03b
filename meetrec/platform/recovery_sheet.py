"""Secret keys as lines a person can copy from paper: short groups, a check on every line, and the wrong line is named.

Crockford's base 32 is used because it has no I, L, O or U: whoever reads a 1 as I or a 0 as O is still understood.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from meetrec.platform.errors import MeetRecError

RFC_4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TO_CROCKFORD = str.maketrans(RFC_4648, CROCKFORD)
FROM_CROCKFORD = str.maketrans(CROCKFORD, RFC_4648)
LOOK_ALIKES = str.maketrans("OIL", "011")

GROUP, GROUPS_PER_LINE = 5, 4
LINE_CHECK, SHEET_CHECK = 4, 8  # characters of 5 bits: a mistyped line passes once in a million
LABEL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KEY_LINE = re.compile(r"\s*KEY\s+(\S.*?)\s+(\d+)\s*BYTES\s*", re.IGNORECASE)
NUMBERED_LINE = re.compile(r"\s*(\d{1,3})[.: ]\s*(\S.*\S)\s*")


class RecoverySheetError(MeetRecError):
    """The typed sheet is wrong; `lines` are the numbers printed before the lines in question (empty when none can be named)."""

    def __init__(self, sentence: str, lines: tuple[int, ...] = ()) -> None:
        super().__init__(sentence)
        self.lines = lines


@dataclass(frozen=True)
class _Line:
    number: int
    body: str

    @property
    def printed(self) -> str:
        return f"{self.number:>3}  {self.body:<42}  {self.check}"

    @property
    def check(self) -> str:
        """Over number and characters, so that swapped lines are noticed as well."""
        return _digest(f"{self.number}:{_plain(self.body)}", LINE_CHECK)


def render_recovery_sheet(secrets: Mapping[str, bytes], heading: str = "KEY-RECOVERY SHEET") -> str:
    """The sheet as text. `secrets`: label (a-z, 0-9 and single hyphens) -> key bytes; labels are printed in the given order.

    Raises ValueError for a label that could not be read back, or an empty key.
    """
    bodies = [body for label, secret in secrets.items() for body in _bodies_of(label, secret)]
    bodies.append(f"END {_digest('|'.join(map(_plain, bodies)), SHEET_CHECK)}")
    lines = [_Line(number, body).printed for number, body in enumerate(bodies, start=1)]
    return "\n".join([heading, "", *lines, ""])


def parse_recovery_sheet(text: str) -> dict[str, bytes]:
    """The secrets of a typed sheet. Case, spaces and hyphens between groups do not matter; lines without a number are skipped.

    Raises RecoverySheetError naming every mistyped or missing line by its number.
    """
    bodies = _checked_bodies(text)
    *keys, end = bodies
    if _plain(end) != _plain(f"END {_digest('|'.join(map(_plain, keys)), SHEET_CHECK)}"):
        raise RecoverySheetError("Each line is right by itself, but they come from different sheets. Type all lines from one sheet.")
    return _secrets_of(keys)


def _bodies_of(label: str, secret: bytes) -> list[str]:
    if not LABEL.fullmatch(label) or not secret:
        raise ValueError(f"cannot print {label!r}: a label has a-z, 0-9 and hyphens, and a key has at least one byte")
    letters = base64.b32encode(secret).decode().rstrip("=").translate(TO_CROCKFORD)
    groups = [letters[at : at + GROUP] for at in range(0, len(letters), GROUP)]
    rows = [" ".join(groups[at : at + GROUPS_PER_LINE]) for at in range(0, len(groups), GROUPS_PER_LINE)]
    return [f"KEY {label.upper()} {len(secret)} BYTES", *rows]


def _checked_bodies(text: str) -> list[str]:
    """The bodies in order, every check held; the last one must be the END line."""
    typed: dict[int, str] = {}
    wrong: list[int] = []
    for match in filter(None, map(NUMBERED_LINE.fullmatch, text.splitlines())):
        number, (body, check) = int(match[1]), _split_check(match[2])
        if number in typed or _plain(check) != _Line(number, body).check:
            wrong.append(number)
        typed[number] = body
    if not typed:
        raise RecoverySheetError("No numbered line was found. Type the lines of the key-recovery sheet with their numbers.")
    missing = [number for number in range(1, max(typed) + 1) if number not in typed]
    _refuse_lines(sorted({*wrong, *missing}), missing)
    bodies = [typed[number] for number in sorted(typed)]
    if not bodies[-1].strip().upper().startswith("END"):
        raise RecoverySheetError(f"Line {len(bodies) + 1} is missing: the sheet goes on to a line that begins with END.", (len(bodies) + 1,))
    return bodies


def _split_check(printed: str) -> tuple[str, str]:
    """Body and check: the check is the last four characters, wherever the person put spaces."""
    letters_left, at = LINE_CHECK, len(printed)
    while at and letters_left:
        at -= 1
        letters_left -= printed[at].isalnum()
    return printed[:at], printed[at:]


def _refuse_lines(lines: list[int], missing: list[int]) -> None:
    if not lines:
        return
    named = ", ".join(f"{number} (missing)" if number in missing else str(number) for number in lines)
    subject = "Line" if len(lines) == 1 else "Lines"
    raise RecoverySheetError(f"{subject} {named} of the recovery sheet cannot be right. Compare with the paper and type again.", tuple(lines))


def _secrets_of(bodies: list[str]) -> dict[str, bytes]:
    letters: dict[str, str] = {}
    sizes: dict[str, int] = {}
    label = ""
    for body in bodies:
        if key_line := KEY_LINE.fullmatch(body):
            label = re.sub(r"\s+", "-", key_line[1]).lower()
            letters[label], sizes[label] = "", int(key_line[2])
        else:
            letters[label] = letters.get(label, "") + _plain(body)
    secrets = {label: _decoded(text) for label, text in letters.items()}
    if {label: len(secret) for label, secret in secrets.items()} != sizes:
        raise RecoverySheetError("The lines that begin with KEY could not be read. Type them with the spaces as printed.")
    return secrets


def _decoded(letters: str) -> bytes:
    """Nothing when the letters cannot be base 32; the length against the KEY line tells."""
    rfc = letters.translate(FROM_CROCKFORD)
    try:
        return base64.b32decode(rfc + "=" * (-len(rfc) % 8))
    except binascii.Error:
        return b""


def _plain(body: str) -> str:
    """The characters that count: upper case, no spaces or hyphens, look-alikes made one (but not in a key's name)."""
    letters = re.sub(r"[^0-9A-Z]", "", body.upper())
    return letters if KEY_LINE.fullmatch(body) else letters.translate(LOOK_ALIKES)


def _digest(text: str, characters: int) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest).decode()[:characters].translate(TO_CROCKFORD)
