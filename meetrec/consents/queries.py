"""Reads of the collector: requests, who can be heard, their answers, and where a request stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from meetrec.consents.collector import Answer, CollectorStanding, SpeakerFacts, standing_of
from meetrec.consents.models import DisseminationRequest, RecordedPerson, SpeakerAnswer
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.participant_queries import people_at
from meetrec.meetings.table_models import Participant
from meetrec.people.models import Student
from meetrec.people.names import name_key
from meetrec.people.rights_models import Guardian
from meetrec.platform.web import NotFound


@dataclass(frozen=True)
class Speaker:
    """Somebody who can be heard, with every answer, the oldest first."""

    person: RecordedPerson
    answers: tuple[SpeakerAnswer, ...]

    @property
    def newest(self) -> SpeakerAnswer | None:
        """The answer that counts."""
        return self.answers[-1] if self.answers else None


@dataclass(frozen=True)
class RequestShown:
    """A request as pages show it. `at_the_table`: people of the meeting who are not on the list yet; while there are any it is not complete."""

    request: DisseminationRequest
    speakers: tuple[Speaker, ...]
    taken_off: tuple[RecordedPerson, ...]
    at_the_table: tuple[Participant, ...]
    standing: CollectorStanding


def request_by_id(session: Session, request_id: str, *, to_change: bool = False) -> DisseminationRequest:
    """A request; `to_change` holds it until the transaction ends. Raises NotFound."""
    found = session.get(DisseminationRequest, request_id, with_for_update={"of": DisseminationRequest} if to_change else None)
    if found is None:
        raise NotFound(_("There is no such request."))
    return found


def person_by_id(session: Session, person_id: str, request_id: str | None = None, *, to_change: bool = False) -> RecordedPerson:
    """Somebody on the list of a request (of this one, where it is named). Raises NotFound."""
    found = session.get(RecordedPerson, person_id, with_for_update={"of": RecordedPerson} if to_change else None)
    if found is None or found.removed_at is not None or request_id not in (None, found.request_id):
        raise NotFound(_("This person is not on the list."))
    return found


def requests_of_meeting(session: Session, meeting_id: str) -> Sequence[DisseminationRequest]:
    """Every request about a meeting, the newest first."""
    found = select(DisseminationRequest).where(DisseminationRequest.meeting_id == meeting_id)
    return session.scalars(found.order_by(DisseminationRequest.opened_at.desc(), DisseminationRequest.id)).all()


def shown(session: Session, request: DisseminationRequest) -> RequestShown:
    """The request with everybody on its list, and where it stands."""
    everybody = session.scalars(
        select(RecordedPerson).where(RecordedPerson.request_id == request.id).order_by(RecordedPerson.entered_at, RecordedPerson.name, RecordedPerson.id)
    ).all()
    there = [one for one in everybody if one.removed_at is None]
    answers = answers_of(session, [one.id for one in there])
    speakers = tuple(Speaker(one, answers.get(one.id, ())) for one in there)
    missing = tuple(not_taken_over(session, request))
    return RequestShown(request, speakers, tuple(one for one in everybody if one.removed_at), missing, _standing(speakers, missing))


def not_taken_over(session: Session, request: DisseminationRequest) -> list[Participant]:
    """Those at the table of the meeting who are not on the list, and were not taken off it: entered since. The parent who asks needs nobody's list."""
    known = set(session.scalars(select(RecordedPerson.participant_id).where(RecordedPerson.request_id == request.id)))
    return [one for one in people_at(session, request.meeting_id) if one.id not in known and one.id != request.asker_id]


def asker_at(session: Session, meeting_id: str, name: str) -> str | None:
    """Which parent at the table a name means, by id; None unless exactly one parent there is called so. A name alone never leaves anybody else out."""
    parents = [one for one in people_at(session, meeting_id) if one.affiliation == Affiliation.PARENT and name_key(one.name) == name_key(name)]
    return parents[0].id if len(parents) == 1 else None


def answers_of(session: Session, person_ids: Sequence[str]) -> Mapping[str, tuple[SpeakerAnswer, ...]]:
    """The answers of people by id, the oldest first; those without any are left out."""
    found: dict[str, tuple[SpeakerAnswer, ...]] = {}
    for answer in session.scalars(select(SpeakerAnswer).where(SpeakerAnswer.person_id.in_(person_ids)).order_by(SpeakerAnswer.number)):
        found[answer.person_id] = (*found.get(answer.person_id, ()), answer)
    return found


def newest_answer(session: Session, person_id: str) -> SpeakerAnswer | None:
    """The answer of a person that counts."""
    return answers_of(session, [person_id]).get(person_id, (None,))[-1]


def asked_of_account(session: Session, account_id: str) -> list[tuple[RecordedPerson, RequestShown]]:
    """The requests in which somebody with this account can be heard, and which are open; the newest first."""
    mine = (
        select(RecordedPerson)
        .join(DisseminationRequest, DisseminationRequest.id == RecordedPerson.request_id)
        .where(RecordedPerson.account_id == account_id, RecordedPerson.removed_at.is_(None), DisseminationRequest.closed_at.is_(None))
        .order_by(DisseminationRequest.opened_at.desc(), RecordedPerson.id)
    )
    return [(one, shown(session, request_by_id(session, one.request_id))) for one in session.scalars(mine).all()]


def requests_of_account(session: Session, account_id: str, meeting_id: str) -> Sequence[DisseminationRequest]:
    """The requests that a family started about a meeting, the newest first."""
    return [one for one in requests_of_meeting(session, meeting_id) if one.account_id == account_id]


def _standing(speakers: Sequence[Speaker], at_the_table: Sequence[Participant]) -> CollectorStanding:
    on_the_list = [SpeakerFacts(one.person.id, tuple(Answer(answer.answer) for answer in one.answers)) for one in speakers]
    return standing_of([*on_the_list, *(SpeakerFacts(one.id) for one in at_the_table)])


def askers_at(session: Session, meeting_id: str, *, of_age: bool) -> list[tuple[str, str]]:
    """Id and name of those at the table who may ask: the parents, and the pupil, who steps into their place when `of_age` (A-06)."""
    may = {Affiliation.PARENT, *([Affiliation.STUDENT] if of_age else ())}
    return [(one.id, one.name) for one in people_at(session, meeting_id) if one.affiliation in may]


def asker_of_account(session: Session, meeting_id: str, account_id: str) -> str | None:
    """Which participant a family's account is, by id: the guardian, or the pupil of age."""
    guardians = set(session.scalars(select(Guardian.id).where(Guardian.account_id == account_id)))
    pupils = set(session.scalars(select(Student.id).where(Student.account_id == account_id)))
    mine = (one.id for one in people_at(session, meeting_id) if one.guardian_id in guardians or one.student_id in pupils)
    return next(mine, None)
