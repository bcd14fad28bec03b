"""Reads of the families' own door: own children's meetings and own notices, only while rights are held that day; nobody else's notice is ever among them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.district.deadlines import FULL_NOTICE
from meetrec.meetings.models import Meeting
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.people.models import Student
from meetrec.people.names import name_key
from meetrec.people.rights import RightsHolderKind, RightsHolding, Standing
from meetrec.people.rights_queries import protected_among, students_of_account
from meetrec.platform.web import NotFound


@dataclass(frozen=True)
class NotShown:
    """Why something is not shown: how the family stands to the pupil. A name is there only where it tells the family nothing new."""

    standing: Standing
    is_own: bool  # it is the student's own account
    name: str | None = None


@dataclass(frozen=True)
class FamilyMeeting:
    """A meeting of an own child."""

    meeting: Meeting
    is_place_hidden: bool  # of a pupil under particular protection (S-14)
    will_be_recorded: bool  # somebody's notice stands; whose is never told
    notices: tuple[Notice, ...]  # the family's own: matched to it, or waiting for a person and given for this pupil and time

    @property
    def has_notice(self) -> bool:
        """Whether one of the family's own notices stands, so that it needs no other."""
        return any(notice.status != NoticeStatus.WITHDRAWN for notice in self.notices)

    @property
    def is_cancelled(self) -> bool:
        """Whether it will not take place."""
        return self.meeting.cancelled_at is not None


@dataclass(frozen=True)
class Child:
    """A pupil for whom the family holds rights today, with the meetings to come, the next first, and those that were, the newest first."""

    student: Student
    is_own: bool
    coming: tuple[FamilyMeeting, ...]
    past: tuple[FamilyMeeting, ...]


@dataclass(frozen=True)
class FamilyHome:
    """What a family sees today, and why something is left out."""

    children: tuple[Child, ...]
    not_shown: tuple[NotShown, ...]
    notices: tuple[Notice, ...]  # own ones, the newest first
    hides_notices: bool  # some are about a meeting that the family does not see today


class NotShownHere(Exception):
    """What was asked for is about a pupil for whom the family holds no rights today."""

    def __init__(self, why: NotShown) -> None:
        super().__init__(why.standing)
        self.why = why


def family_home(session: Session, account_id: str, now: datetime, on: date) -> FamilyHome:
    """Everything a family may see. `on`: today on the district's calendar; rights are computed for it (D-13)."""
    pairs = students_of_account(session, account_id, on)
    held = {student.id: (student, holding) for student, holding in pairs if holding.is_held}
    given = notices_of(session, account_id)
    notices = [notice for notice in given if notice.meeting is None or notice.meeting.student_id in held]
    meetings = _meetings(session, list(held), notices)
    children = [_child(student, holding, [one for one in meetings if one.meeting.student_id == student.id], now) for student, holding in held.values()]
    left_out = dict.fromkeys(why_not(student, holding) for student, holding in pairs if not holding.is_held)
    return FamilyHome(tuple(children), tuple(left_out), tuple(notices), len(notices) < len(given))


def family_meeting(session: Session, account_id: str, meeting_id: str, on: date) -> FamilyMeeting:
    """One meeting of an own child. Raises `NotFound` for anybody else's, `NotShownHere` where rights are not held that day."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound(_("There is no such page here. The link may be old or mistyped."))
    _require_rights(session, account_id, meeting.student_id, on, is_known=False)
    own = [notice for notice in notices_of(session, account_id) if notice.meeting_id in (meeting.id, None)]
    return _meetings(session, [meeting.student_id], own, meeting.id)[0]


def family_notice(session: Session, account_id: str, notice_id: str, on: date, *, to_change: bool = False) -> Notice:
    """A notice the family gave. Raises `NotFound` for anybody else's, `NotShownHere` where it is matched and rights are not held that day."""
    found = select(Notice).where(Notice.id == notice_id, Notice.account_id == account_id)
    notice = session.scalars(found.with_for_update(of=Notice) if to_change else found).first()
    if notice is None:
        raise NotFound(_("There is no such page here. The link may be old or mistyped."))
    if notice.meeting is not None:
        _require_rights(session, account_id, notice.meeting.student_id, on, is_known=True)
    return notice


