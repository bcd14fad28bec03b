"""A correction that names another pupil, school or day than a person matched waits for a person to look again; the room stays armed meanwhile (A-05)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.notices.models import Notice
from meetrec.people.names import name_key
from meetrec.platform.web import NotFound


def is_about_another_meeting(notice: Notice, different: Mapping[str, Any]) -> bool:
    """Whether what a matched notice is about to say (`different`: by its fields) could belong to another meeting than the one a person chose."""
    if notice.meeting_id is None:
        return False
    is_another_name = name_key(different.get("student_name", notice.student_name)) != name_key(notice.student_name)
    return is_another_name or "school_name" in different or "meeting_date" in different


def looked_at_again(session: Session, now: datetime, actor: str, notice_id: str) -> Notice:
    """A person looked: the corrected notice belongs to its meeting. Done twice is done once. Raises `NotFound` for one that is not matched."""
    notice = session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update(of=Notice)).first()
    if notice is None or notice.meeting_id is None:
        raise NotFound(_("This notice is no longer matched to a meeting."))
    if notice.needs_another_look:
        notice.needs_another_look, notice.looked_again_at = False, now
        session.flush()
        journal.append(session, now, actor, "notice.looked_at_again", f"notice:{notice.id}", meeting=notice.meeting_id, version=notice.version)
    return notice
