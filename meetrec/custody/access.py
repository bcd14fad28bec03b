"""Who may open a record's content: nobody, unless a rule of this list says so (W-03, S-05). The disclosure feature replaces the list."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from flask import has_app_context
from sqlalchemy.orm import Session

from meetrec.custody.models import Record
from meetrec.people.duty_queries import state_of_account, training_of
from meetrec.people.models import Account
from meetrec.people.roles import CONTENT_ROLES
from meetrec.people.standing import AccountState
from meetrec.people.training import Gate, TrainingPolicy, gate_for
from meetrec.platform import clock
from meetrec.platform.settings_sections import District, Training
from meetrec.platform.web import settings


class Purpose(enum.StrEnum):
    """What somebody wants of a record."""

    LISTEN = "listen"
    READ = "read"


@dataclass(frozen=True)
class Answer:
    """Whether the content may be opened, and why: a short code that the journal can keep."""

    allowed: bool
    reason: str


# A rule answers, or says None when it has nothing to say.
# The record is None while a recording is not stored yet: its page shows states and no content.
AccessRule = Callable[[Session, Account, Record | None, Purpose], Answer | None]


def in_good_standing(session: Session, account: Account, _record: Record | None, _purpose: Purpose) -> Answer | None:
    """Whoever is suspended or deactivated, or lacks the agreement, opens nothing: a player that is open stops at its next range (W-33, W-05)."""
    state = state_of_account(session, account, clock.in_zone(clock.now(), _district().zone))
    return None if state in (AccountState.ACTIVE, AccountState.LOCKED) else Answer(False, state.value)


def training_current(session: Session, account: Account, _record: Record | None, _purpose: Purpose) -> Answer | None:
    """Content stays closed to whoever let the annual training run out, unless the district only warns (W-20)."""
    standing = training_of(session, account, clock.in_zone(clock.now(), _district().zone).date())
    policy = TrainingPolicy(content=Gate(_training().content))
    return Answer(False, "training_expired") if gate_for(standing, is_content=True, policy=policy) is Gate.BLOCK else None


def _district() -> District:
    return settings().district if has_app_context() else District()


def _training() -> Training:
    return settings().training if has_app_context() else Training()


def duty_of_office(_session: Session, account: Account, _record: Record | None, purpose: Purpose) -> Answer | None:
    """The coordinator and the district's custodian hear and read what they administer."""
    held = {role.name for role in account.roles}
    office = next((role for role in CONTENT_ROLES if role in held), None)
    if office is None or purpose not in (Purpose.LISTEN, Purpose.READ):
        return None
    return Answer(True, f"duty:{office}")


RULES: tuple[AccessRule, ...] = (in_good_standing, training_current, duty_of_office)


def may_open(session: Session, account: Account, record: Record | None, purpose: Purpose) -> Answer:
    """The first refusal of a rule, else the first permission, else no: what no rule allows is closed."""
    if not account.active:
        return Answer(False, "account_not_active")
    answers = [answer for rule in RULES if (answer := rule(session, account, record, purpose))]
    refusal = next((answer for answer in answers if not answer.allowed), None)
    return refusal or next(iter(answers), Answer(False, "no_rule_allows"))
