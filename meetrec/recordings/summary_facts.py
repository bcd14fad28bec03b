"""Everything that summaries of recordings are made of, read at once: the number of queries does not grow with the number of recordings."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from meetrec.custody.models import Record
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.platform.database import among
from meetrec.platform.jobs import Job
from meetrec.recordings.district_copy_models import STORE_UPLOAD, UploadedCopy
from meetrec.recordings.models import KioskCopy, Opening, Piece, Recording, RefusedDelivery, Run
from meetrec.recordings.refused_deliveries import refusals_that_stand
from meetrec.recordings.rules import ADD_COPY, ASSEMBLE, ChainEnd, RecordingState
from meetrec.recordings.standing_down import StandDown
from meetrec.recordings.uploads_queries import half_copy_of

# Runs are many and hold whole statements; no summary looks at them. Of the meeting it needs times and room.
FOR_SUMMARIES = (
    lazyload(Recording.runs),
    joinedload(Recording.meeting).load_only(Meeting.start, Meeting.planned_end, Meeting.cancelled_at, Meeting.room_id),
    joinedload(Recording.meeting).lazyload(Meeting.student),
    joinedload(Recording.meeting).lazyload(Meeting.room),
    joinedload(Recording.meeting).lazyload(Meeting.moves),
    selectinload(Recording.copies).selectinload(KioskCopy.kiosk).lazyload(Kiosk.room),  # the few kiosks once, not with each of their copies
    selectinload(Recording.openings).selectinload(Opening.kiosk).lazyload(Kiosk.room),
)
OLDEST_FIRST = (Recording.armed_at, Recording.id)
Chains = Mapping[tuple[str, str], ChainEnd]  # by run and microphone


@dataclass(frozen=True)
class SummaryFacts:
    """What is known of all recordings of some meetings."""

    recordings: Mapping[str, Sequence[Recording]]  # by meeting, in the order in which its room was armed
    uploads: Mapping[str, UploadedCopy]  # by recording
    jobs: Mapping[tuple[str, str], Job]  # the newest by kind and subject
    chains: Mapping[tuple[str, str], Chains]  # what arrived, by recording and kiosk
    received: Mapping[str, Mapping[str, datetime]]  # when the newest piece arrived, by recording, and by kiosk
    kiosks: Sequence[tuple[str, str, datetime | None]]  # id, room and last sign
    refused: Mapping[str, Sequence[RefusedDelivery]]  # by recording
    half_copies: Mapping[str, tuple[str, ...]]  # a sentence by recording
    noticed: Collection[str]  # the meetings of which a notice stands

    def of_meeting(self, meeting_id: str) -> Sequence[Recording]:
        """All recordings of a meeting, oldest first."""
        return self.recordings.get(meeting_id, ())

    def is_uploaded(self, recording_id: str) -> bool:
        """Whether the recording was made on another device and uploaded."""
        return recording_id in self.uploads

    def joining_of(self, copy: KioskCopy) -> Job | None:
        """The newest job that joins this copy."""
        return self.jobs.get((ASSEMBLE, copy.recording_id) if copy.leads else (ADD_COPY, copy.id))

    def storing_of(self, recording_id: str) -> Job | None:
        """The newest job that stores an upload."""
        return self.jobs.get((STORE_UPLOAD, recording_id))

    def is_overtaken(self, found: Recording) -> bool:
        """Whether the room will not begin this one: without a network it had begun another of the meeting on the spot before it learned of it.

        Should a kiosk hold sound of it all the same, that is taken, and it is overtaken no more.
        """
        later = (one for one in self.of_meeting(found.meeting_id) if one.armed_at > found.armed_at)
        return found.state is RecordingState.ARMED and any(not self.is_uploaded(one.id) for one in later)

    def stand_down_of(self, found: Recording) -> StandDown | None:
        """Why the room does not begin this recording; None for one that began, and for one that it may begin."""
        if found.state is not RecordingState.ARMED:
            return None
        if found.meeting.cancelled_at is not None:
            return StandDown.CANCELLED
        return None if found.meeting_id in self.noticed else StandDown.WITHDRAWN

    def last_heard(self, found: Recording, now: datetime, made_by: KioskCopy | None = None) -> datetime:
        """When the kiosk of a copy – without one, any kiosk of the room – last gave a sign: by any request, a state it told, or a piece; else the arming."""
        own = made_by.kiosk_id if made_by else None
        room = found.meeting.room_id
        seen = [at for kiosk, stands_in, at in self.kiosks if (kiosk == own if own else stands_in == room)]
        received = [at for kiosk, at in self.received.get(found.id, {}).items() if own in (None, kiosk)]
        told = [made_by.kiosk_state_at, made_by.started_at] if made_by else [found.started_at]
        # Two of these are moments of the kiosk's own clock: one that runs ahead must not hide its silence.
        return max((sign for sign in (*seen, *received, *told) if sign is not None and sign <= now), default=found.armed_at)


def facts_of(session: Session, meeting_ids: Sequence[str]) -> SummaryFacts:
    """All that is known of the recordings of these meetings."""
    asked = select(Recording).options(*FOR_SUMMARIES).where(among(Recording.meeting_id, meeting_ids))
    found = session.scalars(asked.order_by(*OLDEST_FIRST)).unique().all() if meeting_ids else []
    standing = select(Notice.meeting_id).where(among(Notice.meeting_id, meeting_ids), Notice.status != NoticeStatus.WITHDRAWN)
    noticed = {meeting for meeting in session.scalars(standing) if meeting} if meeting_ids else set()
    if not found:
        return SummaryFacts({}, {}, {}, {}, {}, (), {}, {}, noticed)
    by_meeting: dict[str, list[Recording]] = defaultdict(list)
    for one in found:
        by_meeting[one.meeting_id].append(one)
    ids = [one.id for one in found]
    uploads = {one.recording_id: one for one in session.scalars(select(UploadedCopy).where(among(UploadedCopy.recording_id, ids)))}
    chains, received = _arrived(session, [one.id for one in found if one.copies])
    return SummaryFacts(
        by_meeting, uploads, _jobs(session, found), chains, received, _kiosks(session, found), _refused(session, found), _halves(session, found), noticed
    )  # fmt: skip


def _jobs(session: Session, found: Sequence[Recording]) -> dict[tuple[str, str], Job]:
    subjects = [one.id for one in found] + [copy.id for one in found for copy in one.copies]
    asked = select(Job).where(among(Job.subject_id, subjects), Job.kind.in_((ASSEMBLE, ADD_COPY, STORE_UPLOAD)))
    return {(job.kind, job.subject_id): job for job in session.scalars(asked.order_by(Job.created_at))}


def _arrived(session: Session, ids: Sequence[str]) -> tuple[dict[tuple[str, str], dict[tuple[str, str], ChainEnd]], dict[str, dict[str, datetime]]]:
    """The ends of all chains, and when the newest piece came. Chains have no holes, as pieces are taken in order only."""
    chain = (Piece.run_id, Piece.microphone)
    newest = select(*chain, func.max(Piece.position).label("position"), func.max(Piece.received_at).label("at")).join(Run)
    ends = newest.where(among(Run.recording_id, ids)).group_by(*chain).subquery()
    last = (Piece.run_id == ends.c.run_id) & (Piece.microphone == ends.c.microphone) & (Piece.position == ends.c.position)
    asked = select(Run.recording_id, Run.kiosk_id, Piece.run_id, Piece.microphone, Piece.position, Piece.sha256, ends.c.at)
    chains: dict[tuple[str, str], dict[tuple[str, str], ChainEnd]] = defaultdict(dict)
    received: dict[str, dict[str, datetime]] = defaultdict(dict)
    for recording, kiosk, run, microphone, position, sha256, at in session.execute(asked.join(ends, last).join(Run, Run.id == Piece.run_id)) if ids else ():
        chains[recording, kiosk][run, microphone] = ChainEnd(position + 1, sha256)
        received[recording][kiosk] = max(at, received[recording].get(kiosk, at))
    return chains, received


def _kiosks(session: Session, found: Sequence[Recording]) -> list[tuple[str, str, datetime | None]]:
    rooms = {one.meeting.room_id for one in found}
    own = {copy.kiosk_id for one in found for copy in one.copies}
    rows = session.execute(select(Kiosk.id, Kiosk.room_id, Kiosk.last_seen_at).where(or_(among(Kiosk.room_id, rooms), among(Kiosk.id, own))))
    return [(kiosk, room, at) for kiosk, room, at in rows]


def _refused(session: Session, found: Sequence[Recording]) -> dict[str, list[RefusedDelivery]]:
    asked = select(RefusedDelivery).where(among(RefusedDelivery.recording_id, [one.id for one in found]))
    told: dict[str, list[RefusedDelivery]] = defaultdict(list)
    for refusal in session.scalars(asked.order_by(RefusedDelivery.refused_at, RefusedDelivery.microphone)):
        told[refusal.recording_id].append(refusal)
    return {one.id: list(refusals_that_stand(one, told[one.id])) for one in found if one.id in told}


def _halves(session: Session, found: Sequence[Recording]) -> dict[str, tuple[str, ...]]:
    stored = [one.id for one in found if one.state is RecordingState.STORED]
    rows = session.execute(select(Record.recording_id, Record.unheard, Record.duration).where(among(Record.recording_id, stored))) if stored else ()
    return {recording: half_copy_of(unheard, duration) for recording, unheard, duration in rows}
