"""Tables of who sits at the table of a meeting, and of the rooms it moved through."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base, new_id


class MeetingRoomChange(Base):
    """A change of a meeting’s room; what an old room’s kiosk began offline is still taken."""

    __tablename__ = "meeting_room_change"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    from_room_id: Mapped[str] = mapped_column(ForeignKey("room.id"))
    to_room_id: Mapped[str] = mapped_column(ForeignKey("room.id"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


class Participant(Base):
    """Somebody at the table or on the line, and whom they belong to (NOTE.1)."""

    __tablename__ = "participant"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    affiliation: Mapped[str] = mapped_column(String(24))  # Affiliation
    duty: Mapped[str | None] = mapped_column(String(60))  # psychologist, interpreter …
    staff_member_id: Mapped[str | None] = mapped_column(ForeignKey("staff_member.id"))
    guardian_id: Mapped[str | None] = mapped_column(ForeignKey("guardian.id"))
    student_id: Mapped[str | None] = mapped_column(ForeignKey("student.id"))
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    removed_at: Mapped[datetime | None]
