"""Read the district's rules: those of a day, and their whole history."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.district.models import ProfileVersion
from meetrec.district.rules import Acknowledgement, InForce, ProfileChange, VersionFacts, in_force, version_on
from meetrec.people.models import Account
from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticeRule, load_profile
from meetrec.platform.settings import Settings


def profile_in_force(session: Session, settings: Settings, on: date) -> InForce:
    """The rules of a day of the district's calendar: its own newest version that has begun, else the state profile of the settings.

    Raises `ProfileError` when the state profile is not there.
    """
    version = version_on([facts_of(row) for row in versions(session)], on)
    base = version.says.base if version else settings.district.state_profile
    return in_force(version, base, load_profile(base))


def versions(session: Session) -> Sequence[ProfileVersion]:
    """Every version the district ever made, the newest first."""
    return session.scalars(select(ProfileVersion).order_by(ProfileVersion.number.desc())).all()


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
