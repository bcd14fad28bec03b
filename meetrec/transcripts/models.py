"""The table of transcripts. The text lies in the record's encryption; the row says which machine wrote it (A-23)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base, new_id


class Transcript(Base):
    """One machine draft of a record's sound; no part of the IEP, a record of its own (G9.b)."""

    __tablename__ = "transcript"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), index=True)
    object_id: Mapped[str] = mapped_column(ForeignKey("stored_object.id"))
    state: Mapped[str] = mapped_column(String(16), default="machine_draft")
    engine: Mapped[dict[str, Any]] = mapped_column(JSON)  # engine, version, model, its SHA-256, settings
    words: Mapped[int]
    created_at: Mapped[datetime]
