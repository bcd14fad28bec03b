"""Reads that a delivering kiosk's requests need: the kiosk and its key, what its room may record, what of a chain has arrived."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from meetrec.capture.signing import public_key_of
from meetrec.meetings.models import Kiosk, Meeting
from meetrec.platform.web import NotFound
from meetrec.recordings.errors import DeliveryRefused
from meetrec.recordings.joined_room_log import NotedEntry, NotedLog
from meetrec.recordings.models import KioskCopy, Piece, Recording, RoomEntry, Run
from meetrec.recordings.rules import UNDELIVERED, ChainEnd, RecordingState
from meetrec.recordings.standing_down import is_known_room, may_begin

# A kiosk may lose the network for days: it learns of a week's meetings ahead, and may still finish yesterday's.
AHEAD, BEHIND = timedelta(days=7), timedelta(hours=12)


def recording_of_room(session: Session, recording_id: str, room_id: str) -> Recording:
    """The recording, if it is or was armed for this room; otherwise NotFound, which does not tell whether there is one elsewhere.

    What a kiosk began without a network, before it learned that the meeting had changed its room, is taken (G5.a).
    """
    found = session.get(Recording, recording_id)
    if found is None or not is_known_room(session, found, room_id):
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

    Not one that nobody began because the room had begun another on the spot, without a network, before it learned of this one; and not one
    that stands down, because the meeting was cancelled or no notice of it stands. What a kiosk has begun stays its own, also after the meeting
    changed its room.
    """
    own = select(KioskCopy.recording_id).where(KioskCopy.kiosk_id == kiosk_id, KioskCopy.started_at.is_not(None))
    overtaking = aliased(Recording)
    is_overtaken = select(overtaking.id).where(overtaking.meeting_id == Recording.meeting_id, overtaking.armed_at > Recording.armed_at).exists()
    found = session.scalars(
        select(Recording)
        .join(Recording.meeting)
        .where(
            or_(Meeting.room_id == room_id, Recording.id.in_(own)),
            may_begin(),
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
