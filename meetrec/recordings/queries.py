"""Reads of recordings: for the desk, for the list, for a recording's page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Kiosk, Meeting
from meetrec.meetings.typed_times import day_begins
from meetrec.platform import jobs
from meetrec.platform.clock import in_zone
from meetrec.platform.web import NotFound
from meetrec.recordings import delivery_queries, district_copy_sentences, refusal_sentences, room_sentences, rules
from meetrec.recordings.copy_queries import joining_of
from meetrec.recordings.district_copy_models import STORE_UPLOAD, UploadedCopy
from meetrec.recordings.models import KioskCopy, Piece, Recording, Run
from meetrec.recordings.rules import (
    ArmingAgain,
    RecordingState,
    Stage,
    chains_of_closing,
    is_kiosk_silent,
    pieces_missing,
    stage_of,
)
from meetrec.recordings.sentences import nothing_recorded, overtaken, sentence_of, uncertain_since
from meetrec.recordings.uploads_queries import half_copy_remarks, is_uploaded

OLDEST_FIRST = (Recording.armed_at, Recording.id)
PAGE = 50  # recordings on one page of the list


@dataclass(frozen=True)
class RecordingSummary:
    """One recording on the desk: its page, one sentence, its stage for colour and order, and what the room says of itself."""

    url: str
    sentence: str
    kind: str
    has_district_copy: bool  # by this recording or an earlier one of the same meeting
    alarms: tuple[str, ...]
    space: str | None
    remarks: tuple[str, ...]
    origin: str | None = None  # the mark of a copy made on another device (G5.a)


@dataclass(frozen=True)
class Progress:
    """How far a recording is: stage, pieces delivered and promised (None before the closing), the joining job's progress 0..1, its complaint.

    `heard_at` is the kiosk's newest sign.
    """

    stage: Stage
    delivered: int
    promised: int | None
    fraction: float
    complaint: str | None
    heard_at: datetime


def recording(session: Session, recording_id: str) -> Recording:
    """The recording. Raises NotFound."""
    found = session.get(Recording, recording_id)
    if found is None:
        raise NotFound("There is no such recording.")
    return found


def progress_of(session: Session, found: Recording, now: datetime) -> Progress:
    """How far a recording is on its way into custody: that of the copy which leads, or is the first to be spoken of."""
    if is_uploaded(session, found.id):
        return _progress_of_upload(session, found)
    shown = found.main_copy
    if shown is not None:
        return progress_of_copy(session, shown, now)
    heard_at = last_heard(session, found, now)
    is_silent = is_kiosk_silent(planned_end=found.meeting.planned_end, heard_at=heard_at, now=now)
    return Progress(stage_of(found.state, None, is_closed=False, is_silent=is_silent, job_state=None), 0, None, 0.0, None, heard_at)


def progress_of_copy(session: Session, found: KioskCopy, now: datetime) -> Progress:
    """How far one kiosk's copy is on its way into custody."""
    job = joining_of(session, found)
    delivered = delivery_queries.delivered_chains(session, found.recording_id, found.kiosk_id)
    arrived = sum(end.pieces for end in delivered.values())
    promised = arrived + pieces_missing(chains_of_closing(found.closing), delivered) if found.closing is not None else None
    heard_at = last_heard(session, found.recording, now, found)
    is_silent = is_kiosk_silent(planned_end=found.recording.meeting.planned_end, heard_at=heard_at, now=now)
    is_held_back = job is None and found.kiosk.is_reserve and not found.leads and found.recording.state is not RecordingState.STORED
    stage = stage_of(
        found.state, found.kiosk_state, is_closed=found.closing is not None, is_silent=is_silent,
        job_state=job.state if job else None, is_held_back=is_held_back,
    )  # fmt: skip
    complaint = found.sentence or (job.sentence if job and job.state == "failed" else None)
    return Progress(stage, arrived, promised, job.progress if job else 0.0, complaint, heard_at)


