"""Tables of the task "the district's copy is missing": what people answered, and the recordings made on other devices that were uploaded (G5.a)."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.people.models import Account
from meetrec.platform.database import Base, new_id

STORE_UPLOAD = "recordings.store_upload"  # the kind of the job that makes a record of an upload


class DistrictCopyAnswer(Base):
    """One answer to the task of one meeting. The newest stands; earlier ones stay to be seen. Whether the task is open follows from the facts."""

    __tablename__ = "district_copy_answer"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    reason: Mapped[str] = mapped_column(String(24))  # one of CopyReason
    words: Mapped[str | None] = mapped_column(Text)  # the person's own; never in the journal
    recording_id: Mapped[str | None] = mapped_column(ForeignKey("recording.id"))  # of an upload
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime] = mapped_column(index=True)
    account: Mapped[Account] = relationship(lazy="joined")


class UploadedCopy(Base):
    """A recording made on another device that was taken as the district's copy: where it came from, and the object with its bytes as they came."""

    __tablename__ = "uploaded_copy"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(36))
    file_name: Mapped[str] = mapped_column(String(200))
    sound_format: Mapped[str] = mapped_column(String(20))  # a key of uploads_formats.FORMATS
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64), unique=True)  # of the bytes as they came: no file is taken twice
    channel: Mapped[int | None]  # the one heard for the master; None: the mean of all
    has_cover: Mapped[bool]  # a cover picture lies in the original
    device: Mapped[str] = mapped_column(String(200))  # as the person said
    starts_at: Mapped[datetime]  # as the person said
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[datetime]
    account: Mapped[Account] = relationship(lazy="joined")


class UploadUnderWay(Base):
    """An upload that is being received and checked. If its process dies, the timetable takes back what it stored."""

    __tablename__ = "upload_under_way"

    record_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # that the record would have
    object_id: Mapped[str] = mapped_column(String(36))
    began_at: Mapped[datetime]
