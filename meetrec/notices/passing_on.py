"""For a family's pages: where it asks everybody who can be heard to agree that its own copy is passed on. `app.py` fills the call, which lies above."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

PASSING_ON = "meetrec.passing_on"


@dataclass(frozen=True)
class PassingOn:
    """A link for a family's page: where it asks, and how that stands as a sentence in the reader's language."""

    url: str
    sentence: str


def passing_on_of(session: Session, account_id: str, meeting_id: str) -> PassingOn | None:
    """The page on which this family asks about a meeting of its child, once signed in. None where it may not ask today."""
    answer = current_app.extensions.get(PASSING_ON)
    return cast(Callable[[Session, str, str], PassingOn | None], answer)(session, account_id, meeting_id) if answer else None
