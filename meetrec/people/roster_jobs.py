"""Background work of rosters: writing a large one, and removing layouts that nobody applied."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from meetrec.people.roster_actions import APPLY_JOB, APPLYING, FAILED, apply_roster, roster_folder
from meetrec.people.roster_models import RosterImport
from meetrec.people.roster_staging import remove_old
from meetrec.platform.jobs import Handler, Job, JobRun
from meetrec.platform.settings import Settings


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """What the worker does for rosters."""

    def apply(run: JobRun) -> None:
        subject = run.subject
        with run.database.reading() as session:
            found = session.get_one(RosterImport, subject["roster_import_id"])
        if found.state == APPLYING:  # else a worker before this one wrote it, and was ended before it could say so
            apply_roster(run.database, settings, subject["actor"], found.id, allow_many_endings=subject["allow_many_endings"])

    return {APPLY_JOB: Handler(apply, _note_failure)}


def clear_old_layouts(settings: Settings, now: datetime) -> None:
    """Remove what was checked a week ago and never applied."""
    remove_old(roster_folder(settings), now)


def _note_failure(session: Session, now: datetime, job: Job) -> None:
    found = session.get_one(RosterImport, job.subject_id)
    found.state, found.sentence, found.ended_at = FAILED, job.sentence, now
