"""Which meetings a notice may belong to. Pure: suggestions with their reasons and how sure they are; a person decides."""

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from meetrec.people.names import name_key, name_parts

SIMILAR_NAME = 0.8  # of difflib's ratio over sorted, unaccented name parts
CLOSE_IN_TIME = timedelta(hours=1)
MOST_SUGGESTIONS = 3
MOST_LOOKED_AT = 200  # meetings of other days whose pupil's name is compared letter by letter
LEAST_SHARED = 3  # trigrams: with fewer in common, two names are not similar


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
HIGHEST_SCORE = 15  # pupil, day, time and school
SUREST = 0.99  # two pupils may have one name: no machine is ever certain


class Degree(enum.StrEnum):
    """How sure a suggestion is, in a word."""

    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


LEAST_OF = {Degree.STRONG: 0.8, Degree.POSSIBLE: 0.5, Degree.WEAK: 0.0}


@dataclass(frozen=True)
class Occasion:
    """A meeting as somebody describes it: the parent in a notice, or the district in its plan. `start` is aware."""

    student_name: str
    school_name: str
    start: datetime


@dataclass(frozen=True)
class Planned:
    """A planned meeting, with names as they are compared (people/names.py). `start` is aware."""

    meeting_id: str
    name_key: str
    parts: tuple[str, ...]
    school: str  # its name's key
    start: datetime

    @classmethod
    def of(cls, meeting_id: str, occasion: Occasion) -> "Planned":
        """With the names made comparable."""
        return cls(meeting_id, name_key(occasion.student_name), tuple(name_parts(occasion.student_name)), name_key(occasion.school_name), occasion.start)


@dataclass(frozen=True)
class Suggestion:
    """A meeting that a notice may belong to, and everything in which the two agree."""

    meeting_id: str
    score: int
    agreements: tuple[Agreement, ...]

    @property
    def confidence(self) -> float:
        """How sure it is: above 0, never 1."""
        return min(SUREST, self.score / HIGHEST_SCORE)

    @property
    def degree(self) -> Degree:
        """The same in a word."""
        return next(degree for degree, least in LEAST_OF.items() if self.confidence >= least)

    @property
    def is_strong(self) -> bool:
        """Whether pupil and day agree, so that one press of a button is reasonable."""
        return Agreement.SAME_DAY in self.agreements and bool({Agreement.SAME_PUPIL, Agreement.SIMILAR_PUPIL} & set(self.agreements))


class MatchingIndex:
    """Planned meetings by day and by what their pupils' names are made of, so that a notice is held against few of many thousand."""

    def __init__(self, planned: Iterable[Planned], zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._all: list[Planned] = list(planned)
        self._days: dict[date, list[int]] = defaultdict(list)
        self._parts: dict[str, list[int]] = defaultdict(list)
        self._trigrams: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self._all):
            self._days[self._day(one.start)].append(place)
            for part in set(one.parts):
                self._parts[part].append(place)
            for trigram in _trigrams(one.name_key):
                self._trigrams[trigram].append(place)

    @classmethod
    def of(cls, planned: Iterable[Planned], zone: str) -> "MatchingIndex":
        """The index of these meetings; days are those of the IANA zone."""
        return cls(planned, zone)

    def suggestions(self, said: Occasion, most: int = MOST_SUGGESTIONS) -> tuple[Suggestion, ...]:
        """The few meetings that fit what a notice said, best first; ties go to the meeting nearest in time."""
        described, found = Planned.of("", said), []
        for place in self._worth_a_look(described):
            one = self._all[place]
            agreements = _agreements(described, one, self._zone)
            score = sum(WEIGHTS[agreement] for agreement in agreements)
            if score >= LEAST_SCORE:
                found.append((-score, abs(one.start - said.start), one.meeting_id, agreements))
        best: dict[str, Suggestion] = {}  # a moved meeting is here with each of its times
        for negative, _, meeting_id, agreements in sorted(found):
            best.setdefault(meeting_id, Suggestion(meeting_id, -negative, agreements))
        return tuple(islice(best.values(), most))

    def _worth_a_look(self, said: Planned) -> set[int]:
        """The meetings of that day and the two beside it, and those whose pupil's name has much in common, however far away."""
        day = self._day(said.start)
        near = {place for apart in (-1, 0, 1) for place in self._days.get(day + timedelta(days=apart), ())}
        return near | set(islice(self._named_alike(said), MOST_LOOKED_AT))

    def _named_alike(self, said: Planned) -> Iterator[int]:
        shared = Counter(place for trigram in _trigrams(said.name_key) for place in self._trigrams.get(trigram, ()))
        parts = Counter(place for part in set(said.parts) for place in self._parts.get(part, ()))
        alike = [(count, parts[place], place) for place, count in shared.items() if count >= LEAST_SHARED or parts[place]]
        alike += [(0, count, place) for place, count in parts.items() if place not in shared]
        return (place for _, _, place in sorted(alike, key=lambda one: (-one[0], -one[1], abs(self._all[one[2]].start - said.start))))

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()


def suggestions(said: Occasion, planned: Iterable[tuple[str, Occasion]], zone: str) -> tuple[Suggestion, ...]:
    """The few meetings (id, occasion) that fit what a notice said, best first."""
    return MatchingIndex.of((Planned.of(meeting_id, occasion) for meeting_id, occasion in planned), zone).suggestions(said)


def agreements_of(said: Occasion, planned: Occasion, zone: str) -> tuple[Agreement, ...]:
    """Everything in which a notice and a meeting agree; days and clock times as they are at the school."""
    return _agreements(Planned.of("", said), Planned.of("", planned), ZoneInfo(zone))


def _agreements(said: Planned, planned: Planned, zone: ZoneInfo) -> tuple[Agreement, ...]:
    days = abs((said.start.astimezone(zone).date() - planned.start.astimezone(zone).date()).days)
    found = [_name_agreement(said.parts, planned.parts)]
    found.append({0: Agreement.SAME_DAY, 1: Agreement.NEXT_DAY}.get(days))
    found.append(_time_agreement(abs(said.start - planned.start)))
    found.append(Agreement.SAME_SCHOOL if said.school == planned.school else None)
    return tuple(agreement for agreement in found if agreement)


@lru_cache(maxsize=20_000)  # the same notices wait while the desk is looked at again and again
def _name_agreement(said: tuple[str, ...], planned: tuple[str, ...]) -> Agreement | None:
    if said == planned:
        return Agreement.SAME_PUPIL
    shorter, longer = sorted((set(said), set(planned)), key=len)
    if len(shorter) >= 2 and shorter <= longer:  # a second given name or a second family name left out
        return Agreement.SIMILAR_PUPIL
    matcher = SequenceMatcher(None, " ".join(said), " ".join(planned))
    is_similar = matcher.real_quick_ratio() >= SIMILAR_NAME and matcher.quick_ratio() >= SIMILAR_NAME and matcher.ratio() >= SIMILAR_NAME
    return Agreement.SIMILAR_PUPIL if is_similar else None


def _time_agreement(apart: timedelta) -> Agreement | None:
    if apart == timedelta():
        return Agreement.SAME_TIME
    return Agreement.CLOSE_TIME if apart <= CLOSE_IN_TIME else None


def _trigrams(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[begin : begin + 3] for begin in range(len(padded) - 2)}
