"""Change the district's rules: always a new version with its reason, never a change of one that stands."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.district.models import ProfileVersion
from meetrec.district.rules import OWN, ProfileChange, WhyNot, why_not
from meetrec.journal import actions as journal
from meetrec.platform.clock import in_zone
from meetrec.platform.errors import MeetRecError
from meetrec.platform.profiles import load_profile

SENTENCES = {
    WhyNot.BEGINS_IN_THE_PAST: lazy_gettext("Rules begin today or later: a notice keeps the rules that held when it arrived."),
    WhyNot.BASE_NOT_IN_FORCE: lazy_gettext("This state profile is not in force yet on that day."),
    WhyNot.NO_REASON: lazy_gettext("Say why the rules change."),
    WhyNot.DATE_NEEDS_ATTORNEY: lazy_gettext(
        "Counting back from the day asks more than 24 hours of a parent. Name the attorney who looked at it, and the day."
    ),
    WhyNot.REQUIRED_NEEDS_ATTORNEY: lazy_gettext("A required acknowledgement is a contested condition. Name the attorney who looked at it, and the day."),
    WhyNot.ATTORNEY_IN_THE_FUTURE: lazy_gettext("The attorney's day lies in the future."),
}


class RulesNotChanged(MeetRecError):
    """A change of the rules was refused; `reasons` are all that speak against it."""

    def __init__(self, reasons: Sequence[WhyNot]) -> None:
        super().__init__(" ".join(str(SENTENCES[reason]) for reason in reasons))
        self.reasons = tuple(reasons)


def change_profile(session: Session, now: datetime, actor: str, change: ProfileChange, zone: str) -> ProfileVersion:
    """Write down the next version. Raises `RulesNotChanged` with everything that speaks against it."""
    reasons = why_not(change, load_profile(change.base), in_zone(now, zone).date())
    if reasons:
        raise RulesNotChanged(reasons)
    number = (session.scalar(select(func.max(ProfileVersion.number))) or 0) + 1
    version = ProfileVersion(
        number=number, base=change.base, effective_from=change.effective_from, rule=change.rule.value, late_policy=change.late_policy.value,
        acknowledgement=change.acknowledgement.value, objection_stops=change.objection_stops, multi_student_rule=change.multi_student_rule.value,
        policy_pointer=change.policy_pointer, reason=change.reason.strip(), attorney_name=change.attorney_name, attorney_date=change.attorney_date,
        entered_at=now, entered_by=actor,
    )  # fmt: skip
    session.add(version)
    session.flush()
    label = f"{OWN}@{number}"
    journal.append(session, now, actor, "profile.changed", f"profile:{label}", base=change.base, effective_from=change.effective_from.isoformat())
    return version
