"""Tables of the server's side of a recording: the arming, what the kiosk delivered of sound and room log, and what is missing."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.meetings.models import Kiosk, Meeting
from meetrec.platform.database import Base, new_id
from meetrec.recordings.rules import UNDELIVERED, RecordingState


class Recording(Base):
    """The district's own copy of a meeting, from arming to custody (G5.a). Never without a parent's notice (A-05).

    A meeting has a second one when it went on after the first was stopped; at most one of them is open.
    """

    __tablename__ = "recording"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    notice_id: Mapped[str] = mapped_column(String(36), index=True)  # the notice that armed it
    state: Mapped[RecordingState] = mapped_column(Enum(RecordingState, native_enum=False, length=12), default=RecordingState.ARMED)
    armed_at: Mapped[datetime]
    started_at: Mapped[datetime | None]  # of the first run
    led_by: Mapped[str | None] = mapped_column(ForeignKey("kiosk.id"))  # whose copy the listening copy, outline and transcript come from
    reserve_reason: Mapped[str | None] = mapped_column(String(400))  # why a person let the reserve's copy lead; None where the rule did, or none does
    record_id: Mapped[str | None] = mapped_column(String(36), unique=True)  # reserved before the first object of its record is stored
    meeting: Mapped[Meeting] = relationship(lazy="joined")
    runs: Mapped[list["Run"]] = relationship(order_by="Run.started_at", lazy="selectin")
    openings: Mapped[list["Opening"]] = relationship(lazy="selectin")
    copies: Mapped[list["KioskCopy"]] = relationship(lazy="selectin", back_populates="recording", order_by="KioskCopy.kiosk_id")

    @property
    def opening(self) -> "Opening | None":
        """The opening that counts: the completed one, the main kiosk's before the reserve's. Nothing of two is mixed."""
        return min(self.openings, key=lambda one: (one.opened_at is None, one.kiosk.is_reserve), default=None)

    @property
    def room_answer(self) -> str | None:
        """Why the district's copy is owed, as said in the room: "yes" or "wanted" at any of its kiosks, at any time; else the newest answer."""
        owed = {one.begun_for for one in self.openings} | {one.parent_records for one in self.openings if one.parent_records == "yes"}
        return next((answer for answer in ("yes", "wanted") if answer in owed), self.opening.parent_records if self.opening else None)

    @property
    def main_copy(self) -> "KioskCopy | None":
        """The copy that a page speaks of first: the one that leads; else the main kiosk's once it began, else the reserve's."""
        return min(self.copies, key=lambda one: (one.kiosk_id != self.led_by, not one.has_begun, one.kiosk.is_reserve), default=None)

    def copy_of(self, kiosk_id: str) -> "KioskCopy | None":
        """What this kiosk made of it."""
        return next((one for one in self.copies if one.kiosk_id == kiosk_id), None)

    @property
    def is_open(self) -> bool:
        """Whether the room may still begin or go on with it. What the main kiosk closed is over; what the reserve closed, unless the main one is at it."""
        main, reserve = ([one for one in self.copies if one.has_begun and one.kiosk.is_reserve is is_reserve] for is_reserve in (False, True))
        return self.state in UNDELIVERED and all(one.closing is None for one in main or reserve)


class KioskCopy(Base):
    """What one kiosk makes of a recording: how it stands in the room, what it promises, how far it is. A room's reserve kiosk has one of its own (G5.b)."""

    __tablename__ = "kiosk_copy"
    __table_args__ = (UniqueConstraint("recording_id", "kiosk_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"))
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosk.id"))
    state: Mapped[RecordingState] = mapped_column(Enum(RecordingState, native_enum=False, length=12), default=RecordingState.ARMED)
    kiosk_state: Mapped[str | None] = mapped_column(String(12))  # what the kiosk last said of itself: recording, paused, stopped
    kiosk_state_at: Mapped[datetime | None]
    # Newest list of alarms as the kiosk tells it (JSON, checked by `statements.alarms_in`), and hours of sound that its disk still holds.
    kiosk_alarms: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    kiosk_hours_left: Mapped[float | None]
    started_at: Mapped[datetime | None]  # of its first run
    stopped_at: Mapped[datetime | None]
    closing: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the kiosk's closing statement
    sentence: Mapped[str | None]  # what is wrong, for a person
    kiosk: Mapped[Kiosk] = relationship(lazy="joined")
    recording: Mapped[Recording] = relationship(back_populates="copies")

    @property
    def has_begun(self) -> bool:
        """Whether this kiosk recorded anything of it."""
        return self.started_at is not None

    @property
    def leads(self) -> bool:
        """Whether the record's listening copy, outline and transcript come from it."""
        return self.recording.led_by == self.kiosk_id


