"""A family's own notice on its own page: where it stands, the receipt to print, to say more, to correct and to withdraw it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from meetrec.meetings.queries import school_names
from meetrec.notices import actions, family_mail, words
from meetrec.notices.actions import District
from meetrec.notices.family_queries import family_notice
from meetrec.notices.forms import OTHER_PLACE, CorrectionForm, MoreForm
from meetrec.notices.handing_out import letter, signed_file
from meetrec.notices.link_queries import last_change_of
from meetrec.notices.link_views import asks_for_acknowledgement
from meetrec.notices.meeting_news import news_of
from meetrec.notices.models import Notice
from meetrec.notices.rules import NoticeStatus
from meetrec.people.account_views import now_in_the_district
from meetrec.platform import clock
from meetrec.platform.languages import current_language
from meetrec.platform.rate_limits import limiter
from meetrec.platform.web import actor, database, for_families, settings

LETTERS_PER_ADDRESS = "10 per minute"  # each takes up to a second of this machine

blueprint = Blueprint("family_notices", __name__)


@blueprint.get("/family/notices/<uuid:notice_id>")
@for_families
def notice(notice_id: UUID) -> ResponseReturnValue:
    """What was received, when, and what the 24-hour rule says of it now."""
    with database().reading() as session:
        found = _own(session, notice_id)
        return render_template("family/notice.html", notice=found, news=news_of(session, found, _today()), words=words, other_place=OTHER_PLACE)


@blueprint.get("/family/notices/<uuid:notice_id>/file")
@for_families
def file(notice_id: UUID) -> ResponseReturnValue:
    """The signed receipt as a file that can be checked offline."""
    with database().reading() as session:
        found = _own(session, notice_id)
        # only who holds rights that day comes here
        content = signed_file(found, last_change_of(session, found), settings(), tells_deadline=not found.needs_another_look)
    return _download(content, "application/json", f"notice-{found.reference}-{found.version}.json")


@blueprint.get("/family/notices/<uuid:notice_id>/letter")
@for_families
@limiter.limit(LETTERS_PER_ADDRESS)
def receipt_letter(notice_id: UUID) -> ResponseReturnValue:
    """The receipt as a PDF to print. The private link is not in it: only its hash is kept."""
    with database().reading() as session:
        found = _own(session, notice_id)
        changed_at, news = last_change_of(session, found), news_of(session, found, _today())
        rules = actions.rules_of_notice(session, settings(), found)
    content = letter(found, changed_at, settings(), current_language(), None, news, rules, tells_deadline=not found.needs_another_look)
    return _download(content, "application/pdf", f"notice-{found.reference}-{found.version}.pdf")


@blueprint.route("/family/notices/<uuid:notice_id>/more", methods=["GET", "POST"])
@for_families
def more(notice_id: UUID) -> ResponseReturnValue:
    """What may be said besides. All of it is optional, and none of it makes the notice count less (G2, NOTE.4)."""

    def said(session: Session, found: Notice, form: MoreForm) -> None:
        now = clock.now()
        actions.correct_notice(session, now, actor(), found, form.statement(found), District.of_notice(settings(), session, found))
        if form.acknowledged.data:
            actions.acknowledge(session, now, found, actor())

    def opened(_session: Session, found: Notice) -> MoreForm:
        before = {name: getattr(found, name) for name in ("reason", "needs_recording_to_understand")}
        return MoreForm(data={**before, "acknowledged": found.acknowledged_at is not None})

    return _step(notice_id, "family/more.html", opened, said, _("Thank you. What you said is kept with your notice."))


@blueprint.route("/family/notices/<uuid:notice_id>/correct", methods=["GET", "POST"])
@for_families
def correct(notice_id: UUID) -> ResponseReturnValue:
    """The nine questions with the answers that were given; the notice counts as received when it was (G1.a)."""

    def said(session: Session, found: Notice, form: CorrectionForm) -> None:
        now, district = clock.now(), District.of_notice(settings(), session, found)
        actions.correct_notice(session, now, actor(), found, form.statement(found.language, found), district)
        family_mail.change_address(session, now, found, form.email.data, settings())

    def opened(session: Session, found: Notice) -> CorrectionForm:
        return CorrectionForm.of(found, clock.now(), settings().district.zone, school_names(session))

    return _step(notice_id, "family/correct.html", opened, said, _("Your notice is corrected. It counts from when it first arrived."))


@blueprint.route("/family/notices/<uuid:notice_id>/withdraw", methods=["GET", "POST"])
@for_families
def withdraw(notice_id: UUID) -> ResponseReturnValue:
    """The family will not record; what it needs to take part stays (G0.1)."""
    if request.method == "GET":
        with database().reading() as session:
            found = _own(session, notice_id)
        return _back(notice_id) if _is_withdrawn(found) else render_template("family/withdraw.html", notice=found)
    with database().writing() as session:
        actions.withdraw_notice(session, clock.now(), actor(), _own(session, notice_id, to_change=True))
    return _back(notice_id)


Form = MoreForm | CorrectionForm


def _step(
    notice_id: UUID, template: str, opened: Callable[[Session, Notice], Form], said: Callable[[Session, Notice, Any], None], done: str
) -> ResponseReturnValue:  # fmt: skip
    """Show a form about an own notice that stands, or keep what it says and go back to the notice."""
    with database().writing() if request.method == "POST" else database().reading() as session:
        found = _own(session, notice_id, to_change=request.method == "POST")
        if _is_withdrawn(found):
            return _back(notice_id)
        form = opened(session, found)
        if not form.validate_on_submit():
            asks = asks_for_acknowledgement(session, found)
            page = render_template(template, form=form, notice=found, asks_acknowledgement=asks)
            return page, 422 if request.method == "POST" else 200
        said(session, found, form)
    flash(done, "success")
    return _back(notice_id)


def _own(session: Session, notice_id: UUID, *, to_change: bool = False) -> Notice:
    return family_notice(session, current_user.id, str(notice_id), _today(), to_change=to_change)


def _today() -> date:
    return now_in_the_district().date()


def _is_withdrawn(found: Notice) -> bool:
    return found.status == NoticeStatus.WITHDRAWN


def _back(notice_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".notice", notice_id=notice_id), 303)


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
