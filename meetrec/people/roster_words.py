"""How pages and the command line say why a row of a roster was not taken, and what a roster changes."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext

from meetrec.people.oneroster_rows import RefusalReason
from meetrec.people.roster_actions import APPLIED, APPLYING, CHECKED, FAILED

REASON_WORDS = {
    RefusalReason.MISSING: lazy_gettext("This is missing."),
    RefusalReason.UNKNOWN_REFERENCE: lazy_gettext("It points to somebody or something that the roster does not hold."),
    RefusalReason.TWICE: lazy_gettext("It stands there already; the first row was taken."),
    RefusalReason.NOT_A_DATE: lazy_gettext("This is no date. Dates are written like 2015-03-04."),
    RefusalReason.BIRTH_DATE_IMPOSSIBLE: lazy_gettext("Nobody at school was born on this day."),
    RefusalReason.LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP: lazy_gettext("This may be a social security number, which is not kept here."),
    RefusalReason.TOO_LONG: lazy_gettext("This is too long."),
    RefusalReason.UNKNOWN_ROLE: lazy_gettext("OneRoster knows no such role."),
    RefusalReason.NO_SCHOOL: lazy_gettext("The pupil has no school in the roster."),
    RefusalReason.WRONG_NUMBER_OF_CELLS: lazy_gettext("The row has more or fewer cells than the heading."),
}
STATE_WORDS = {
    CHECKED: lazy_gettext("Checked, nothing changed yet"),
    APPLYING: lazy_gettext("Being applied"),
    APPLIED: lazy_gettext("Applied"),
    FAILED: lazy_gettext("Failed, nothing changed"),
}
KIND_WORDS = {
    "schools": lazy_gettext("Schools"),
    "pupils": lazy_gettext("Pupils"),
    "guardians": lazy_gettext("Parents and guardians"),
    "guardianships": lazy_gettext("Ties between a pupil and a parent or guardian"),
    "staff": lazy_gettext("Staff"),
}
CHANGES = ("new", "changed", "same", "ended")


def rows_of_counts(counts: dict[str, Any]) -> Iterator[tuple[Any, tuple[int, ...]]]:
    """Kind, and how many are new, changed, the same, and end; in the order of the page."""
    for kind, words in KIND_WORDS.items():
        by_what = counts.get(kind, {})
        yield words, tuple(by_what.get(what, 0) for what in CHANGES)
