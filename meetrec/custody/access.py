"""Who may open a record's content: nobody, unless a rule of this list says so (W-03, S-05). The disclosure feature replaces the list."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from meetrec.custody.models import Record
from meetrec.people.models import Account
from meetrec.people.roles import CONTENT_ROLES


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


def duty_of_office(_session: Session, account: Account, _record: Record | None, purpose: Purpose) -> Answer | None:
    """The coordinator and the district's custodian hear and read what they administer."""
    held = {role.name for role in account.roles}
    office = next((role for role in CONTENT_ROLES if role in held), None)
    if office is None or purpose not in (Purpose.LISTEN, Purpose.READ):
        return None
    return Answer(True, f"duty:{office}")


RULES: tuple[AccessRule, ...] = (duty_of_office,)


def may_open(session: Session, account: Account, record: Record | None, purpose: Purpose) -> Answer:
    """The first refusal of a rule, else the first permission, else no: what no rule allows is closed."""
    if not account.active:
        return Answer(False, "account_not_active")
    answers = [answer for rule in RULES if (answer := rule(session, account, record, purpose))]
    refusal = next((answer for answer in answers if not answer.allowed), None)
    return refusal or next(iter(answers), Answer(False, "no_rule_allows"))
