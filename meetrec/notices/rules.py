"""When a parent's recording notice is in time (G1, A-01, A-04, L-60; rules RN-01 to RN-07). Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from meetrec.district.deadlines import deadline_for, instant
from meetrec.platform.profiles import LatePolicy, NoticePolicy, NoticeRule


class NoticeStatus(StrEnum):
    """What a notice is. A parent needs no permission, so there is no approved and no denied (G0.2, A-04)."""

    TIMELY = "timely"
    LATE_ACCEPTED = "late_accepted"
    LATE_NEEDS_REVIEW = "late_needs_review"
    ON_THE_SPOT = "on_the_spot"
    WITHDRAWN = "withdrawn"


class NoticeChannel(StrEnum):
    """How the notice reached the district (G1.a)."""

    WEB = "web"
    EMAIL = "email"
    PHONE = "phone"
    PAPER = "paper"
    IN_PERSON = "in_person"
    AT_MEETING = "at_meeting"


class MovedBy(StrEnum):
    """At whose wish a meeting was moved."""

    DISTRICT = "district"
    PARENT = "parent"


@dataclass(frozen=True)
class Move:
    """A meeting moved: when it was announced (None: the family was not told yet), at whose wish, and the new start (aware datetimes)."""

    announced_at: datetime | None
    by: MovedBy
    new_start: datetime


@dataclass(frozen=True)
class MeetingFacts:
    """The first scheduled start (aware), the zone of the school, and every move in order."""

    start: datetime
    zone: ZoneInfo
    moves: tuple[Move, ...] = ()

    @property
    def last_start(self) -> datetime:
        return self.moves[-1].new_start if self.moves else self.start


@dataclass(frozen=True)
class NoticeFacts:
    """What the parent gave and when the district had it in hand (aware datetimes). Reason and request never change the status."""

    received_at: datetime
    channel: NoticeChannel = NoticeChannel.WEB
    needs_recording_to_understand: bool = False
    entered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    accommodation_request: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Reason:
    """A row of the sources and, in plain words, what it said of this notice."""

    row: str
    words: str


@dataclass(frozen=True)
class NoticeTiming:
    """What the 24-hour rule says of one notice, and both deadlines for the last start (aware datetimes, UTC)."""

    status: NoticeStatus
    deadline: datetime
    deadline_start_rule: datetime
    deadline_date_rule: datetime
    reasons: tuple[Reason, ...]


def timing_of(notice: NoticeFacts, meeting: MeetingFacts, policy: NoticePolicy) -> NoticeTiming:
    """Hold a notice against the policy's rule; late is a status, never a refusal."""
    status, reasons = _status_of(notice, meeting, policy)
    return NoticeTiming(
        status=status,
        deadline=deadline_for(meeting.last_start, meeting.zone, policy.rule),
        deadline_start_rule=deadline_for(meeting.last_start, meeting.zone, NoticeRule.START_TIME),
        deadline_date_rule=deadline_for(meeting.last_start, meeting.zone, NoticeRule.DATE),
        reasons=reasons,
    )


def _status_of(notice: NoticeFacts, meeting: MeetingFacts, policy: NoticePolicy) -> tuple[NoticeStatus, tuple[Reason, ...]]:
    """The first that applies (RN-06), with the reasons that led there."""
    in_time, reason = _held_against_every_move(notice, meeting, policy.rule)
    if notice.withdrawn_at is not None:
        return NoticeStatus.WITHDRAWN, (Reason("RN-06", "the parent withdrew the notice"),)
    if in_time:
        return NoticeStatus.TIMELY, (reason,)
    if _was_said_at_the_meeting(notice, meeting):
        return NoticeStatus.ON_THE_SPOT, (reason, Reason("RN-06", "the parent said so at the meeting"))
    return _late(notice, policy, reason)


def _late(notice: NoticeFacts, policy: NoticePolicy, reason: Reason) -> tuple[NoticeStatus, tuple[Reason, ...]]:
    if notice.needs_recording_to_understand:
        # G0.1, L-42: whoever needs the recording to understand the meeting is not put off, whatever the policy.
        return NoticeStatus.LATE_ACCEPTED, (reason, Reason("G0.1", "the parent needs the recording to understand the meeting"))
    if policy.late_policy is LatePolicy.ACCEPT:
        return NoticeStatus.LATE_ACCEPTED, (reason, Reason("A-04", "late notices are accepted"))
    return NoticeStatus.LATE_NEEDS_REVIEW, (reason, Reason("A-04", "late notices are looked at by a person"))


def _was_said_at_the_meeting(notice: NoticeFacts, meeting: MeetingFacts) -> bool:
    return notice.channel is NoticeChannel.AT_MEETING or instant(notice.received_at) >= instant(meeting.last_start)


def _held_against_every_move(notice: NoticeFacts, meeting: MeetingFacts, rule: NoticeRule) -> tuple[bool, Reason]:
    """In time or late for the first start, then carried through each move in order (RN-05)."""
    received_at = instant(notice.received_at)
    in_time = received_at <= deadline_for(meeting.start, meeting.zone, rule)
    reason = Reason("G1.b", "received in time" if in_time else "received after the deadline")
    start = meeting.start
    for move in meeting.moves:
        verdict = _verdict_of(move, received_at, start, deadline_for(move.new_start, meeting.zone, rule))
        in_time, reason = verdict or (in_time, reason)
        start = move.new_start
    return in_time, reason


def _verdict_of(move: Move, received_at: datetime, start_before: datetime, new_deadline: datetime) -> tuple[bool, Reason] | None:
    """What one move makes of the notice; None when it changes nothing (RN-05)."""
    if received_at <= new_deadline:
        return True, Reason("G1.b", "received in time for the new start")
    if instant(move.new_start) >= instant(start_before):
        return None
    if move.by is MovedBy.PARENT:
        return False, Reason("RN-05", "the meeting was moved earlier at the parent's request")
    if move.announced_at is None:
        return None  # nobody can be late for a start that nobody told them
    announced_at = instant(move.announced_at)
    if received_at >= announced_at and announced_at < new_deadline:
        return False, Reason("RN-05", "the district announced the earlier start in time, and the notice came after that")
    return None
