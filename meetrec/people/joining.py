"""Two entries of one pupil are made one: everything of the one goes to the other, which is kept; the first stays as an ended entry that points at it.

Nothing is deleted. Where the two entries say different things about a grown-up's rights, the stricter one holds at once (L-04, S-14).
"""

from collections.abc import Iterable
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import Column, ColumnElement, Table, and_, or_, select, update
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.people.enrolment_actions import open_enrolment
from meetrec.people.models import Student
from meetrec.people.names import name_key
from meetrec.people.rights_actions import RightsRefused
from meetrec.people.rights_models import Guardianship, RightsRestriction
from meetrec.platform.database import Base, new_id

_TAKEN_OVER = ("birth_date", "postsecondary_from", "postsecondary_until", "address", "email", "account_id", "source_id")


def join(session: Session, now: datetime, actor: str, kept: Student, other: Student, today: date, *, birth_dates_may_differ: bool = False) -> None:
    """Make two entries of one pupil one. Raises `RightsRefused` with why they cannot be joined."""
    _require_joinable(kept, other, birth_dates_may_differ=birth_dates_may_differ)
    ended = _ended_by_hand(session, kept.id, today) | _ended_by_hand(session, other.id, today)
    _keep_one_enrolment(session, now, actor, kept, other, today)
    _take_over(session, kept, other)
    _move_everything(session, kept.id, other.id)
    other.joined_to_id, other.joined_at, other.joined_by = kept.id, now, actor
    session.flush()
    session.expire_all()
    _keep_stricter_ties(session, now, actor, kept.id, today, ended)
    extend_to_namesakes(session, now, actor, [kept.id])
    journal.append(session, now, actor, "student.joined", f"student:{kept.id}", other=other.id, birth_dates_differed=birth_dates_may_differ)


def birth_dates_differ(one: Student, other: Student) -> bool:
    """Whether both birth dates are known and they are not the same."""
    return None not in (one.birth_date, other.birth_date) and one.birth_date != other.birth_date


def extend_to_namesakes(session: Session, now: datetime, actor: str, student_ids: Iterable[str]) -> None:
    """Let a paper that concerns one grown-up hold for everybody of the same name beside the pupil: the same person is often entered twice (L-04)."""
    of_one = select(RightsRestriction).where(RightsRestriction.student_id.in_(list(student_ids)), RightsRestriction.guardian_id.is_not(None))
    for paper in session.scalars(of_one.where(RightsRestriction.lifted_at.is_(None))).all():
        for guardian_id in _namesakes_without(session, paper):
            columns = ("student_id", "effect", "authority", "words", "kept_at", "begins_on", "ends_on")
            copied = {column: getattr(paper, column) for column in columns}
            session.add(RightsRestriction(id=new_id(), guardian_id=guardian_id, entered_at=now, entered_by=actor, **copied))
            session.flush()
            journal.append(
                session, now, actor, "rights.restricted", f"student:{paper.student_id}", guardian=guardian_id, effect=paper.effect, copied_from=paper.id
            )


def _namesakes_without(session: Session, paper: RightsRestriction) -> list[str]:
    """The others beside the pupil who bear the name of whom a paper concerns, and whom no such paper concerns yet, lifted or not."""
    beside = session.scalars(select(Guardianship).where(Guardianship.student_id == paper.student_id)).all()
    keys = {tie.guardian_id: name_key(tie.guardian.name) for tie in beside}
    same = (RightsRestriction.student_id == paper.student_id, RightsRestriction.effect == paper.effect, RightsRestriction.words == paper.words)
    concerned = set(session.scalars(select(RightsRestriction.guardian_id).where(*same)))
    return sorted(guardian_id for guardian_id, key in keys.items() if key == keys.get(paper.guardian_id or "") and guardian_id not in concerned)


