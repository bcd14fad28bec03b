"""Enter what an account's duties need: the training it completed."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.duty_models import TrainingCompletion
from meetrec.people.models import Account
from meetrec.people.training import TrainingModule
from meetrec.platform.database import new_id


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
