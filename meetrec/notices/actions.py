"""Take in a parent's notice, match it to its meeting, which arms the room, correct it, withdraw it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.district.queries import profile_at, profile_labelled
from meetrec.district.rules import InForce
from meetrec.journal import actions as journal
from meetrec.meetings.models import Meeting
from meetrec.meetings.typed_times import day_begins, start_at
from meetrec.notices.arming import NOT_BEGUN, Recordings
from meetrec.notices.events import tell_notice_withdrawn
from meetrec.notices.family_mail import tell_matched
from meetrec.notices.looking_again import is_about_another_meeting
from meetrec.notices.models import Notice
from meetrec.notices.references import hash_of, new_nonce, new_reference
from meetrec.notices.rules import MeetingFacts, Move, MovedBy, NoticeChannel, NoticeFacts, NoticeStatus, NoticeTiming, timing_of
from meetrec.notices.statements import NoticeStatement, StatedInTheRoom
from meetrec.notices.version_actions import keep_version
from meetrec.platform.clock import in_zone
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError
from meetrec.platform.profiles import NoticePolicy
from meetrec.platform.settings import Settings
from meetrec.platform.web import NotFound


@dataclass(frozen=True)
class District:
    """What the 24-hour rule needs to know of the district: its IANA zone, its policy, and which version of its rules that is."""

    zone: str
    policy: NoticePolicy
    profile: str = ""  # such as “missouri@1” or “district@3”; notice and journal keep it, since rules change

    @classmethod
    def at(cls, settings: Settings, session: Session, moment: datetime) -> "District":
        """By the rules in force at a moment: that at which a notice is received. Raises `ProfileError`."""
        rules = profile_at(session, settings, moment)
        return cls(settings.district.zone, rules.notice, rules.label)

    @classmethod
    def of_notice(cls, settings: Settings, session: Session, notice: Notice) -> "District":
        """By the rules that a notice keeps from its receipt on, whatever was entered since (G1.b). Raises `ProfileError`."""
        rules = rules_of_notice(session, settings, notice)
        return cls(settings.district.zone, rules.notice, rules.label)


def rules_of_notice(session: Session, settings: Settings, notice: Notice) -> InForce:
    """The version of the rules that was written on a notice when it was received. Raises `ProfileError`."""
    return profile_labelled(session, settings, notice.profile) or profile_at(session, settings, notice.received_at)


class MatchOutcome(StrEnum):
    """What became of a wish to match a notice."""

    ARMED = "armed"
    ATTACHED = "attached"  # the room was armed before
    MEETING_OVER = "meeting_over"  # matched, but a room is not armed for a day that has passed
    MATCHED_BEFORE = "matched_before"  # nothing was changed


class NoticeWithdrawn(MeetRecError):
    """A withdrawn notice arms no room (A-05)."""


def receive_notice(
    session: Session, now: datetime, actor: str, statement: NoticeStatement, token: str, district: District,
    email: str | None = None, account_id: str | None = None,
) -> Notice:  # fmt: skip
    """Take in a notice from a form of the family's. The same sending again gives the notice that is there. A notice alone arms nothing (A-05).

    `email`: an address nobody has confirmed yet. `account_id`: of the family that gave it signed in.
    """
    known = session.scalars(select(Notice).where(Notice.link_hash == hash_of(token))).first()
    if known:
        return known
    notice = Notice(
        id=new_id(), reference=free_reference(session), received_at=now, entered_at=now, channel=NoticeChannel.WEB.value,
        link_hash=hash_of(token), email=email, account_id=account_id, **statement.content(),
    )  # fmt: skip
    return enter_notice(session, now, actor, notice, district)


def receive_in_the_room(session: Session, now: datetime, actor: str, meeting: Meeting, stated: StatedInTheRoom, district: District, at_room: str) -> Notice:
    """Take in a notice given at the meeting itself: it is matched from the first. The caller arms the room in the same transaction (A-05).

    `at_room`: when that was by the server's clock (ISO), for the journal; it may have been delivered much later.

    Its private link is known to nobody: the parent was told in the room, and no receipt was handed out.
    """
    start = in_zone(meeting.start, district.zone)
    notice = Notice(
        id=new_id(), reference=free_reference(session), received_at=now, entered_at=now, stated_at=stated.stated_at,
        channel=NoticeChannel.AT_MEETING.value, link_hash=hash_of(new_nonce()), recorder_name=stated.recorder_name, recorder_role=stated.recorder_role,
        device=stated.device, language=stated.language, reason=stated.reason, student_name=meeting.student.name,
        needs_recording_to_understand=False, school_name=meeting.room.school.name, meeting_date=start.date(), meeting_time=start.time(),
        meeting=meeting, matched_at=now,
    )  # fmt: skip
    enter_notice(session, now, actor, notice, district, at_room=at_room)
    details = {"status": notice.status, "profile": district.profile, "at_room": at_room}
    journal.append(session, now, actor, "notice.matched", f"notice:{notice.id}", meeting=meeting.id, **details)
    return notice


def enter_notice(session: Session, now: datetime, actor: str, notice: Notice, district: District, **details: Any) -> Notice:
    """What every way in has in common: hold the new notice against the rule, keep what it says as version 1, tell the journal (G1.a)."""
    notice.version = 1
    hold_against_rule(notice, notice.meeting, district)
    session.add(notice)
    session.flush()
    keep_version(session, now, actor, notice)
    held = {"channel": notice.channel, "status": notice.status, "profile": district.profile}
    journal.append(session, now, actor, "notice.received", f"notice:{notice.id}", **held, **details)
    return notice


def match_notice(session: Session, now: datetime, actor: str, notice_id: str, meeting_id: str, district: District, recordings: Recordings) -> MatchOutcome:
    """Match a notice to its meeting, hold it against the meeting's true start, and arm the room unless it is armed already.

    Raises `NotFound` when notice or meeting is not there, `NoticeWithdrawn` for a withdrawn notice.
    """
    notice = session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update(of=Notice)).first()
    meeting = session.get(Meeting, meeting_id, with_for_update={"of": Meeting})  # so that two notices never arm it twice
    if notice is None or meeting is None:
        raise NotFound(_("This notice or meeting is no longer there."))
    if notice.meeting_id:
        return MatchOutcome.MATCHED_BEFORE
    if notice.status == NoticeStatus.WITHDRAWN:
        raise NoticeWithdrawn(_("The parent withdrew this notice, so it arms no room."))
    notice.meeting, notice.matched_at, notice.needs_another_look = meeting, now, False
    hold_against_rule(notice, meeting, district)
    session.flush()
    journal.append(session, now, actor, "notice.matched", f"notice:{notice.id}", meeting=meeting.id, status=notice.status, profile=district.profile)
    tell_matched(session, now, notice, meeting)
    return _arm_once(session, now, actor, notice, meeting, district, recordings)


def correct_notice(session: Session, now: datetime, actor: str, notice: Notice, statement: NoticeStatement, district: District) -> bool:
    """Let a notice say something else; what it said before stays as an earlier version. Whether anything is different.

    It counts as received when it was (G1.a), and stays matched if it is, though a person looks
    again where it names another pupil, school or day. `district`: by the rules it was received under.
    Raises `NoticeWithdrawn`.
    """
    if notice.status == NoticeStatus.WITHDRAWN:
        raise NoticeWithdrawn(_("This notice was withdrawn. Give a new one instead."))
    different = {name: value for name, value in statement.content().items() if getattr(notice, name) != value}
    if not different:
        return False
    notice.needs_another_look = notice.needs_another_look or is_about_another_meeting(notice, different)
    for name, value in different.items():
        setattr(notice, name, value)
    notice.version += 1
    hold_against_rule(notice, notice.meeting, district)
    session.flush()
    keep_version(session, now, actor, notice)
    held: dict[str, Any] = {"status": notice.status, "profile": district.profile, "look_again": notice.needs_another_look}
    journal.append(session, now, actor, "notice.corrected", f"notice:{notice.id}", version=notice.version, meeting=notice.meeting_id, **held)
    return True


def withdraw_notice(session: Session, now: datetime, actor: str, notice: Notice) -> None:
    """The family will not record after all. What it asked for to take part stays (G0.1, RN-07). Withdrawn twice is withdrawn once."""
    if notice.status == NoticeStatus.WITHDRAWN:
        return
    notice.status, notice.withdrawn_at, notice.withdrawn_by = NoticeStatus.WITHDRAWN.value, now, actor
    session.flush()
    journal.append(session, now, actor, "notice.withdrawn", f"notice:{notice.id}", meeting=notice.meeting_id)
    tell_notice_withdrawn(session, now, actor, notice)


def acknowledge(session: Session, now: datetime, notice: Notice, actor: str = "public") -> None:
    """The family has read the district's statements. It changes nothing of what the notice is (NOTE.4, A-02)."""
    if notice.acknowledged_at is None:
        notice.acknowledged_at = now
        session.flush()
        journal.append(session, now, actor, "notice.acknowledged", f"notice:{notice.id}")


