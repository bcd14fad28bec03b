"""What happens to a recording on the server: arming, and delivery by the room's kiosks, each of its own copy."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.capture.chain import ChainPlace
from meetrec.capture.errors import CaptureError, SignatureRefused
from meetrec.capture.pieces import PieceHeader, parse_piece, require_kiosk_signed, sha256_hex
from meetrec.journal import actions as journal
from meetrec.meetings.models import Meeting
from meetrec.notices.models import Notice
from meetrec.platform.database import new_id
from meetrec.platform.web import NotFound
from meetrec.recordings import copies, delivery_queries, queries, standing_down
from meetrec.recordings.copy_queries import by_the_server
from meetrec.recordings.errors import ArmingRefused, DeliveryRefused
from meetrec.recordings.models import KioskCopy, Piece, Recording, Run
from meetrec.recordings.rules import UNDELIVERED, ArmingAgain, RecordingState
from meetrec.recordings.sentences import why_not_armed_again
from meetrec.recordings.statements import closing_in, opening_in


@dataclass(frozen=True)
class Courier:
    """The kiosk that delivers, and its room: it reaches only recordings that are armed for that room."""

    kiosk_id: str
    room_id: str

    @property
    def actor(self) -> str:
        """As the journal names it."""
        return f"kiosk:{self.kiosk_id}"


def arm(session: Session, now: datetime, actor: str, notice: Notice | None) -> Recording:
    """Arm the meeting's room by a parent's matched notice; a meeting that is armed already keeps its recording (A-05).

    A room that had stood down since no notice stood is armed again.

    Raises ArmingRefused without a notice, or with one that was withdrawn or not matched to a meeting.
    """
    notice, meeting = _matched(notice)
    armed = queries.recordings_of_meeting(session, meeting.id)
    if not armed:
        return _armed(session, now, actor, notice, meeting)
    standing_down.arm_anew(session, now, actor, armed[-1], notice)
    return armed[0]


def arm_again(session: Session, now: datetime, actor: str, recording_id: str, zone: str, *, is_objection_over: bool = False) -> Recording:
    """Arm the room once more for a meeting that goes on after its recording was closed: a second recording by the same notice (A-05).

    Raises NotFound, or ArmingRefused while a recording of the meeting is open, when its day (in the IANA zone) is over, or after an
    objection, until a person confirms that the parent no longer objects (X-4).
    """
    closed = queries.recording(session, recording_id)
    session.get(Meeting, closed.meeting_id, with_for_update={"of": Meeting})  # so that two presses never arm it twice
    answer = queries.arming_again(session, closed, now, zone)
    if answer is not ArmingAgain.POSSIBLE:
        raise ArmingRefused(why_not_armed_again(answer))
    if queries.was_objected(session, closed.meeting_id):
        if not is_objection_over:
            raise ArmingRefused(_("There was an objection to recording this meeting. Confirm that it no longer stands, then arm the room again."))
        _tell(session, now, actor, "objection.over", closed)
    return _armed(session, now, actor, *_matched(_notice_to_arm_by(session, closed)))


def _notice_to_arm_by(session: Session, closed: Recording) -> Notice | None:
    """The notice that armed it; where that was withdrawn or taken to another meeting, another one that stands."""
    first = session.get(Notice, closed.notice_id)
    if first is None or (first.status != "withdrawn" and first.meeting_id == closed.meeting_id):
        return first
    standing = select(Notice).where(Notice.meeting_id == closed.meeting_id, Notice.status != "withdrawn").order_by(Notice.received_at)
    return session.scalars(standing.limit(1)).first() or first


def _matched(notice: Notice | None) -> tuple[Notice, Meeting]:
    if notice is None or notice.meeting is None:
        raise ArmingRefused(_("A room is armed only by a parent's notice that was matched to the meeting. Match the notice first."))
    if notice.status == "withdrawn":
        raise ArmingRefused(_("The notice %(reference)s was withdrawn, so it arms no room.", reference=notice.reference))
    return notice, notice.meeting


def arm_on_the_spot(session: Session, now: datetime, actor: str, notice: Notice, recording_id: str, at_room: str) -> Recording:
    """Arm by a notice that was given in the room, under the id that the kiosk chose: it may have recorded for long without a network (A-05).

    A recording that was armed meanwhile by another notice is withdrawn, as long as nobody began it. `at_room`: when the notice was given, ISO.
    """
    notice, meeting = _matched(notice)
    earlier = queries.recordings_of_meeting(session, meeting.id)
    waiting = [one for one in earlier if one.state is RecordingState.ARMED and not queries.is_overtaken(session, one)]
    begun = _armed(session, now, actor, notice, meeting, recording_id, at_room=at_room)
    for one in waiting:
        _tell(session, now, actor, "recording.overtaken", one, by=begun.id)
    return begun


def _armed(session: Session, now: datetime, actor: str, notice: Notice, meeting: Meeting, recording_id: str | None = None, **details: str) -> Recording:
    recording = Recording(id=recording_id or new_id(), meeting_id=meeting.id, notice_id=notice.id, state=RecordingState.ARMED, armed_at=now)
    session.add(recording)
    session.flush()
    _tell(session, now, actor, "room.armed", recording, meeting=meeting.id, notice=notice.id, room=meeting.room_id, **details)
    return recording


def register_run(session: Session, now: datetime, courier: Courier, recording_id: str, run_id: str, content: bytes) -> None:
    """Note a run's opening statement (bytes of run.json, checked by `check_run` before). A kiosk's first one begins its copy of the recording."""
    recording = delivery_queries.recording_of_room(session, recording_id, courier.room_id)
    if session.get(Run, run_id):
        return
    copy = copies.copy_of_kiosk(session, recording, courier.kiosk_id)
    _refuse_if_closed(copy)
    statement = opening_in(content, delivery_queries.kiosk_public_key(session, courier.kiosk_id))
    started_at = datetime.fromisoformat(statement["started_at"])
    run = Run(
        id=run_id, recording_id=recording.id, kiosk_id=courier.kiosk_id, started_at=started_at,
        statement=statement, statement_hash=sha256_hex(content),
    )  # fmt: skip
    session.add(run)
    if recording.state is RecordingState.ARMED:
        recording.state, recording.started_at = RecordingState.RECORDING, started_at
    if copy.state is RecordingState.ARMED:
        copy.state, copy.started_at = RecordingState.RECORDING, started_at
        _tell_of_room(session, now, courier, "recording.started", run)


def check_run(session: Session, courier: Courier, recording_id: str, run_id: str, content: bytes, district_key: str) -> None:
    """Whether these bytes are the opening statement of this run. `district_key` is the fingerprint of the district's public key.

    Raises NotFound or DeliveryRefused with what does not fit.
    """
    recording = delivery_queries.recording_of_room(session, recording_id, courier.room_id)
    known = session.get(Run, run_id)
    if known:
        if known.recording_id != recording_id or known.statement_hash != sha256_hex(content):
            raise DeliveryRefused(f"Run {run_id} was opened before by another statement. The first one stays.", "other_bytes")
        return
    _refuse_if_closed(recording.copy_of(courier.kiosk_id))
    statement = opening_in(content, delivery_queries.kiosk_public_key(session, courier.kiosk_id))
    named = (statement["recording"], statement["kiosk"], statement["run"])
    if named != (recording_id, courier.kiosk_id, run_id):
        raise DeliveryRefused(f"The opening statement sent for run {run_id} speaks of another recording, kiosk or run.")
    if statement["district_key"] != district_key:
        raise DeliveryRefused(f"Run {run_id} was sealed to another district key; this server could never open it. The kiosk keeps it.", "other_district_key")


@dataclass(frozen=True)
class PiecePlace:
    """Where a piece belongs: recording, run, microphone (slug) and index in its chain."""

    recording_id: str
    run_id: str
    microphone: str
    index: int

    @property
    def name(self) -> str:
        """How sentences call the piece."""
        return f"Piece {self.index:06d} of microphone {self.microphone}"


def check_piece(session: Session, courier: Courier, place: PiecePlace, content: bytes) -> PieceHeader:
    """The header of the piece, if it may lie at this place: right run, right microphone, its predecessor there (G5.b).

    The same bytes again pass. Raises NotFound or DeliveryRefused; a missing predecessor is named.
    """
    recording = delivery_queries.recording_of_room(session, place.recording_id, courier.room_id)
    run = session.get(Run, place.run_id)
    if run is None or (run.recording_id, run.kiosk_id) != (recording.id, courier.kiosk_id):
        raise NotFound(f"This server does not know run {place.run_id}. Deliver its opening statement first.")
    header = _signed_header(place, content, delivery_queries.kiosk_public_key(session, courier.kiosk_id))
    known = session.get(Piece, (place.run_id, place.microphone, place.index))
    if known:
        if known.sha256 != sha256_hex(content):
            raise DeliveryRefused(f"{place.name} was delivered before with other bytes. The first ones stay.", "other_bytes")
        return header
    _require_place(header, place)
    _require_follows(session, run, place, content)
    return header


def _signed_header(place: PiecePlace, content: bytes, kiosk_public_key: bytes) -> PieceHeader:
    """Nothing a piece says is believed before the kiosk's signature over it holds; a journal is bound by the signed file after it."""
    try:
        require_kiosk_signed(content, kiosk_public_key, place.name)
        return parse_piece(content).header
    except SignatureRefused as error:
        raise DeliveryRefused.by(error) from None
    except CaptureError as error:
        raise DeliveryRefused.by(error, f"{place.name} was not taken. {error}") from None
    except RecursionError:
        raise DeliveryRefused(f"{place.name} is damaged: its header is nested too deeply.", "damaged") from None


