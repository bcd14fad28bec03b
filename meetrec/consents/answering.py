"""Sign, say no, and take a signature back: on paper, signed in, at a private link. Every answer is a row of its own; the newest counts."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.consents.actions import NotAnswered, open_request
from meetrec.consents.collector import Answer, ElectronicSignature, SignsAs, Way, what_is_missing
from meetrec.consents.models import RecordedPerson, SpeakerAnswer
from meetrec.consents.queries import newest_answer, person_by_id, request_by_id, shown
from meetrec.consents.signers import Signer, signer_of_account, signers_of
from meetrec.journal import actions as journal
from meetrec.platform.database import new_id
from meetrec.platform.web import NotFound


@dataclass(frozen=True)
class Paper:
    """What a signed paper says, and where it lies."""

    answer: Answer
    signer: Signer
    signed_on: date
    kept_at: str


@dataclass(frozen=True)
class Read:
    """The words that somebody had before them when they answered: their SHA-256 and language. `on`: the day on the district's calendar."""

    text_hash: str
    language: str
    on: date


def answer_on_paper(session: Session, now: datetime, actor: str, person_id: str, paper: Paper, today: date, language: str) -> SpeakerAnswer:
    """Key in a paper that a person signed. Raises NotFound, NotAnswered for a day to come, or one before the newest answer."""
    person = person_by_id(session, person_id, to_change=True)
    open_request(session, person.request_id)
    last = newest_answer(session, person.id)
    if paper.signed_on > today:
        raise NotAnswered(_("This day is still to come. Enter the day that stands on the paper."))
    if last and paper.signed_on < last.signed_on:
        raise NotAnswered(_("This paper is older than the person's newest answer, which counts. Nothing was changed."))
    given = SpeakerAnswer(answer=paper.answer, way=Way.ON_PAPER, signed_on=paper.signed_on, kept_at=paper.kept_at, language=language)
    if person.link_used_at is None:
        person.link_hash = None  # the paper is the answer; a link that is still about asks for nothing more
    return _keep(session, now, actor, person, paper.signer, given)


def answer_signed_in(session: Session, now: datetime, account_id: str, person_id: str, answer: Answer, read: Read) -> SpeakerAnswer:
    """A member of staff answers for themself: signing in says who they are (D-43.c). Raises NotFound, NotAnswered."""
    person = own_person(session, account_id, person_id, to_change=True)
    return _answer_electronically(session, now, f"user:{account_id}", person, _themself(session, person, read.on), answer, Way.SIGNED_IN, read)


def answer_for_pupil(session: Session, now: datetime, account_id: str, person_id: str, answer: Answer, read: Read) -> SpeakerAnswer:
    """Whoever holds the pupil's rights on that day answers signed in; their identity was proved when the account was opened (L-30, D-43.c).

    Raises NotFound, NotAnswered where the account does not decide for this person.
    """
    person = person_by_id(session, person_id, to_change=True)
    signer = signer_of_account(session, person, account_id, read.on)
    if signer is None:
        raise NotAnswered(_("You do not sign for this person."))
    return _answer_electronically(session, now, f"user:{account_id}", person, signer, answer, Way.SIGNED_IN, read)


def answer_by_link(session: Session, now: datetime, person: RecordedPerson, answer: Answer, read: Read) -> SpeakerAnswer:
    """Whoever was handed the link answers; it does so once. Raises NotAnswered where it does not open, or the signer may not sign any more."""
    if why := why_link_is_closed(session, person, now, read.on):
        raise NotAnswered(why)
    given = _answer_electronically(session, now, "public", person, _link_signer(person), answer, Way.BY_LINK, read)
    person.link_used_at = now
    return given


def why_link_is_closed(session: Session, person: RecordedPerson, now: datetime, on: date) -> str | None:
    """Why nobody can sign at a link, as a sentence; None where it opens."""
    if request_by_id(session, person.request_id).closed_at is not None:
        return _("This request is closed. You need not do anything.")
    if person.link_used_at is not None:
        return _("This link was used. For another answer call the district office.")
    if person.link_expires_at is None or now >= person.link_expires_at:
        return _("This link is too old. Call the district office for a new one.")
    if not _is_entitled(session, person, on):
        return _("This link is not valid any more: another person decides about this now. Call the district office.")
    return None


def withdraw_own(session: Session, now: datetime, actor: str, person: RecordedPerson, read: Read, way: Way) -> SpeakerAnswer:
    """Take one's signature back while it is not complete. Raises NotAnswered afterwards, or where there is none."""
    request = request_by_id(session, person.request_id, to_change=True)
    if shown(session, request).standing.is_complete:
        raise NotAnswered(_("Everybody has signed by now. To take your signature back, call the district office."))
    if way is Way.BY_LINK and not is_own_by_link(session, person):
        raise NotAnswered(_("There is no signature to take back."))
    return _withdraw(session, now, actor, person, way, read.on, read.language)


