"""What the moves of a meeting meant for its notices, for people who wonder why one counts as it does (G1.b, RN-05)."""

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal.models import JournalEntry
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus


class Why(enum.StrEnum):
    """What a move did to a notice."""

    DISTRICT_MOVED = "district_moved"  # late for the new start by the district's own move, so it stays in time
    CHANGED = "changed"  # its status is another one since


@dataclass(frozen=True)
class MoveEffect:
    """Why a notice counts as it does although its meeting moved; `before` is the status it had, where it changed."""

    why: Why
    before: str | None = None


def effect_of(notice: Notice, change: tuple[str, str] | None) -> MoveEffect | None:
    """Of a notice whose meeting moved. `change`: from which status to which it was held again, if it was."""
    if notice.status == NoticeStatus.TIMELY and notice.received_at > notice.deadline:
        return MoveEffect(Why.DISTRICT_MOVED)
    if change is not None and change[0] != change[1] and change[1] == notice.status:
        return MoveEffect(Why.CHANGED, change[0])
    return None


def status_changes(session: Session, notice_ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Of each of these notices (by id) that was held again: the status before the first time, and after the last."""
    if not notice_ids:
        return {}
    subjects = [f"notice:{notice}" for notice in notice_ids]
    entries = select(JournalEntry).where(JournalEntry.subject.in_(subjects), JournalEntry.verb == "notice.held_again")
    found: dict[str, tuple[str, str]] = {}
    for entry in session.scalars(entries.order_by(JournalEntry.sequence)):
        told, notice = json.loads(entry.body)["details"], entry.subject.removeprefix("notice:")
        found[notice] = (found[notice][0] if notice in found else told["before"], told["status"])
    return found
