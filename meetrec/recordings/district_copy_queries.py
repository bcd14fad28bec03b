"""Reads of the task "the district's copy is missing": which meetings it stands for, what was answered, and by whom (G5.a)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from meetrec.meetings.lines import ToldMeeting, meeting_lines
from meetrec.meetings.models import Meeting
from meetrec.notices.arming import OnTheDesk
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.platform.database import among
from meetrec.platform.web import NotFound
from meetrec.recordings import district_copy_sentences as sentences
from meetrec.recordings import queries
from meetrec.recordings.district_copy_models import DistrictCopyAnswer, UploadedCopy
from meetrec.recordings.district_copy_rules import CopyFacts, CopyReason, CopyStanding, standing_of
from meetrec.recordings.models import Opening, Recording
from meetrec.recordings.rules import RecordingState
from meetrec.recordings.summary_facts import SummaryFacts, facts_of

SHOWN_ON_THE_DESK = timedelta(days=30)  # after the answer
PAGE = 50


@dataclass(frozen=True)
class CopyCase:
    """One meeting's district copy at one moment: the facts that speak for a recording parent, what came, and every answer, oldest first."""

    meeting: ToldMeeting
    standing: CopyStanding
    recordings: Sequence[Recording]
    answers: Sequence[DistrictCopyAnswer]

    @property
    def url(self) -> str:
        """The page where it is answered."""
        return f"/district-copies/{self.meeting.id}"

    @property
    def is_missing(self) -> bool:
        """Whether the task is open."""
        return self.standing is CopyStanding.MISSING

    @property
    def may_be_uploaded(self) -> bool:
        """Only where a parent's notice or answer armed the room, and the meeting is over (A-05)."""
        return self.standing is not CopyStanding.NOT_DUE and bool(self.recordings)

    @property
    def sentence(self) -> str:
        """Where it stands, in the reader's language."""
        return sentences.standing_sentence(self.standing, self.answers)

    @property
    def why(self) -> str:
        """What speaks for a recording parent, in the reader's language."""
        return sentences.why_expected([one.room_answer for one in self.recordings])

    @property
    def history(self) -> Sequence[str]:
        """Every answer as a sentence, the newest first: what, who and when."""
        return [sentences.answer_sentence(one) for one in reversed(self.answers)]


def meeting_of(session: Session, meeting_id: str) -> Meeting:
    """The meeting. Raises NotFound."""
    found = session.get(Meeting, meeting_id)
    if found is None:
        raise NotFound("There is no such meeting.")
    return found


def case_of(session: Session, now: datetime, meeting: Meeting) -> CopyCase:
    """How one meeting stands."""
    return cases_of(session, now, [meeting])[0]


def cases_of(session: Session, now: datetime, meetings: Sequence[ToldMeeting], facts: SummaryFacts | None = None) -> list[CopyCase]:
    """How each of these meetings stands, in their order; the number of queries does not grow with them. `facts`: of these meetings, if read already."""
    ids = [meeting.id for meeting in meetings]
    facts = facts or facts_of(session, ids)
    given = select(DistrictCopyAnswer).where(among(DistrictCopyAnswer.meeting_id, ids)).order_by(DistrictCopyAnswer.answered_at, DistrictCopyAnswer.id)
    answers = _by_meeting(session.scalars(given) if ids else ())
    return [_case(session, now, meeting, facts, answers.get(meeting.id, [])) for meeting in meetings]


def _case(session: Session, now: datetime, meeting: ToldMeeting, facts: SummaryFacts, answers: Sequence[DistrictCopyAnswer]) -> CopyCase:
    recordings = facts.of_meeting(meeting.id)
    has_copy = any(queries.has_district_copy(session, one, now, facts) for one in recordings)
    is_explained = bool(answers) and answers[-1].reason != CopyReason.UPLOADED
    is_cancelled = meeting.cancelled_at is not None and meeting.cancelled_at <= meeting.start
    known = CopyFacts(meeting.planned_end, meeting.id in facts.noticed, [one.room_answer for one in recordings], has_copy, is_explained, is_cancelled)
    return CopyCase(meeting, standing_of(known, now), recordings, answers)


