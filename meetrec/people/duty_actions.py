"""Enter what an account's duties need: the training it completed, and take back what was entered by mistake (W-20)."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.models import Account
from meetrec.people.training import TrainingModule
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError


class TrainingRefused(MeetRecError):
    """A completed training cannot be entered or taken back as it was asked for; the sentence says why."""


def enter_training(
    session: Session, now: datetime, actor: str, account: Account, module: TrainingModule, completed_on: date, words: str | None = None
) -> TrainingCompletion:
    """Enter that an account completed a module of the training (W-20). `words`: who taught it, or where the list lies."""
    completion = TrainingCompletion(
        id=new_id(), account_id=account.id, module=module.value, completed_on=completed_on, words=words, entered_at=now, entered_by=actor
    )
    session.add(completion)
    session.flush()
    journal.append(session, now, actor, "training.entered", f"account:{account.id}", module=module.value, completed_on=completed_on.isoformat())
    return completion


def withdraw_training(session: Session, now: datetime, actor: str, account: Account, completion_id: str) -> TrainingCompletion:
    """Take back a completion that was entered by mistake; its row stays. Raises `TrainingRefused` for one that is not this account's or was taken back."""
    completion = session.get(TrainingCompletion, completion_id)
    if completion is None or completion.account_id != account.id or completion.withdrawn_at is not None:
        raise TrainingRefused(_("This training was taken back before."))
    completion.withdrawn_at = now
    journal.append(session, now, actor, "training.withdrawn", f"account:{completion.account_id}", module=completion.module)
    return completion
