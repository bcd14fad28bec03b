"""The table of journal entries. Triggers in the migration refuse to change or remove a row."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base


class JournalEntry(Base):
    """One thing that happened: ids and verbs only, never names or free text."""

    __tablename__ = "journal_entry"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 … without a hole
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))  # "user:<id>", "kiosk:<id>", "public", "system"
    verb: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)  # what it happened to: "record:<id>", "notice:<id>" …
    body: Mapped[bytes] = mapped_column(LargeBinary)  # the canonical bytes that the hash covers
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The recording that the entry belongs to, so that a record can show its whole story; also part of the body.
    recording_id: Mapped[str | None] = mapped_column(String(36), index=True)
