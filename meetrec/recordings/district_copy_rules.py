"""If the parent records, the district records: when the district's copy counts as missing, and what settles it (G5.a). Pure: pass `now`."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from meetrec.recordings.gaps import CALLED_BY_THE_CHAIR

MOST_WORDS = 1000  # characters
LONG_GAPS, LONG_SHARE = 60.0, 0.05  # seconds and share without any sound from which a copy counts as a half one
NEAR_THE_MEETING = timedelta(hours=12)  # how far from its meeting an uploaded recording may begin


class CopyReason(enum.StrEnum):
    """Why there is no copy from the room."""

    DEVICE_FAILURE = "device_failure"
    NO_KIOSK = "no_kiosk"
    POWER = "power"
    PARENT_WITHDREW = "parent_withdrew"
    PARENT_DID_NOT_RECORD = "parent_did_not_record"
    OTHER = "other"
    UPLOADED = "uploaded"  # not a choice of the form: an upload says it of itself


CHOICES = tuple(reason for reason in CopyReason if reason is not CopyReason.UPLOADED)
# Where the choice alone would leave the next reader asking what happened.
WORDS_NEEDED = frozenset({CopyReason.DEVICE_FAILURE, CopyReason.POWER, CopyReason.OTHER})


class CopyStanding(enum.StrEnum):
    """How a meeting stands with its district copy."""

    NOT_DUE = "not_due"  # nobody records, or the meeting is not over
    HERE = "here"  # something is, or can soon be expected to become, the district's copy
    EXPLAINED = "explained"  # missing, and a person said why
    MISSING = "missing"  # DISTRICT_COPY_MISSING: the task blocks


@dataclass(frozen=True)
class CopyFacts:
    """What the rule looks at: a notice that stands and is matched, the answers of the room's openings, what came, and whether a reason was given."""

    planned_end: datetime
    has_standing_notice: bool
    room_answers: Sequence[str | None]  # `Recording.room_answer` of each recording
    has_copy: bool  # `rules.has_district_copy` of any recording, an upload included
    is_explained: bool
    is_cancelled: bool = False  # before its start


def does_parent_record(*, has_standing_notice: bool, room_answers: Sequence[str | None]) -> bool:
    """What was said in the room counts before the notice: one "yes", or one copy that the parent "wanted", is enough; else a "no" is none."""
    if "yes" in room_answers or "wanted" in room_answers:
        return True
    return has_standing_notice and "no" not in room_answers


def standing_of(facts: CopyFacts, now: datetime) -> CopyStanding:
    """Where the meeting stands at `now`. A copy that comes late settles the task by itself, whatever was answered before.

    A meeting cancelled before its start owes none, unless the room says that it was held and recorded all the same.
    """
    stands = facts.has_standing_notice and not facts.is_cancelled
    is_recorded = does_parent_record(has_standing_notice=stands, room_answers=facts.room_answers)
    if now < facts.planned_end or not (is_recorded or facts.has_copy):
        return CopyStanding.NOT_DUE
    if facts.has_copy:
        return CopyStanding.HERE
    return CopyStanding.EXPLAINED if facts.is_explained else CopyStanding.MISSING


def unheard_seconds(ledger: Mapping[str, Any]) -> float:
    """Seconds of a gap ledger in which no microphone has sound, apart from what the chair paused or took off the record."""
    microphones = {one["microphone"] for one in ledger["stretches"]} | {gap["microphone"] for gap in ledger["gaps"]}
    edges = sorted({edge for gap in ledger["gaps"] for edge in (gap["start"], gap["end"])})
    total = 0.0
    for begin, end in pairwise(edges):
        over = [gap for gap in ledger["gaps"] if gap["start"] <= begin and gap["end"] >= end]
        if {gap["microphone"] for gap in over} == microphones and any(gap["kind"] not in CALLED_BY_THE_CHAIR for gap in over):
            total += end - begin
    return total


def is_half(*, unheard: float | None, duration: float) -> bool:
    """Whether so much is missing that a stored copy must be called a half one. It is not "missing": the task stays away."""
    return unheard is not None and unheard >= max(LONG_GAPS, LONG_SHARE * duration)
