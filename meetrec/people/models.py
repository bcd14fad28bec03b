"""Tables of accounts, roles, schools and students. No social security number, no citizenship, no ethnicity (B-08, B-09, B-13)."""

from datetime import date, datetime
from typing import Any

from flask_security import RoleMixin, WebAuthnMixin
from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, Text, select, text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.people.lockout import Lockable
from meetrec.platform.database import Base, new_id

STAFF, FAMILY = "staff", "family"  # kinds of account


class Role(Base, RoleMixin):
    """What an account may do; the names stand in `people/roles.py`."""

    __tablename__ = "role"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))


class RoleGrant(Base):
    """One role held by one account, from when to when; the history is kept (B-03, B-04, W-30). `Account.roles` are those not ended."""

    __tablename__ = "role_grant"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    role_id: Mapped[str] = mapped_column(ForeignKey("role.id"), index=True)
    school_id: Mapped[str | None] = mapped_column(ForeignKey("school.id"), index=True)  # of a site custodian: which school (B-04)
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(80))  # as the journal names who acts
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_by: Mapped[str | None] = mapped_column(String(80))
    role: Mapped[Role] = relationship(lazy="joined")
    school: Mapped["School | None"] = relationship(lazy="joined")


# A custodian of two schools has two grants, and the role once.
HELD = select(RoleGrant.account_id, RoleGrant.role_id).where(RoleGrant.ended_at.is_(None)).distinct().subquery("held")


class Account(Base, Lockable):
    """One person who signs in: staff or a family. Never shared between persons (W-10), never deleted (W-26)."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(120))  # shown to other staff
    password: Mapped[str | None] = mapped_column(String(255))  # argon2
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)  # changes end all sessions
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    # Flask-Security keeps these.
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(8), default=STAFF, server_default=STAFF)  # staff, family
    language: Mapped[str] = mapped_column(String(5), default="en", server_default="en")  # of mail
    certificated: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # a custodian of the district must be (B-03)
    vendor_id: Mapped[str | None] = mapped_column(ForeignKey("vendor.id"))  # of a contractor (W-05, W-31)
    activated_at: Mapped[datetime | None]  # set at the first password; before that nobody signs in
    deactivated_at: Mapped[datetime | None]  # W-26: never deleted
    deactivated_by: Mapped[str | None] = mapped_column(String(80))
    deactivated_because: Mapped[str | None] = mapped_column(String(20))  # separated, left, mistake, other
    failed_tries: Mapped[int] = mapped_column(default=0, server_default="0")  # since the last sign-in
    locked_until: Mapped[datetime | None]
    oidc_subject: Mapped[str | None] = mapped_column(String(255), unique=True)  # "issuer|sub", bound at the first single sign-on
    # Flask-Security's names; the columns are called by what they hold.
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column("second_factor", String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column("totp_seed", String(255))  # encrypted
    totp_last_counter: Mapped[int | None] = mapped_column(BigInteger)  # no code counts twice
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column("recovery_codes", MutableList.as_mutable(JSON()))  # encrypted one by one
    webauthn: Mapped[list["Passkey"]] = relationship(back_populates="account", cascade="all, delete-orphan")
    roles: Mapped[list[Role]] = relationship(
        secondary=HELD,
        primaryjoin=lambda: Account.id == HELD.c.account_id,
        secondaryjoin=lambda: Role.id == HELD.c.role_id,
        viewonly=True,
        lazy="selectin",
    )


class Passkey(Base, WebAuthnMixin):
    """A passkey of an account: on a telephone, in a key, in the computer itself."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(1024))
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))
    extensions: Mapped[str | None] = mapped_column(String(255))
    device_type: Mapped[str] = mapped_column(String(64))
    backup_state: Mapped[bool]
    usage: Mapped[str] = mapped_column(String(20))  # first, secondary
    lastuse_datetime: Mapped[datetime]
    account: Mapped[Account] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """How Flask-Security finds the account of a passkey."""
        return {"id": self.account_id}


class School(Base):
    """A school of the district."""

    __tablename__ = "school"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    source_id: Mapped[str | None] = mapped_column(String(255), unique=True)  # sourcedId of the roster
    closed_on: Mapped[date | None]


class Student(Base):
    """A pupil, with no more than meetings need (W-01)."""

    __tablename__ = "student"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    given_name: Mapped[str] = mapped_column(String(80))
    family_name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(200), default="", server_default="", index=True)  # `name_key(name)` of people/names.py
    birth_date: Mapped[date | None]  # rights move to the student at 18 (D-13)
    postsecondary_from: Mapped[date | None]  # attends a postsecondary institution (D-13)
    postsecondary_until: Mapped[date | None]
    school_id: Mapped[str] = mapped_column(ForeignKey("school.id"))  # of today's enrolment
    source_id: Mapped[str | None] = mapped_column(String(255), unique=True)  # sourcedId of the roster
    address: Mapped[str | None] = mapped_column(Text)  # the eligible student's own; where a code is posted
    email: Mapped[str | None] = mapped_column(String(255))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), unique=True)  # the eligible student's own
    # Entered twice, and joined with the entry that is kept: nothing stands at this one any more (people/joining.py).
    joined_to_id: Mapped[str | None] = mapped_column(ForeignKey("student.id"), index=True)
    joined_at: Mapped[datetime | None]
    joined_by: Mapped[str | None] = mapped_column(String(80))
    school: Mapped[School] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """All that the kiosk's screen ever shows of a pupil, such as “M. R.”"""
        return " ".join(f"{part[0].upper()}." for part in (self.given_name, self.family_name) if part)
