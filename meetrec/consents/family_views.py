"""The parent's own pages of the collector: ask everybody who can be heard, complete the list, see how many have signed. Who says no is told to staff alone."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from meetrec.consents import actions, answering, queries, texts
from meetrec.consents.actions import NotAnswered, Wish
from meetrec.consents.answering import Read
from meetrec.consents.collector import Answer, Way
from meetrec.consents.forms import AnswerForm, HeardForm, PurposeForm
from meetrec.consents.models import DisseminationRequest
from meetrec.consents.papers import download, statement
from meetrec.consents.signers import signer_of_account
from meetrec.consents.staff_views import today, words
from meetrec.meetings.models import Meeting
from meetrec.notices.passing_on import PassingOn
from meetrec.people.rights_queries import students_of_account
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.web import NotFound, actor, database, for_families

blueprint = Blueprint("family_consents", __name__)


@blueprint.route("/family/meetings/<uuid:meeting_id>/passing-on", methods=["GET", "POST"])
@for_families
def of_meeting(meeting_id: UUID) -> ResponseReturnValue:
    """The family's own requests about a meeting of its child, and the form that starts one."""
    form = PurposeForm()
    with database().reading() as session:
        meeting = _meeting(session, str(meeting_id))
        known = [queries.shown(session, one) for one in queries.requests_of_account(session, current_user.id, meeting.id)]
    if request.method == "POST" and form.validate():
        with database().writing() as session:
            started = _start(session, meeting, form.purpose.data).id
        flash(_("Your request was started. Look at the list: is everybody on it who spoke, on the line too?"), "success")
        return redirect(url_for(".page", request_id=started), 303)
    shown = render_template("consents/family_meeting.html", meeting=meeting, form=form, requests=known, **words())
    return shown, 422 if request.method == "POST" else 200


@blueprint.get("/family/passing-on/<uuid:request_id>")
@for_families
def page(request_id: UUID) -> ResponseReturnValue:
    """One request of this family: who has signed, and who has not."""
    with database().reading() as session:
        found = queries.shown(session, _own(session, request_id))
        own = _signed_by_reader(session, found)
    return _page_of(found, HeardForm([]), own)


@blueprint.post("/family/passing-on/<uuid:request_id>/people")
@for_families
def people(request_id: UUID) -> ResponseReturnValue:
    """Put somebody on the list who was heard and is not there. Nobody is taken off here."""
    form = HeardForm([])
    with database().reading() as session:
        found = queries.shown(session, _own(session, request_id))
        own = _signed_by_reader(session, found)
    if not form.validate():
        return _page_of(found, form, own), 422
    return _changed(request_id, lambda session: actions.enter_person(session, clock.now(), actor(), str(request_id), form.heard()))


