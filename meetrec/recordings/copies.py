"""What happens to each kiosk's copy of a recording: whole, leading, or added to the record beside it; one that fails harms no other (G5.b)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.platform import jobs
from meetrec.platform.database import new_id
from meetrec.platform.jobs import Job
from meetrec.recordings import copy_queries, delivery_queries, queries
from meetrec.recordings.errors import DeliveryRefused, ReserveRefused
from meetrec.recordings.leading import KioskCopyFacts, copies_to_add, copy_to_lead, is_main_awaited
from meetrec.recordings.models import KioskCopy, Recording
from meetrec.recordings.rules import ADD_COPY, ASSEMBLE, RecordingState, chains_of_closing, first_contradiction, is_complete, lost_runs

LONGEST_REASON = 400


def copy_of_kiosk(session: Session, recording: Recording, kiosk_id: str) -> KioskCopy:
    """The kiosk's copy of the recording, made at its first word."""
    known = recording.copy_of(kiosk_id)
    if known is None:
        known = KioskCopy(id=new_id(), kiosk_id=kiosk_id, state=RecordingState.ARMED, kiosk=delivery_queries.kiosk(session, kiosk_id))
        recording.copies.append(known)
        session.flush()
    return known


def deliver_if_complete(session: Session, now: datetime, actor: str, copy: KioskCopy) -> None:
    """Once the closing statement, all it promises and the end of this kiosk's room log are here, the copy is whole and what can be joined is queued.

    Raises DeliveryRefused when what was delivered can never become what was promised.
    """
    if copy.closing is None:
        return
    lost, promised = lost_runs(copy.closing), chains_of_closing(copy.closing)
    arrived = delivery_queries.delivered_chains(session, copy.recording_id, copy.kiosk_id)
    delivered = {chain: end for chain, end in arrived.items() if chain[0] not in lost}
    contradiction = first_contradiction(promised, delivered)
    if contradiction:
        raise DeliveryRefused(contradiction)
    if is_complete(promised, delivered) and not delivery_queries.is_room_log_open(session, copy.recording_id, copy.kiosk_id):
        copy.state = RecordingState.DELIVERED
        pieces, runs = sum(end.pieces for end in delivered.values()), len({run for run, _microphone in arrived})
        _tell(session, now, actor, "recording.delivered", copy.recording, pieces=pieces, runs=runs)
        settle(session, now, copy.recording)


def settle(session: Session, now: datetime, recording: Recording, *, again: bool = False) -> None:
    """Queue what can be joined now: the copy that leads, or, once that is stored, those that are added beside it; each once, unless `again`."""
    if recording.state is RecordingState.STORED:
        _add_whole_copies(session, now, recording, again=again)
        return
    leading = recording.copy_of(recording.led_by) if recording.led_by else None
    if leading is not None and leading.state is not RecordingState.BROKEN:
        return
    may_deliver = copy_queries.may_a_main_kiosk_deliver(session, recording.meeting.room_id)
    awaited = is_main_awaited(may_a_main_kiosk_deliver=may_deliver, planned_end=recording.meeting.planned_end, now=now)
    chosen = recording.copy_of(copy_to_lead(_facts(recording), is_main_awaited=awaited) or "")
    if chosen is not None:
        _let_lead(session, now, "system", chosen)


def settle_all(session: Session, now: datetime) -> int:
    """For the timetable: let a reserve's copy lead where the main kiosk's time is over meanwhile; how many recordings wait for one."""
    waiting = copy_queries.recordings_with_waiting_copies(session)
    for recording in waiting:
        settle(session, now, recording)
    return len(waiting)


def choose_reserve(session: Session, now: datetime, actor: str, recording_id: str, reason: str) -> None:
    """A person says that the main kiosk's copy is not to be waited for: the reserve's leads at once. Raises NotFound or ReserveRefused."""
    recording = queries.recording(session, recording_id)
    reserve = copy_queries.reserve_to_choose(session, recording)
    if reserve is None:
        raise ReserveRefused(_("There is no whole copy of the reserve recorder that could take the place of the main one’s now."))
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise ReserveRefused(_("Say in a few words why the main kiosk’s recording is not to be waited for."))
    recording.reserve_reason = reason.strip()
    _let_lead(session, now, actor, reserve)


