"""Tables of records and their stored objects. A record has no field or link to an IEP or 504 document (G9.a–c)."""

import enum
from datetime import datetime

from sqlalchemy import Enum, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.platform.database import Base, new_id

KIOSK, OTHER_DEVICE = "kiosk", "other_device"  # what a record was made on


KIOSK, OTHER_DEVICE = "kiosk", "other_device"  # what a record was made on


class ObjectRole(enum.StrEnum):
    """What a stored object is to its record."""

    MASTER = "master"  # one microphone, FLAC, never altered
    LISTENING_COPY = "listening_copy"  # derived: all microphones mixed, for the player
    PEAKS = "peaks"  # derived: the waveform's outline
    TRANSCRIPT = "transcript"  # JSON, a machine draft until a person signs
    GAP_LEDGER = "gap_ledger"  # JSON: every missing stretch and why
    ORIGINAL = "original"  # the very bytes of a recording made on another device, as they were uploaded (G5.a)
    ROOM_LOG = "room_log"  # JSON: opening, chair's notes, alarms and closing, as the kiosk signed them (G6, G7)


class Record(Base):
    """One education record (G5.c): a meeting's recording with its transcript, or any other medium later."""

    __tablename__ = "record"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    record_class: Mapped[str] = mapped_column(String(24), default="EDUCATION_RECORD")
    series: Mapped[str] = mapped_column(String(12))  # of the retention schedule: RS-01
    media_kind: Mapped[str] = mapped_column(String(24))  # "meeting_audio"
    purpose: Mapped[str] = mapped_column(String(24))  # educational, safety, meeting_record, publicity (D-01)
    maintained_by: Mapped[str] = mapped_column(String(12), default="district")  # district or agent (D-05, D-07)
    ferpa: Mapped[bool] = mapped_column(default=True)
    idea_part_b: Mapped[bool]  # the meeting was an IEP meeting (G5.c)
    directory_eligible: Mapped[bool] = mapped_column(default=False)  # never true for meeting audio (D-44.a)
    recording_id: Mapped[str] = mapped_column(String(36), unique=True)  # what it was made from
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    made_on: Mapped[str] = mapped_column(String(16), default=KIOSK, server_default=KIOSK)  # or OTHER_DEVICE: uploaded, marked so everywhere (G5.a)
    duration: Mapped[float]  # seconds
    unheard: Mapped[float | None]  # seconds in which no microphone has sound, apart from the chair's pauses; None where nobody knows
    created_at: Mapped[datetime]
    objects: Mapped[list["StoredObject"]] = relationship(order_by="StoredObject.position", lazy="selectin", back_populates="record")
    students: Mapped[list["RecordStudent"]] = relationship(lazy="selectin")


class RecordStudent(Base):
    """A pupil in a record, and how (D-10)."""

    __tablename__ = "record_student"

    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("student.id"), primary_key=True, index=True)
    relation: Mapped[str] = mapped_column(String(28), default="focus")


class StoredObject(Base):
    """One encrypted object of a record: where custody finds it, and what it must hash to."""

    __tablename__ = "stored_object"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), index=True)
    role: Mapped[ObjectRole] = mapped_column(Enum(ObjectRole, native_enum=False, length=20))
    position: Mapped[int] = mapped_column(default=0)  # order of microphones
    label: Mapped[str | None] = mapped_column(String(80))  # the seat, such as “Head of the table”
    copy_number: Mapped[int] = mapped_column(default=0, server_default="0")  # 0: the kiosk's copy that leads; 1, 2 …: another kiosk's of the same meeting
    kiosk_id: Mapped[str | None] = mapped_column(ForeignKey("kiosk.id"))  # which kiosk made it; None where no single one did
    is_reserve: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # made by the room's reserve kiosk
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]  # bytes before encryption
    sha256: Mapped[str] = mapped_column(String(64))  # of the bytes before encryption
    stored_sha256: Mapped[str] = mapped_column(String(64))  # of the bytes on disk
    created_at: Mapped[datetime]
    record: Mapped[Record] = relationship(back_populates="objects")


class Sitting(Base):
    """One person at one record for a while: journalled once, however many ranges the player asked for (W-37)."""

    __tablename__ = "sitting"
    __table_args__ = (Index("ix_sitting_open", "account_id", "record_id", "purpose", "ended_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    purpose: Mapped[str] = mapped_column(String(12))  # listen or read
    began_at: Mapped[datetime]
    last_sign_at: Mapped[datetime]  # the player or a request was last heard of
    seconds: Mapped[float] = mapped_column(default=0.0)  # played, as the player told; 0 when it tells nothing
    ended_at: Mapped[datetime | None]