@blueprint.route("/family/passing-on/<uuid:request_id>/people/<uuid:person_id>", methods=["GET", "POST"])
@for_families
def answer(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Whoever holds the pupil's rights signs for the pupil, who can be heard too (D-13)."""
    form = AnswerForm()
    with database().reading() as session:
        found = queries.shown(session, _own(session, request_id))
        person = queries.person_by_id(session, str(person_id), str(request_id))
        signer = signer_of_account(session, person, current_user.id, today())
        last = queries.newest_answer(session, person.id)
    if signer is None:
        raise NotFound(_("This person is not on the list."))
    text = texts.text_of(found.request)
    read_hash, form.text_hash.data = form.text_hash.data, texts.hash_of_text(text)
    if request.method == "POST" and form.validate():
        if read_hash == form.text_hash.data:
            given, read = Answer(form.answer.data), Read(read_hash, current_language(), today())
            return _changed(request_id, lambda session: answering.answer_for_pupil(session, clock.now(), current_user.id, str(person_id), given, read))
        form.answer.errors = [_("These are not the words that you read before. Please read them again.")]
    shown = render_template("consents/family_answer.html", form=form, person=person, signer=signer, shown=found, last=last, text=text, **words())
    return shown, 422 if request.method == "POST" else 200


@blueprint.post("/family/passing-on/<uuid:request_id>/people/<uuid:person_id>/withdraw")
@for_families
def withdraw(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Take back what was signed for the pupil, while it is not complete."""

    def take_back(session: Session) -> None:
        person = queries.person_by_id(session, str(person_id), str(request_id), to_change=True)
        if signer_of_account(session, person, current_user.id, today()) is None:
            raise NotFound(_("This person is not on the list."))
        answering.withdraw_own(session, clock.now(), actor(), person, Read("", current_language(), today()), Way.SIGNED_IN)

    return _changed(request_id, take_back)


@blueprint.post("/family/passing-on/<uuid:request_id>/close")
@for_families
def close(request_id: UUID) -> ResponseReturnValue:
    """The parent does not wish it any more."""
    return _changed(request_id, lambda session: actions.close(session, clock.now(), actor(), str(request_id)))


@blueprint.get("/family/passing-on/<uuid:request_id>/statement.pdf")
@for_families
def statement_to_print(request_id: UUID) -> ResponseReturnValue:
    """The statement that everybody has signed; there is none before."""
    with database().reading() as session:
        found = queries.shown(session, _own(session, request_id))
    return download(statement(found, clock.now(), current_language()), f"statement-{request_id}.pdf")


def passing_on(session: Session, account_id: str, meeting_id: str) -> PassingOn | None:
    """For the family's other pages: see `notices/passing_on.py`."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.cancelled_at is not None or not _holds_rights(session, account_id, meeting, today()):
        return None
    newest = next(iter(queries.requests_of_account(session, account_id, meeting_id)), None)
    told = _("You have not asked anybody yet.")
    if newest:
        told = texts.sentence_of(queries.shown(session, newest).standing, is_closed=newest.closed_at is not None)
    return PassingOn(url_for("family_consents.of_meeting", meeting_id=meeting_id), told)


def _start(session: Session, meeting: Meeting, purpose: str) -> DisseminationRequest:
    now = clock.now()
    asker = queries.asker_of_account(session, meeting.id, current_user.id)
    return actions.ask(session, now, actor(), meeting.id, Wish(current_user.name, purpose, asker, current_user.id))


def _page_of(found: queries.RequestShown, form: HeardForm, own: frozenset[str]) -> str:
    return render_template("consents/family_request.html", shown=found, form=form, own=own, text=texts.text_of(found.request), **words())


def _signed_by_reader(session: Session, found: queries.RequestShown) -> frozenset[str]:
    """Those on the list for whom the reader signs today, by id."""
    return frozenset(one.person.id for one in found.speakers if signer_of_account(session, one.person, current_user.id, today()))


def _changed(request_id: UUID, change: actions.Change) -> ResponseReturnValue:
    try:
        with database().writing() as session:
            _own(session, request_id)
            change(session)
    except NotAnswered as error:
        flash(str(error), "error")
    else:
        flash(_("Your request was changed."), "success")
    return redirect(url_for(".page", request_id=request_id), 303)


def _own(session: Session, request_id: UUID) -> DisseminationRequest:
    """A request of this family, while it holds rights for the pupil. Another's is told as if there were none."""
    found = queries.request_by_id(session, str(request_id))
    if found.account_id != current_user.id or not _holds_rights(session, current_user.id, found.meeting, today()):
        raise NotFound(_("There is no such request."))
    return found


def _meeting(session: Session, meeting_id: str) -> Meeting:
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.cancelled_at is not None or not _holds_rights(session, current_user.id, meeting, today()):
        raise NotFound(_("There is no such meeting."))
    return meeting


def _holds_rights(session: Session, account_id: str, meeting: Meeting, on: date) -> bool:
    """Computed on the day: rights end, and move to a student who turns 18 (D-13, L-04)."""
    return any(student.id == meeting.student_id and holding.is_held for student, holding in students_of_account(session, account_id, on))
