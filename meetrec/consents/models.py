"""Tables of the collector: a parent wishes to pass their own copy on, who can be heard in it, and every answer they gave (NOTE.3)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.meetings.models import Meeting
from meetrec.platform.database import Base, new_id


class DisseminationRequest(Base):
    """A parent wishes to pass their own copy on: is everyone who can be heard willing (NOTE.3)? Governs the parent's copy alone (A-03)."""

    __tablename__ = "dissemination_request"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(120))  # the parent's name
    asker_id: Mapped[str | None] = mapped_column(ForeignKey("participant.id"))  # the parent at the table, whose own wish it is
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)  # of the family that asked, signed in
    purpose: Mapped[str] = mapped_column(Text)  # to whom and what for, in the parent's words: part of what is signed
    text_version: Mapped[str] = mapped_column(String(20))  # which text the speakers sign
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None]  # the parent does not wish it any more
    closed_by: Mapped[str | None] = mapped_column(String(80))
    meeting: Mapped[Meeting] = relationship(lazy="joined")


class RecordedPerson(Base):
    """Somebody who can be heard in the recording, and the private link at which they may sign. Whoever was entered by mistake is taken off; the row stays."""

    __tablename__ = "recorded_person"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("dissemination_request.id"), index=True)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participant.id"))
    name: Mapped[str] = mapped_column(String(120))
    affiliation: Mapped[str] = mapped_column(String(24))  # Affiliation
    student_id: Mapped[str | None] = mapped_column(ForeignKey("student.id"))  # a pupil: who signs is computed on the day (D-13)
    is_minor: Mapped[bool] = mapped_column(default=False)  # of a child who is no pupil entered here: a grown-up signs
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)  # of staff, who may sign signed in
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(String(80))
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_signer: Mapped[str | None] = mapped_column(String(120))  # to whom it was handed
    link_signs_as: Mapped[str | None] = mapped_column(String(24))
    link_guardian_id: Mapped[str | None] = mapped_column(ForeignKey("guardian.id"))
    link_identity: Mapped[str | None] = mapped_column(String(24))  # how they were known in person: a name of IDENTITY_SEEN (D-43.c)
    link_made_at: Mapped[datetime | None]
    link_made_by: Mapped[str | None] = mapped_column(String(80))
    link_expires_at: Mapped[datetime | None]
    link_used_at: Mapped[datetime | None]  # it signs once; afterwards it shows the answer and takes it back


class SpeakerAnswer(Base):
    """One answer of a person who can be heard. None is ever changed: the newest counts."""

    __tablename__ = "speaker_answer"
    __table_args__ = (UniqueConstraint("person_id", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("recorded_person.id"), index=True)
    number: Mapped[int]  # 1, 2, 3 … of this person
    answer: Mapped[str] = mapped_column(String(10))  # Answer
    way: Mapped[str] = mapped_column(String(12))  # Way
    signer: Mapped[str] = mapped_column(String(120))  # the person, or who signs for them
    signs_as: Mapped[str] = mapped_column(String(24))  # SignsAs
    guardian_id: Mapped[str | None] = mapped_column(ForeignKey("guardian.id"))
    signed_on: Mapped[date]  # the day on the paper, or on which the button was pressed
    kept_at: Mapped[str | None] = mapped_column(String(120))  # where the signed paper lies
    text_version: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the words as they were shown; the paper holds its own
    language: Mapped[str] = mapped_column(String(5))
    answered_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(80))