def _require_place(header: PieceHeader, place: PiecePlace) -> None:
    named = (header.recording, header.run, header.microphone, header.index)
    if named != (place.recording_id, place.run_id, place.microphone, place.index):
        raise DeliveryRefused(f"What was sent as {place.name} says of itself that it is {header.name} of run {header.run}.")


def _require_follows(session: Session, run: Run, place: PiecePlace, content: bytes) -> None:
    if place.microphone not in {known.get("id") for known in run.statement["microphones"]}:
        raise NotFound(f"Run {run.id} names no microphone {place.microphone}.")
    last = delivery_queries.last_piece(session, run.id, place.microphone)
    index, previous = (last.position + 1, last.stands_for or last.sha256) if last else (0, run.statement_hash)
    key = delivery_queries.kiosk_public_key(session, run.kiosk_id)
    stand = ChainPlace(place.recording_id, run.id, place.microphone, index, previous, key, ended=last is not None and last.kind == "end")
    try:
        stand.after(content)
    except CaptureError as error:
        raise DeliveryRefused.by(error) from None


def note_piece(session: Session, now: datetime, courier: Courier, place: PiecePlace, header: PieceHeader, content: bytes) -> None:
    """Note a piece whose bytes are durable. The last one of a closed recording makes it delivered."""
    if session.get(Piece, (place.run_id, place.microphone, place.index)):
        return
    recording = delivery_queries.recording_of_room(session, place.recording_id, courier.room_id)
    copy = copies.copy_of_kiosk(session, recording, courier.kiosk_id)
    if copy.state not in UNDELIVERED:
        raise DeliveryRefused(f"{place.name} comes after the whole recording was delivered.", "closed")
    piece = Piece(
        run_id=place.run_id, microphone=place.microphone, position=place.index, kind=header.kind,
        size=len(content), sha256=sha256_hex(content), stands_for=header.stands_for, received_at=now,
    )  # fmt: skip
    session.add(piece)
    session.flush()
    if header.reason == "interrupted":
        _note_interruption(session, now, courier, session.get_one(Run, place.run_id), header)
    copies.deliver_if_complete(session, now, courier.actor, copy)