def _require_joinable(kept: Student, other: Student, *, birth_dates_may_differ: bool) -> None:
    if kept.id == other.id or kept.joined_to_id or other.joined_to_id:
        raise RightsRefused(_("Choose two entries that were not joined before."))
    if kept.source_id and other.source_id:
        raise RightsRefused(_("Both come from the roster, which would enter the second one again. Have it mended there first."))
    if kept.account_id and other.account_id:
        raise RightsRefused(_("Each has an account of the student's own. Close one of them first."))
    if birth_dates_differ(kept, other) and not birth_dates_may_differ:
        raise RightsRefused(_("The birth dates differ. If it is the same pupil all the same, say so in the second box."))


def _keep_one_enrolment(session: Session, now: datetime, actor: str, kept: Student, other: Student, today: date) -> None:
    """The roster's enrolment counts, else that of the entry that is kept; custody of the records follows it (B-04)."""
    ends, stays = (kept, other) if other.source_id else (other, kept)
    enrolment = open_enrolment(session, ends.id, today)
    if enrolment is not None and open_enrolment(session, stays.id, today) is not None:
        enrolment.ends_on = today
    if kept.school_id != other.school_id:
        left, entered = ends.school_id, stays.school_id
        kept.school_id = stays.school_id
        journal.append(session, now, actor, "custody.moved", f"student:{kept.id}", from_school=left, to_school=entered)


def _take_over(session: Session, kept: Student, other: Student) -> None:
    """What the entry that is kept does not know yet; identifiers that may stand once alone leave the other one first."""
    known = {column: getattr(other, column) for column in _TAKEN_OVER if getattr(kept, column) is None}
    for column in ("account_id", "source_id"):
        setattr(other, column, None)
    session.flush()
    for column, value in known.items():
        setattr(kept, column, value)
    session.flush()


def _move_everything(session: Session, kept_id: str, other_id: str) -> None:
    """Every row that names a pupil, in whichever feature's table: read from the tables themselves, so that none is forgotten."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "student" for key in column.foreign_keys):
                session.execute(update(table).where(column == other_id, *_without_a_double(table, column, kept_id)).values({column.name: kept_id}))


def _without_a_double(table: Table, column: Column[str], kept_id: str) -> list[ColumnElement[bool]]:
    """A record in which both entries stand names the pupil already; its second row stays with the ended entry."""
    if not column.primary_key:
        return []
    double = table.alias()
    rest = [one.name for one in table.primary_key if one.name != column.name]
    same = and_(double.c[column.name] == kept_id, *(double.c[name] == table.c[name] for name in rest))
    return [~select(double).where(same).exists()]


def _ended_by_hand(session: Session, student_id: str, today: date) -> set[str]:
    """The grown-ups whom a person took from beside an entry, and who do not stand there again."""
    beside = session.scalars(select(Guardianship).where(Guardianship.student_id == student_id)).all()
    standing = {tie.guardian_id for tie in beside if tie.ends_on is None or tie.ends_on > today}
    return {tie.guardian_id for tie in beside if tie.ended_by is not None} - standing


def _keep_stricter_ties(session: Session, now: datetime, actor: str, student_id: str, today: date, ended: set[str]) -> None:
    """Of ties to the same grown-up: what a person ended at one entry ends at the other too, and of two that say the same one stays."""
    open_ones = select(Guardianship).where(Guardianship.student_id == student_id, or_(Guardianship.ends_on.is_(None), Guardianship.ends_on > today))
    seen: set[tuple[str, str]] = set()
    for tie in session.scalars(open_ones.order_by(Guardianship.checked_at.is_(None), Guardianship.id)).all():
        if tie.guardian_id in ended or (tie.guardian_id, tie.kind) in seen:
            tie.ends_on, tie.ended_by = today, actor
            session.flush()
            journal.append(session, now, actor, "guardianship.ended", f"student:{student_id}", guardian=tie.guardian_id)
        seen.add((tie.guardian_id, tie.kind))
