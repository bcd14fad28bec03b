"""Pages behind a private link at which one person answers once. The address is the key; it is told to nobody, and whoever opens it signs nothing by that."""

from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from meetrec.consents import answering, links, queries, texts
from meetrec.consents.actions import NotAnswered
from meetrec.consents.answering import Read
from meetrec.consents.collector import Answer, Way
from meetrec.consents.forms import LinkAnswerForm
from meetrec.consents.models import RecordedPerson
from meetrec.consents.staff_views import today, words
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import NotFound, database, public

PAGES_PER_ADDRESS = "60 per minute"
ANSWERS_PER_ADDRESS = "10 per minute"

blueprint = Blueprint("consent_links", __name__)


@blueprint.before_request
def _tell_no_referrer() -> None:
    """The address of these pages is told to nobody, not even to our own pages."""
    g.no_referrer = True


@blueprint.get("/consent/<string:token>")
@public
@limiter.limit(PAGES_PER_ADDRESS)
def consent(token: str) -> ResponseReturnValue:
    """What is asked, word for word, and the two answers; once answered, what was said."""
    with database().reading() as session:
        return _page(session, _person(session, token), token, LinkAnswerForm())


@blueprint.post("/consent/<string:token>")
@public
@limiter.limit(ANSWERS_PER_ADDRESS)
def send_answer(token: str) -> ResponseReturnValue:
    """Keep the answer. Nothing typed says who signs: the link was made for one person (D-43.c)."""
    form = LinkAnswerForm()
    with database().writing() as session:
        person = _person(session, token, to_change=True)
        text_hash = texts.hash_of_text(texts.text_of(queries.request_by_id(session, person.request_id)))
        is_read = form.validate_on_submit() and form.text_hash.data == text_hash
        if not is_read:
            if not form.errors:
                form.answer.errors = [_("These are not the words that you read before. Please read them again.")]
            return _page(session, person, token, form), 422
    return _tried(token, lambda session, person: answering.answer_by_link(session, clock.now(), person, Answer(form.answer.data), _read(text_hash)))


@blueprint.post("/consent/<string:token>/withdraw")
@public
@limiter.limit(ANSWERS_PER_ADDRESS)
def withdraw(token: str) -> ResponseReturnValue:
    """Take the signature back, while it is not complete."""
    return _tried(token, lambda session, person: answering.withdraw_own(session, clock.now(), "public", person, _read(""), Way.BY_LINK))


def _tried(token: str, change: Callable[[Session, RecordedPerson], object]) -> ResponseReturnValue:
    try:
        with database().writing() as session:
            change(session, _person(session, token, to_change=True))
    except NotAnswered as error:
        flash(str(error), "error")
    return redirect(url_for(".consent", token=token), 303)


def _read(text_hash: str) -> Read:
    return Read(text_hash, current_language(), today())


def _page(session: Session, person: RecordedPerson, token: str, form: LinkAnswerForm) -> str:
    found = queries.shown(session, queries.request_by_id(session, person.request_id))
    text = texts.text_of(found.request)
    form.text_hash.data = texts.hash_of_text(text)
    return render_template(
        "consents/consent.html", form=form, token=token, person=person, shown=found, text=text,
        why_closed=answering.why_link_is_closed(session, person, clock.now(), today()), last=queries.newest_answer(session, person.id),
        may_withdraw=answering.is_own_by_link(session, person) and not found.standing.is_complete, **words(),
    )  # fmt: skip


def _person(session: Session, token: str, *, to_change: bool = False) -> RecordedPerson:
    person = links.person_of_link(session, token, to_change=to_change)
    if person is None:
        raise NotFound(_("There is nothing at this address. Check that you have the whole link, or call the district office."))
    return person
