"""The table of parents' notices (G1.a). No field approves or denies: a notice is a statement, not a request (G0.2)."""

import enum
from datetime import date, datetime, time

from sqlalchemy import Enum, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.meetings.models import Meeting
from meetrec.platform.database import Base, new_id


class RecorderRole(enum.StrEnum):
    """Who may record (G4; an eligible student stands in the parent's place, A-06)."""

    PARENT = "parent"
    LEGAL_GUARDIAN = "legal_guardian"
    ELIGIBLE_STUDENT = "eligible_student"


class Notice(Base):
    """What a parent told the district, as they told it."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_waiting", "meeting_id", "status", "meeting_date"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(12), unique=True)  # on the receipt, speakable over the phone
    received_at: Mapped[datetime]  # server clock; timeliness uses this alone (G1.a)
    entered_at: Mapped[datetime]  # when it was typed in; the same moment for the public form
    stated_at: Mapped[datetime | None]  # said in the meeting room: when, by the room's clock; it may reach the server days later
    channel: Mapped[str] = mapped_column(String(12))  # web, email, phone, paper, in_person, at_meeting
    language: Mapped[str] = mapped_column(String(5))  # of the form: "en" or "es"
    recorder_name: Mapped[str] = mapped_column(String(120))
    recorder_role: Mapped[RecorderRole] = mapped_column(Enum(RecorderRole, native_enum=False, length=20))
    student_name: Mapped[str] = mapped_column(String(160))  # as the parent wrote it
    school_name: Mapped[str] = mapped_column(String(120))
    meeting_date: Mapped[date]  # as the parent wrote it, in the district's zone
    meeting_time: Mapped[time]
    device: Mapped[str] = mapped_column(String(120))  # G6.b
    reason: Mapped[str | None] = mapped_column(Text)  # optional; its absence changes nothing (G2)
    accommodation_request: Mapped[str | None] = mapped_column(Text)  # interpreter or accommodation; survives lateness (G0.1)
    needs_recording_to_understand: Mapped[bool] = mapped_column(default=False)  # G0.1
    status: Mapped[str] = mapped_column(String(20))  # what the 24-hour rule said: timely, late_accepted, late_needs_review, on_the_spot, withdrawn
    deadline: Mapped[datetime]  # the one that governed
    deadline_start_rule: Mapped[datetime]  # 24 hours before the start (G1.b)
    deadline_date_rule: Mapped[datetime]  # 24 hours before the day of the meeting begins (G1.b)
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the private link's token
    meeting_id: Mapped[str | None] = mapped_column(ForeignKey("meeting.id"), index=True)  # once matched
    matched_at: Mapped[datetime | None]
    email: Mapped[str | None] = mapped_column(String(255))
    address_link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the link that confirms the address; it opens nothing else
    email_verified_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # the one mail to an unverified address was put in the outbox
    acknowledged_at: Mapped[datetime | None]  # NOTE.4; optional
    entered_by: Mapped[str | None] = mapped_column(String(80))  # staff who keyed it in; None: the family itself
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1, server_default="1")  # rises with each correction
    profile: Mapped[str] = mapped_column(String(60), default="", server_default="")  # rules it was held against: "missouri@1", "district@3"
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)  # of the family that gave it signed in
    needs_another_look: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # corrected after it was matched
    looked_again_at: Mapped[datetime | None]
    meeting: Mapped[Meeting | None] = relationship(lazy="joined")
