"""Which meetings a notice may belong to. Pure: suggestions with their reasons; a person decides."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from meetrec.people.names import name_parts

SIMILAR_NAME = 0.8  # of difflib's ratio over sorted, unaccented name parts
CLOSE_IN_TIME = timedelta(hours=1)
MOST_SUGGESTIONS = 3


class Agreement(enum.StrEnum):
    """One thing in which a notice and a meeting agree, or nearly."""

    SAME_PUPIL = "same_pupil"
    SIMILAR_PUPIL = "similar_pupil"
    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    SAME_TIME = "same_time"
    CLOSE_TIME = "close_time"
    SAME_SCHOOL = "same_school"


# What each agreement weighs. The pupil's name and the day together outweigh everything else.
WEIGHTS = {
    Agreement.SAME_PUPIL: 8,
    Agreement.SIMILAR_PUPIL: 5,
    Agreement.SAME_DAY: 4,
    Agreement.NEXT_DAY: 2,
    Agreement.SAME_TIME: 2,
    Agreement.CLOSE_TIME: 1,
    Agreement.SAME_SCHOOL: 1,
}
LEAST_SCORE = 7  # the least that is shown: day, time and school agree (7), or the pupil alone (8)


@dataclass(frozen=True)
class Occasion:
    """A meeting as somebody describes it: the parent in a notice, or the district in its plan. `start` is aware."""

    student_name: str
    school_name: str
    start: datetime


@dataclass(frozen=True)
class Suggestion:
    """A meeting that a notice may belong to, and everything in which the two agree."""

    meeting_id: str
    score: int
    agreements: tuple[Agreement, ...]

    @property
    def is_strong(self) -> bool:
        """Whether pupil and day agree, so that one press of a button is reasonable."""
        return Agreement.SAME_DAY in self.agreements and bool({Agreement.SAME_PUPIL, Agreement.SIMILAR_PUPIL} & set(self.agreements))


def suggestions(said: Occasion, planned: Iterable[tuple[str, Occasion]], zone: str) -> tuple[Suggestion, ...]:
    """The few meetings (id, occasion) that fit what a notice said, best first; ties go to the meeting nearest in time."""
    found = []
    for meeting_id, occasion in planned:
        agreements = agreements_of(said, occasion, zone)
        score = sum(WEIGHTS[agreement] for agreement in agreements)
        if score >= LEAST_SCORE:
            found.append((-score, abs(occasion.start - said.start), meeting_id, agreements))
    return tuple(Suggestion(meeting_id, -negative, agreements) for negative, _, meeting_id, agreements in sorted(found)[:MOST_SUGGESTIONS])


def agreements_of(said: Occasion, planned: Occasion, zone: str) -> tuple[Agreement, ...]:
    """Everything in which a notice and a meeting agree; days and clock times as they are at the school."""
    said_start, planned_start = (occasion.start.astimezone(ZoneInfo(zone)) for occasion in (said, planned))
    found = [_name_agreement(said.student_name, planned.student_name)]
    found.append({0: Agreement.SAME_DAY, 1: Agreement.NEXT_DAY}.get(abs((said_start.date() - planned_start.date()).days)))
    found.append(_time_agreement(abs(said.start - planned.start)))
    found.append(Agreement.SAME_SCHOOL if name_parts(said.school_name) == name_parts(planned.school_name) else None)
    return tuple(agreement for agreement in found if agreement)


def _name_agreement(said: str, planned: str) -> Agreement | None:
    said_parts, planned_parts = name_parts(said), name_parts(planned)
    if said_parts == planned_parts:
        return Agreement.SAME_PUPIL
    shorter, longer = sorted((set(said_parts), set(planned_parts)), key=len)
    if len(shorter) >= 2 and shorter <= longer:  # a second given name or a second family name left out
        return Agreement.SIMILAR_PUPIL
    return Agreement.SIMILAR_PUPIL if SequenceMatcher(None, " ".join(said_parts), " ".join(planned_parts)).ratio() >= SIMILAR_NAME else None


def _time_agreement(apart: timedelta) -> Agreement | None:
    if apart == timedelta():
        return Agreement.SAME_TIME
    return Agreement.CLOSE_TIME if apart <= CLOSE_IN_TIME else None
