"""What each entry of the room's log may say, and nothing else: no stray name or text gets in, and no reader meets a surprise.

The kiosk checks before it seals, the server after it opens. Times, places in the chain and the run stand in the entry's header.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from meetrec.capture.errors import EntryRefused
from meetrec.capture.run_keys import MICROPHONE_ID

RECORDER_ROLES = ("parent", "legal_guardian", "eligible_student")  # G4, A-06: nobody else gives notice
OBJECTORS = ("parent", "legal_guardian", "eligible_student")
PARENT_RECORDS = ("yes", "no", "declined")  # G6.a
IN_PLAIN_SIGHT = ("yes", "no", "unknown")  # G6.c, at the closing
PLACES = ("table", "line")
SPOKEN_OPENING = "spoken_opening"

# Who may sit at the table or be on the line, by duty and never by name (W-01).
PRESENT_ROLES = (
    "parent", "legal_guardian", "student", "chair", "district_representative", "case_manager", "general_education_teacher",
    "special_education_teacher", "psychologist", "speech_pathologist", "related_services", "counselor", "nurse", "interpreter",
    "advocate", "attorney_for_the_parent", "attorney_for_the_district", "other",
)  # fmt: skip

LANGUAGES = ("en", "es")  # in which a notice is given: those of the product
ALARM_KIND = re.compile(r"[a-z_]{1,40}")  # a word and never a text: it reaches the journal

LONGEST_NAME = 120  # characters, as the notice form takes
LONGEST_DEVICE = 120
LONGEST_TEXT = 4000
LONGEST_LABEL = 120
LARGEST_COUNT = 99
MOST_LISTED = 100
LOWEST_DB, HIGHEST_DB = -200.0, 20.0
SHA256 = re.compile(r"[0-9a-f]{64}")

Check = Callable[[Any], bool]


def _text(longest: int, *, may_be_empty: bool = True) -> Check:
    return lambda value: isinstance(value, str) and len(value) <= longest and (may_be_empty or value.strip() != "")


def _one_of(words: tuple[str, ...]) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and len(value) <= MOST_LISTED and all(map(check, value))


def _fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """A dictionary with exactly these fields; an optional one may be left out."""
    known = {**required, **(optional or {})}

    def is_so(value: Any) -> bool:
        return isinstance(value, dict) and required.keys() <= value.keys() <= known.keys() and all(known[name](value[name]) for name in value)

    return is_so


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return type(value) is int and 1 <= value <= LARGEST_COUNT


def _is_number_of_alarm(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_kind_of_alarm(value: Any) -> bool:
    return isinstance(value, str) and ALARM_KIND.fullmatch(value) is not None


def _is_level(value: Any) -> bool:
    return type(value) in (int, float) and LOWEST_DB <= value <= HIGHEST_DB


def _is_microphone(value: Any) -> bool:
    return isinstance(value, str) and MICROPHONE_ID.fullmatch(value) is not None


def _is_sha256(value: Any) -> bool:
    return isinstance(value, str) and SHA256.fullmatch(value) is not None


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_NAME = _text(LONGEST_NAME, may_be_empty=False)
_ALARM = _fields(
    {
        "number": _is_number_of_alarm, "alarm": _is_kind_of_alarm,
        "microphone": lambda value: value in ("", None) or _is_microphone(value), "seat": _or_null(_text(LONGEST_NAME)),
    }
)  # fmt: skip
_NOTHING = _fields({})

_CONTENTS: dict[str, Check] = {
    "notice": _fields(
        {
            "meeting": _text(36, may_be_empty=False), "recorder_name": _NAME, "recorder_role": _one_of(RECORDER_ROLES),
            "device": _text(LONGEST_DEVICE), "language": _one_of(LANGUAGES), "reason": _or_null(_text(LONGEST_TEXT)), "stated_at": _is_moment,
        }
    ),
    "opening": _fields(
        {
            "parent_records": _one_of(PARENT_RECORDS), "asked_by": _NAME, "device": _text(LONGEST_DEVICE),
            "device_as_in_notice": _or_null(_is_bool), "in_plain_sight": _or_null(_is_bool),
            "present": _list_of(_fields({"role": _one_of(PRESENT_ROLES), "where": _one_of(PLACES), "count": _is_count})), "everyone_told": _is_bool,
        }
    ),
    "preflight": _fields(
        {
            "microphones": _list_of(_fields({"id": _is_microphone, "seat": _or_null(_text(LONGEST_NAME)), "heard": _is_bool, "level_db": _or_null(_is_level)})),
            "started_without": _list_of(_is_microphone), "reason": _or_null(_text(LONGEST_TEXT)),
        }
    ),
    "not_recorded": _NOTHING,  # the parent did not say that they record, so the chair chose not to
    # A wish said where the opening's answer was no, since staff never start alone; and that the kiosk went on by itself after a break.
    "started": _fields({}, {"parent_wants_copy": _is_bool, "after_interruption": _is_bool}),
    "paused": _NOTHING,
    "off_the_record": _NOTHING,
    "resumed": _NOTHING,
    "bookmark": _fields({"label": _text(LONGEST_LABEL, may_be_empty=False)}),
    "note": _fields({"text": _text(LONGEST_TEXT, may_be_empty=False)}),
    "alarm": _ALARM,
    "alarm_over": _ALARM,
    "alarm_answered": _ALARM,
    "left_out": _fields({"entries": lambda value: type(value) is int and value >= 1}),  # so many entries could not be kept here: the log says so itself
    "objection": _fields({"by": _one_of(OBJECTORS)}),
    "stopped": _NOTHING,
    "closing": _fields({"in_plain_sight": _one_of(IN_PLAIN_SIGHT), "notes": _text(LONGEST_TEXT), "district_copy_complete": _is_bool}),
    "end": _fields({"confirmed": _is_bool}),
    # Stands in the place of an entry that the kiosk's disk did not keep: why it does not read, and the SHA-256 of what lay there.
    "damaged": _fields({"reason": _text(LONGEST_TEXT, may_be_empty=False), "sha256": _or_null(_is_sha256)}),
}  # fmt: skip

ENTRY_KINDS = tuple(_CONTENTS)


def require_content(kind: str, content: Any) -> None:
    """Refuse what an entry of this kind never says. Raises EntryRefused."""
    if not _CONTENTS[kind](content):
        raise EntryRefused(f"An entry of the kind {kind} in the room’s log does not say what such an entry says: something is missing, too long or unknown.")
