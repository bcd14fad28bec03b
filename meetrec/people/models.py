"""Tables of accounts, roles, schools and students. No social security number, no citizenship, no ethnicity (B-08, B-09, B-13)."""

from datetime import date, datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetrec.platform.database import Base, new_id

account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """What an account may do; the names stand in `people/roles.py`."""

    __tablename__ = "role"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))


class Account(Base, UserMixin):
    """One person who signs in. Never shared between persons (W-10)."""

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
    roles: Mapped[list[Role]] = relationship(secondary=account_role, lazy="selectin")


class School(Base):
    """A school of the district."""

    __tablename__ = "school"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120), unique=True)


class Student(Base):
    """A pupil, with no more than meetings need (W-01)."""

    __tablename__ = "student"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    given_name: Mapped[str] = mapped_column(String(80))
    family_name: Mapped[str] = mapped_column(String(80))
    birth_date: Mapped[date | None]  # rights move to the student at 18 (D-13)
    school_id: Mapped[str] = mapped_column(ForeignKey("school.id"))
    school: Mapped[School] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """All that the kiosk's screen ever shows of a pupil, such as “M. R.”"""
        return " ".join(f"{part[0].upper()}." for part in (self.given_name, self.family_name) if part)
