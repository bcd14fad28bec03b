"""Reads of the task "the district's copy is missing": which meetings it stands for, what was answered, and by whom (G5.a)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting
from meetrec.notices.models import Notice
from meetrec.platform.web import NotFound
from meetrec.recordings import district_copy_sentences as sentences
from meetrec.recordings import queries
from meetrec.recordings.district_copy_models import DistrictCopyAnswer, UploadedCopy
from meetrec.recordings.district_copy_rules import CopyFacts, CopyReason, CopyStanding, standing_of
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState

SHOWN_ON_THE_DESK = timedelta(days=30)  # after the answer
PAGE = 50


@dataclass(frozen=True)
class CopyCase:
    """One meeting's district copy at one moment: the facts that speak for a recording parent, what came, and every answer, oldest first."""

    meeting: Meeting
    standing: CopyStanding
    notices: Sequence[Notice]
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
    recordings = queries.recordings_of_meeting(session, meeting.id)
    standing_notices = select(Notice).where(Notice.meeting_id == meeting.id, Notice.status != "withdrawn")
    notices = session.scalars(standing_notices.order_by(Notice.received_at)).all()
    given = select(DistrictCopyAnswer).where(DistrictCopyAnswer.meeting_id == meeting.id)
    answers = session.scalars(given.order_by(DistrictCopyAnswer.answered_at, DistrictCopyAnswer.id)).all()
    has_copy = any(queries.has_district_copy(session, one, now) for one in recordings)
    is_explained = bool(answers) and answers[-1].reason != CopyReason.UPLOADED
    facts = CopyFacts(meeting.planned_end, bool(notices), [one.room_answer for one in recordings], has_copy, is_explained)
    return CopyCase(meeting, standing_of(facts, now), notices, recordings, answers)


def open_cases(session: Session, now: datetime) -> list[CopyCase]:
    """Every open task, the oldest meeting first; it stays until it is answered, however old it is."""
    return [case for case in (case_of(session, now, meeting) for meeting in _to_look_at(session, now)) if case.is_missing]


def answered_cases(session: Session, now: datetime, page: int = 1) -> list[CopyCase]:
    """One page (1, 2 …) of the meetings whose task was answered, the newest first; one more than PAGE where another page follows."""
    answered = select(Meeting).where(Meeting.id.in_(select(DistrictCopyAnswer.meeting_id))).order_by(Meeting.start.desc(), Meeting.id)
    found = session.scalars(answered.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return [case_of(session, now, meeting) for meeting in found]


def tasks_on_the_desk(session: Session, now: datetime) -> list[CopyCase]:
    """The open tasks first, then what was answered in the last month and is no task any more."""
    fresh = select(DistrictCopyAnswer.meeting_id).where(DistrictCopyAnswer.answered_at >= now - SHOWN_ON_THE_DESK)
    answered = session.scalars(select(Meeting).where(Meeting.id.in_(fresh)).order_by(Meeting.start.desc(), Meeting.id)).all()
    settled = (case_of(session, now, meeting) for meeting in answered)
    return [*open_cases(session, now), *(case for case in settled if not case.is_missing)]


def what_came(session: Session, now: datetime, case: CopyCase) -> list[queries.RecordingSummary]:
    """The meeting's recordings as pages tell them."""
    return [queries.summary_of(session, one, now) for one in case.recordings]


def upload_of(session: Session, recording_id: str) -> UploadedCopy | None:
    """Where a recording came from that was made on another device; None for a kiosk's."""
    return session.get(UploadedCopy, recording_id)


def same_file(session: Session, sha256: str) -> UploadedCopy | None:
    """The upload of these very bytes, for whichever meeting."""
    return session.scalars(select(UploadedCopy).where(UploadedCopy.sha256 == sha256)).first()


def _to_look_at(session: Session, now: datetime) -> Sequence[Meeting]:
    """Meetings that are over, have a matched notice or a recording, and nothing stored: few at any time. The rule decides about each."""
    stored = select(Recording.meeting_id).where(Recording.state == RecordingState.STORED)
    noticed, armed = select(Notice.meeting_id).where(Notice.meeting_id.is_not(None)), select(Recording.meeting_id)
    over = select(Meeting).where(Meeting.planned_end <= now, Meeting.id.not_in(stored), or_(Meeting.id.in_(noticed), Meeting.id.in_(armed)))
    return session.scalars(over.order_by(Meeting.start, Meeting.id)).all()