def withdraw_at_the_office(session: Session, now: datetime, actor: str, person_id: str, on: date, language: str) -> SpeakerAnswer:
    """Somebody took their signature back at the office, at any time: from then on it is incomplete. Raises NotFound, NotAnswered."""
    person = person_by_id(session, person_id, to_change=True)
    request_by_id(session, person.request_id, to_change=True)
    return _withdraw(session, now, actor, person, Way.AT_THE_OFFICE, on, language)


def own_person(session: Session, account_id: str, person_id: str, *, to_change: bool = False) -> RecordedPerson:
    """The row of a request that is this account's own. Raises NotFound: another's is told as if there were none."""
    person = person_by_id(session, person_id, to_change=to_change)
    if person.account_id != account_id:
        raise NotFound(_("This person is not on the list."))
    return person


def is_own_by_link(session: Session, person: RecordedPerson) -> bool:
    """Whether the newest answer is a signature that was given at the person's link: who has the link takes back no other."""
    last = newest_answer(session, person.id)
    return last is not None and (last.answer, last.way) == (Answer.SIGNED, Way.BY_LINK)


def signature_of_link(person: RecordedPerson, answer: Answer) -> ElectronicSignature:
    """What is known of who answers at a link: whom it was made for, and that somebody had seen who they are when they handed it over (D-43.c)."""
    return ElectronicSignature(bool(person.link_signer), bool(person.link_identity and person.link_made_by), answer is Answer.SIGNED)


def _answer_electronically(
    session: Session, now: datetime, actor: str, person: RecordedPerson, signer: Signer, answer: Answer, way: Way, read: Read
) -> SpeakerAnswer:
    open_request(session, person.request_id)
    last = newest_answer(session, person.id)
    if last and last.answer == Answer.SIGNED:
        raise NotAnswered(_("You have signed already. You can take your signature back."))
    by_account = ElectronicSignature(bool(signer.name), way is Way.SIGNED_IN, answer is Answer.SIGNED)
    known = by_account if way is Way.SIGNED_IN else signature_of_link(person, answer)
    if answer is Answer.SIGNED and what_is_missing(known):
        raise NotAnswered(_("This does not count as a signature, because it is not known who signs. Call the district office."))
    given = SpeakerAnswer(answer=answer, way=way, signed_on=read.on, text_hash=read.text_hash, language=read.language)
    return _keep(session, now, actor, person, signer, given)


def _withdraw(session: Session, now: datetime, actor: str, person: RecordedPerson, way: Way, on: date, language: str) -> SpeakerAnswer:
    last = newest_answer(session, person.id)
    if last is None or last.answer != Answer.SIGNED:
        raise NotAnswered(_("There is no signature to take back."))
    signer = Signer("", last.signer, SignsAs(last.signs_as), last.guardian_id)
    return _keep(session, now, actor, person, signer, SpeakerAnswer(answer=Answer.WITHDRAWN, way=way, signed_on=on, language=language))


def _keep(session: Session, now: datetime, actor: str, person: RecordedPerson, signer: Signer, given: SpeakerAnswer) -> SpeakerAnswer:
    last, request = newest_answer(session, person.id), request_by_id(session, person.request_id)
    given.id, given.person_id, given.number = new_id(), person.id, last.number + 1 if last else 1
    given.signer, given.signs_as, given.guardian_id = signer.name, signer.signs_as, signer.guardian_id
    given.text_version, given.answered_at, given.answered_by = request.text_version, now, actor
    session.add(given)
    session.flush()
    verb = "dissemination.withdrawn" if given.answer == Answer.WITHDRAWN else "dissemination.answered"
    is_complete = shown(session, request).standing.is_complete
    journal.append(
        session, now, actor, verb, f"dissemination:{request.id}",
        person=person.id, number=given.number, answer=str(given.answer), way=str(given.way), text_hash=given.text_hash, is_complete=is_complete,
    )  # fmt: skip
    return given


def _themself(session: Session, person: RecordedPerson, on: date) -> Signer:
    own = next((one for one in signers_of(session, person, on) if one.signs_as is SignsAs.THEMSELF), None)
    if own is None:
        raise NotAnswered(_("This account does not sign for a child."))
    return own


def _link_signer(person: RecordedPerson) -> Signer:
    return Signer("", person.link_signer or "", SignsAs(person.link_signs_as or SignsAs.THEMSELF), person.link_guardian_id)


def _is_entitled(session: Session, person: RecordedPerson, on: date) -> bool:
    """Whether whoever was handed the link is still the one who signs: rights end, and move to a student who turns 18 (D-13)."""
    if person.is_minor and not person.student_id:
        return True
    return any((one.signs_as, one.guardian_id) == (person.link_signs_as, person.link_guardian_id) for one in signers_of(session, person, on))