def reserve_record(session: Session, recording_id: str) -> str:
    """The id that the recording's record has or will have; the same at every attempt, so that a repeated assembly finds its own objects."""
    recording = queries.recording(session, recording_id)
    recording.record_id = recording.record_id or new_id()
    return recording.record_id


def mark_stored(session: Session, now: datetime, recording_id: str, kiosk_id: str) -> None:
    """A copy lies in custody; custody's own action tells the journal. After the leading one, those that waited for it are queued."""
    copy = copy_queries.copy(session, recording_id, kiosk_id)
    copy.state, copy.sentence = RecordingState.STORED, None
    if copy.leads:
        copy.recording.state = RecordingState.STORED
    settle(session, now, copy.recording)


def mark_broken(session: Session, now: datetime, recording_id: str, kiosk_id: str, sentence: str) -> None:
    """A copy's pieces do not fit or do not open. Nothing is deleted, so that a person can look into it. The failed job tells the journal."""
    copy = copy_queries.copy(session, recording_id, kiosk_id)
    copy.state, copy.sentence = RecordingState.BROKEN, sentence
    if copy.leads:
        copy.recording.state = RecordingState.BROKEN
    settle(session, now, copy.recording)


def note_failed_assembly(session: Session, now: datetime, job: Job) -> None:
    """A joining job ended as failed, whatever the reason; the job's row keeps the sentence."""
    _tell(session, now, "system", "recording.assembly_failed", queries.recording(session, job.subject["recording"]))


def try_again(session: Session, now: datetime, recording_id: str) -> None:
    """Queue the joining of each copy once more where it failed; does nothing while one is under way or done."""
    recording = queries.recording(session, recording_id)
    for copy in recording.copies:
        job = copy_queries.joining_of(session, copy)
        is_under_way = job is not None and job.state in jobs.OPEN_STATES
        if is_under_way or not (copy.leads or copy.state is RecordingState.BROKEN) or copy.state not in (RecordingState.BROKEN, RecordingState.DELIVERED):
            continue
        copy.state, copy.sentence = RecordingState.DELIVERED, None
        if copy.leads:
            _let_lead(session, now, "system", copy)
    settle(session, now, recording, again=True)


def _facts(recording: Recording) -> list[KioskCopyFacts]:
    return [KioskCopyFacts(one.kiosk_id, one.kiosk.is_reserve, one.state) for one in recording.copies]


def _let_lead(session: Session, now: datetime, actor: str, copy: KioskCopy) -> None:
    recording = copy.recording
    if copy.kiosk.is_reserve and not copy.leads:
        _tell(session, now, actor, "recording.reserve_leads", recording, kiosk=copy.kiosk_id)
    recording.led_by, recording.state = copy.kiosk_id, RecordingState.DELIVERED
    jobs.enqueue(session, now, ASSEMBLE, recording.id, recording=recording.id, kiosk=copy.kiosk_id)


def _add_whole_copies(session: Session, now: datetime, recording: Recording, *, again: bool) -> None:
    assert recording.led_by is not None
    for kiosk_id in copies_to_add(_facts(recording), recording.led_by):
        copy = copy_queries.copy(session, recording.id, kiosk_id)
        job = jobs.latest_job(session, ADD_COPY, copy.id)
        if job is None or (again and job.state not in jobs.OPEN_STATES):
            jobs.enqueue(session, now, ADD_COPY, copy.id, recording=recording.id, kiosk=kiosk_id)


def _tell(session: Session, now: datetime, actor: str, verb: str, recording: Recording, **details: str | int) -> None:
    journal.append(session, now, actor, verb, f"recording:{recording.id}", recording_id=recording.id, **details)
