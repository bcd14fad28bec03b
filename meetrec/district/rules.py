"""Which of the district's own rules are in force on a day, and which changes of them are refused (A-01, A-02). Pure: no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from meetrec.platform.profiles import LatePolicy, MultiStudentRule, NoticePolicy, NoticeRule, RecordingPolicy, StateProfile

OWN = "district"  # how a version of the district's own is called: “district@3”


class Acknowledgement(StrEnum):
    """Whether a parent is asked to acknowledge the conditions. Even where it is required it never changes what a notice is (A-02, NOTE.4)."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class WhyNot(StrEnum):
    """Why a change of the rules is not taken."""

    BEGINS_IN_THE_PAST = "begins_in_the_past"
    NO_REASON = "no_reason"
    DATE_NEEDS_ATTORNEY = "date_needs_attorney"
    REQUIRED_NEEDS_ATTORNEY = "required_needs_attorney"
    ATTORNEY_IN_THE_FUTURE = "attorney_in_the_future"
    BASE_NOT_IN_FORCE = "base_not_in_force"


@dataclass(frozen=True)
class ProfileChange:
    """What a person wants the rules to be from a day on. `base` is the state profile that gives everything not named here."""

    base: str
    effective_from: date
    rule: NoticeRule
    late_policy: LatePolicy
    acknowledgement: Acknowledgement
    objection_stops: bool
    multi_student_rule: MultiStudentRule
    policy_pointer: str | None
    reason: str
    attorney_name: str | None
    attorney_date: date | None


@dataclass(frozen=True)
class VersionFacts:
    """One version of the district's rules: its number (1, 2, 3 …) and what it says."""

    number: int
    says: ProfileChange


@dataclass(frozen=True)
class InForce:
    """The rules of one day. `label` names them for the journal and for each notice: “missouri@1” or “district@3”."""

    label: str
    base: str
    effective_from: date
    notice: NoticePolicy
    recording: RecordingPolicy
    acknowledgement: Acknowledgement
    multi_student_rule: MultiStudentRule
    policy_pointer: str | None
    attorney_name: str | None = None
    attorney_date: date | None = None


def version_on(versions: Sequence[VersionFacts], on: date) -> VersionFacts | None:
    """The version of a day: the newest of those that have begun by then. A newer decision replaces an older one that was to begin later."""
    begun = [version for version in versions if version.says.effective_from <= on]
    return max(begun, key=lambda version: version.number, default=None)


def in_force(version: VersionFacts | None, base_name: str, base: StateProfile) -> InForce:
    """What holds: the district's version over the state profile it is built on, or that profile as it stands."""
    if version is None:
        return InForce(
            f"{base_name}@{base.version}", base_name, base.effective, base.notice, base.recording, Acknowledgement.OPTIONAL, base.multi_student_rule, None
        )
    says = version.says
    recording = RecordingPolicy(staff_may_start_alone=base.recording.staff_may_start_alone, parent_objection_stops_district_initiated=says.objection_stops)
    return InForce(
        label=f"{OWN}@{version.number}",
        base=base_name,
        effective_from=says.effective_from,
        notice=NoticePolicy(rule=says.rule, late_policy=says.late_policy),
        recording=recording,
        acknowledgement=says.acknowledgement,
        multi_student_rule=says.multi_student_rule,
        policy_pointer=says.policy_pointer,
        attorney_name=says.attorney_name,
        attorney_date=says.attorney_date,
    )


def why_not(change: ProfileChange, base: StateProfile, today: date) -> tuple[WhyNot, ...]:
    """Everything that keeps a change from being taken; empty when it may be.

    Rules never begin in the past: a notice keeps those that held when it was received. More than 24 hours before the start, and an
    acknowledgement that must be given, are taken only with the name of the attorney who looked at it and the day (A-01, A-02, L-60, L-61).
    """
    has_attorney = bool(change.attorney_name and change.attorney_date)
    found = {
        WhyNot.BEGINS_IN_THE_PAST: change.effective_from < today,
        WhyNot.BASE_NOT_IN_FORCE: change.effective_from < base.effective,
        WhyNot.NO_REASON: not change.reason.strip(),
        WhyNot.DATE_NEEDS_ATTORNEY: change.rule is NoticeRule.DATE and not has_attorney,
        WhyNot.REQUIRED_NEEDS_ATTORNEY: change.acknowledgement is Acknowledgement.REQUIRED and not has_attorney,
        WhyNot.ATTORNEY_IN_THE_FUTURE: change.attorney_date is not None and change.attorney_date > today,
    }
    return tuple(why for why, is_so in found.items() if is_so)