def _arm_once(session: Session, now: datetime, actor: str, notice: Notice, meeting: Meeting, district: District, recordings: Recordings) -> MatchOutcome:
    known = recordings.states(session, now, [meeting.id]).get(meeting.id)
    stood_down = known is not None and known.kind == NOT_BEGUN and not _another_stands(session, notice, meeting)
    if known is not None and not stood_down:
        return MatchOutcome.ATTACHED
    if meeting.planned_end < day_begins(in_zone(now, district.zone).date(), district.zone):
        return MatchOutcome.MEETING_OVER
    recordings.arm(session, now, actor, notice)
    return MatchOutcome.ARMED


def _another_stands(session: Session, notice: Notice, meeting: Meeting) -> bool:
    others = select(Notice.id).where(Notice.meeting_id == meeting.id, Notice.id != notice.id, Notice.status != NoticeStatus.WITHDRAWN)
    return session.scalars(others.limit(1)).first() is not None


def hold_against_rule(notice: Notice, meeting: Meeting | None, district: District) -> None:
    """Set status, deadlines and profile: by the parent's own words until the notice is matched, by the meeting and its moves from then on."""
    timing = timing_against(notice, meeting, district)
    notice.status, notice.deadline, notice.profile = timing.status.value, timing.deadline, district.profile
    notice.deadline_start_rule, notice.deadline_date_rule = timing.deadline_start_rule, timing.deadline_date_rule


def timing_against(notice: Notice, meeting: Meeting | None, district: District) -> NoticeTiming:
    """What the 24-hour rule says of a notice; withdrawn stays withdrawn."""
    needs, channel = bool(notice.needs_recording_to_understand), NoticeChannel(notice.channel)
    facts = NoticeFacts(notice.received_at, channel, needs, withdrawn_at=notice.withdrawn_at)
    return timing_of(facts, _meeting_facts(notice, meeting, district.zone), district.policy)


def _meeting_facts(notice: Notice, meeting: Meeting | None, zone: str) -> MeetingFacts:
    if meeting is None:
        return MeetingFacts(start_at(notice.meeting_date, notice.meeting_time, zone), ZoneInfo(zone))
    moves = tuple(Move(move.announced_at, MovedBy(move.by), move.new_start) for move in meeting.moves)
    return MeetingFacts(meeting.first_start, ZoneInfo(zone), moves)


def free_reference(session: Session) -> str:
    """A reference that no notice has yet."""
    while True:
        reference = new_reference()
        if session.scalars(select(Notice.id).where(Notice.reference == reference)).first() is None:
            return reference
