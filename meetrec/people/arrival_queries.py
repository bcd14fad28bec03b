"""What needs doing, for whoever arrives without a desk: offices of custodians, trainings, mails that no server took."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from meetrec.people.account_queries import staff_trainings
from meetrec.people.custody_queries import gaps
from meetrec.people.roles import ACCOUNT_ROLES, CUSTODY_ROLES, TRAINING_ROLES
from meetrec.platform import mail_queries


@dataclass(frozen=True)
class ToDo:
    """How many of each; None where it is not this reader's."""

    offices: int | None  # of custodians, which nobody holds or several, or somebody who is not certificated
    untrained: int | None  # members of staff
    mails_waiting: int | None
    mails_given_up: int | None

    @property
    def is_anything(self) -> bool:
        """Whether something needs doing at all; a mail that waits goes by itself."""
        return any((self.offices, self.untrained, self.mails_given_up))


def what_needs_doing(session: Session, roles: Collection[str], now: datetime) -> ToDo:
    """What needs doing by somebody with these roles. `now` on the district's clock."""
    held = set(roles)
    offices = len(gaps(session)) if held & set(CUSTODY_ROLES) else None
    untrained = sum(not training.is_current for _account, training in staff_trainings(session, now)) if held & set(TRAINING_ROLES) else None
    keeps_accounts = bool(held & set(ACCOUNT_ROLES))
    waiting, given_up = (len(mail_queries.waiting(session)), len(mail_queries.given_up(session))) if keeps_accounts else (None, None)
    return ToDo(offices, untrained, waiting, given_up)
