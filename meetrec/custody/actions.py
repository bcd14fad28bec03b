"""What custody does with records: takes one in, notes who sits at it, and who was refused."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.custody.access import Purpose
from meetrec.custody.events import tell_record_stored
from meetrec.custody.models import KIOSK, ObjectRole, Record, RecordStudent, Sitting, StoredObject
from meetrec.custody.store import Stored
from meetrec.journal import actions as journal

MEETING_SERIES = "RS-01"  # of the retention schedule
IDLE = timedelta(minutes=10)  # without a sign of life, a sitting has ended
SIGN_EVERY = timedelta(minutes=1)  # a sitting's row is written at most so often by mere requests
LONGEST_CREDIT = 60.0  # seconds that one message of a player may add


@dataclass(frozen=True)
class NewObject:
    """An object whose bytes are durable in the store: its id and role, the order and seat of its microphone, and what the store said."""

    id: str
    role: ObjectRole
    position: int
    label: str | None
    media_type: str
    stored: Stored
    made_by: "MadeBy | None" = None


@dataclass(frozen=True)
class MadeBy:
    """The kiosk that an object came from, and which copy of the meeting that is: 0 the leading one, 1, 2 … further ones."""

    kiosk_id: str
    is_reserve: bool
    copy_number: int = 0


@dataclass(frozen=True)
class NewRecording:
    """A meeting's recording that becomes a record: ids, whether it was an IEP meeting, the pupils in it and how, seconds of sound.

    `unheard` are the seconds without sound from any microphone, the chair's pauses apart; None where nobody knows. `made_on` is KIOSK or OTHER_DEVICE.
    """

    record_id: str
    recording_id: str
    meeting_id: str
    is_iep: bool
    students: Mapping[str, str]  # student id → relation, such as "focus"
    duration: float
    unheard: float | None = None
    made_on: str = KIOSK


def store_recording(session: Session, now: datetime, actor: str, new: NewRecording, objects: Sequence[NewObject]) -> Record:
    """Take a meeting's recording into custody as one education record, outside any IEP document (G5.c, G9.a)."""
    record = Record(
        id=new.record_id, series=MEETING_SERIES, media_kind="meeting_audio", purpose="meeting_record",
        idea_part_b=new.is_iep, recording_id=new.recording_id, meeting_id=new.meeting_id, duration=new.duration, unheard=new.unheard,
        made_on=new.made_on, created_at=now,
    )  # fmt: skip
    session.add(record)
    session.flush()
    record.students = [RecordStudent(record_id=record.id, student_id=pupil, relation=how) for pupil, how in new.students.items()]
    record.objects = [_row(now, record.id, one) for one in objects]
    session.flush()
    journal.append(
        session, now, actor, "record.stored", f"record:{record.id}",
        recording_id=new.recording_id, meeting=new.meeting_id, series=MEETING_SERIES, seconds=round(new.duration, 3), made_on=new.made_on, **_hashes(objects),
    )  # fmt: skip
    tell_record_stored(session, now, record)
    return record


def add_copy(session: Session, now: datetime, actor: str, record: Record, objects: Sequence[NewObject]) -> None:
    """Add another kiosk's copy of the same meeting to its record, beside the one that is there; nothing of the two is mixed (G5.b).

    Objects that the record has already are left as they are, so that the same copy is added once.
    """
    known = {one.id for one in record.objects}
    added = [one for one in objects if one.id not in known]
    if not added:
        return
    record.objects.extend(_row(now, record.id, one) for one in added)
    session.flush()
    by = added[0].made_by
    kiosk: dict[str, str | int | bool] = {"kiosk": by.kiosk_id, "reserve": by.is_reserve, "copy": by.copy_number} if by else {}
    journal.append(
        session, now, actor, "record.copy_added", f"record:{record.id}", recording_id=record.recording_id, **kiosk, **_hashes(added),
    )  # fmt: skip


def add_object(session: Session, now: datetime, record: Record, new: NewObject) -> StoredObject:
    """Note one more object of a record, such as a transcript; the caller's entry in the journal tells of it."""
    row = _row(now, record.id, new)
    session.add(row)
    session.flush()
    return row


def _hashes(objects: Sequence[NewObject]) -> dict[str, str]:
    return {f"{one.role}_{one.position}": one.stored.sha256 for one in objects}


def _row(now: datetime, record_id: str, new: NewObject) -> StoredObject:
    by = new.made_by
    return StoredObject(
        id=new.id, record_id=record_id, role=new.role, position=new.position, label=new.label, media_type=new.media_type,
        size=new.stored.size, sha256=new.stored.sha256, stored_sha256=new.stored.stored_sha256, created_at=now,
        kiosk_id=by.kiosk_id if by else None, is_reserve=by is not None and by.is_reserve, copy_number=by.copy_number if by else 0,
    )  # fmt: skip


def deny(session: Session, now: datetime, actor: str, recording_id: str, record: Record | None, purpose: Purpose, reason: str) -> None:
    """A refused attempt counts like an access, also before there is a record (W-37)."""
    subject = f"record:{record.id}" if record else f"recording:{recording_id}"
    journal.append(session, now, actor, "access.denied", subject, recording_id=recording_id, purpose=purpose.value, reason=reason)


def sit_down(session: Session, now: datetime, account_id: str, record: Record, purpose: Purpose, seconds: float = 0.0) -> Sitting:
    """Begin or go on with a sitting; `seconds` were played since the player's last message.

    Reading is journalled when the sitting begins, listening when it ends, with the minutes heard.
    """
    end_idle_sittings(session, now)
    sitting = open_sitting(session, account_id, record.id, purpose)
    if sitting is None:
        sitting = Sitting(
            record_id=record.id, account_id=account_id, purpose=purpose.value, began_at=now, last_sign_at=now, seconds=0.0
        )  # fmt: skip
        session.add(sitting)
        session.flush()
        if purpose is Purpose.READ:
            _tell_sitting(session, now, sitting, record, "transcript.read")
    sitting.seconds += min(max(seconds, 0.0), LONGEST_CREDIT)
    sitting.last_sign_at = now
    return sitting


def open_sitting(session: Session, account_id: str, record_id: str, purpose: Purpose) -> Sitting | None:
    """The sitting that has not ended."""
    same = (Sitting.account_id == account_id, Sitting.record_id == record_id, Sitting.purpose == purpose.value)
    return session.scalars(select(Sitting).where(*same, Sitting.ended_at.is_(None))).first()


def end_idle_sittings(session: Session, now: datetime) -> int:
    """End every sitting without a sign of life for ten minutes, and journal what was heard; how many ended."""
    idle = session.scalars(select(Sitting).where(Sitting.ended_at.is_(None), Sitting.last_sign_at <= now - IDLE)).all()
    for sitting in idle:
        sitting.ended_at = sitting.last_sign_at
        if sitting.purpose == Purpose.LISTEN.value:
            _tell_sitting(session, now, sitting, session.get_one(Record, sitting.record_id), "record.listened")
    return len(idle)


def _tell_sitting(session: Session, now: datetime, sitting: Sitting, record: Record, verb: str) -> None:
    heard: dict[str, int | str] = {}
    if verb == "record.listened":  # a player without scripts tells no minutes; that it was opened is told all the same
        heard = {"minutes": math.ceil(sitting.seconds / 60), "began": sitting.began_at.isoformat()}
    journal.append(session, now, f"user:{sitting.account_id}", verb, f"record:{record.id}", recording_id=record.recording_id, sitting=sitting.id, **heard)
