"""Reads of recordings: for the desk, for the list, for a recording's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting
from meetrec.meetings.typed_times import day_begins
from meetrec.platform.clock import in_zone
from meetrec.platform.web import NotFound
from meetrec.recordings import district_copy_sentences, refusal_sentences, room_sentences, rules
from meetrec.recordings.models import KioskCopy, Recording
from meetrec.recordings.rules import (
    ArmingAgain,
    RecordingState,
    Stage,
    chains_of_closing,
    is_kiosk_silent,
    pieces_missing,
    stage_of,
)
from meetrec.recordings.sentences import nothing_recorded, overtaken, sentence_of, stood_down, uncertain_since
from meetrec.recordings.summary_facts import OLDEST_FIRST, SummaryFacts, facts_of

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


def progress_of(session: Session, found: Recording, now: datetime, facts: SummaryFacts | None = None) -> Progress:
    """How far a recording is on its way into custody: that of the copy which leads, or is the first to be spoken of.

    `facts`: of its meeting, when they were read already; so for every function here that takes them.
    """
    facts = facts or facts_of(session, [found.meeting_id])
    if facts.is_uploaded(found.id):
        return _progress_of_upload(found, facts)
    shown = found.main_copy
    if shown is not None:
        return progress_of_copy(session, shown, now, facts)
    heard_at = facts.last_heard(found, now)
    is_silent = is_kiosk_silent(planned_end=found.meeting.planned_end, heard_at=heard_at, now=now)
    return Progress(stage_of(found.state, None, is_closed=False, is_silent=is_silent, job_state=None), 0, None, 0.0, None, heard_at)


def progress_of_copy(session: Session, found: KioskCopy, now: datetime, facts: SummaryFacts | None = None) -> Progress:
    """How far one kiosk's copy is on its way into custody."""
    facts = facts or facts_of(session, [found.recording.meeting_id])
    job = facts.joining_of(found)
    delivered = facts.chains.get((found.recording_id, found.kiosk_id), {})
    arrived = sum(end.pieces for end in delivered.values())
    promised = arrived + pieces_missing(chains_of_closing(found.closing), delivered) if found.closing is not None else None
    heard_at = facts.last_heard(found.recording, now, found)
    is_silent = is_kiosk_silent(planned_end=found.recording.meeting.planned_end, heard_at=heard_at, now=now)
    is_held_back = job is None and found.kiosk.is_reserve and not found.leads and found.recording.state is not RecordingState.STORED
    stage = stage_of(
        found.state, found.kiosk_state, is_closed=found.closing is not None, is_silent=is_silent,
        job_state=job.state if job else None, is_held_back=is_held_back,
    )  # fmt: skip
    complaint = found.sentence or (job.sentence if job and job.state == "failed" else None)
    return Progress(stage, arrived, promised, job.progress if job else 0.0, complaint, heard_at)


def recording_states(session: Session, now: datetime, meeting_ids: Sequence[str], facts: SummaryFacts | None = None) -> dict[str, RecordingSummary]:
    """The newest recording of each of these meetings that has one, by meeting id; if one is open, it is the newest."""
    facts = facts or facts_of(session, meeting_ids)
    of_meetings = {meeting: facts.of_meeting(meeting) for meeting in meeting_ids}
    return {meeting: _together([summary_of(session, one, now, facts) for one in those]) for meeting, those in of_meetings.items() if those}


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
    """Whether the room will not begin this one, since it had begun another of the meeting on the spot."""
    return facts_of(session, [found.meeting_id]).is_overtaken(found)


def other_recordings(session: Session, found: Recording, now: datetime) -> list[tuple[Recording, RecordingSummary]]:
    """The other recordings of the same meeting, with their summaries."""
    facts = facts_of(session, [found.meeting_id])
    return [(one, summary_of(session, one, now, facts)) for one in facts.of_meeting(found.meeting_id) if one.id != found.id]


def was_objected(session: Session, meeting_id: str) -> bool:
    """Whether anybody who may has objected to a recording of this meeting (X-4)."""
    return any(opening.objection_at is not None for one in recordings_of_meeting(session, meeting_id) for opening in one.openings)


def arming_again(session: Session, found: Recording, now: datetime, zone: str) -> ArmingAgain:
    """Whether the room may be armed once more for this recording's meeting; days are those of the IANA zone."""
    facts = facts_of(session, [found.meeting_id])
    is_any_open = any(one.is_open and not facts.is_overtaken(one) for one in facts.of_meeting(found.meeting_id))
    today = day_begins(in_zone(now, zone).date(), zone)
    return rules.arming_again(is_any_open=is_any_open, planned_end=found.meeting.planned_end, day_began=today)


