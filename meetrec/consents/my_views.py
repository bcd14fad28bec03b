"""What staff who can be heard are asked themselves: read the words, sign or say no, take it back. Signing in says who they are (D-43.c)."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetrec.consents import answering, queries, texts
from meetrec.consents.actions import NotAnswered
from meetrec.consents.answering import Read
from meetrec.consents.collector import Answer, Way
from meetrec.consents.forms import AnswerForm
from meetrec.consents.staff_views import today, words
from meetrec.people.roles import ROLES
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.web import actor, database, for_staff

blueprint = Blueprint("my_consents", __name__)


@blueprint.get("/my-consents")
@for_staff(*ROLES)
def mine() -> ResponseReturnValue:
    """Every open request in which the reader can be heard."""
    with database().reading() as session:
        asked = queries.asked_of_account(session, current_user.id)
        given = queries.answers_of(session, [person.id for person, _shown in asked])
    return render_template("consents/mine.html", asked=asked, given=given, **words())


@blueprint.route("/my-consents/<uuid:person_id>", methods=["GET", "POST"])
@for_staff(*ROLES)
def answer(person_id: UUID) -> ResponseReturnValue:
    """The words, and the reader's own answer."""
    form = AnswerForm()
    with database().reading() as session:
        person = answering.own_person(session, current_user.id, str(person_id))
        found = queries.shown(session, queries.request_by_id(session, person.request_id))
        last = queries.newest_answer(session, person.id)
    text = texts.text_of(found.request)
    shown_hash, form.text_hash.data = form.text_hash.data, texts.hash_of_text(text)
    if request.method == "POST" and form.validate():
        if shown_hash == form.text_hash.data:
            return _keep(person.id, Answer(form.answer.data), shown_hash)
        form.answer.errors = [_("These are not the words that you read before. Please read them again.")]
    page = render_template("consents/my_answer.html", form=form, person=person, shown=found, last=last, text=text, **words())
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/my-consents/<uuid:person_id>/withdraw")
@for_staff(*ROLES)
def withdraw(person_id: UUID) -> ResponseReturnValue:
    """Take the own signature back, while it is not complete."""
    try:
        with database().writing() as session:
            person = answering.own_person(session, current_user.id, str(person_id), to_change=True)
            answering.withdraw_own(session, clock.now(), actor(), person, Read("", current_language(), today()), Way.SIGNED_IN)
    except NotAnswered as error:
        flash(str(error), "error")
    else:
        flash(_("You took your signature back."), "success")
    return redirect(url_for(".answer", person_id=person_id), 303)


def _keep(person_id: str, chosen: Answer, text_hash: str) -> ResponseReturnValue:
    try:
        with database().writing() as session:
            answering.answer_signed_in(session, clock.now(), current_user.id, person_id, chosen, Read(text_hash, current_language(), today()))
    except NotAnswered as error:
        flash(str(error), "error")
    else:
        flash(_("Thank you. Your answer is kept."), "success")
    return redirect(url_for(".answer", person_id=person_id), 303)
