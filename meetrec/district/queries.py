"""Read the district's rules: those of a day, of a moment, by their label, and their whole history."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.district.models import ProfileVersion
from meetrec.district.rules import OWN, Acknowledgement, InForce, ProfileChange, VersionFacts, in_force, version_on
from meetrec.people.models import Account
from meetrec.platform.clock import in_zone
from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticeRule, load_profile, profile_names
from meetrec.platform.settings import Settings


def profile_in_force(session: Session, settings: Settings, on: date) -> InForce:
    """The rules of a day of the district's calendar: its own newest version that has begun, else the state profile of the settings.

    Raises `ProfileError` when the state profile is not there.
    """
    return _in_force(version_on([facts_of(row) for row in versions(session)], on), settings)


def profile_at(session: Session, settings: Settings, moment: datetime) -> InForce:
    """The rules of a moment (aware): as of its day, but a version that was entered only later that day does not reach back. Raises `ProfileError`."""
    known = [facts_of(row) for row in versions(session) if row.entered_at <= moment]
    return _in_force(version_on(known, in_zone(moment, settings.district.zone).date()), settings)


def profile_labelled(session: Session, settings: Settings, label: str) -> InForce | None:
    """The rules that a label names (“missouri@1”, “district@3”); None for one that names none here. Raises `ProfileError`."""
    name, _, number = label.partition("@")
    if name != OWN:
        return in_force(None, name, load_profile(name)) if name in profile_names() else None
    row = session.get(ProfileVersion, int(number)) if number.isdecimal() else None
    return _in_force(facts_of(row), settings) if row else None


def versions(session: Session) -> Sequence[ProfileVersion]:
    """Every version the district ever made, the newest first."""
    return session.scalars(select(ProfileVersion).order_by(ProfileVersion.number.desc())).all()


def _in_force(version: VersionFacts | None, settings: Settings) -> InForce:
    base = version.says.base if version else settings.district.state_profile
    return in_force(version, base, load_profile(base))


def facts_of(row: ProfileVersion) -> VersionFacts:
    """A row as plain data for the rules."""
    return VersionFacts(
        row.number,
        ProfileChange(
            base=row.base,
            effective_from=row.effective_from,
            rule=NoticeRule(row.rule),
            late_policy=LatePolicy(row.late_policy),
            acknowledgement=Acknowledgement(row.acknowledgement),
            objection_stops=row.objection_stops,
            multi_student_rule=MultiStudentRule(row.multi_student_rule),
            policy_pointer=row.policy_pointer,
            reason=row.reason,
            attorney_name=row.attorney_name,
            attorney_date=row.attorney_date,
        ),
    )


def names_of(session: Session, actors: Sequence[str]) -> dict[str, str]:
    """Actor as the journal names them (“user:<id>”) → the person's name."""
    ids = {actor.removeprefix("user:") for actor in actors if actor.startswith("user:")}
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {f"user:{account_id}": name for account_id, name in found}
