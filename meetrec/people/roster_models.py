"""Tables of the roster: which school a pupil attends from when to when, who works there, and every import with what it refused."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.people.models import School
from meetrec.platform.database import Base, new_id


class SchoolEnrolment(Base):
    """A pupil at a school, from when to when; who is custodian of the pupil's records follows it (B-04)."""

    __tablename__ = "school_enrolment"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    student_id: Mapped[str] = mapped_column(ForeignKey("student.id"), index=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("school.id"), index=True)
    begins_on: Mapped[date | None]  # None: before this installation knew the pupil
    ends_on: Mapped[date | None]  # the first day on which it no longer holds
    source: Mapped[str] = mapped_column(String(8))  # hand, roster
    roster_import_id: Mapped[str | None] = mapped_column(ForeignKey("roster_import.id"))
    school: Mapped[School] = relationship(lazy="joined")


class StaffMember(Base):
    """Somebody who works for the district, as the roster says; whoever signs in has an account besides."""

    __tablename__ = "staff_member"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    source_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    given_name: Mapped[str] = mapped_column(String(80))
    family_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(255))
    duty: Mapped[str] = mapped_column(String(40))  # the roster's role: teacher, principal, counselor …
    school_id: Mapped[str | None] = mapped_column(ForeignKey("school.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), unique=True)
    left_on: Mapped[date | None]

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


class RosterImport(Base):
    """One reading of a roster, tried or applied; never half (see roster_apply)."""

    __tablename__ = "roster_import"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))  # reading, checked, refused, applying, applied, failed
    sha256: Mapped[str] = mapped_column(String(64))  # of the package as it came
    source_system: Mapped[str | None] = mapped_column(String(120))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)  # {"pupils": {"new": 1, "changed": 2, "same": 3, "ended": 4}, "guardians": …}
    refused: Mapped[int] = mapped_column(default=0)
    sentence: Mapped[str | None] = mapped_column(Text)  # why it cannot be applied


class RosterRefusal(Base):
    """One row of the roster that was not taken, and why. No name and never the value itself (B-08)."""

    __tablename__ = "roster_refusal"

    roster_import_id: Mapped[str] = mapped_column(ForeignKey("roster_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file: Mapped[str] = mapped_column(String(24))
    line: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(48))  # RefusalReason