def last_heard(session: Session, found: Recording, now: datetime, made_by: KioskCopy | None = None) -> datetime:
    """When the kiosk of a copy – without one, any kiosk of the room – last gave a sign: by any request, a state it told, or a piece; else the arming."""
    of_kiosks = (Kiosk.id == made_by.kiosk_id) if made_by else (Kiosk.room_id == found.meeting.room_id)
    seen = session.scalar(select(func.max(Kiosk.last_seen_at)).where(of_kiosks))
    of_runs = [Run.kiosk_id == made_by.kiosk_id] if made_by else []
    received = session.scalar(select(func.max(Piece.received_at)).join(Run).where(Run.recording_id == found.id, *of_runs))
    signs = (seen, received, made_by.kiosk_state_at if made_by else None, made_by.started_at if made_by else found.started_at)
    # Two of these are moments of the kiosk's own clock: one that runs ahead must not hide its silence.
    return max((sign for sign in signs if sign is not None and sign <= now), default=found.armed_at)


def recording_states(session: Session, now: datetime, meeting_ids: Sequence[str]) -> dict[str, RecordingSummary]:
    """The newest recording of each of these meetings that has one, by meeting id; if one is open, it is the newest."""
    found: dict[str, list[RecordingSummary]] = {}
    for one in session.scalars(select(Recording).where(Recording.meeting_id.in_(meeting_ids)).order_by(*OLDEST_FIRST)).unique():
        found.setdefault(one.meeting_id, []).append(summary_of(session, one, now))
    return {meeting: _together(those) for meeting, those in found.items()}


def _together(those: Sequence[RecordingSummary]) -> RecordingSummary:
    """The newest of a meeting's recordings speaks for all. A copy of which one part is missing is not missing, but it is said (G5.a)."""
    is_there = [one.has_district_copy for one in those]
    is_part_lost = any(is_there) and any(one.kind in rules.LOST_STAGES for one in those)
    said = (district_copy_sentences.part_missing(),) if is_part_lost else ()
    return replace(those[-1], has_district_copy=any(is_there), remarks=(*those[-1].remarks, *said))


def recordings_of_meeting(session: Session, meeting_id: str) -> Sequence[Recording]:
    """All recordings of a meeting, in the order in which its room was armed."""
    return session.scalars(select(Recording).where(Recording.meeting_id == meeting_id).order_by(*OLDEST_FIRST)).unique().all()


def is_overtaken(session: Session, found: Recording) -> bool:
    """Whether the room will not begin this one: without a network it had begun another of the meeting on the spot before it learned of it.

    Should a kiosk hold sound of it all the same, that is taken, and it is overtaken no more.
    """
    later = [one for one in recordings_of_meeting(session, found.meeting_id) if one.armed_at > found.armed_at]
    return found.state is RecordingState.ARMED and any(not is_uploaded(session, one.id) for one in later)


def other_recordings(session: Session, found: Recording, now: datetime) -> list[tuple[Recording, RecordingSummary]]:
    """The other recordings of the same meeting, with their summaries."""
    return [(one, summary_of(session, one, now)) for one in recordings_of_meeting(session, found.meeting_id) if one.id != found.id]


def was_objected(session: Session, meeting_id: str) -> bool:
    """Whether anybody who may has objected to a recording of this meeting (X-4)."""
    return any(opening.objection_at is not None for one in recordings_of_meeting(session, meeting_id) for opening in one.openings)


def arming_again(session: Session, found: Recording, now: datetime, zone: str) -> ArmingAgain:
    """Whether the room may be armed once more for this recording's meeting; days are those of the IANA zone."""
    is_any_open = any(one.is_open and not is_overtaken(session, one) for one in recordings_of_meeting(session, found.meeting_id))
    today = day_begins(in_zone(now, zone).date(), zone)
    return rules.arming_again(is_any_open=is_any_open, planned_end=found.meeting.planned_end, day_began=today)


