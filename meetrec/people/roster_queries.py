"""Reading imports of rosters, and the rows that were not taken."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetrec.people.models import School
from meetrec.people.roster_models import RosterImport, RosterRefusal

SHOWN = 20  # imports on the page
REFUSALS_SHOWN = 500  # on one page; the file to keep holds all


def names_of_schools(session: Session, school_ids: Collection[str]) -> dict[str, str]:
    """The names of some schools, by their ids."""
    return {school_id: name for school_id, name in session.execute(select(School.id, School.name).where(School.id.in_(school_ids)))}


def latest_imports(session: Session) -> Sequence[RosterImport]:
    """The newest imports, tried or applied."""
    return session.scalars(select(RosterImport).order_by(RosterImport.began_at.desc()).limit(SHOWN)).all()


def refusals_of(session: Session, roster_import_id: str, most: int | None = None) -> Sequence[RosterRefusal]:
    """The rows that were not taken, by file and line."""
    ordered = select(RosterRefusal).where(RosterRefusal.roster_import_id == roster_import_id).order_by(RosterRefusal.number)
    return session.scalars(ordered.limit(most)).all()


def refusals_by_reason(session: Session, roster_import_id: str) -> Sequence[tuple[str, str, int]]:
    """File, reason, and how many rows."""
    counted = select(RosterRefusal.file, RosterRefusal.reason, func.count()).where(RosterRefusal.roster_import_id == roster_import_id)
    grouped = counted.group_by(RosterRefusal.file, RosterRefusal.reason).order_by(RosterRefusal.file, RosterRefusal.reason)
    return [(file, reason, number) for file, reason, number in session.execute(grouped)]


def was_seen_before(session: Session, found: RosterImport) -> bool:
    """Whether an earlier check of the very same package was reported."""
    earlier = select(RosterImport.id).where(RosterImport.sha256 == found.sha256, RosterImport.id != found.id)
    return session.scalars(earlier.limit(1)).first() is not None