def notices_of(session: Session, account_id: str) -> Sequence[Notice]:
    """Every notice that a family gave signed in, the newest first."""
    return session.scalars(select(Notice).where(Notice.account_id == account_id).order_by(Notice.received_at.desc(), Notice.id)).all()


def only_child(session: Session, account_id: str, on: date) -> tuple[Student, RightsHolding] | None:
    """The pupil for whom a family holds rights that day, if it is one alone."""
    held = [pair for pair in students_of_account(session, account_id, on) if pair[1].is_held]
    return held[0] if len(held) == 1 else None


def holding_of(session: Session, account_id: str, student_id: str, on: date) -> RightsHolding | None:
    """How the account's owner stands to a pupil that day; None for a pupil of somebody else's."""
    return next((holding for student, holding in students_of_account(session, account_id, on) if student.id == student_id), None)


def why_not(student: Student, holding: RightsHolding) -> NotShown:
    """What may be said of a pupil who is not shown. Of one whom papers keep from the family not even the name is told: it may have changed."""
    is_own = holding.kind is RightsHolderKind.ELIGIBLE_STUDENT
    is_named = not is_own and holding.standing in (Standing.TRANSFERRED, Standing.EVIDENCE_MISSING)
    return NotShown(_told(holding.standing), is_own, student.given_name if is_named else None)


def _told(standing: Standing) -> Standing:
    """Papers that take rights and papers that contradict each other are not told apart here."""
    return Standing.CONFLICT if standing is Standing.REVOKED else standing


def _require_rights(session: Session, account_id: str, student_id: str, on: date, *, is_known: bool) -> None:
    """`is_known`: the family knows of the thing itself, so that it is told why it does not see it."""
    pair = next((pair for pair in students_of_account(session, account_id, on) if pair[0].id == student_id), None)
    if pair is None and is_known:
        raise NotShownHere(NotShown(Standing.NOT_IN_FORCE, is_own=False))
    if pair is None:
        raise NotFound(_("There is no such page here. The link may be old or mistyped."))
    if not pair[1].is_held:
        raise NotShownHere(why_not(*pair))


def _child(student: Student, holding: RightsHolding, meetings: Iterable[FamilyMeeting], now: datetime) -> Child:
    ordered = sorted(meetings, key=lambda one: (one.meeting.start, one.meeting.id))
    coming = tuple(one for one in ordered if one.meeting.planned_end >= now)
    past = tuple(one for one in reversed(ordered) if one.meeting.planned_end < now)
    return Child(student, holding.kind is RightsHolderKind.ELIGIBLE_STUDENT, coming, past)


def _meetings(session: Session, student_ids: Collection[str], own: Sequence[Notice], meeting_id: str | None = None) -> list[FamilyMeeting]:
    """Meetings of these pupils, or one of them, each with the family's own notices."""
    wanted = select(Meeting).where(Meeting.student_id.in_(student_ids))
    meetings = session.scalars(wanted.where(Meeting.id == meeting_id) if meeting_id else wanted).all()
    hidden = protected_among(session, student_ids)
    recorded = _recorded_among(session, [meeting.id for meeting in meetings])
    return [
        FamilyMeeting(
            meeting,
            is_place_hidden=meeting.student_id in hidden,
            will_be_recorded=meeting.id in recorded and meeting.cancelled_at is None,
            notices=tuple(notice for notice in own if notice.meeting_id == meeting.id or _waits_for(notice, meeting)),
        )
        for meeting in meetings
    ]


def _waits_for(notice: Notice, meeting: Meeting) -> bool:
    """Whether a notice that nobody matched yet was given for this pupil, and for the time of this meeting, or the one first planned."""
    named_start = notice.deadline_start_rule + FULL_NOTICE
    is_its_time = named_start in (meeting.start, meeting.first_start)
    return notice.meeting_id is None and is_its_time and name_key(notice.student_name) == meeting.student.name_key


def _recorded_among(session: Session, meeting_ids: Sequence[str]) -> frozenset[str]:
    """Those of the meetings for which a notice stands, whoever gave it."""
    standing = select(Notice.meeting_id).where(Notice.meeting_id.in_(meeting_ids), Notice.status != NoticeStatus.WITHDRAWN.value)
    return frozenset(found for found in session.scalars(standing) if found)