def recordings_page(session: Session, now: datetime, page: int) -> tuple[list[tuple[Recording, RecordingSummary]], bool]:
    """One page (1, 2 …) of all recordings with their summaries, newest meeting first; and whether it is the last page."""
    ordered = select(Recording).join(Recording.meeting).order_by(Meeting.start.desc(), Recording.armed_at.desc(), Recording.id)
    found = session.scalars(ordered.offset((page - 1) * PAGE).limit(PAGE + 1)).unique().all()
    return [(one, summary_of(session, one, now)) for one in found[:PAGE]], len(found) <= PAGE


def summary_of(session: Session, found: Recording, now: datetime) -> RecordingSummary:
    """The recording as the desk shows it: the copy that is spoken of first, and what there is to say of the room's other kiosk."""
    progress = progress_of(session, found, now)
    upload = session.get(UploadedCopy, found.id)
    stages = {one.kiosk_id: progress_of_copy(session, one, now).stage for one in found.copies}
    return RecordingSummary(
        f"/recordings/{found.id}", sentence_for(session, found, progress, now), progress.stage.value, has_district_copy(session, found, now),
        room_sentences.running_alarms(found, stages), room_sentences.room_on_the_disk(found, progress.stage),
        _remarks(session, found, now),
        district_copy_sentences.origin_sentence(upload) if upload else None,
    )  # fmt: skip


def _remarks(session: Session, found: Recording, now: datetime) -> tuple[str, ...]:
    """What else there is to say of it: a delivery that is refused first, since somebody must do something."""
    refused, others = refusal_sentences.of_recording(session, found), of_other_kiosks(session, found, now)
    return (*refused, *others, *room_sentences.remarks(found.opening), *half_copy_remarks(session, found))


def has_district_copy(session: Session, found: Recording, now: datetime) -> bool:
    """Whether any kiosk's copy of it is, or can soon be expected to become, the district's copy: the reserve's whole one is one (G5.a)."""
    stages = [progress_of_copy(session, one, now).stage for one in found.copies] or [progress_of(session, found, now).stage]
    return any(rules.has_district_copy(stage, planned_end=found.meeting.planned_end, now=now) for stage in stages)


def of_other_kiosks(session: Session, found: Recording, now: datetime) -> list[str]:
    """A sentence for each kiosk that recorded beside the one spoken of first; and that this one is the reserve, where it is."""
    shown = found.main_copy
    told = [room_sentences.reserve_alone(found)] if shown is not None and shown.has_begun and shown.kiosk.is_reserve else []
    for one in found.copies:
        if one is not shown and one.has_begun:
            progress = progress_of_copy(session, one, now)
            sentence = sentence_of(progress.stage, progress.delivered, progress.promised, progress.heard_at)
            told.append(room_sentences.of_kiosk(one.kiosk.is_reserve, sentence))
    return told


def sentence_for(session: Session, found: Recording, progress: Progress, now: datetime) -> str:
    """Where the recording stands, in the reader's language: by its stage, and by where it comes from."""
    if is_overtaken(session, found):
        return overtaken()
    if progress.stage is Stage.ARMED and now >= found.meeting.planned_end:
        return nothing_recorded()
    if rules.is_recording_uncertain(progress.stage, heard_at=progress.heard_at, now=now):
        return uncertain_since(progress.heard_at)
    if progress.stage is Stage.RECORDING and room_sentences.is_disk_full(found.main_copy):
        return room_sentences.nothing_written()
    told = district_copy_sentences.upload_stage(progress.stage) if is_uploaded(session, found.id) else None
    return told or sentence_of(progress.stage, progress.delivered, progress.promised, progress.heard_at)


def _progress_of_upload(session: Session, found: Recording) -> Progress:
    """An uploaded file is whole when it is taken; only storing it is left."""
    job = jobs.latest_job(session, STORE_UPLOAD, found.id)
    stage = stage_of(found.state, None, is_closed=True, is_silent=False, job_state=job.state if job else None)
    return Progress(stage, 0, None, job.progress if job else 0.0, job.sentence if job and job.state == "failed" else None, found.armed_at)
