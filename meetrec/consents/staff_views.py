"""The coordinator's pages of the collector: requests about a meeting, one request with everybody on its list, its paper and its statement (NOTE.3)."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.consents import actions, queries, texts
from meetrec.consents.actions import NotAnswered, Wish
from meetrec.consents.forms import HeardForm, RequestForm
from meetrec.consents.papers import blank_form, download, statement
from meetrec.consents.signers import signers_of
from meetrec.meetings.forms import KIND_WORDS
from meetrec.meetings.models import Meeting
from meetrec.meetings.people_forms import AFFILIATION_WORDS
from meetrec.meetings.queries import meeting_by_id
from meetrec.people.account_queries import staff_choices
from meetrec.people.rights_queries import is_eligible_student
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("consents", __name__)


@blueprint.route("/meetings/<uuid:meeting_id>/dissemination", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def of_meeting(meeting_id: UUID) -> ResponseReturnValue:
    """The requests about a meeting, and the form that starts one for a parent."""
    with database().reading() as session:
        meeting = meeting_by_id(session, str(meeting_id))
        form = RequestForm(_askers(session, meeting))
        known = [queries.shown(session, one) for one in queries.requests_of_meeting(session, meeting.id)]
    if request.method == "POST" and form.validate():
        wish = Wish(form.askers.get(form.asker.data) or form.asked_by.data, form.purpose.data, form.asker.data or None)
        with database().writing() as session:
            started = actions.ask(session, clock.now(), actor(), meeting.id, wish).id
        flash(_("The request was started. Look at the list: is everybody on it who spoke, on the line too?"), "success")
        return redirect(url_for(".page", request_id=started), 303)
    page = render_template("consents/meeting.html", meeting=meeting, form=form, requests=known, **words())
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/dissemination/<uuid:request_id>")
@for_staff(*DESK_ROLES)
def page(request_id: UUID) -> ResponseReturnValue:
    """One request: who has signed, who has not, and who is missing on the list."""
    with database().reading() as session:
        found = queries.shown(session, queries.request_by_id(session, str(request_id)))
        signers = {one.person.id: signers_of(session, one.person, today()) for one in found.speakers}
    return render_template("consents/request.html", shown=found, signers=signers, text=texts.text_of(found.request), **words())


@blueprint.route("/dissemination/<uuid:request_id>/people", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def people(request_id: UUID) -> ResponseReturnValue:
    """The form that puts somebody on the list who was heard and is not there."""
    with database().reading() as session:
        found, form = queries.request_by_id(session, str(request_id)), HeardForm(staff_choices(session))
    if request.method == "GET" or not form.validate():
        return render_template("consents/heard.html", request_=found, form=form, **words()), 422 if request.method == "POST" else 200
    return changed(request_id, lambda session: actions.enter_person(session, clock.now(), actor(), str(request_id), form.heard()))


@blueprint.post("/dissemination/<uuid:request_id>/take-over")
@for_staff(*DESK_ROLES)
def take_over(request_id: UUID) -> ResponseReturnValue:
    """Put those on the list who came to the meeting's own list since."""
    return changed(request_id, lambda session: actions.take_over(session, clock.now(), actor(), str(request_id)))


@blueprint.post("/dissemination/<uuid:request_id>/close")
@for_staff(*DESK_ROLES)
def close(request_id: UUID) -> ResponseReturnValue:
    """The parent does not wish it any more."""
    return changed(request_id, lambda session: actions.close(session, clock.now(), actor(), str(request_id)))


@blueprint.get("/dissemination/<uuid:request_id>/form.pdf")
@for_staff(*DESK_ROLES)
def form_to_sign(request_id: UUID) -> ResponseReturnValue:
    """The paper that people sign by hand."""
    with database().reading() as session:
        found = queries.shown(session, queries.request_by_id(session, str(request_id)))
    return download(blank_form(found, current_language()), f"consent-{request_id}.pdf")


@blueprint.get("/dissemination/<uuid:request_id>/statement.pdf")
@for_staff(*DESK_ROLES)
def statement_to_print(request_id: UUID) -> ResponseReturnValue:
    """The statement that everybody has signed; there is none before."""
    with database().reading() as session:
        found = queries.shown(session, queries.request_by_id(session, str(request_id)))
    return download(statement(found, clock.now(), current_language()), f"statement-{request_id}.pdf")


def changed(request_id: UUID, change: actions.Change, sentence: str = "") -> ResponseReturnValue:
    """Do it in one transaction, say that it was done or why not, and go back to the request."""
    try:
        with database().writing() as session:
            change(session)
    except NotAnswered as error:
        flash(str(error), "error")
    else:
        flash(sentence or _("The request was changed."), "success")
    return redirect(url_for("consents.page", request_id=request_id), 303)


def today() -> date:
    """The day on the district's calendar."""
    return clock.in_zone(clock.now(), settings().district.zone).date()


def words() -> dict[str, Any]:
    """The words that all pages of the collector use."""
    return {
        "kinds": KIND_WORDS, "affiliations": AFFILIATION_WORDS, "answers": texts.ANSWER_WORDS, "not_asked": texts.NOT_ASKED, "ways": texts.WAY_WORDS,
        "as_whom": texts.SIGNS_AS_WORDS, "sentence_of": texts.sentence_of, "parents_copy_alone": texts.PARENTS_COPY_ALONE,
    }  # fmt: skip


def _askers(session: Session, meeting: Meeting) -> list[tuple[str, str]]:
    """The parents at the table; the pupil too when they hold their own rights (A-06)."""
    of_age = is_eligible_student(session, meeting.student_id, today())
    return queries.askers_at(session, meeting.id, of_age=of_age)
