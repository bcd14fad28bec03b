"""Tables of rooms, kiosks, their invitations and meetings. A meeting is not an IEP document, and no table here points to one (G9.a)."""

import enum
from datetime import datetime

from sqlalchemy import Enum, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.people.models import School, Student
from meetrec.platform.database import Base, new_id


class MeetingKind(enum.StrEnum):
    """The only meetings this workflow knows (G0.3)."""

    IEP = "IEP"
    SECTION_504 = "SECTION_504"


class Room(Base):
    """A meeting room with its main kiosk and, where a district wants one, a reserve kiosk."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("school_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    school_id: Mapped[str] = mapped_column(ForeignKey("school.id"))
    school: Mapped[School] = relationship(lazy="joined")


class Kiosk(Base):
    """The device in a room that may deliver pieces until it is revoked. It can write, and can never read a recording back."""

    __tablename__ = "kiosk"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the token; the token itself is only on the kiosk
    # Base64 of the raw Ed25519 key that signs all it delivers; missing only for kiosks of before signatures, which deliver nothing until enrolled anew.
    public_key: Mapped[str | None] = mapped_column(String(44), index=True, unique=True)
    name: Mapped[str] = mapped_column(String(80), default="Main kiosk", server_default="Main kiosk")
    is_reserve: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(80))  # as the journal names who acts
    room: Mapped[Room] = relationship(lazy="joined")


class KioskInvitation(Base):
    """A one-time code by which one machine may become a kiosk of one room."""

    __tablename__ = "kiosk_invitation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the code; the code itself is shown once
    is_reserve: Mapped[bool]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))  # as the journal names who acts
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    kiosk_id: Mapped[str | None] = mapped_column(ForeignKey("kiosk.id"))  # the kiosk that used it
    room: Mapped[Room] = relationship(lazy="joined")


class Meeting(Base):
    """One IEP or Section 504 meeting."""

    __tablename__ = "meeting"
    __table_args__ = (Index("ix_meeting_room_start", "room_id", "start"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[MeetingKind] = mapped_column(Enum(MeetingKind, native_enum=False, length=20))
    student_id: Mapped[str] = mapped_column(ForeignKey("student.id"))
    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"))
    first_start: Mapped[datetime]  # as first planned; the 24-hour rule is held against it and every move (RN-05)
    start: Mapped[datetime] = mapped_column(index=True)  # as planned now
    planned_end: Mapped[datetime]
    created_at: Mapped[datetime]
    chair_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)  # who leads it; sees its notices with reason and needs (G2)
    calendar_uid: Mapped[str | None] = mapped_column(String(255), unique=True)  # UID (and RECURRENCE-ID) of the district's calendar
    changed_at: Mapped[datetime | None]  # last move, room change, cancellation: the feed's LAST-MODIFIED
    change_number: Mapped[int] = mapped_column(default=0, server_default="0")  # the feed's SEQUENCE
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(10))  # district, parent
    student: Mapped[Student] = relationship(lazy="joined")
    room: Mapped[Room] = relationship(lazy="joined")
    moves: Mapped[list["MeetingMove"]] = relationship(order_by="func.coalesce(MeetingMove.entered_at, MeetingMove.announced_at)", lazy="selectin")

    @property
    def student_name(self) -> str:
        """Of its pupil; this and the next two as a list's `MeetingLine` has them."""
        return self.student.name

    @property
    def school_name(self) -> str:
        """Of the school in which its room is."""
        return self.room.school.name

    @property
    def room_name(self) -> str:
        """Of the room it is planned in."""
        return self.room.name

    @property
    def start_before_last_move(self) -> datetime:
        """When it was to begin before it was moved last; as first planned where it was moved once, or never."""
        return self.moves[-2].new_start if len(self.moves) > 1 else self.first_start


class MeetingMove(Base):
    """A change of a meeting's start, and who asked for it."""

    __tablename__ = "meeting_move"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    announced_at: Mapped[datetime | None]  # when the family was told; None: nobody has entered that yet
    by: Mapped[str] = mapped_column(String(10))  # "district" or "parent"
    new_start: Mapped[datetime]
    new_planned_end: Mapped[datetime | None]
    entered_at: Mapped[datetime | None]
    entered_by: Mapped[str | None] = mapped_column(String(80))  # as the journal names who acts
