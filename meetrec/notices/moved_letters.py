"""Whom no mail tells that a meeting was moved or cancelled, and the letter for them (G1.b, RN-05)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.meetings.models import Meeting
from meetrec.notices.givers import giver_of
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.notices.status_words import FOR_PARENTS
from meetrec.people.models import Student
from meetrec.people.names import name_key
from meetrec.people.rights import RightsHolding
from meetrec.people.rights_models import Guardian
from meetrec.people.rights_queries import is_protected, rights_holders_of
from meetrec.platform.letters import letter_pdf
from meetrec.platform.settings import Settings


class AddresseeKind(StrEnum):
    """As whom somebody gets the letter."""

    NOTICE = "notice"  # gave a notice for this meeting
    HOLDER = "holder"  # holds rights for the pupil


@dataclass(frozen=True)
class Addressee:
    """Somebody to whom the letter goes. `id`: of the notice, or of the guardian or pupil who holds rights."""

    kind: AddresseeKind
    id: str
    name: str
    language: str
    reference: str | None = None
    status: NoticeStatus | None = None


def addressees(session: Session, meeting: Meeting, on: date, *, sends_mail: bool) -> tuple[Addressee, ...]:
    """Who gave a standing notice without a confirmed address, then who holds rights that day, has no address on file and gave no notice.

    `sends_mail`: whether mail goes out at all; without it a confirmed address helps nobody.
    """
    standing = select(Notice).where(Notice.meeting_id == meeting.id, Notice.status != NoticeStatus.WITHDRAWN).order_by(Notice.received_at, Notice.id)
    notices = session.scalars(standing).all()
    by_notice = [_of_notice(notice) for notice in notices if not (sends_mail and notice.email_verified_at)]
    known = {name_key(notice.recorder_name) for notice in notices}
    held = (holding for holding in rights_holders_of(session, meeting.student_id, on) if holding.is_held)
    holders = [one for one in (_of_holder(session, holding) for holding in held) if one and name_key(one.name) not in known]
    return (*by_notice, *holders)


def letter_to(session: Session, meeting: Meeting, whom: Addressee, language: str, settings: Settings, on: date) -> bytes:
    """The letter as PDF. Where the pupil needs particular protection it names neither school nor room (S-14).

    Whoever gave a notice and does not clearly hold rights that day is told no time either, and nothing that the notice did not say.
    """
    notice = session.get_one(Notice, whom.id) if whom.kind is AddresseeKind.NOTICE else None
    is_careful = notice is not None and (notice.needs_another_look or giver_of(session, notice, meeting.student, on).needs_review)
    is_placeless = is_careful or is_protected(session, meeting.student_id)
    pupil, school = notice.student_name if notice and is_careful else meeting.student.name, None if is_placeless else meeting.room.school.name
    if meeting.cancelled_at is not None:
        start = None if is_careful else meeting.start
        told = {"name": whom.name, "pupil": pupil, "start": start, "school": school, "reference": whom.reference}
        return letter_pdf("meeting_cancelled", language, settings=settings, **told)
    return letter_pdf(
        "meeting_moved", language, settings=settings, name=whom.name, pupil=pupil,
        old_start=None if is_careful else meeting.start_before_last_move, new_start=None if is_careful else meeting.start,
        school=school, room=None if is_placeless else meeting.room.name, reference=whom.reference,
        status_sentence=FOR_PARENTS[whom.status] if whom.status else None,
    )  # fmt: skip


def _of_notice(notice: Notice) -> Addressee:
    return Addressee(AddresseeKind.NOTICE, notice.id, notice.recorder_name, notice.language, notice.reference, NoticeStatus(notice.status))


def _of_holder(session: Session, holding: RightsHolding) -> Addressee | None:
    """Nobody where there is an address on file: the office writes there."""
    person = session.get(Guardian, holding.holder_id) or session.get(Student, holding.holder_id)
    if person is None or person.email:
        return None
    language = person.language if isinstance(person, Guardian) else "en"
    return Addressee(AddresseeKind.HOLDER, person.id, f"{person.given_name} {person.family_name}", language)
