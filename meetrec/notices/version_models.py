"""The table of what was said in each version of a notice."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base


class NoticeVersion(Base):
    """What was said in each version of a notice; earlier versions stay."""

    __tablename__ = "notice_version"

    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    statement: Mapped[dict[str, Any]] = mapped_column(JSON)  # NoticeStatement.content(), dates and times as ISO text
