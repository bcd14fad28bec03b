"""Reads the facts of a notice from a YAML mapping: defaults, local times in favour of the parent (RN-04), refusals (RN-08)."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import yaml

from meetrec.notices.rules import MeetingFacts, Move, MovedBy, NoticeChannel, NoticeFacts
from meetrec.platform.errors import MeetRecError
from meetrec.platform.profiles import LatePolicy, NoticePolicy, NoticeRule

DEFAULT_ZONE = "America/Chicago"

FACTS_KEYS = frozenset({"tz", "rule", "late_policy", "meeting", "notice"})
MEETING_KEYS = frozenset({"start", "moves"})
MOVE_KEYS = frozenset({"announced_at", "by", "new_start"})
NOTICE_KEYS = frozenset({"received_at", "entered_at", "channel", "needs_recording_to_understand", "accommodation_request", "reason", "withdrawn_at"})

Choice = TypeVar("Choice", bound=StrEnum)
Pick = Callable[..., datetime]  # min: the earlier, max: the later of two instants


class NoticeFactsError(MeetRecError):
    """The facts cannot be used; the sentence names the key (RN-08)."""

    exit_code = 2


@dataclass(frozen=True)
class CheckFacts:
    """Everything the rule needs, parsed."""

    notice: NoticeFacts
    meeting: MeetingFacts
    policy: NoticePolicy


def facts_from_yaml(text: str | bytes) -> CheckFacts:
    """Parse a facts file. Raises NoticeFactsError."""
    try:
        document = yaml.load(text, Loader=_FactsLoader)  # noqa: S506 - derived from SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NoticeFactsError(f"The facts are not readable YAML: {' '.join(str(error).split())}.") from error
    return facts_from_mapping(document)


def facts_from_mapping(document: object) -> CheckFacts:
    """Check and complete a `facts` mapping. Times without an offset are local times of the school. Raises NoticeFactsError."""
    facts = _mapping(document, "facts", FACTS_KEYS, required=("meeting", "notice"))
    zone = _zone(facts.get("tz", DEFAULT_ZONE))
    policy = NoticePolicy(
        rule=_one_of(NoticeRule, facts.get("rule", NoticeRule.START_TIME), "rule"),
        late_policy=_one_of(LatePolicy, facts.get("late_policy", LatePolicy.ACCEPT), "late_policy"),
    )
    return CheckFacts(_notice(facts["notice"], zone), _meeting(facts["meeting"], zone), policy)


def _meeting(value: object, zone: ZoneInfo) -> MeetingFacts:
    meeting = _mapping(value, "meeting", MEETING_KEYS, required=("start",))
    moves = meeting.get("moves", [])
    if not isinstance(moves, list):
        raise NoticeFactsError("meeting.moves has to be a list.")
    return MeetingFacts(
        start=_moment(meeting["start"], "meeting.start", zone, max),
        zone=zone,
        moves=tuple(_move(move, f"meeting.moves[{number}]", zone) for number, move in enumerate(moves)),
    )


def _move(value: object, name: str, zone: ZoneInfo) -> Move:
    move = _mapping(value, name, MOVE_KEYS, required=tuple(sorted(MOVE_KEYS)))
    return Move(
        announced_at=_moment(move["announced_at"], f"{name}.announced_at", zone, max),
        by=_one_of(MovedBy, move["by"], f"{name}.by"),
        new_start=_moment(move["new_start"], f"{name}.new_start", zone, max),
    )


def _notice(value: object, zone: ZoneInfo) -> NoticeFacts:
    notice = _mapping(value, "notice", NOTICE_KEYS, required=("received_at",))
    needs_recording = notice.get("needs_recording_to_understand", False)
    if not isinstance(needs_recording, bool):
        raise NoticeFactsError("notice.needs_recording_to_understand has to be true or false.")
    return NoticeFacts(
        received_at=_moment(notice["received_at"], "notice.received_at", zone, min),
        channel=_one_of(NoticeChannel, notice.get("channel", NoticeChannel.WEB), "notice.channel"),
        needs_recording_to_understand=needs_recording,
        entered_at=_optional_moment(notice, "entered_at", zone),
        withdrawn_at=_optional_moment(notice, "withdrawn_at", zone),
        accommodation_request=_optional_text(notice, "accommodation_request"),
        reason=_optional_text(notice, "reason"),
    )


def _mapping(value: object, name: str, known: frozenset[str], required: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NoticeFactsError(f"{name} has to be a mapping of keys and values.")
    unknown = [str(key) for key in value if key not in known]
    if unknown:
        raise NoticeFactsError(f"Unknown key in {name}: {', '.join(sorted(unknown))}. Known are: {', '.join(sorted(known))}.")
    missing = [key for key in required if key not in value]
    if missing:
        raise NoticeFactsError(f"{name} needs: {', '.join(missing)}.")
    return value


def _one_of(kind: type[Choice], value: object, name: str) -> Choice:
    if not isinstance(value, str) or value not in list(kind):
        raise NoticeFactsError(f"{name} cannot be {value!r}; it has to be one of: {', '.join(kind)}.")
    return kind(value)


def _zone(value: object) -> ZoneInfo:
    try:
        if isinstance(value, str):
            return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        pass
    raise NoticeFactsError(f"tz cannot be {value!r}; it has to be an IANA zone such as {DEFAULT_ZONE}.")


def _optional_text(notice: Mapping[str, Any], key: str) -> str | None:
    text = notice.get(key)
    if text is not None and not isinstance(text, str):
        raise NoticeFactsError(f"notice.{key} has to be text; put it in quotes.")
    return text


def _optional_moment(notice: Mapping[str, Any], key: str, zone: ZoneInfo) -> datetime | None:
    value = notice.get(key)
    return None if value is None else _moment(value, f"notice.{key}", zone, min)


def _moment(value: object, name: str, zone: ZoneInfo, in_favour: Pick) -> datetime:
    """An aware time in UTC. A bare local time that exists twice or never is read by `in_favour` of the two instants (RN-04)."""
    try:
        moment = _date_and_time(value)
        readings = [moment] if moment.tzinfo else [moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
        instant = in_favour(reading.astimezone(UTC) for reading in readings)
        _ = instant - timedelta(days=3), instant + timedelta(days=3)  # room for the deadlines and for the school's offset
    except (ValueError, OverflowError) as error:
        raise NoticeFactsError(f"{name} cannot be read as a time: {value!r}. Write it like '2026-10-14T10:00:00'.") from error
    return instant


def _date_and_time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    # A date alone is no time: reading it as midnight could make a notice late or in time by accident.
    if isinstance(value, str) and any(mark in value for mark in ":T"):
        return datetime.fromisoformat(value)
    raise ValueError(value)


class _FactsLoader(yaml.SafeLoader):
    """YAML's safe loader, but a key that stands twice is an error: which of the two was meant?"""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"the key {', '.join(twice)} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)