class Run(Base):
    """One uninterrupted run of the recorder; its key came sealed to the district's key."""

    __tablename__ = "run"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"), index=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosk.id"))
    started_at: Mapped[datetime]
    statement: Mapped[dict[str, Any]] = mapped_column(JSON)  # run.json: microphones, sealed key
    statement_hash: Mapped[str] = mapped_column(String(64))
    interrupted_at: Mapped[datetime | None]  # server clock: when a chain arrived that ends because the kiosk was interrupted
    pieces: Mapped[list["Piece"]] = relationship(order_by="Piece.microphone, Piece.position", lazy="select")


class Piece(Base):
    """One delivered piece, still sealed, lying in the incoming folder until the recording is assembled."""

    __tablename__ = "piece"

    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), primary_key=True)
    microphone: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # the piece's index in its chain
    stands_for: Mapped[str | None] = mapped_column(String(64))  # of a damaged one: the hash by which the next piece names what was lost
    kind: Mapped[str] = mapped_column(String(8))  # flac, journal, end, damaged
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]


class RoomEntry(Base):
    """One delivered entry of a kiosk's room log. Its content lies sealed in the incoming folder until the recording is joined; this is its header."""

    __tablename__ = "room_entry"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)  # a reserve kiosk keeps a log of its own
    position: Mapped[int] = mapped_column(primary_key=True)  # the entry's index in its log
    kind: Mapped[str] = mapped_column(String(20))  # one of capture's ENTRY_KINDS
    at: Mapped[datetime]  # as the kiosk's clock said
    clock_offset: Mapped[float | None]  # seconds to add to the kiosk's clock for the server's, as last measured; None if never
    elapsed: Mapped[float | None]  # seconds on the recording's clock
    run_id: Mapped[str | None] = mapped_column(String(36))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]


class RefusedDelivery(Base):
    """The place at which a kiosk's delivery stands, because the server took something there not. Gone once something there is taken."""

    __tablename__ = "refused_delivery"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(8), primary_key=True)  # closing, room, run, chain
    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # empty where there is none
    microphone: Mapped[str] = mapped_column(String(40), primary_key=True)  # empty where there is none
    position: Mapped[int]  # the index in a chain or in the room's log; else 0
    reason: Mapped[str] = mapped_column(String(24))  # a word of errors.REFUSALS
    refused_at: Mapped[datetime]


class Opening(Base):
    """What was asked and answered at one kiosk at the opening and at the end (G6.a–c). No names and no free notes: those stay in the sealed log.

    All moments are those of the server's clock, as far as the kiosk knew how far its own was from it.
    """

    __tablename__ = "opening"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosk.id"), primary_key=True)
    parent_records: Mapped[str | None] = mapped_column(String(8))  # yes, no, declined; None until the parent was asked
    asked_at: Mapped[datetime | None]
    device: Mapped[str | None] = mapped_column(String(200))  # as said in the room (G6.b)
    device_as_in_notice: Mapped[bool | None]
    in_plain_sight: Mapped[bool | None]  # acknowledged at the opening (G6.c)
    everyone_told: Mapped[bool | None]
    opened_at: Mapped[datetime | None]  # the meeting counts as opened: set by a complete checklist alone (G6.a)
    not_recorded_at: Mapped[datetime | None]  # the chair chose not to record; until it is begun all the same
    begun_for: Mapped[str | None] = mapped_column(String(8))  # the parent's recording (yes) or wish (wanted) it was begun for; stays (A-05, G5.a)
    not_heard: Mapped[list[str] | None] = mapped_column(JSON)  # microphones that heard no voice before the chair began all the same
    objection_at: Mapped[datetime | None]
    objection_by: Mapped[str | None] = mapped_column(String(20))  # parent, legal_guardian, eligible_student
    closed_at: Mapped[datetime | None]  # the chair's closing confirmation
    closing_in_plain_sight: Mapped[str | None] = mapped_column(String(8))  # yes, no, unknown (G6.c)
    district_copy_complete: Mapped[bool | None]  # as the chair saw it in the room
    end_confirmed: Mapped[bool | None]  # False: nobody confirmed the closing
    kiosk: Mapped[Kiosk] = relationship(lazy="joined")