def recordings_page(session: Session, now: datetime, page: int) -> tuple[list[tuple[Recording, RecordingSummary]], bool]:
    """One page (1, 2 …) of all recordings with their summaries, newest meeting first; and whether it is the last page."""
    ordered = select(Recording).join(Recording.meeting).order_by(Meeting.start.desc(), Recording.armed_at.desc(), Recording.id)
    found = session.scalars(ordered.offset((page - 1) * PAGE).limit(PAGE + 1)).unique().all()
    facts = facts_of(session, [one.meeting_id for one in found])
    return [(one, summary_of(session, one, now, facts)) for one in found[:PAGE]], len(found) <= PAGE


def summary_of(session: Session, found: Recording, now: datetime, facts: SummaryFacts | None = None) -> RecordingSummary:
    """The recording as the desk shows it: the copy that is spoken of first, and what there is to say of the room's other kiosk."""
    facts = facts or facts_of(session, [found.meeting_id])
    upload, main = facts.uploads.get(found.id), found.main_copy
    of_copies = {one.kiosk_id: progress_of_copy(session, one, now, facts) for one in found.copies}
    progress = of_copies[main.kiosk_id] if main is not None and upload is None else progress_of(session, found, now, facts)
    stages = {kiosk: one.stage for kiosk, one in of_copies.items()}
    has_copy = _is_any_a_copy(list(stages.values()) or [progress.stage], found, now)
    return RecordingSummary(
        f"/recordings/{found.id}", sentence_for(session, found, progress, now, facts), progress.stage.value, has_copy,
        room_sentences.running_alarms(found, stages), room_sentences.room_on_the_disk(found, progress.stage),
        _remarks(found, facts, of_copies),
        district_copy_sentences.origin_sentence(upload) if upload else None,
    )  # fmt: skip


def _remarks(found: Recording, facts: SummaryFacts, of_copies: Mapping[str, Progress]) -> tuple[str, ...]:
    """What else there is to say of it: a delivery that is refused first, since somebody must do something."""
    refused, others = refusal_sentences.sentences_of(facts.refused.get(found.id, ())), _of_others(found, of_copies)
    return (*refused, *others, *room_sentences.remarks(found.opening), *facts.half_copies.get(found.id, ()))


def has_district_copy(session: Session, found: Recording, now: datetime, facts: SummaryFacts | None = None) -> bool:
    """Whether any kiosk's copy of it is, or can soon be expected to become, the district's copy: the reserve's whole one is one (G5.a)."""
    facts = facts or facts_of(session, [found.meeting_id])
    of_copies = [progress_of_copy(session, one, now, facts).stage for one in found.copies]
    stages = of_copies or [progress_of(session, found, now, facts).stage]
    return _is_any_a_copy(stages, found, now)


def _is_any_a_copy(stages: Sequence[Stage], found: Recording, now: datetime) -> bool:
    return any(rules.has_district_copy(stage, planned_end=found.meeting.planned_end, now=now) for stage in stages)


def of_other_kiosks(session: Session, found: Recording, now: datetime) -> list[str]:
    """A sentence for each kiosk that recorded beside the one spoken of first; and that this one is the reserve, where it is."""
    facts = facts_of(session, [found.meeting_id])
    return _of_others(found, {one.kiosk_id: progress_of_copy(session, one, now, facts) for one in found.copies})


def _of_others(found: Recording, of_copies: Mapping[str, Progress]) -> list[str]:
    shown = found.main_copy
    told = [room_sentences.reserve_alone(found)] if shown is not None and shown.has_begun and shown.kiosk.is_reserve else []
    for one in found.copies:
        if one is not shown and one.has_begun:
            progress = of_copies[one.kiosk_id]
            sentence = sentence_of(progress.stage, progress.delivered, progress.promised, progress.heard_at)
            told.append(room_sentences.of_kiosk(one.kiosk.is_reserve, sentence))
    return told


def sentence_for(session: Session, found: Recording, progress: Progress, now: datetime, facts: SummaryFacts | None = None) -> str:
    """Where the recording stands, in the reader's language: by its stage, and by where it comes from."""
    facts = facts or facts_of(session, [found.meeting_id])
    if facts.is_overtaken(found):
        return overtaken()
    if reason := facts.stand_down_of(found):
        return stood_down(reason)
    if progress.stage is Stage.ARMED and now >= found.meeting.planned_end:
        return nothing_recorded()
    if rules.is_recording_uncertain(progress.stage, heard_at=progress.heard_at, now=now):
        return uncertain_since(progress.heard_at)
    if progress.stage is Stage.RECORDING and room_sentences.is_disk_full(found.main_copy):
        return room_sentences.nothing_written()
    told = district_copy_sentences.upload_stage(progress.stage) if facts.is_uploaded(found.id) else None
    return told or sentence_of(progress.stage, progress.delivered, progress.promised, progress.heard_at)


def _progress_of_upload(found: Recording, facts: SummaryFacts) -> Progress:
    """An uploaded file is whole when it is taken; only storing it is left."""
    job = facts.storing_of(found.id)
    stage = stage_of(found.state, None, is_closed=True, is_silent=False, job_state=job.state if job else None)
    return Progress(stage, 0, None, job.progress if job else 0.0, job.sentence if job and job.state == "failed" else None, found.armed_at)
