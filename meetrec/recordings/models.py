"""Tables of the server's side of a recording: the arming, what the kiosk delivered, and what is missing."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.meetings.models import Meeting
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
    kiosk_state: Mapped[str | None] = mapped_column(String(12))  # what the kiosk last said of itself: recording, paused, stopped
    kiosk_state_at: Mapped[datetime | None]
    armed_at: Mapped[datetime]
    started_at: Mapped[datetime | None]  # of the first run
    stopped_at: Mapped[datetime | None]
    closing: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the kiosk's closing statement
    sentence: Mapped[str | None]  # what is wrong, for a person
    record_id: Mapped[str | None] = mapped_column(String(36), unique=True)  # reserved before the first object of its record is stored
    meeting: Mapped[Meeting] = relationship(lazy="joined")
    runs: Mapped[list["Run"]] = relationship(order_by="Run.started_at", lazy="selectin")

    @property
    def is_open(self) -> bool:
        """Whether the room may still begin or go on with it; what the kiosk has closed is never opened again."""
        return self.closing is None and self.state in UNDELIVERED


class Run(Base):
    """One uninterrupted run of the recorder; its key came sealed to the district's key."""

    __tablename__ = "run"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"), index=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosk.id"))
    started_at: Mapped[datetime]
    statement: Mapped[dict[str, Any]] = mapped_column(JSON)  # run.json: microphones, sealed key
    statement_hash: Mapped[str] = mapped_column(String(64))
    pieces: Mapped[list["Piece"]] = relationship(order_by="Piece.microphone, Piece.position", lazy="select")


class Piece(Base):
    """One delivered piece, still sealed, lying in the incoming folder until the recording is assembled."""

    __tablename__ = "piece"

    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), primary_key=True)
    microphone: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # the piece's index in its chain
    kind: Mapped[str] = mapped_column(String(8))  # flac, journal, end
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
