"""The annual training: its modules by role, until when each is valid, and what an outdated one closes (W-19, W-20, B-07). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from meetrec.people.roles import (
    ADMINISTRATOR,
    ATTORNEY,
    CHAIR,
    CONTRACTOR,
    COORDINATOR,
    DISTRICT_CUSTODIAN,
    RECORDS_CLERK,
    ROLES,
    SITE_CUSTODIAN,
    SUPERINTENDENT,
)


class TrainingModule(StrEnum):
    """One module; each is due again after a year."""

    CONFIDENTIALITY = "confidentiality"
    SENSITIVE_INFORMATION = "sensitive_information"
    RECORDING_ROOM = "recording_room"
    DISCLOSURE = "disclosure"


_FURTHER: dict[TrainingModule, frozenset[str]] = {
    TrainingModule.SENSITIVE_INFORMATION: frozenset(  # B-07: whoever gathers or handles it
        {COORDINATOR, CHAIR, DISTRICT_CUSTODIAN, SITE_CUSTODIAN, RECORDS_CLERK, SUPERINTENDENT, ADMINISTRATOR, CONTRACTOR}
    ),
    TrainingModule.RECORDING_ROOM: frozenset({COORDINATOR, CHAIR}),
    TrainingModule.DISCLOSURE: frozenset({COORDINATOR, DISTRICT_CUSTODIAN, SITE_CUSTODIAN, RECORDS_CLERK, ATTORNEY}),
}

# Everybody learns about confidentiality: volunteers, board members and contractors too (W-07, W-20).
MODULES_OF: dict[str, frozenset[TrainingModule]] = {
    role: frozenset({TrainingModule.CONFIDENTIALITY, *(module for module, roles in _FURTHER.items() if role in roles)}) for role in ROLES
}


class Gate(StrEnum):
    """What an account meets at a page or at content."""

    OPEN = "open"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True)
class TrainingPolicy:
    """What an outdated training does, by the district's settings (W-20)."""

    content: Gate = Gate.BLOCK
    pages: Gate = Gate.WARN


@dataclass(frozen=True)
class TrainingStanding:
    """How an account stands with its training. `ends_on`: the last day on which all that its roles need is current; None when one was never done."""

    is_current: bool
    missing: tuple[TrainingModule, ...]
    ends_on: date | None


def valid_until(completed_on: date) -> date:
    """The last day on which a completion counts: the same day a year later; of 29 February, 28 February."""
    try:
        return completed_on.replace(year=completed_on.year + 1)
    except ValueError:
        return date(completed_on.year + 1, 2, 28)


def modules_for(roles: Collection[str]) -> tuple[TrainingModule, ...]:
    """What these roles need together; nothing for whoever holds none, as families do."""
    needed = {module for role in roles for module in MODULES_OF[role]}
    return tuple(module for module in TrainingModule if module in needed)


def training_standing(roles: Collection[str], completions: Mapping[TrainingModule, date], on: date) -> TrainingStanding:
    """Hold the newest completion of each module against what the roles need on a day. A day to come is no completion."""
    needed = modules_for(roles)
    ends = {module: valid_until(completions[module]) for module in needed if module in completions and completions[module] <= on}
    missing = tuple(module for module in needed if module not in ends or ends[module] < on)
    return TrainingStanding(not missing, missing, min(ends.values()) if needed and len(ends) == len(needed) else None)


def gate_for(standing: TrainingStanding, *, is_content: bool, policy: TrainingPolicy) -> Gate:
    """What this standing opens: content (sound, transcripts) or a page."""
    if standing.is_current:
        return Gate.OPEN
    return policy.content if is_content else policy.pages
