"""Reads of recordings: for the kiosk, for the desk, for a recording's page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from meetrec.capture.signing import public_key_of
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.meetings.typed_times import day_begins
from meetrec.platform import jobs
from meetrec.platform.clock import in_zone
from meetrec.platform.web import NotFound
from meetrec.recordings import district_copy_sentences, refusal_sentences, room_sentences, rules
from meetrec.recordings.copy_queries import joining_of
from meetrec.recordings.district_copy_models import STORE_UPLOAD, UploadedCopy
from meetrec.recordings.errors import DeliveryRefused
from meetrec.recordings.joined_room_log import NotedEntry, NotedLog
from meetrec.recordings.models import KioskCopy, Piece, Recording, RoomEntry, Run
from meetrec.recordings.rules import (
    UNDELIVERED,
    ArmingAgain,
    ChainEnd,
    RecordingState,
    Stage,
    chains_of_closing,
    is_kiosk_silent,
    pieces_missing,
    stage_of,
)
from meetrec.recordings.sentences import overtaken, sentence_of
from meetrec.recordings.uploads_queries import half_copy_remarks, is_uploaded

# A kiosk may lose the network for days: it learns of a week's meetings ahead, and may still finish yesterday's.
AHEAD, BEHIND = timedelta(days=7), timedelta(hours=12)
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


def recording_of_room(session: Session, recording_id: str, room_id: str) -> Recording:
    """The recording, if it is armed for this room; otherwise NotFound, which does not tell whether there is one elsewhere."""
    found = session.get(Recording, recording_id)
    if found is None or found.meeting.room_id != room_id:
        raise NotFound("No recording with this id is armed for the kiosk's room.")
    return found


def kiosk(session: Session, kiosk_id: str) -> Kiosk:
    """The enrolled kiosk. Raises NotFound."""
    found = session.get(Kiosk, kiosk_id)
    if found is None:
        raise NotFound("There is no such kiosk.")
    return found


def kiosk_public_key(session: Session, kiosk_id: str) -> bytes:
    """The raw public key that everything from this kiosk must be signed with. Raises NotFound, and DeliveryRefused for a kiosk without one."""
    public_key = kiosk(session, kiosk_id).public_key
    if public_key is None:
        raise DeliveryRefused(
            "This kiosk was enrolled before kiosks signed what they send. Enrol it anew: meetrec kiosk enroll. What it holds stays on it.", "no_kiosk_key"
        )
    return public_key_of(public_key)


def kiosk_with_token_hash(session: Session, token_hash: str) -> Kiosk | None:
    """The kiosk whose token hashes to this (SHA-256, hex)."""
    return session.scalars(select(Kiosk).where(Kiosk.token_hash == token_hash)).first()


def armed_in_room(session: Session, room_id: str, now: datetime, kiosk_id: str | None = None) -> Sequence[Recording]:
    """The recordings that this kiosk of the room may begin or go on with, by start; without a kiosk those that any may begin.

    Not one that nobody began because the room had begun another on the spot, without a network, before it learned of this one.
    """
    overtaking = aliased(Recording)
    is_overtaken = select(overtaking.id).where(overtaking.meeting_id == Recording.meeting_id, overtaking.armed_at > Recording.armed_at).exists()
    found = session.scalars(
        select(Recording)
        .join(Recording.meeting)
        .where(
            Meeting.room_id == room_id,
            ~((Recording.state == RecordingState.ARMED) & is_overtaken),
            Meeting.start <= now + AHEAD,
            Meeting.planned_end >= now - BEHIND,
        )
        .order_by(Meeting.start)
    ).unique()
    return [one for one in found if _may_record(one, kiosk_id)]


def _may_record(found: Recording, kiosk_id: str | None) -> bool:
    """What a kiosk has begun it may go on with until it closed it itself; what another kiosk of the room closed it does not begin."""
    own = found.copy_of(kiosk_id) if kiosk_id else None
    if own is not None and own.has_begun:
        return own.closing is None and own.state in UNDELIVERED
    return found.is_open


def last_piece(session: Session, run_id: str, microphone: str) -> Piece | None:
    """The newest piece of one chain."""
    chain = select(Piece).where(Piece.run_id == run_id, Piece.microphone == microphone)
    return session.scalars(chain.order_by(Piece.position.desc()).limit(1)).first()


def is_noted(session: Session, run_id: str, microphone: str, index: int) -> bool:
    """Whether this piece was delivered before."""
    return session.get(Piece, (run_id, microphone, index)) is not None


def has_run(session: Session, run_id: str) -> bool:
    """Whether the run's opening statement was delivered before."""
    return session.get(Run, run_id) is not None


def delivered_chains(session: Session, recording_id: str, kiosk_id: str) -> dict[tuple[str, str], ChainEnd]:
    """What has arrived of each chain of one kiosk: number of pieces and the last one's hash. Without holes, as pieces are taken in order only."""
    newest = (
        select(Piece.run_id, Piece.microphone, func.max(Piece.position).label("position"))
        .join(Run)
        .where(Run.recording_id == recording_id, Run.kiosk_id == kiosk_id)
        .group_by(Piece.run_id, Piece.microphone)
        .subquery()
    )
    same = (Piece.run_id == newest.c.run_id, Piece.microphone == newest.c.microphone, Piece.position == newest.c.position)
    ends = session.scalars(select(Piece).join(newest, same[0] & same[1] & same[2])).all()
    return {(end.run_id, end.microphone): ChainEnd(end.position + 1, end.sha256) for end in ends}


def is_room_log_open(session: Session, recording_id: str, kiosk_id: str) -> bool:
    """Whether this kiosk has begun a room log of the recording whose end has not arrived. Made without a kiosk's screen, a recording has none."""
    kinds = set(session.scalars(select(RoomEntry.kind).where(RoomEntry.recording_id == recording_id, RoomEntry.kiosk_id == kiosk_id)))
    return bool(kinds) and "end" not in kinds


def noted_log(session: Session, recording_id: str, kiosk_id: str) -> NotedLog | None:
    """What was noted of one kiosk's room log of this recording, without holes, as entries are taken in order only; None without a log."""
    own = (RoomEntry.recording_id == recording_id, RoomEntry.kiosk_id == kiosk_id)
    rows = session.scalars(select(RoomEntry).where(*own).order_by(RoomEntry.position)).all()
    entries = tuple(NotedEntry(one.kind, one.at, one.clock_offset, one.elapsed, one.run_id, one.sha256) for one in rows)
    return NotedLog(kiosk_id, kiosk_public_key(session, kiosk_id), entries) if entries else None


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
    delivered = delivered_chains(session, found.recording_id, found.kiosk_id)
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
        f"/recordings/{found.id}", sentence_for(session, found, progress), progress.stage.value, has_district_copy(session, found, now),
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


def sentence_for(session: Session, found: Recording, progress: Progress) -> str:
    """Where the recording stands, in the reader's language: by its stage, and by where it comes from."""
    if is_overtaken(session, found):
        return overtaken()
    told = district_copy_sentences.upload_stage(progress.stage) if is_uploaded(session, found.id) else None
    return told or sentence_of(progress.stage, progress.delivered, progress.promised, progress.heard_at)


def _progress_of_upload(session: Session, found: Recording) -> Progress:
    """An uploaded file is whole when it is taken; only storing it is left."""
    job = jobs.latest_job(session, STORE_UPLOAD, found.id)
    stage = stage_of(found.state, None, is_closed=True, is_silent=False, job_state=job.state if job else None)
    return Progress(stage, 0, None, job.progress if job else 0.0, job.sentence if job and job.state == "failed" else None, found.armed_at)
