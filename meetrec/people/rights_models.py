"""Tables of rights: who stands beside a pupil, what papers take or question a right, who needs protection, and proofs of identity (D-17, L-04, S-14)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.people.models import Student
from meetrec.platform.database import Base, new_id


class Guardian(Base):
    """A grown-up who may hold rights for pupils."""

    __tablename__ = "guardian"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    source_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    given_name: Mapped[str] = mapped_column(String(80))
    family_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(Text)  # on file: where a code is posted
    language: Mapped[str] = mapped_column(String(5), default="en")
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), unique=True)  # once identity was verified
    guardianships: Mapped[list["Guardianship"]] = relationship(back_populates="guardian", lazy="select")

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


class Guardianship(Base):
    """What a guardian is to a pupil, from when to when, and what shows it (D-17, B-R3, B-R10)."""

    __tablename__ = "guardianship"
    __table_args__ = (Index("ix_guardianship_pair", "student_id", "guardian_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    guardian_id: Mapped[str] = mapped_column(ForeignKey("guardian.id"), index=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("student.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))  # RightsHolderKind
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))  # the person who ended it; a roster never takes that back, and names nobody when it ends one
    source: Mapped[str] = mapped_column(String(8))  # hand, roster
    evidence_kind: Mapped[str | None] = mapped_column(String(24))  # court_order, placement_letter, affidavit, appointment, birth_record, other
    evidence_words: Mapped[str | None] = mapped_column(Text)
    evidence_kept_at: Mapped[str | None] = mapped_column(String(120))  # where the paper lies
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None] = mapped_column(String(80))
    guardian: Mapped[Guardian] = relationship(back_populates="guardianships", lazy="joined")
    student: Mapped[Student] = relationship(lazy="joined")


class RightsRestriction(Base):
    """A paper that takes a right, or papers that contradict each other (L-04), or a court that withholds an address (L-55)."""

    __tablename__ = "rights_restriction"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    student_id: Mapped[str] = mapped_column(ForeignKey("student.id"), index=True)
    guardian_id: Mapped[str | None] = mapped_column(ForeignKey("guardian.id"), index=True)  # None: concerns everybody who holds rights for the pupil
    effect: Mapped[str] = mapped_column(String(20))  # revoked, conflict, address_withheld
    authority: Mapped[str] = mapped_column(String(24))  # court_order, statute, binding_paper
    words: Mapped[str] = mapped_column(Text)  # what exactly it takes; nothing is taken that it does not name
    kept_at: Mapped[str] = mapped_column(String(120))
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(80))


class ProtectionFlag(Base):
    """A pupil who needs particular protection; only few see why (S-14)."""

    __tablename__ = "protection_flag"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    student_id: Mapped[str] = mapped_column(ForeignKey("student.id"), index=True)
    reason: Mapped[str] = mapped_column(String(24))  # address_confidential, custody, foster, other
    words: Mapped[str | None] = mapped_column(Text)
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))


class IdentityCode(Base):
    """A one-time code that a person got in the hand or by post; using it proves who they are (L-30). Exactly one of guardian and student is set."""

    __tablename__ = "identity_code"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    guardian_id: Mapped[str | None] = mapped_column(ForeignKey("guardian.id"), index=True)
    student_id: Mapped[str | None] = mapped_column(ForeignKey("student.id"), index=True)  # an eligible student's own
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    way: Mapped[str] = mapped_column(String(12))  # handed_over, posted
    seen: Mapped[str | None] = mapped_column(String(24))  # what was shown in person: a name of IDENTITY_SEEN
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))  # the account that used it
