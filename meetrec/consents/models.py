"""Tables of the collector: a parent wishes to pass their own copy on, and what each speaker says to that (NOTE.3)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base, new_id


class DisseminationRequest(Base):
    """A parent wishes to pass their own copy on: is everyone who can be heard willing (NOTE.3)? Governs the parent's copy alone (A-03)."""

    __tablename__ = "dissemination_request"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    notice_id: Mapped[str | None] = mapped_column(ForeignKey("notice.id"))
    asked_by: Mapped[str] = mapped_column(String(120))  # the parent's name
    text_version: Mapped[str] = mapped_column(String(20))  # which text the speakers signed
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None]


class SpeakerConsent(Base):
    """What one person who can be heard answered, and how they signed."""

    __tablename__ = "speaker_consent"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("dissemination_request.id"), index=True)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participant.id"))
    speaker_name: Mapped[str] = mapped_column(String(120))
    affiliation: Mapped[str] = mapped_column(String(24))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)  # who may sign it signed in
    answer: Mapped[str] = mapped_column(String(10), default="asked")  # asked, signed, refused
    way: Mapped[str | None] = mapped_column(String(10))  # signed_in, on_paper
    signed_on: Mapped[date | None]
    kept_at: Mapped[str | None] = mapped_column(String(120))  # where the signed paper lies
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]
