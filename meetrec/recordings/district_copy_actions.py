"""Answering the task "the district's copy is missing": with a reason, or with a recording made on another device (G5.a)."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings.models import Meeting
from meetrec.platform import jobs
from meetrec.platform.database import new_id
from meetrec.platform.jobs import Job
from meetrec.recordings import district_copy_queries as queries
from meetrec.recordings.district_copy_models import STORE_UPLOAD, DistrictCopyAnswer, UploadedCopy, UploadUnderWay
from meetrec.recordings.district_copy_queries import CopyCase
from meetrec.recordings.district_copy_rules import WORDS_NEEDED, CopyReason, CopyStanding
from meetrec.recordings.district_copy_sentences import origin_sentence
from meetrec.recordings.errors import CopyAnswerRefused, UploadRefused
from meetrec.recordings.models import Recording
from meetrec.recordings.rules import RecordingState
from meetrec.recordings.uploads_intake import Arrived


@dataclass(frozen=True)
class UploadStatement:
    """What the uploader says of a recording: the name of its file, when it begins (aware), and what it was made on."""

    file_name: str
    starts_at: datetime
    device: str


def explain(session: Session, now: datetime, account_id: str, meeting_id: str, reason: CopyReason, words: str | None) -> DistrictCopyAnswer:
    """Say why a meeting has no district copy; a later answer takes its place, and all stay to be seen.

    Raises NotFound; CopyAnswerRefused where nothing is missing (any more), or where the reason needs words and has none.
    """
    meeting = queries.meeting_of(session, meeting_id)
    if queries.case_of(session, now, meeting).standing not in (CopyStanding.MISSING, CopyStanding.EXPLAINED):
        raise CopyAnswerRefused(_("No district copy of this meeting is missing, so no reason is needed."))
    if reason in WORDS_NEEDED and not words:
        raise CopyAnswerRefused(_("Say in a few words what happened."))
    answer = _answered(session, now, account_id, meeting.id, reason, words)
    journal.append(session, now, f"user:{account_id}", "copy.explained", f"meeting:{meeting.id}", reason=reason.value)
    return answer


def require_upload_possible(case: CopyCase) -> None:
    """Raises UploadRefused for a meeting that is not over, or that no parent records: staff never begin a recording (A-05)."""
    if not case.may_be_uploaded:
        raise UploadRefused(_("A recording can be uploaded when the meeting is over, and only for a meeting that the parent records."))


def accept_upload(session: Session, now: datetime, account_id: str, meeting_id: str, said: UploadStatement, arrived: Arrived) -> Recording:
    """Take an upload as the district's copy: a recording like a kiosk's, whose joining job makes the record. Armed by the parent's notice (A-05).

    Raises NotFound, or UploadRefused when these very bytes were uploaded before; the caller then takes the bytes back.
    """
    session.get(Meeting, meeting_id, with_for_update={"of": Meeting})  # so that the same file sent twice at once is taken once
    case = queries.case_of(session, now, queries.meeting_of(session, meeting_id))
    require_upload_possible(case)
    _refuse_the_same_file(session, meeting_id, arrived.stored.sha256)
    recording = _recording(session, now, case, said, arrived)
    session.add(_row(now, account_id, recording.id, said, arrived))
    session.delete(session.get_one(UploadUnderWay, arrived.record_id))
    _answered(session, now, account_id, meeting_id, CopyReason.UPLOADED, None, recording.id)
    jobs.enqueue(session, now, STORE_UPLOAD, recording.id, recording=recording.id)
    journal.append(
        session, now, f"user:{account_id}", "copy.uploaded", f"recording:{recording.id}", recording_id=recording.id, meeting=meeting_id,
        notice=recording.notice_id, original=arrived.stored.sha256, bytes=arrived.stored.size,
    )  # fmt: skip
    return recording


def try_again(session: Session, now: datetime, recording_id: str) -> None:
    """Queue the storing of an upload once more after it failed; does nothing while it is under way or done."""
    recording, job = session.get_one(Recording, recording_id), jobs.latest_job(session, STORE_UPLOAD, recording_id)
    if recording.state is not RecordingState.STORED and (job is None or job.state not in jobs.OPEN_STATES):
        jobs.enqueue(session, now, STORE_UPLOAD, recording_id, recording=recording_id)


def note_failure(session: Session, now: datetime, job: Job) -> None:
    """Storing an upload ended as failed, whatever the reason; the job's row keeps the sentence."""
    journal.append(session, now, "system", "recording.assembly_failed", f"recording:{job.subject_id}", recording_id=job.subject_id)


def _recording(session: Session, now: datetime, case: CopyCase, said: UploadStatement, arrived: Arrived) -> Recording:
    armed = case.recordings[-1]
    recording = Recording(
        id=new_id(), meeting_id=case.meeting.id, notice_id=armed.notice_id, state=RecordingState.DELIVERED, armed_at=now, started_at=said.starts_at,
        record_id=arrived.record_id,
    )  # fmt: skip
    session.add(recording)
    session.flush()
    return recording


def _row(now: datetime, account_id: str, recording_id: str, said: UploadStatement, arrived: Arrived) -> UploadedCopy:
    return UploadedCopy(
        recording_id=recording_id, object_id=arrived.object_id, file_name=said.file_name, sound_format=arrived.sound_format, size=arrived.stored.size,
        sha256=arrived.stored.sha256, channel=arrived.heard.channel, has_cover=arrived.heard.has_cover, device=said.device, starts_at=said.starts_at,
        account_id=account_id, uploaded_at=now,
    )  # fmt: skip


def _refuse_the_same_file(session: Session, meeting_id: str, sha256: str) -> None:
    earlier = queries.same_file(session, sha256)
    if earlier is None:
        return
    told = origin_sentence(earlier)
    if session.get_one(Recording, earlier.recording_id).meeting_id == meeting_id:
        raise UploadRefused(_("This very file is here already. %(origin)s Nothing was added.", origin=told))
    raise UploadRefused(_("This very file was uploaded for another meeting. %(origin)s Check which meeting it belongs to. Nothing was added.", origin=told))


def _answered(
    session: Session, now: datetime, account_id: str, meeting_id: str, reason: CopyReason, words: str | None, recording_id: str | None = None
) -> DistrictCopyAnswer:
    answer = DistrictCopyAnswer(
        meeting_id=meeting_id, reason=reason.value, words=words, recording_id=recording_id, account_id=account_id, answered_at=now
    )  # fmt: skip
    session.add(answer)
    session.flush()
    return answer
