"""Keep what a notice says in each of its versions: a correction adds one, and what was said before stays (G1.a)."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from meetrec.notices.models import Notice
from meetrec.notices.statements import NoticeStatement
from meetrec.notices.version_models import NoticeVersion

SAID = tuple(field.name for field in fields(NoticeStatement))


def keep_version(session: Session, now: datetime, by: str, notice: Notice) -> NoticeVersion:
    """Store what the notice says now under its version's number. `by`: as the journal names actors."""
    kept = NoticeVersion(notice_id=notice.id, version=notice.version, at=now, by=by, statement=what_it_says(notice))
    session.add(kept)
    return kept


def what_it_says(notice: Notice) -> Mapping[str, Any]:
    """The statement of a notice as plain values; dates and times as ISO text."""
    return {name: _plain(getattr(notice, name)) for name in SAID}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else value