def _by_meeting(answers: Iterable[DistrictCopyAnswer]) -> dict[str, list[DistrictCopyAnswer]]:
    found: dict[str, list[DistrictCopyAnswer]] = {}
    for answer in answers:
        found.setdefault(answer.meeting_id, []).append(answer)
    return found


def open_cases(session: Session, now: datetime) -> list[CopyCase]:
    """Every open task, the oldest meeting first; it stays until it is answered, however old it is."""
    return [case for case in cases_of(session, now, _to_look_at(session, now)) if case.is_missing]


def answered_cases(session: Session, now: datetime, page: int = 1) -> list[CopyCase]:
    """One page (1, 2 …) of the meetings whose task was answered, the newest first; one more than PAGE where another page follows."""
    answered = select(Meeting.id).where(Meeting.id.in_(select(DistrictCopyAnswer.meeting_id))).order_by(Meeting.start.desc(), Meeting.id)
    found = session.scalars(answered.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return cases_of(session, now, meeting_lines(session, Meeting.id.in_(found))[::-1])


def on_the_desk(session: Session, now: datetime, meeting_ids: Sequence[str]) -> OnTheDesk:
    """Of these meetings the recordings; and all open tasks, then what was answered in the last month and is no task any more."""
    fresh = select(DistrictCopyAnswer.meeting_id).where(DistrictCopyAnswer.answered_at >= now - SHOWN_ON_THE_DESK)
    answered = meeting_lines(session, Meeting.id.in_(fresh))[::-1]
    over = _to_look_at(session, now)
    tasks = [*over, *answered]
    facts = facts_of(session, list({*meeting_ids, *(meeting.id for meeting in tasks)}))
    cases = cases_of(session, now, tasks, facts)
    told = [*(case for case in cases[: len(over)] if case.is_missing), *(case for case in cases[len(over) :] if not case.is_missing)]
    return OnTheDesk(queries.recording_states(session, now, meeting_ids, facts), told)


def what_came(session: Session, now: datetime, case: CopyCase) -> list[queries.RecordingSummary]:
    """The meeting's recordings as pages tell them."""
    return [queries.summary_of(session, one, now) for one in case.recordings]


def upload_of(session: Session, recording_id: str) -> UploadedCopy | None:
    """Where a recording came from that was made on another device; None for a kiosk's."""
    return session.get(UploadedCopy, recording_id)


def same_file(session: Session, sha256: str) -> UploadedCopy | None:
    """The upload of these very bytes, for whichever meeting."""
    return session.scalars(select(UploadedCopy).where(UploadedCopy.sha256 == sha256)).first()


def _to_look_at(session: Session, now: datetime) -> Sequence[ToldMeeting]:
    """Meetings that are over, that a parent may have recorded, with nothing stored and no reason given: few at any time. The rule decides about each."""
    stored = select(Recording.meeting_id).where(Recording.state == RecordingState.STORED)
    noticed = select(Notice.meeting_id).where(Notice.meeting_id.is_not(None), Notice.status != NoticeStatus.WITHDRAWN)
    may_be_owed = or_(Meeting.id.in_(noticed), Meeting.id.in_(select(Recording.meeting_id)))
    return meeting_lines(session, Meeting.planned_end <= now, Meeting.id.not_in(stored), may_be_owed, ~_is_explained(), ~_did_nobody_record())


def _is_explained() -> ColumnElement[bool]:
    """SQL: the meeting's newest answer is a reason."""
    given = select(DistrictCopyAnswer.reason).where(DistrictCopyAnswer.meeting_id == Meeting.id).correlate(Meeting)
    newest = given.order_by(DistrictCopyAnswer.answered_at.desc(), DistrictCopyAnswer.id.desc()).limit(1).scalar_subquery()
    return func.coalesce(newest, CopyReason.UPLOADED.value) != CopyReason.UPLOADED.value


def _did_nobody_record() -> ColumnElement[bool]:
    """SQL: every kiosk that asked in the room was told that nobody records, and none began for a parent."""
    asked = select(Opening.recording_id).join(Recording, Recording.id == Opening.recording_id).where(Recording.meeting_id == Meeting.id).correlate(Meeting)
    otherwise = or_(Opening.parent_records.is_(None), Opening.parent_records != "no", Opening.begun_for.is_not(None))
    return and_(asked.exists(), ~asked.where(otherwise).exists())
