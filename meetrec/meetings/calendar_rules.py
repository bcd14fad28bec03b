"""What one event of the district's calendar means for the plan of meetings. Nothing is guessed: what is not plain is asked. Pure.

An event is a meeting of ours where its title holds “IEP” or “504” as a word. The pupil is the only one whose whole name stands in the title, the
room the only one whose name, alone or after the school's, is the place. Whoever organised it leads the meeting where exactly one account of the
staff has that address.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from meetrec.meetings.calendar_files import LONGEST_UID, CalendarEvent
from meetrec.people.names import name_key, name_parts

Found = TypeVar("Found")

KIND_WORDS_IN_TITLES = {"iep": "IEP", "504": "SECTION_504"}  # word in the title → MeetingKind (G0.3)


class Step(StrEnum):
    """What is to be done with an event."""

    ENTER = "enter"
    MOVE = "move"
    CHANGE_ROOM = "change_room"
    MOVE_AND_CHANGE_ROOM = "move_and_change_room"
    CANCEL = "cancel"
    SAME = "same"
    ASK = "ask"  # a person says what is meant
    REFUSE = "refuse"  # nothing is done


class Why(StrEnum):
    """What is not plain, or why nothing is done."""

    NO_UID = "no_uid"
    REPEATS = "repeats"
    OTHER_KIND = "other_kind"  # neither IEP nor Section 504 (G0.3)
    BOTH_KINDS = "both_kinds"
    ALL_DAY = "all_day"
    NO_TIME = "no_time"
    NO_PUPIL = "no_pupil"
    SEVERAL_PUPILS = "several_pupils"
    OTHER_PUPIL = "other_pupil"  # than the meeting that this event became
    NO_ROOM = "no_room"
    OVER = "over"
    UNKNOWN_CANCELLED = "unknown_cancelled"  # cancelled, and never entered
    CANCELLED_HERE = "cancelled_here"  # the calendar holds it, a person cancelled it here
    ROOM_KEPT = "room_kept"  # the place names no room of ours; the meeting stays in its room


@dataclass(frozen=True)
class KnownMeeting:
    """The meeting that this event became before."""

    id: str
    student_id: str
    room_id: str
    start: datetime
    planned_end: datetime
    is_cancelled: bool


@dataclass(frozen=True)
class CalendarStep:
    """What to do with one event, with what was read out of it: kind, ids, times (aware). None: not plain."""

    step: Step
    why: tuple[Why, ...] = ()
    kind: str | None = None
    student_id: str | None = None
    room_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    chair_id: str | None = None


@dataclass(frozen=True)
class Names:
    """The pupils by each word of their names, the rooms by each name they go by, and who may lead a meeting by the mail address."""

    pupils: Mapping[str, tuple[tuple[str, frozenset[str]], ...]]
    rooms: Mapping[str, tuple[str, ...]]
    chairs: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, pupils: Iterable[tuple[str, str]], rooms: Iterable[tuple[str, str, str]], chairs: Iterable[tuple[str, str]] = ()) -> "Names":
        """`pupils`: id and name; `rooms`: id, school, name; `chairs`: id and mail address."""
        by_word: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for student_id, name in pupils:
            words = frozenset(name_parts(name))
            for word in words:
                by_word[word].append((student_id, words))
        by_name: dict[str, list[str]] = defaultdict(list)
        for room_id, school, name in rooms:
            for called in {name_key(name), name_key(f"{school} {name}")}:
                by_name[called].append(room_id)
        by_address: dict[str, list[str]] = defaultdict(list)
        for account_id, address in chairs:
            by_address[address.lower()].append(account_id)
        return cls(_kept(by_word), _kept(by_name), _kept(by_address))

    def pupils_in(self, title: str) -> frozenset[str]:
        """The ids of the pupils whose whole name stands in a title."""
        words = frozenset(name_parts(title))
        return frozenset(student_id for word in words for student_id, name in self.pupils.get(word, ()) if name <= words)

    def room_in(self, place: str) -> str | None:
        """The id of the only room that a place names."""
        found = self.rooms.get(name_key(place), ())
        return found[0] if len(found) == 1 else None

    def chair_of(self, address: str | None) -> str | None:
        """The id of the only account of the staff with this address."""
        found = self.chairs.get(address or "", ())
        return found[0] if len(found) == 1 else None


def _kept(found: Mapping[str, list[Found]]) -> dict[str, tuple[Found, ...]]:
    return {called: tuple(those) for called, those in found.items()}


def what_to_do(event: CalendarEvent, known: KnownMeeting | None, names: Names, now: datetime) -> CalendarStep:
    """One step for one event; `known` is the meeting with its UID."""
    if not event.uid or len(event.uid) > LONGEST_UID:
        return CalendarStep(Step.REFUSE, (Why.NO_UID,))
    if event.repeats:
        return CalendarStep(Step.REFUSE, (Why.REPEATS,))
    step = _for_known(event, known, names) if known else _for_new(event, names, now)
    return step if step.step in (Step.REFUSE, Step.CANCEL) else replace(step, chair_id=names.chair_of(event.organizer))


def _for_known(event: CalendarEvent, known: KnownMeeting, names: Names) -> CalendarStep:
    if event.is_cancelled:
        return CalendarStep(Step.SAME if known.is_cancelled else Step.CANCEL)
    if known.is_cancelled:
        return CalendarStep(Step.SAME, (Why.CANCELLED_HERE,))
    if (pupils := names.pupils_in(event.summary)) and known.student_id not in pupils:
        return CalendarStep(Step.ASK, (Why.OTHER_PUPIL,))
    if missing := _time_missing(event):
        return CalendarStep(Step.ASK, (missing,))
    room = names.room_in(event.location)
    remark = (Why.ROOM_KEPT,) if event.location and room is None else ()
    moves, changes = (event.start, event.end) != (known.start, known.planned_end), room is not None and room != known.room_id
    step = {(True, True): Step.MOVE_AND_CHANGE_ROOM, (True, False): Step.MOVE, (False, True): Step.CHANGE_ROOM, (False, False): Step.SAME}[moves, changes]
    return CalendarStep(step, remark, None, known.student_id, room or known.room_id, event.start, event.end)


def _for_new(event: CalendarEvent, names: Names, now: datetime) -> CalendarStep:
    kinds = {KIND_WORDS_IN_TITLES[word] for word in name_parts(event.summary) if word in KIND_WORDS_IN_TITLES}
    if not kinds:
        return CalendarStep(Step.REFUSE, (Why.OTHER_KIND,))
    if event.is_cancelled:
        return CalendarStep(Step.REFUSE, (Why.UNKNOWN_CANCELLED,))
    if event.end is not None and event.end <= now:
        return CalendarStep(Step.REFUSE, (Why.OVER,))
    pupils, room = names.pupils_in(event.summary), names.room_in(event.location)
    open_questions = (
        Why.BOTH_KINDS if len(kinds) > 1 else None,
        _time_missing(event),
        None if len(pupils) == 1 else Why.SEVERAL_PUPILS if pupils else Why.NO_PUPIL,
        Why.NO_ROOM if room is None else None,
    )
    why = tuple(one for one in open_questions if one)
    kind, student = (next(iter(found)) if len(found) == 1 else None for found in (kinds, pupils))
    return CalendarStep(Step.ASK if why else Step.ENTER, why, kind, student, room, event.start, event.end)


def _time_missing(event: CalendarEvent) -> Why | None:
    if event.is_all_day:
        return Why.ALL_DAY
    return Why.NO_TIME if event.start is None or event.end is None or event.end <= event.start else None
