"""The coordinator's pages of one person who can be heard: every answer, a paper keyed in, a link handed over, and what was entered by mistake."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.consents import actions, answering, links, queries
from meetrec.consents.actions import NotAnswered
from meetrec.consents.answering import Paper
from meetrec.consents.collector import Answer
from meetrec.consents.forms import AccountForm, LinkForm, PaperForm, SignerForm
from meetrec.consents.models import DisseminationRequest, RecordedPerson
from meetrec.consents.signers import is_name_needed, signers_of
from meetrec.consents.staff_views import changed, today, words
from meetrec.people.account_queries import names_of, staff_choices
from meetrec.people.roles import DESK_ROLES
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.web import actor, database, for_staff, settings

blueprint = Blueprint("recorded_people", __name__)
PERSON = "/dissemination/<uuid:request_id>/people/<uuid:person_id>"


@blueprint.get(PERSON)
@for_staff(*DESK_ROLES)
def page(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Everything about one person of the list."""
    with database().reading() as session:
        found, person = _found(session, request_id, person_id)
        answers = queries.answers_of(session, [person.id]).get(person.id, ())
        signers, account = signers_of(session, person, today()), names_of(session, [person.account_id]).get(person.account_id or "")
    return render_template(
        "consents/person.html", request_=found, person=person, answers_given=answers, signers=signers, account=account,
        is_name_needed=is_name_needed(person), has_link=bool(person.link_hash), **words(),
    )  # fmt: skip


@blueprint.route(f"{PERSON}/paper", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def paper(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Key in a signed paper, with the day that stands on it."""
    form, found, person = _form(PaperForm, request_id, person_id)
    if request.method == "POST" and form.validate():
        said = Paper(Answer(form.answer.data), form.who(), form.signed_on.data, form.kept_at.data)
        try:
            with database().writing() as session:
                answering.answer_on_paper(session, clock.now(), actor(), str(person_id), said, today(), current_language())
        except NotAnswered as error:
            form.signed_on.errors = [str(error)]
        else:
            return changed(request_id, lambda _session: None, _("The paper was keyed in."))
    return _form_page("consents/paper.html", form, found, person)


@blueprint.route(f"{PERSON}/link", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def link(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Make a private link for somebody who stands before the member of staff; it is shown this once."""
    form, found, person = _form(LinkForm, request_id, person_id)
    if request.method == "GET" or not form.validate():
        return _form_page("consents/link.html", form, found, person)
    if not settings().server.public_address and "parent" not in current_app.extensions["meetrec.interfaces"]:
        form.identity.errors = [_("This machine does not serve families, and the settings name no public address. Let the person sign on paper.")]
        return _form_page("consents/link.html", form, found, person)
    now, signer = clock.now(), form.who()
    try:
        with database().writing() as session:
            token = links.make_link(session, now, actor(), str(person_id), signer, form.identity.data)
    except NotAnswered as error:
        form.identity.errors = [str(error)]
        return _form_page("consents/link.html", form, found, person)
    address = f"{settings().server.public_address or request.host_url.rstrip('/')}/consent/{token}"  # may be served by another machine
    made = render_template("consents/link_made.html", request_=found, person=person, signer=signer, address=address, until=now + links.LINK_LASTS)
    return made, 200, {"Cache-Control": "no-store"}


@blueprint.post(f"{PERSON}/link/end")
@for_staff(*DESK_ROLES)
def end_link(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """A link that was lost, or given to the wrong person."""
    return _done(request_id, person_id, lambda session: links.end_link(session, clock.now(), actor(), str(person_id)))


@blueprint.route(f"{PERSON}/account", methods=["GET", "POST"])
@for_staff(*DESK_ROLES)
def account(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Say which account of the staff is this person's."""
    with database().reading() as session:
        found, person = _found(session, request_id, person_id)
        form = AccountForm(staff_choices(session), data={"account": person.account_id or ""})
    if request.method == "GET":
        return render_template("consents/account.html", form=form, request_=found, person=person)
    named = form.account.data or None
    return _done(request_id, person_id, lambda session: actions.name_account(session, clock.now(), actor(), str(person_id), named))


@blueprint.post(f"{PERSON}/remove")
@for_staff(*DESK_ROLES)
def remove(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Somebody who was not heard, entered by mistake."""
    return _done(request_id, person_id, lambda session: actions.remove_person(session, clock.now(), actor(), str(request_id), str(person_id)))


@blueprint.post(f"{PERSON}/withdraw")
@for_staff(*DESK_ROLES)
def withdraw(request_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Somebody took their signature back at the office."""

    def take_back(session: Session) -> None:
        answering.withdraw_at_the_office(session, clock.now(), actor(), str(person_id), today(), current_language())

    return _done(request_id, person_id, take_back)


def _done(request_id: UUID, person_id: UUID, change: actions.Change) -> ResponseReturnValue:
    """Only for somebody of this request."""
    with database().reading() as session:
        _found(session, request_id, person_id)
    return changed(request_id, change)


def _found(session: Session, request_id: UUID, person_id: UUID) -> tuple[DisseminationRequest, RecordedPerson]:
    return queries.request_by_id(session, str(request_id)), queries.person_by_id(session, str(person_id), str(request_id))


def _form(kind: type[SignerForm], request_id: UUID, person_id: UUID) -> tuple[Any, DisseminationRequest, RecordedPerson]:
    """The form with those who may sign today; there is none for a pupil beside whom no rights holder is entered."""
    with database().reading() as session:
        found, person = _found(session, request_id, person_id)
        signers, needed = signers_of(session, person, today()), is_name_needed(person)
    if not signers and not needed:
        abort(redirect(url_for(".page", request_id=request_id, person_id=person_id), 303))
    return kind(signers, is_name_needed=needed), found, person


def _form_page(template: str, form: SignerForm, found: DisseminationRequest, person: RecordedPerson) -> ResponseReturnValue:
    return render_template(template, form=form, request_=found, person=person, **words()), 422 if request.method == "POST" else 200
