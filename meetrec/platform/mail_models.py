"""The table of mails that wait, went out or failed."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base, new_id


class OutgoingMail(Base):
    """One mail that waits, was sent or failed; its text is emptied 30 days after its end."""

    __tablename__ = "outgoing_mail"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    to_address: Mapped[str] = mapped_column(String(255))
    template: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(5))
    about: Mapped[str] = mapped_column(String(80), index=True)  # "notice:<id>", as the journal names subjects
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)  # None once it ended
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    sentence: Mapped[str | None] = mapped_column(Text)