def _note_interruption(session: Session, now: datetime, courier: Courier, run: Run, end: PieceHeader) -> None:
    """Told once for a run, however many of its microphones were cut off; the first that arrives says when."""
    if run.interrupted_at is None:
        run.interrupted_at = now
        _tell_of_room(session, now, courier, "recording.interrupted", run, end.first_frame / end.rate)


def close(session: Session, now: datetime, courier: Courier, recording_id: str, content: bytes) -> None:
    """Take the kiosk's closing statement (bytes of closing.json): what must have arrived for its copy to be whole.

    Raises DeliveryRefused when it is no closing statement, is not signed by this kiosk, contradicts what was delivered, or differs
    from an earlier one.
    """
    recording = delivery_queries.recording_of_room(session, recording_id, courier.room_id)
    closing, stopped_at = closing_in(content, delivery_queries.kiosk_public_key(session, courier.kiosk_id))
    if (closing.get("recording"), closing.get("kiosk")) != (recording_id, courier.kiosk_id):
        raise DeliveryRefused("The closing statement speaks of another recording or kiosk.")
    copy = copies.copy_of_kiosk(session, recording, courier.kiosk_id)
    if copy.closing is not None:
        if copy.closing != closing:
            raise DeliveryRefused("The recording was closed before by another statement. The first one stays.", "other_bytes")
        return
    copy.stopped_at = stopped_at
    copy.closing = closing
    copies.deliver_if_complete(session, now, courier.actor, copy)


def seen(session: Session, now: datetime, kiosk_id: str) -> None:
    """Note that the kiosk was heard of."""
    delivery_queries.kiosk(session, kiosk_id).last_seen_at = now


def _refuse_if_closed(copy: KioskCopy | None) -> None:
    """A kiosk adds to its own copy until it closed that itself, whatever another kiosk of the room did meanwhile."""
    if copy is not None and (copy.closing is not None or copy.state not in UNDELIVERED):
        raise DeliveryRefused("This recording was closed; no new run can be added to it.", "closed")


def _tell_of_room(session: Session, now: datetime, courier: Courier, verb: str, run: Run, seconds: float = 0.0) -> None:
    """With the moment in the room, `seconds` after the run began, by the server's clock: it may have been delivered days later."""
    try:
        at_room = by_the_server(session, run.recording_id, run.kiosk_id, run.started_at + timedelta(seconds=seconds))
    except OverflowError:  # nothing is that far off: the run's beginning is all there is
        at_room = run.started_at
    details = {"run": run.id, "at_room": at_room.isoformat(timespec="seconds")}
    journal.append(session, now, courier.actor, verb, f"recording:{run.recording_id}", recording_id=run.recording_id, **details)


def _tell(session: Session, now: datetime, actor: str, verb: str, recording: Recording, **details: str | int) -> None:
    journal.append(session, now, actor, verb, f"recording:{recording.id}", recording_id=recording.id, **details)
