"""Start a request, keep its list of everybody who can be heard, close it. Each is one transaction with its entry in the journal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.consents.models import DisseminationRequest, RecordedPerson
from meetrec.consents.queries import asker_at, newest_answer, not_taken_over, person_by_id, request_by_id
from meetrec.consents.texts import NEWEST_TEXT
from meetrec.journal import actions as journal
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.queries import meeting_by_id
from meetrec.meetings.table_models import Participant
from meetrec.people.models import Account
from meetrec.people.roster_models import StaffMember
from meetrec.platform.database import new_id
from meetrec.platform.errors import MeetRecError

Change = Callable[[Session], object]  # what a page asks to be done in one transaction


class NotAnswered(MeetRecError):
    """An answer, a link or a change of the list cannot be taken as it is."""


@dataclass(frozen=True)
class Wish:
    """What a parent asks for: who asks, and to whom and what for, in their words. `asker_id`: the parent at the table."""

    asked_by: str
    purpose: str
    asker_id: str | None = None
    account_id: str | None = None


@dataclass(frozen=True)
class Heard:
    """Somebody who can be heard, entered by hand: at the table, at the door, on the line."""

    name: str
    affiliation: Affiliation
    is_minor: bool = False
    account_id: str | None = None


def ask(session: Session, now: datetime, actor: str, meeting_id: str, wish: Wish) -> DisseminationRequest:
    """Start a request; everybody at the table is on its list, except the parent who asks. Asked twice in the same words it is one. Raises NotFound."""
    meeting = meeting_by_id(session, meeting_id)
    same = select(DisseminationRequest).where(
        DisseminationRequest.meeting_id == meeting.id, DisseminationRequest.asked_by == wish.asked_by, DisseminationRequest.purpose == wish.purpose,
        DisseminationRequest.account_id == wish.account_id, DisseminationRequest.closed_at.is_(None),
    )  # fmt: skip
    if known := session.scalars(same).first():
        return known
    request = DisseminationRequest(
        id=new_id(), meeting_id=meeting.id, asked_by=wish.asked_by, asker_id=wish.asker_id or asker_at(session, meeting.id, wish.asked_by),
        account_id=wish.account_id, purpose=wish.purpose, text_version=NEWEST_TEXT, opened_at=now, opened_by=actor,
    )  # fmt: skip
    session.add(request)
    session.flush()
    journal.append(session, now, actor, "dissemination.asked", f"dissemination:{request.id}", meeting=meeting.id, text=NEWEST_TEXT)
    take_over(session, now, actor, request.id)
    return request


def take_over(session: Session, now: datetime, actor: str, request_id: str) -> int:
    """Put those at the table on the list who were entered there since; how many. Raises NotFound."""
    request = open_request(session, request_id)
    for one in (found := not_taken_over(session, request)):
        pupil = (one.student_id or request.meeting.student_id) if one.affiliation == Affiliation.STUDENT else None
        _enter(session, now, actor, request, RecordedPerson(
            participant_id=one.id, name=one.name, affiliation=one.affiliation, student_id=pupil, is_minor=False, account_id=_account_of(session, one),
        ))  # fmt: skip
    return len(found)


def enter_person(session: Session, now: datetime, actor: str, request_id: str, heard: Heard) -> RecordedPerson:
    """Put somebody on the list who was heard and is not there yet: from then on it is incomplete until they sign. The same again gives the row that is there.

    Raises NotFound, NotAnswered for a closed request.
    """
    request = open_request(session, request_id)
    take_over(session, now, actor, request_id)
    same = select(RecordedPerson).where(
        RecordedPerson.request_id == request.id, RecordedPerson.removed_at.is_(None), RecordedPerson.name == heard.name,
        RecordedPerson.affiliation == heard.affiliation.value,
    )  # fmt: skip
    if known := session.scalars(same).first():
        return known
    pupil = request.meeting.student_id if heard.affiliation is Affiliation.STUDENT else None
    return _enter(session, now, actor, request, RecordedPerson(
        name=heard.name, affiliation=heard.affiliation.value, student_id=pupil, is_minor=heard.is_minor and pupil is None,
        account_id=_staff_account(session, heard.account_id),
    ))  # fmt: skip


def remove_person(session: Session, now: datetime, actor: str, request_id: str, person_id: str) -> None:
    """Take somebody off the list who was not heard. Whoever answered stays: an answer is not undone by a list. Raises NotFound, NotAnswered."""
    open_request(session, request_id)
    person = person_by_id(session, person_id, request_id, to_change=True)
    if newest_answer(session, person.id):
        raise NotAnswered(_("This person has answered already, and stays on the list."))
    person.removed_at, person.removed_by, person.link_hash = now, actor, None
    journal.append(session, now, actor, "dissemination.person_removed", f"dissemination:{request_id}", person=person.id)


def name_account(session: Session, now: datetime, actor: str, person_id: str, account_id: str | None) -> None:
    """Note which account of staff is this person's, so that they sign signed in; None: nobody's. Raises NotFound."""
    person = person_by_id(session, person_id, to_change=True)
    open_request(session, person.request_id)
    person.account_id = _staff_account(session, account_id)
    journal.append(session, now, actor, "dissemination.account_named", f"dissemination:{person.request_id}", person=person.id, account=person.account_id)


def close(session: Session, now: datetime, actor: str, request_id: str) -> None:
    """The parent does not wish it any more: nobody is asked from now on. Once is enough. Raises NotFound."""
    request = request_by_id(session, request_id, to_change=True)
    if request.closed_at is None:
        request.closed_at, request.closed_by = now, actor
        journal.append(session, now, actor, "dissemination.closed", f"dissemination:{request.id}")


def open_request(session: Session, request_id: str) -> DisseminationRequest:
    """A request that is not closed, held until the transaction ends. Raises NotFound, NotAnswered."""
    request = request_by_id(session, request_id, to_change=True)
    if request.closed_at is not None:
        raise NotAnswered(_("This request is closed. Nothing was changed."))
    return request


def _enter(session: Session, now: datetime, actor: str, request: DisseminationRequest, person: RecordedPerson) -> RecordedPerson:
    person.id, person.request_id, person.entered_at, person.entered_by = new_id(), request.id, now, actor
    session.add(person)
    session.flush()
    journal.append(session, now, actor, "dissemination.person_entered", f"dissemination:{request.id}", person=person.id, affiliation=person.affiliation)
    return person


def _account_of(session: Session, participant: Participant) -> str | None:
    member = session.get(StaffMember, participant.staff_member_id) if participant.staff_member_id else None
    return member.account_id if member else None


def _staff_account(session: Session, account_id: str | None) -> str | None:
    account = session.get(Account, account_id) if account_id else None
    return account.id if account and account.kind == "staff" else None
