"""Check a roster, which changes nobody, and apply what was checked (B-04, B-08, B-13)."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.journal.queries import anything_since, last_sequence
from meetrec.people.oneroster import read_package
from meetrec.people.roster_apply import write_changes
from meetrec.people.roster_comparison import compare, kinds_with_many_endings
from meetrec.people.roster_models import RosterImport, RosterRefusal
from meetrec.people.roster_pairs import PupilPair, keep_decisions, pairs_of
from meetrec.people.roster_staging import Staging, in_batches, path_of
from meetrec.platform import clock
from meetrec.platform.database import Database, new_id
from meetrec.platform.errors import MeetRecError
from meetrec.platform.jobs import enqueue
from meetrec.platform.settings import Settings

CHECKED, APPLYING, APPLIED, FAILED = "checked", "applying", "applied", "failed"
APPLY_JOB = "people.apply_roster"
# What changes a row that a roster is held against: after one of these the comparison is made again, under the write lock.
PEOPLE_VERBS = (
    *("roster.imported", "custody.moved", "student.entered", "student.changed", "student.joined", "school.entered", "school.closed"),
    *("guardian.entered", "guardian.changed", "guardianship.entered", "guardianship.ended"),
)
AT_ONCE_IN_A_REQUEST = 2_000  # pupils; more than that is the worker's


class RosterRefused(MeetRecError):
    """A roster cannot be applied as it is; the sentence says why."""


def roster_folder(settings: Settings) -> Path:
    """Where layouts of rosters wait: private, and emptied of what nobody applied."""
    return settings.data_dir / "roster"


def check_roster(database: Database, settings: Settings, actor: str, package_path: Path, *, why_nine_digits: str | None = None) -> RosterImport:
    """Read a package, hold it against the installation, and keep the report. Nobody is changed by it. Raises `PackageRefused`.

    `why_nine_digits`: the district's own identifiers have nine digits, and this is why they may be kept (B-08); only that it was said is journalled.
    """
    now = clock.now()
    package = read_package(package_path)
    found = RosterImport(
        id=new_id(), began_at=now, by=actor, state=CHECKED, sha256=package.sha256, source_system=(package.source_system or "")[:120] or None, counts={}
    )
    staging = Staging.create(roster_folder(settings), found.id)
    try:
        staging.read(package, takes_nine_digits=bool(why_nine_digits))
        with database.reading() as session:
            staging.copy_what_is_here(session, _today(settings, now))
        counts = compare(staging, _today(settings, now))
        with database.writing() as session:
            _keep_report(session, staging, found, counts, now)
            told: dict[str, Any] = {"sha256": found.sha256, "refused": found.refused, "nine_digit_ids": bool(why_nine_digits)}
            journal.append(session, now, actor, "roster.checked", f"roster:{found.id}", **told)
    except BaseException:
        staging.remove()
        raise
    staging.close()
    return found


def apply_roster(database: Database, settings: Settings, actor: str, roster_import_id: str, *, allow_many_endings: bool = False) -> RosterImport:
    """Write what a checked roster changes, held anew against the installation: in one transaction, or not at all. Raises `RosterRefused`."""
    path, now = path_of(roster_folder(settings), roster_import_id), clock.now()
    today = _today(settings, now)
    with database.reading() as session:
        _require_waiting(session, roster_import_id, path)
    staging = Staging(path)
    try:
        with database.reading() as session:  # the long part, while others go on writing
            read_up_to, counts = last_sequence(session), _compared(session, staging, today, allow_many_endings)
        with database.writing() as session:
            found = _require_waiting(session, roster_import_id, path)
            if anything_since(session, read_up_to, PEOPLE_VERBS):
                counts = _compared(session, staging, today, allow_many_endings)
            write_changes(session, staging, now, actor, found.id, today)
            found.state, found.ended_at, found.counts = APPLIED, clock.now(), {**counts, "mode": found.counts.get("mode")}
            journal.append(session, now, actor, "roster.imported", f"roster:{found.id}", sha256=found.sha256, **_flat(counts))
    finally:
        staging.close()
    path.unlink(missing_ok=True)
    return found


def _require_waiting(session: Session, roster_import_id: str, path: Path) -> RosterImport:
    found = session.get(RosterImport, roster_import_id)
    if found is None or found.state not in (CHECKED, APPLYING) or not path.exists():
        raise RosterRefused(_("This roster is not waiting any more. Check the package again."))
    return found


def apply_later(session: Session, now: datetime, actor: str, found: RosterImport, *, allow_many_endings: bool) -> None:
    """Leave the writing of a large roster to the worker."""
    found.state = APPLYING
    enqueue(session, now, APPLY_JOB, found.id, roster_import_id=found.id, actor=actor, allow_many_endings=allow_many_endings)


def is_large(found: RosterImport) -> bool:
    """Whether a request would take too long to write it."""
    return sum(found.counts["pupils"][what] for what in ("new", "changed", "ended")) > AT_ONCE_IN_A_REQUEST


def is_waiting(settings: Settings, found: RosterImport) -> bool:
    """Whether what was checked still lies there to be applied."""
    return path_of(roster_folder(settings), found.id).exists()


def decide_pairs(settings: Settings, roster_import_id: str, said: Mapping[tuple[int, str], bool]) -> None:
    """Keep what somebody said of the pairs of a roster that waits; it counts when the roster is applied. Raises `RosterRefused`."""
    path = path_of(roster_folder(settings), roster_import_id)
    if not path.exists():
        raise RosterRefused(_("This roster is not waiting any more. Check the package again."))
    staging = Staging(path)
    try:
        keep_decisions(staging, said)
    finally:
        staging.close()


def pairs_waiting(settings: Settings, roster_import_id: str) -> list[PupilPair]:
    """The pairs of a roster that waits to be applied; of any other none."""
    path = path_of(roster_folder(settings), roster_import_id)
    if not path.exists():
        return []
    staging = Staging(path)
    try:
        return pairs_of(staging)
    finally:
        staging.close()


def _compared(session: Session, staging: Staging, today: date, allow_many_endings: bool) -> dict[str, Any]:
    staging.copy_what_is_here(session, today)
    counts = compare(staging, today)
    if not allow_many_endings and kinds_with_many_endings(staging, counts):
        raise RosterRefused(
            _("More than a fifth of what is here would end. Is the package whole? If it is meant so, say that many endings are right and apply it again.")
        )
    if any(pair.is_same is None for pair in pairs_of(staging)):
        raise RosterRefused(
            _("Pupils of this roster may be pupils who were entered by hand. The report names them: say there of each whether it is the same pupil.")
        )
    return counts


def _keep_report(session: Session, staging: Staging, found: RosterImport, counts: dict[str, Any], now: datetime) -> None:
    """The counts, and every row that was not taken; no name, and never what the row said (B-08)."""
    found.refused = staging.one("SELECT count(*) FROM refusal")
    found.counts = {**counts, "mode": staging.one("SELECT mode FROM package"), "many_endings": list(kinds_with_many_endings(staging, counts))}
    found.ended_at = clock.now()
    session.add(found)
    session.flush()
    ordered = staging.rows("SELECT row_number() OVER (ORDER BY file, line, field), file, line, field, reason FROM refusal")
    columns = ("number", "file", "line", "field", "reason")
    for some in in_batches(ordered):
        session.execute(insert(RosterRefusal), [{"roster_import_id": found.id, **dict(zip(columns, row, strict=True))} for row in some])


def _today(settings: Settings, now: datetime) -> date:
    return clock.in_zone(now, settings.district.zone).date()


def _flat(counts: dict[str, Any]) -> dict[str, Any]:
    """Counts as the journal tells them: pupils_new, pupils_changed …"""
    return {f"{kind}_{what}": number for kind, by_what in counts.items() if isinstance(by_what, dict) for what, number in by_what.items()}
