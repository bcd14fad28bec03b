"""Tables of duties: training, suspension, vendors and their agreements, invitations, calendar addresses (W-05, W-20, W-31, W-33)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from meetrec.platform.database import Base, new_id


class TrainingCompletion(Base):
    """A module of the annual training that one account completed (W-20, B-07). What was entered by mistake is withdrawn, never removed."""

    __tablename__ = "training_completion"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    module: Mapped[str] = mapped_column(String(32))  # TrainingModule
    completed_on: Mapped[date]
    words: Mapped[str | None] = mapped_column(String(200))  # who taught it, where the list lies
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]  # entered by mistake


class Suspension(Base):
    """One person, or everybody, kept out until it is lifted or over (W-33, W-34)."""

    __tablename__ = "suspension"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)  # None: everybody (W-33)
    spared_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))  # who may go on while everybody is suspended
    kind: Mapped[str] = mapped_column(String(12))  # temporary, long_term, permanent (W-34)
    until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime]
    began_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None] = mapped_column(index=True)
    lifted_by: Mapped[str | None] = mapped_column(String(80))


class Vendor(Base):
    """A firm whose people work here under an agreement; it stays listed when it is terminated, until the data came back (W-31)."""

    __tablename__ = "vendor"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    entered_at: Mapped[datetime]
    terminated_at: Mapped[datetime | None]  # W-31
    terminated_by: Mapped[str | None] = mapped_column(String(80))
    words: Mapped[str | None] = mapped_column(Text)
    data_return_due_on: Mapped[date | None]
    data_returned_at: Mapped[datetime | None]


class ContractorAgreement(Base):
    """The signed agreement not to pass anything on; without one in force a contractor's account stays closed (W-05)."""

    __tablename__ = "contractor_agreement"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    reference: Mapped[str] = mapped_column(String(120))
    signed_on: Mapped[date]
    ends_on: Mapped[date | None]
    no_redisclosure: Mapped[bool]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))


class AccountInvitation(Base):
    """A one-time link with which the person of an account sets the first password."""

    __tablename__ = "account_invitation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """A secret address under which one account reads its meetings as a calendar."""

    __tablename__ = "calendar_feed"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
