"""The table of the district's own rules: dated versions, each with its reason."""

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base


class ProfileVersion(Base):
    """One version of the district's own rules. Never changed: a change is the next version, with its reason."""

    __tablename__ = "profile_version"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 …; label "district@<number>"
    base: Mapped[str] = mapped_column(String(20))  # missouri, california
    effective_from: Mapped[date] = mapped_column(index=True)
    rule: Mapped[str] = mapped_column(String(12))  # NoticeRule
    late_policy: Mapped[str] = mapped_column(String(8))  # LatePolicy
    acknowledgement: Mapped[str] = mapped_column(String(10))  # optional, required; never changes a notice's status
    objection_stops: Mapped[bool]
    multi_student_rule: Mapped[str] = mapped_column(String(20))
    policy_pointer: Mapped[str | None] = mapped_column(String(300))  # where recordings of other meetings are governed (G0.3)
    reason: Mapped[str] = mapped_column(Text)
    attorney_name: Mapped[str | None] = mapped_column(String(120))  # needed for the date rule and for a required acknowledgement
    attorney_date: Mapped[date | None]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
